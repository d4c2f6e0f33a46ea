#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh [FILE] [ARGUMENT...] - run a program of this folder, differential.mjs if none is named, with a
# current Node.js and the pinned Cerbos server; 77 when one of them cannot be had here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
case ${1-} in
*.mjs) ;;
*) set -- differential.mjs "$@" ;;
esac
out=$("$root/tools/deps/node.sh" "$here") || {
    status=$?
    printf '%s\n' "$out"
    exit $status
}
PATH=$(printf '%s\n' "$out" | tail -n 1):$PATH
export PATH
program=$here/$1
shift
exec node "$program" "$@"
