#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: e2e slow
# timeout: 600
# cost: 55
# lock: stand-ins
#
# run.sh still measures all that test/bench/README.md explains. One short round of the release build
# in build/; its figures are not looked at, and nothing is installed for it.
set -eu
[ "$POSTERN_BUILD" = "$POSTERN_SRC/build" ] || {
    echo 'skipped: the bench measures the release build in build/'
    exit 77
}
PATH=$PATH:/usr/sbin
for program in wrk nginx curl; do
    command -v $program >/dev/null || { echo "skipped: no $program; test/bench/run.sh installs it"; exit 77; }
done
out=$(QUICK=1 CONNECTIONS=8 RATE=200 sh "$POSTERN_SRC/test/bench/run.sh" 2>&1) || {
    printf '%s\n' "$out"
    exit 1
}
printf '%s\n' "$out"
for name in ratio.rps_vs_nginx_proxy ratio.p50_vs_nginx_proxy ratio.p99_vs_nginx_proxy \
    ratio.busy_with_1000_open cpu_us_per_request.postern cpu_us_per_request.nginx \
    cpu_us_per_request.postern_audit paced_us.p50.postern added_us.p50.postern rss_mib.ready \
    rss_mib.1000_clients rss_mib.1000_clients_at_once rss_mib.after_64_bodies_of_1mb \
    decision_us.p50.100_rules decision_us.p50.100_rules_of_1000 heap_calls_after_ready \
    anonymous_mappings_changed binary_mib tls_step_ms.longest.desk_server; do
    printf '%s\n' "$out" | grep -q "^$name: *[0-9.-]" || { echo "FAILED: no figure $name"; exit 1; }
done
