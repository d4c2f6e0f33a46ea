#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# postern doctor: each finding is provoked, and nothing is found where all is well.
# label: e2e
# only: release
# timeout: 600
python3 -c 'import ssl, unittest' 2>/dev/null && command -v openssl >/dev/null || exit 77
exec python3 -W ignore::ResourceWarning "$(dirname "$0")/doctor.test.py" -v
