#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: check
#
# llhttp.ctest.sh - whatever we accept, llhttp accepts with the same framing. See llhttp.mjs.
set -eu

oracle=${POSTERN_BUILD:?}/test/core-http-test_h1_oracle
# Debian 12's own Node.js has an llhttp that reads a body behind a 304.
node=${POSTERN_DEPS_DIR:-${POSTERN_SRC:?}/.deps}/node/bin/node
[ -x "$node" ] || { echo 'skipped: there is no node in the deps folder, and llhttp lives in it'; exit 77; }
[ -x "$oracle" ] || { echo "skipped: $oracle is not built"; exit 77; }

exec "$node" --no-deprecation "${POSTERN_SRC:?}/test/core/http/llhttp.mjs" "$oracle" "${1:-6000}" "${2:-1}"
