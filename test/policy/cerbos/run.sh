#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh FILE [ARGUMENT...] - run a program of this folder with a current Node.js and the pinned
# Cerbos server; 77 when one of them cannot be had here.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$("$root/tools/deps/node.sh" "$here") || exit $?
PATH=$(printf '%s\n' "$out" | tail -n 1):$PATH
export PATH
cd "$here"
exec node "$@"
