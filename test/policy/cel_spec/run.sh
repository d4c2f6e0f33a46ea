#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh - the conformance cases with a current Node.js; 77 when there is none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$("$here/../../../tools/deps/node.sh" "$here") || {
    code=$?
    printf '%s\n' "$out"
    exit $code
}
PATH=$(printf '%s\n' "$out" | tail -n 1):$PATH
export PATH
cd "$here"
exec node conformance.mjs "$@"
