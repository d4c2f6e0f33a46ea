#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same cases, compiled once, on the host and on a Cortex-M3 in QEMU: any difference fails.
# label: unit slow
# timeout: 600
# cost: 40
set -eu
here=$(cd "$(dirname "$0")" && pwd)
device=$("$here/device.sh" "$POSTERN_BUILD/cel_device") || {
    code=$?
    printf '%s\n' "$device"
    exit $code
}
DEVICE=$(printf '%s\n' "$device" | tail -n 1)
export DEVICE
exec "$here/run.sh"
