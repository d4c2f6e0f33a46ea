#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: unit
#
# Whoever sets a limit finds it in the README, with the default and the words of core/limits.def.
set -eu
readme=$POSTERN_SRC/tools/device/README.md
told=$(grep -c '^| `' "$readme")
known=$(grep -c '^PN_LIMIT(' "$POSTERN_SRC/core/limits.def")
[ "$told" = "$known" ] || { echo "$told limits in tools/device/README.md, $known in core/limits.def"; exit 1; }
tr '\n' ' ' <"$POSTERN_SRC/core/limits.def" | sed 's/PN_LIMIT(/\n&/g; s/"  *"//g' |
    sed -n 's/^PN_LIMIT(\([a-z_]*\), "\([^"]*\)", \([0-9]*\), [0-9]*, [0-9]*, *"\([^"]*\)").*/| `\1` | \3 \2 | \4 |/p' |
    while IFS= read -r line; do
        grep -qxF -e "$line" "$readme" || { printf 'tools/device/README.md lacks: %s\n' "$line"; exit 1; }
    done
