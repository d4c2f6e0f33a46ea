#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What postern.service leaves open, as systemd itself measures it: at most 1.5; and that both units are such as it takes.
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
# Both units as they would be installed, with the program in its place: systemd has nothing to say.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in postern.service postern.socket; do
    sed "s|/usr/bin/postern |$POSTERN |" "$units/$unit" >"$folder/$unit"
done
verify() { systemd-analyze verify "$folder/postern.service" "$folder/postern.socket" >"$folder/said" 2>&1; }
verify && [ ! -s "$folder/said" ] || {
    cat "$folder/said"
    exit 1
}
# It would have: a word that is none, a socket without its service, a program that is not there.
for wrong in 's/^WatchdogSec=/WatchdogSecs=/' 's/^Service=.*/Service=no-such.service/' 's|^ExecStart=/|ExecStart=/nowhere/|' \
    's/^Restart=.*/Restart=sometimes/' 's/^LimitMEMLOCK=.*/LimitMEMLOCK=much/'; do
    for unit in postern.service postern.socket; do
        sed -i.good "$wrong" "$folder/$unit"
    done
    if verify && [ ! -s "$folder/said" ]; then
        echo "not found: $wrong"
        exit 1
    fi
    for unit in postern.service postern.socket; do mv "$folder/$unit.good" "$folder/$unit"; done
done
