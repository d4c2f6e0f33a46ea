#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# report.sh ROOT RUN - the figures of a run of tools/check.sh that are worth reading when nothing
# failed: what core and policy weigh on a Cortex-M3, and what the shipped binary does.
set -eu
sizes=$1/build-asan/cortex-m/sizes.txt
if [ -e "$sizes" ]; then
    echo '== size by folder'
    cat "$sizes"
fi
if [ -e "$1/build/postern" ]; then
    printf '== build/postern: %d bytes (budget 2097152)\n' "$(wc -c <"$1/build/postern")"
fi
