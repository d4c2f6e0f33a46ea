#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The JSON Schemas for editors, held by a real validator against every bundle of the tree and
# against files that are broken; what they refuse, `postern policy build` refuses too.
# label: unit slow
set -eu
for module in jsonschema yaml; do
    python3 -c "import $module" 2>/dev/null || {
        echo "the Python module $module is not installed (Debian: python3-$module)"
        exit 77
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$POSTERN" policy schema --out "$work/schemas"
python3 "$POSTERN_SRC/test/tools/schema/validate.py" "$POSTERN" "$POSTERN_SRC" "$work"
