#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh FILE - run one test file of this folder with a current Node.js; 77 when there is none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$("$root/tools/deps/node.sh" "$here") || exit $?
PATH=$(printf '%s\n' "$out" | tail -n 1):$PATH
export PATH
cd "$here"
exec node --test --test-reporter=spec "$1"
