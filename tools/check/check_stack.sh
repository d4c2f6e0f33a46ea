#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_stack.sh - how much stack the policy engine takes on Cortex-M3, at most: frames as the compiler
# lays them out, along every chain of calls. What goes through a pointer and how often a recursion
# comes round is written in stack.txt; a pointer or a recursion that is not makes the check fail.
# Deciding may take 4 KB.
#
# label: check slow
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"
out=${POSTERN_BUILD:-$PWD/build-asan}/cortex-m-stack

if ! command -v arm-none-eabi-gcc >/dev/null; then
    echo 'skipped: arm-none-eabi-gcc is not installed'
    exit 77
fi
rm -rf "$out"
mkdir -p "$out"
printf '%s\n' policy/*.c core/base/*.c core/json/*.c | xargs -P "$(nproc)" -I FILE sh -c \
    'arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os -std=c11 -fcallgraph-info=su,da -I. -DNDEBUG -c "$2" \
    -o "$1/$(basename "$2" .c).o"' sh "$out" FILE

awk -f tools/check/stack.awk \
    -v 'roots=pn_policy_decide 4096 pn_policy_open_with 4096 pn_output_write 4096' \
    tools/check/stack.txt "$out"/*.ci
