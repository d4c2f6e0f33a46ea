#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: unit slow
# timeout: 600
# cost: 20
#
# signature_rows.txt is what signature_rows.py writes.
set -eu
command -v python3 >/dev/null || exit 77
here=$POSTERN_SRC/test/platforms/mbedtls
python3 "$here/signature_rows.py" | cmp - "$here/signature_rows.txt"
