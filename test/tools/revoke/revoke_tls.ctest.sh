#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `postern revoke` over TLS: by a key or a certificate, and only of a listener that is believed.
# label: unit slow
# timeout: 60
. "${POSTERN_SRC:-$(cd "$(dirname "$0")/../../.." && pwd)}/test/tools/seal/gate.sh"
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }

authority() { # NAME
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.pem"
}
leaf() { # NAME AUTHORITY CN EXTENSIONS
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    openssl req -new -key "$1.key" -subj "/CN=$3" -out "$1.csr"
    printf "$4" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.pem"
}
{
    authority root
    authority other
    leaf desk root desk 'subjectAltName=IP:127.0.0.1,DNS:gate.example\nextendedKeyUsage=serverAuth\n'
    leaf named root desk 'subjectAltName=DNS:gate.example\nextendedKeyUsage=serverAuth\n'
    leaf dee root dee.ops.example 'extendedKeyUsage=clientAuth\n'
} >made.log 2>&1 || fail "$(cat made.log)"

key signer
"$postern" policy build "$root/policy/examples/support-desk" -o body
sign now signer --sequence 1
"$postern" admin key new --name olga --role operator >olga
head -1 olga >olga.key
free_port && listen_port=$port
free_port && admin_port=$port admin=https://127.0.0.1:$port
write() { # CERTIFICATE of the listener, CLIENTS
    cat >device.yaml <<END
listen: ['127.0.0.1:$listen_port']
admin:
  at: 127.0.0.1:$admin_port
  tls: {certificate: $1.pem, key: $1.key, client_roots: root.pem, clients: $2}
  operators:
$(sed -n 's/^  \( *\(- name\|role\|key_sha256\): .*\)/    \1/p' olga)
    - {name: dee, role: operator, certificate: dee.ops.example}
state: state
policy: {keys: [signer.pub], file: now.blob}
credentials: {$(printf '%s: {file: secret}, ' openai-main openai-mini crm tickets payments payroll)}
END
}
echo none >secret
serve() {
    : >gate.log
    "$postern" serve --config device.yaml >>gate.log 2>&1 &
    gate=$!
    logged 'ready: listening'
}
revoke() { "$postern" revoke --admin "127.0.0.1:$admin_port" "$@" >said 2>&1; }
expect() { grep -q -e "$1" said || fail "no $1 in $(cat said)"; }
refused() { # STATUS TEXT ARGUMENTS
    want=$1 text=$2 got=0
    shift 2
    revoke "$@" || got=$?
    [ "$got" = "$want" ] || fail "$*: exit status $got for $want: $(cat said)"
    expect "$text"
}

refused 2 'go together' --list --roots root.pem --certificate dee.pem
refused 2 'needs --roots' --list --name gate.example
refused 1 'nobody answers there' --list --roots root.pem
write desk optional
serve
revoke task T-1001 --reason why --roots root.pem --key olga.key || fail "$(cat said)"
expect '"id":1,"kind":"task","name":"T-1001","reason":"why","by":"olga"'
revoke agent a-1 --reason why --roots root.pem --certificate dee.pem --certificate-key dee.key || fail "$(cat said)"
expect '"id":2,"kind":"agent","name":"a-1","reason":"why","by":"dee"'
revoke --list --roots root.pem --name gate.example --key olga.key || fail "$(cat said)"
expect '^2 .*a-1  *dee '
refused 1 'with TLS is asked by --roots' --list
refused 1 'refused, 401' --list --roots root.pem
refused 1 "$admin_port: " --list --roots other.pem --key olga.key
refused 1 "$admin_port: " --list --roots root.pem --name else.example --key olga.key
refused 1 'names no file with certificates' --list --roots signer.pub --key olga.key
refused 1 'are no pair' --list --roots root.pem --certificate dee.pem --certificate-key desk.key
stop

# Whoever shows none is turned away in the handshake; and it is for a name only
write named required
serve
refused 1 "$admin_port: " --list --roots root.pem --name gate.example --key olga.key
refused 1 "$admin_port: " --list --roots root.pem --certificate dee.pem --certificate-key dee.key
revoke --lift 1 --roots root.pem --name gate.example --certificate dee.pem --certificate-key dee.key || fail "$(cat said)"
recorded '"event":"revocation_lifted","detail":"task T-1001, entry 1","who":{"id":"dee","proof":"mtls"'
stop
echo 'over TLS too'
