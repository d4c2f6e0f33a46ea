#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh - measure Postern next to nginx on this machine; test/bench/README.md explains each line.
#
#   QUICK=1    one short round, to see that all of it works; its figures mean little
#   ROUNDS=5   rounds; every round measures each leg once, the median of all is printed
#   SECONDS_EACH=4, CONNECTIONS=32, RATE=3000   of a leg, of the busy clients, of the paced leg
#   KEEP=1     leave the folder with configurations, logs and every round's figures
#   POSTERN_BUILD=DIR   a release build other than build/
#
# Exit status: 0 measured, and every answer was the upstream's and every call is in the audit log;
# 1 something of that is not so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${POSTERN_BUILD:-$root/build}
if [ -n "${QUICK:-}" ]; then rounds=1 seconds=1 handshakes=500; else rounds=5 seconds=4 handshakes=10000; fi
rounds=${ROUNDS:-$rounds} seconds=${SECONDS_EACH:-$seconds}
connections=${CONNECTIONS:-32} rate=${RATE:-3000}
rules=100 held=1000

say() { printf '== %s\n' "$*"; }
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# --- what is needed ---

. "$root/tools/check/install.sh"
needed() {
    missing_release
    command -v wrk >/dev/null || echo wrk
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || echo nginx-light
    command -v curl >/dev/null || echo curl
}
# shellcheck disable=SC2046 # package names are words
install_packages "${TMPDIR:-/tmp}/postern-bench-apt.log" $(needed)
PATH=$PATH:/usr/sbin
for program in wrk nginx curl cmake ninja; do
    command -v $program >/dev/null || fail "$program is missing and could not be installed"
done
say "building the release binary and the programs of test/bench in $build"
{ cmake -S "$root" -B "$build" -G Ninja -DPOSTERN_VARIANT=release &&
    ninja -C "$build" postern bench-clients bench-bench_decide bench-bench_tls postern-heap-guard; } \
    >"${TMPDIR:-/tmp}/postern-bench-build.log" 2>&1 ||
    { tail -n 30 "${TMPDIR:-/tmp}/postern-bench-build.log"; fail "the build"; }
postern=$build/postern clients=$build/bench/clients

folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-bench-XXXXXX")
chmod 755 "$folder"
started=
stop_all() {
    trap - EXIT INT TERM
    exec 9>&- || true
    # shellcheck disable=SC2086 # process ids are words
    [ -z "$started" ] || kill $started 2>/dev/null || true
    wait 2>/dev/null || true
    if [ -n "${KEEP:-}" ]; then say "kept: $folder"; else rm -rf "$folder"; fi
}
trap stop_all EXIT
trap 'stop_all; exit 130' INT TERM
ulimit -n "$(ulimit -Hn)"

# A port nobody listens on, below those that the system gives to clients.
taken=
free_port() {
    while :; do
        port=$(($(od -An -N2 -tu2 /dev/urandom) % 12000 + 20000))
        hex=$(printf ':%04X ' $port)
        grep -q "$hex" /proc/net/tcp && continue
        case " $taken " in *" $port "*) continue ;; esac
        taken="$taken $port"
        return
    done
}
wait_for() { # URL
    tries=0
    until curl -sf -o /dev/null "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 900 ] || fail "nothing answers at $1; see $folder"
        sleep 0.1
    done
}

# --- what is asked and what is answered ---

key=sk-bench-client
BENCH_KEY=$key
export BENCH_KEY
ask() { # BYTES: a chat completion of that size
    awk -v bytes="$1" 'BEGIN {
        head = "{\"model\":\"gpt-4o\",\"max_tokens\":256,\"temperature\":0.2,\"messages\":[{\"role\":\"system\",\"content\":\"You help the support desk.\"},{\"role\":\"user\",\"content\":\""
        tail = "\"}]}"
        left = bytes - length(head) - length(tail)
        text = "The parcel arrived with a broken lid; please look up the order and say what can be done. "
        printf "%s", head
        for (; left >= length(text); left -= length(text)) printf "%s", text
        printf "%s%s", substr(text, 1, left), tail
    }'
}
ask 1024 >"$folder/ask.json"
ask 1048576 >"$folder/ask-1mb.json"
printf '%s' '{"id":"chatcmpl-bench0001","object":"chat.completion","created":1767225600,"model":"gpt-4o-2024-11-20","choices":[{"index":0,"message":{"role":"assistant","content":"I have looked up the order. The lid was packed without its inner carton, so a replacement is on its way; you need not send anything back. It should be with you within three working days. Is there anything else I can do for you?","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":214,"completion_tokens":52,"total_tokens":266},"system_fingerprint":"fp_bench"}' >"$folder/answer.json"

cat >"$folder/wrk.lua" <<EOF
local file = io.open("$folder/ask.json", "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer $key"
function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format("RESULT %d %d %d %.0f %.0f %d\n", summary.requests, summary.duration,
        summary.bytes, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.status + e.timeout))
end
EOF

# --- nginx: the upstream with the canned answer, and the proxy to compare with ---

free_port; upstream_port=$port
free_port; proxy_port=$port
nginx_common() { # NAME
    cat <<EOF
daemon off;
worker_processes 1;
pid $folder/$1.pid;
error_log $folder/$1.log;
events { worker_connections 8192; }
EOF
}
temp_paths() { # NAME
    for kind in client_body proxy fastcgi uwsgi scgi; do
        echo "    ${kind}_temp_path $folder/$1-$kind;"
    done
}
{
    nginx_common upstream
    cat <<EOF
http {
    access_log off;
$(temp_paths upstream)
    keepalive_requests 1000000000;
    client_max_body_size 16m;
    server {
        listen 127.0.0.1:$upstream_port backlog=4096;
        location / { default_type application/json; return 200 '$(cat "$folder/answer.json")'; }
    }
}
EOF
} >"$folder/upstream.conf"
{
    nginx_common proxy
    cat <<EOF
http {
    access_log off;
$(temp_paths proxy)
    keepalive_requests 1000000000;
    client_max_body_size 16m;
    upstream canned {
        server 127.0.0.1:$upstream_port;
        keepalive 128;
        keepalive_requests 1000000000;
    }
    server {
        listen 127.0.0.1:$proxy_port backlog=4096;
        location / {
            proxy_pass http://canned;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Authorization "Bearer sk-bench-upstream";
        }
    }
}
EOF
} >"$folder/proxy.conf"
start_nginx() { # NAME: sets master
    nginx -p "$folder" -e "$folder/$1.log" -c "$folder/$1.conf" 2>>"$folder/$1.log" &
    master=$!
    started="$started $master"
}
worker_of() { cut -d ' ' -f 1 "/proc/$1/task/$1/children"; }
start_nginx upstream; upstream_master=$master
start_nginx proxy; proxy_master=$master
wait_for "http://127.0.0.1:$upstream_port/"
wait_for "http://127.0.0.1:$proxy_port/"
upstream_worker=$(worker_of "$upstream_master") proxy_worker=$(worker_of "$proxy_master")

# --- Postern: a key, 100 rules about completions, the audit log on ---

mkdir -p "$folder/bundle/policies"
cat >"$folder/bundle/bundle.yaml" <<EOF
name: bench
mode: edge
expires: 30d
EOF
cat >"$folder/bundle/identity.yaml" <<EOF
keys:
  - id: bench
    sha256: $(printf '%s' "$key" | sha256sum | cut -d ' ' -f 1)
    user: ana
    agent: bench-agent
    team: support
    task: T-1001
    roles: [support]
EOF
cat >"$folder/bundle/models.yaml" <<EOF
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: openai/gpt-4o-2024-11-20
      api_base: http://127.0.0.1:$upstream_port/v1
      api_key: credential:upstream
      egress: [loopback]
EOF
# One rule allows; 99 refuse and do not match. 50 of them share their conditions, as a table of teams,
# models and limits does; 49, in five forms, have conditions that no other rule has.
awk -v rules=$rules 'BEGIN {
    print "apiVersion: api.cerbos.dev/v1"
    print "resourcePolicy:"
    print "  resource: llm"
    print "  version: default"
    print "  rules:"
    print "    - name: allow-support\n      actions: [completion, list]\n      effect: EFFECT_ALLOW"
    print "      roles: [support]\n      condition:\n        match:"
    print "          expr: R.attr.model in [\"gpt-4o\", \"gpt-4o-mini\"]"
    for (i = 1; i < rules; i++) {
        form = i > 50 ? i % 5 : 9
        if (form == 0) e = sprintf("R.attr.model == \"model-%d\" && R.attr.stream", i)
        if (form == 1) e = sprintf("R.attr.max_tokens > %d", 4096 + i)
        if (form == 2) e = sprintf("R.attr.input_bytes > %d", 4194304 + i)
        if (form == 3) e = sprintf("P.attr.team == \"team-%d\" && R.attr.message_count > %d", i, i)
        if (form == 4) e = sprintf("P.attr.task == \"T-%d\" || R.attr.model.startsWith(\"preview-%d\")", 9000 + i, i)
        if (form == 9) e = sprintf("P.attr.team == \"team-%d\" && R.attr.model == \"model-%d\" && R.attr.max_tokens > %d", i % 10, int(i / 10), 1000 * (i % 3))
        printf "    - name: refuse-%d\n      actions: [completion]\n      effect: EFFECT_DENY\n", i
        printf "      roles: [\"*\"]\n      condition:\n        match:\n          expr: \x27%s\x27\n", e
    }
}' >"$folder/bundle/policies/llm.yaml"
"$postern" key new -o "$folder/signer" >"$folder/policy.log" 2>&1 || fail "key new; see $folder/policy.log"
"$postern" policy build "$folder/bundle" -o "$folder/policy.body" >>"$folder/policy.log" 2>&1 ||
    { cat "$folder/policy.log"; fail "policy build"; }
"$postern" policy sign "$folder/policy.body" -k "$folder/signer.key" -o "$folder/policy.blob" \
    >>"$folder/policy.log" 2>&1 || { cat "$folder/policy.log"; fail "policy sign"; }

start_postern() { # NAME: sets pid, port, admin, log
    free_port; admin=$port
    free_port
    log=$folder/$1.jsonl
    cat >"$folder/$1.yaml" <<EOF
listen: ["127.0.0.1:$port"]
admin: 127.0.0.1:$admin
workers: 1
state: $1.state
policy: {file: policy.blob, keys: [signer.pub]}
credentials: {upstream: {env: BENCH_UPSTREAM}}
audit: {file: $1.jsonl}
EOF
    BENCH_UPSTREAM=sk-bench-upstream "$postern" serve --config "$folder/$1.yaml" \
        >"$folder/$1.log" 2>&1 &
    pid=$!
    started="$started $pid"
    wait_for "http://127.0.0.1:$admin/readyz"
    grep -q "$rules rules" "$folder/$1.log" || { cat "$folder/$1.log"; fail "not $rules rules"; }
}
stop_postern() { # PID: in order, so that the audit log is whole
    kill "$1"
    wait "$1" || fail "postern ended with status $?"
}

# --- reading /proc ---

# CPU time so far, "user system", in clock ticks. $1: which threads of process $2.
ticks() {
    for task in "/proc/$2/task/"*; do
        name=$(cat "$task/comm")
        case $1,$name,${task##*/} in
        audit,postern-audit,*) ;;
        audit,* | worker,postern-audit,*) continue ;;
        worker,*,"$2") continue ;; # the control thread
        esac
        sed 's/.*) //' "$task/stat"
    done | awk '{ u += $12; s += $13 } END { print u + 0, s + 0 }'
}
resident_mib() { awk '/^VmRSS/ { printf "%.2f\n", $2 / 1024 }' "/proc/$1/status"; }

# --- legs ---

answer_bytes=$(wc -c <"$folder/answer.json")

# leg NAME PORT PID THREADS: one run of wrk; sets answered, and adds a line to the leg's figures:
#   requests/s, p50 ms, p99 ms, user us, system us, audit thread us a request
leg() {
    before=$(ticks "$4" "$3")
    audit_before=$(ticks audit "$3")
    wrk -t1 -c"$connections" -d"${seconds}s" -s "$folder/wrk.lua" --latency \
        "http://127.0.0.1:$2/v1/chat/completions" >"$folder/wrk.out" 2>&1 || { cat "$folder/wrk.out"; fail wrk; }
    after=$(ticks "$4" "$3")
    audit_after=$(ticks audit "$3")
    # shellcheck disable=SC2046 # words
    set -- "$1" $(sed -n 's/^RESULT //p' "$folder/wrk.out")
    [ $# = 7 ] || { cat "$folder/wrk.out"; fail "no result from wrk"; }
    [ "$7" = 0 ] && ! grep -q 'Non-2xx\|Socket errors' "$folder/wrk.out" ||
        { cat "$folder/wrk.out"; fail "$1: answers that are not 200"; }
    [ "$4" -ge $(($2 * answer_bytes)) ] || fail "$1: answers that are not whole"
    echo "$2 $3 $5 $6 $before $after $audit_before $audit_after $(getconf CLK_TCK)" | awk '{
        us = 1e6 / $13 / $1
        printf "%.1f %.3f %.3f %.2f %.2f %.2f\n", $1 / $2 * 1e6, $3 / 1000, $4 / 1000,
            ($7 - $5) * us, ($8 - $6) * us, ($11 + $12 - $9 - $10) * us
    }' >>"$folder/$1.figures"
    answered=$2
}
paced() { # NAME PORT
    "$clients" pace "$2" "$folder/ask.json" "$folder/answer.json" "$connections" "$rate" "$seconds" \
        >"$folder/paced.out" || fail "$1: a paced answer is wrong"
    awk '{ v[$1] = $2 } END { print v["p50_us:"], v["p99_us:"], v["answered:"] }' "$folder/paced.out" \
        >>"$folder/$1.figures"
    answered=$(awk '/^answered/ { print $2 }' "$folder/paced.out")
}

# hold COUNT AT_ONCE BODY PORT: clients that stay until `release`; sets holder.
hold() {
    rm -f "$folder/fifo"
    mkfifo "$folder/fifo"
    "$clients" hold "$4" "$3" "$folder/answer.json" "$1" "$2" <"$folder/fifo" >"$folder/hold.out" 2>&1 &
    holder=$!
    exec 9>"$folder/fifo"
    tries=0
    until grep -q '^held:' "$folder/hold.out"; do
        tries=$((tries + 1))
        kill -0 $holder 2>/dev/null && [ $tries -lt 600 ] || { cat "$folder/hold.out"; fail "holding $1 clients"; }
        sleep 0.1
    done
}
release() {
    exec 9>&-
    wait $holder || { cat "$folder/hold.out"; fail "a held client was cut off"; }
}

# The audit log holds what was answered. wrk walks away from the requests under way when its time
# is over: those few may be in the log without having been counted; everything else is exact.
audited() { # NAME LOG ANSWERED UNCOUNTED_MAX
    logs=$(ls "$2".* 2>/dev/null) || true # put aside when they were full, in their order
    # shellcheck disable=SC2086 # the folder has no spaces
    "$postern" audit verify $logs "$2" >"$folder/verify.out" 2>&1 ||
        { cat "$folder/verify.out"; fail "$1: the audit log is not whole"; }
    awk -v answered="$3" -v more="$4" -v name="$1" -v len="$answer_bytes" '
        /"kind":"decision"/ { decisions++; if (/"outcome":"allow"/) allowed++ }
        /"kind":"end"/ {
            ends++
            if (/"status":200/ && /"upstream_status":200/ && index($0, "\"bytes_out\":" len ",")) whole++
        }
        END {
            printf "== %s: %d answered; %d decisions, %d allowed, %d ends, %d of them with the whole answer\n",
                name, answered, decisions, allowed, ends, whole
            exit !(decisions == allowed && decisions == ends && decisions >= answered &&
                   decisions <= answered + more && whole >= answered)
        }' $logs "$2" || fail "$1: the audit log does not hold what was answered"
}

# --- measure ---

say "$rounds rounds of ${seconds} s: $connections connections of wrk, 1 KB requests, one worker each"
start_postern busy
busy=$pid busy_port=$port busy_log=$log
for url in "http://127.0.0.1:$upstream_port" "http://127.0.0.1:$proxy_port" "http://127.0.0.1:$busy_port"; do
    curl -s -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
        --data-binary "@$folder/ask.json" "$url/v1/chat/completions" | cmp - "$folder/answer.json" ||
        fail "$url does not give the upstream's answer"
done
total=1
for round in $(seq "$rounds"); do
    leg nginx_canned "$upstream_port" "$upstream_worker" all
    leg nginx_proxy "$proxy_port" "$proxy_worker" all
    leg postern "$busy_port" "$busy" worker
    total=$((total + answered))
    hold $held "$connections" "$folder/ask.json" "$busy_port"
    leg postern_with_1000_idle "$busy_port" "$busy" worker
    release
    total=$((total + answered + held))
    paced nginx_canned_paced "$upstream_port"
    paced nginx_proxy_paced "$proxy_port"
    paced postern_paced "$busy_port"
    total=$((total + answered))
    say "round $round of $rounds"
done
stop_postern "$busy"
audited busy "$busy_log" $total $((2 * rounds * connections))
rm -f "$busy_log"*

say "memory"
start_postern memory
memory=$pid memory_port=$port
rss_ready=$(resident_mib "$memory")
hold $held "$connections" "$folder/ask.json" "$memory_port"
rss_clients=$(resident_mib "$memory")
release
hold $held $held "$folder/ask.json" "$memory_port"
rss_at_once=$(resident_mib "$memory")
release
hold 64 64 "$folder/ask-1mb.json" "$memory_port"
sleep 1
rss_bodies=$(resident_mib "$memory")
release
stop_postern "$memory"
audited memory "$log" $((held + held + 64)) 0

say "decision"
"$build/bench/bench_decide" >"$folder/decide.out"
"$here/cortex_m/decide.sh" "$build/bench/bench_decide" "$folder/device" >"$folder/device.out" 2>&1 ||
    [ $? = 77 ] || { cat "$folder/device.out"; fail "instructions on Cortex-M3"; }
say "heap"
POSTERN_BUILD=$build POSTERN_SRC=$root sh "$here/heap.ctest.sh" >"$folder/heap.out" 2>&1 ||
    { cat "$folder/heap.out"; fail "heap calls after ready"; }
say "TLS"
"$build/bench/bench_tls" "$root" >"$folder/tls.out" || fail "bench_tls"
POSTERN=$postern sh "$here/tls_level.sh" "$handshakes" >"$folder/level.out" 2>&1 ||
    { cat "$folder/level.out"; fail "what handshakes leave behind"; }

# --- say it ---

median() { # FILE COLUMN
    awk -v c="$2" '{ print $c }' "$folder/$1.figures" | sort -n |
        awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# The median of each round's own ratio: both sides of it met the same neighbours.
ratio() { # FILE FILE COLUMN
    paste -d ' ' "$folder/$1.figures" "$folder/$2.figures" |
        awk -v a="$3" -v n="$(awk '{ print NF; exit }' "$folder/$1.figures")" '{ print $a / $(n + a) }' >"$folder/ratio.figures"
    median ratio 1 | awk '{ printf "%.3f\n", $1 }'
}
line() { printf '%s: %s\n' "$1" "$2"; }

echo
line machine.cpus "$(nproc)"
line machine.cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
line machine.kernel "$(uname -r)"
line machine.load_before "$(cut -d ' ' -f 1 /proc/loadavg)"
line rounds "$rounds"
for name in nginx_canned nginx_proxy postern postern_with_1000_idle; do
    line rps.$name "$(median $name 1)"
    line p50_ms.$name "$(median $name 2)"
    line p99_ms.$name "$(median $name 3)"
done
line ratio.rps_vs_nginx_proxy "$(ratio postern nginx_proxy 1)"
line ratio.p50_vs_nginx_proxy "$(ratio postern nginx_proxy 2)"
line ratio.p99_vs_nginx_proxy "$(ratio postern nginx_proxy 3)"
line ratio.busy_with_1000_open "$(ratio postern_with_1000_idle postern 1)"
cpu() { # NAME FILE
    user=$(median "$2" 4) system=$(median "$2" 5)
    line cpu_us_per_request.$1 "$(echo "$user $system" | awk '{ print $1 + $2 }')"
    line cpu_us_per_request.$1.user "$user"
    line cpu_us_per_request.$1.system "$system"
}
cpu postern postern
line cpu_us_per_request.postern_audit "$(median postern 6)"
cpu nginx nginx_proxy
for name in nginx_canned nginx_proxy postern; do
    line paced_us.p50.$name "$(median ${name}_paced 1)"
    line paced_us.p99.$name "$(median ${name}_paced 2)"
done
line added_us.p50.postern "$(echo "$(median postern_paced 1) $(median nginx_canned_paced 1)" | awk '{ printf "%.1f\n", $1 - $2 }')"
line added_us.p50.nginx_proxy "$(echo "$(median nginx_proxy_paced 1) $(median nginx_canned_paced 1)" | awk '{ printf "%.1f\n", $1 - $2 }')"
line rss_mib.ready "$rss_ready"
line rss_mib.1000_clients "$rss_clients"
line rss_mib.1000_clients_at_once "$rss_at_once"
line rss_mib.after_64_bodies_of_1mb "$rss_bodies"
grep '^decision_us\|^decision_alone' "$folder/decide.out"
sed -n '/^decision_cortex_m3\|^ratio.cortex_m3/p' "$folder/device.out"
grep '^heap_calls_after_ready:\|^anonymous_mappings' "$folder/heap.out"
grep '^tls_' "$folder/tls.out"
awk '/^after/ {
    print "tls_arena_peak_bytes.after_" $2 ": " $(NF - 2) "\ntls_resident_kb.after_" $2 ": " $NF
}' "$folder/level.out"
line binary_mib "$(wc -c <"$postern" | awk '{ printf "%.2f\n", $1 / 1048576 }')"
