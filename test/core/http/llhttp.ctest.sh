#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: check
#
# llhttp.ctest.sh - whatever we accept, llhttp accepts with the same framing. See llhttp.mjs.
set -eu

oracle=${POSTERN_BUILD:?}/test/core-http-test_h1_oracle
command -v node >/dev/null 2>&1 || { echo 'skipped: there is no node here, and llhttp lives in it'; exit 77; }
[ -x "$oracle" ] || { echo "skipped: $oracle is not built"; exit 77; }

exec node --no-deprecation "${POSTERN_SRC:?}/test/core/http/llhttp.mjs" "$oracle" "${1:-6000}" "${2:-1}"
