#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tls_level.sh [HANDSHAKES] - does a handshake leave anything behind in the gateway?
#
# One worker of the release build; openssl makes whole handshakes, in TLS 1.3 and 1.2: at first several at a time, so
# that the mark is higher than where two happen to meet, then one after the other.
# Fails unless the high-water mark of the TLS arena, what of it is in use and what of the process is
# resident are after HANDSHAKES (10,000) what they were after a tenth of that.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=${POSTERN:-$root/build/postern}
last=${1:-10000}
work=$(mktemp -d)
gate=
trap '[ -z "$gate" ] || kill "$gate" 2>/dev/null || true; rm -rf "$work"' EXIT
port=${PORT:-$((20000 + $$ % 10000))}
admin=$((port + 1))
sh "$root/test/tls/certificates.sh" "$work"
cat >"$work/device.yaml" <<END
listen: [{at: '127.0.0.1:$port', tls: {certificate: desk.pem, key: desk.key}}]
admin: 127.0.0.1:$admin
workers: 1
state: state
END
mkdir "$work/state"
"$binary" serve --dev "$root/test/exchange/bundles/tls-desk" --config "$work/device.yaml" >"$work/log" 2>&1 &
gate=$!
tries=0
until curl -fs "http://127.0.0.1:$admin/readyz" >/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 900 ] || { cat "$work/log"; exit 1; }
    sleep 0.1
done

metric() { curl -fs "http://127.0.0.1:$admin/metrics" | awk -v name="postern_$1" '$1 == name { print $2; exit }'; }
# Until so many have been made; those under way have ended when it returns.
reach() {
    while [ "$(metric tls_handshakes_total)" -lt "$1" ]; do
        for version in -tls1_3 -tls1_2; do
            openssl s_time -connect "127.0.0.1:$port" -new $version -time 1 >"$work/times" 2>&1 || { cat "$work/times"; exit 1; }
        done
    done
    before=
    while [ "$(metric tls_arena_bytes)" != "$before" ]; do
        before=$(metric tls_arena_bytes)
        sleep 0.5
    done
}
level() {
    echo "$(metric tls_arena_peak_bytes) $(metric tls_arena_bytes) $(awk '/^Rss:/ { print $2 }' "/proc/$gate/smaps_rollup")"
}

for version in -tls1_3 -tls1_2; do
    crowd=
    for _ in 1 2 3 4 5 6; do
        openssl s_time -connect "127.0.0.1:$port" -new $version -time 2 >"$work/times" 2>&1 &
        crowd="$crowd $!"
    done
    wait $crowd
done
reach $((last / 10))
first=$(level)
echo "after $(metric tls_handshakes_total) handshakes: peak, bytes in use, KB resident: $first"
reach "$last"
then=$(level)
echo "after $(metric tls_handshakes_total) handshakes: peak, bytes in use, KB resident: $then"
[ "$first" = "$then" ] || { echo "FAILED: something stays of each handshake"; exit 1; }
