#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What postern.service leaves open, as systemd itself measures it: at most 1.5.
# label: e2e
# only: release
set -eu
command -v systemd-analyze >/dev/null || exit 77
units=$POSTERN_SRC/platforms/linux/systemd
out=$(systemd-analyze security --offline=true "$units/postern.service" 2>&1) || {
    case $out in # before version 250
    *"unrecognized option"*) exit 77 ;;
    esac
}
score=$(printf '%s\n' "$out" | sed -n 's/.*exposure level for postern.service: \([0-9.]*\) .*/\1/p')
echo "exposure: $score"
awk -v score="$score" 'BEGIN { exit !(score != "" && score <= 1.5) }' || {
    printf '%s\n' "$out"
    exit 1
}
# Everything in both units is known; that the program is not installed here is no fault of theirs.
for unit in postern.service postern.socket; do
    systemd-analyze verify "$units/$unit" 2>&1 | grep -v 'is not executable' | grep -i 'postern' && exit 1
done
exit 0
