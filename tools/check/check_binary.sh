#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_binary.sh - what is shipped is one file: static, within its budget, and with names and line
# numbers beside it where gdb, perf and addr2line find them.
#
# only: release
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"
postern=$POSTERN_BUILD/postern
bytes_max=2097152
bad=0

if ! grep -q '^POSTERN_LIBC:STRING=musl' "$POSTERN_BUILD/CMakeCache.txt"; then
    echo 'skipped: the budget is for what is linked with musl'
    exit 77
fi

bytes=$(wc -c <"$postern")
printf 'postern: %d bytes (not above %d)\n' "$bytes" $bytes_max
if [ "$bytes" -gt $bytes_max ]; then
    size -A -d "$postern" | sort -k 2 -n -r | head -n 12
    bad=1
fi
if readelf -lW "$postern" | grep -E 'INTERP|NEEDED'; then
    echo 'needs a program or a library that another machine may not have'
    bad=1
fi
# Of main(): what whole-program optimisation moved, addr2line of binutils 2.44 does not find; gdb does.
at=$(nm "$postern.debug" | awk '$3 == "main" { print $1 }')
addr2line -e "$postern" "$at" | grep -q 'platforms/linux/main\.c:[0-9]' || {
    echo 'an address in postern is not found in postern.debug'
    bad=1
}
readelf -SW "$postern.debug" | grep -q '\.debug_frame' || {
    echo 'postern.debug says nothing about frames: no debugger could walk the stack'
    bad=1
}
exit $bad
