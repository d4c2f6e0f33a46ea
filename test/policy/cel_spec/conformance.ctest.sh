#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The conformance cases of the CEL specification, on the host and on Cortex-M3 in QEMU.
# label: unit
# timeout: 300
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$("$root/tools/deps/node.sh" "$here") || exit $?
PATH=$(printf '%s\n' "$out" | tail -n 1):$PATH
export PATH
if device=$("$here/device.sh" "${POSTERN_BUILD:-$root/build}/cel_device"); then
    DEVICE=$(printf '%s\n' "$device" | tail -n 1)
    export DEVICE
else
    printf '%s\n' "$device"
    echo 'skipped: the run on Cortex-M3'
fi
cd "$here"
exec node conformance.mjs
