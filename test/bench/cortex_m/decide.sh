#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# decide.sh BENCH_DECIDE FOLDER - instructions of a decision on a Cortex-M3 in QEMU, as `name: value` lines: 100
# rules alone and among 900 about other actions. Exit 77: no cross compiler or no QEMU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
device=$("$here/../../policy/cel_spec/device.sh" "$2" "$here/decide_instructions.c" -icount shift=0) || {
    code=$?
    printf '%s\n' "$device"
    exit $code
}
device=$(printf '%s\n' "$device" | tail -n 1)
figures() { # OTHERS SUFFIX
    "$1" emit "$2" >"$4/decide-$2.bin"
    "$device" "$4/decide-$2.bin" | sed "s/^/decision_cortex_m3./; s/:/.$3:/"
}
figures "$1" 0 100_rules "$2" | tee "$2/alone"
figures "$1" 900 100_rules_of_1000 "$2" | tee "$2/among"
awk '{ v[$1] = $2 } END {
    alone = v["decision_cortex_m3.instructions.100_rules:"]
    among = v["decision_cortex_m3.instructions.100_rules_of_1000:"]
    if (!alone || !among) exit 1
    printf "ratio.cortex_m3_of_1000_to_100: %.3f\n", among / alone
}' "$2/alone" "$2/among"
