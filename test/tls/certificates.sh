#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# certificates.sh FOLDER - certificates and keys for tests, made anew for each build with openssl:
#
#   root.pem other-root.pem            two authorities; nobody but the tests of one name trusts the second
#   desk.pem desk.key                  desk.example and localhost, 127.0.0.1: leaf and intermediate, P-256
#   rsa.pem rsa.key                    rsa.example, RSA 2048, signed by the RSA authority rsa-root.pem
#   wild.pem wild.key                  *.wild.example
#   stranger.pem stranger.key          desk.example, signed by the other root
#   self.pem self.key                  desk.example, signed by itself
#   expired.pem expired.key            desk.example, over since 2020
#   ancient.pem ancient.key            desk.example, signed by itself, valid since 1970
#   agent.pem agent.key                a client's, with the URI name spiffe://example.org/agent
#   forged agent-forged                desk.example and agent behind an intermediate that did not sign them
#   agent-behind                       agent behind an intermediate that did
#   agent-renewed desk-renewed         agent, desk with one that is over, of its name and another key, in between
#   agent-lapsed                       agent, signed by the one that is over, likewise
#   agent-over                         agent behind four that are over
#   named.pem named.key                a client's, with the DNS name worker.example alone
#   domain-a.pem domain-b.pem          the roots of two trust domains, a.example and b.example
#   svid-a svid-b                      spiffe://{a,b}.example/agents/one, signed by its domain
#   svid-wrong                         a.example's, signed by b.example
#   svid-two svid-ca svid-expired      a.example's with two URIs; that is an authority; over since 2020
#   svid-root svid-bad usage           a.example's without a path; no valid name; not for signatures
#   svid-a-deep svid-a-deeper          svid-a with 4, and 5, certificates behind it that nobody needs
#   svid-a-large svid-a-larger         svid-a with one of RSA 4096, and 4104, behind it
#   svid-a-steep svid-a-steeper        svid-a with one of RSA whose exponent has 32, and 33, bits behind it
#   desk-deeper desk-larger desk-steeper  likewise
set -eu
cd "$1"
quiet() { "$@" >/dev/null 2>openssl.log || { cat openssl.log >&2; exit 1; }; }
p256() { quiet openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

authority() { # NAME
    p256 "$1.key"
    quiet openssl req -x509 -new -key "$1.key" -sha256 -days 30 -subj "/CN=$1" -out "$1.pem" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}
signed() { # NAME AUTHORITY DAYS EXTENSIONS...
    name=$1 by=$2 days=$3
    shift 3
    printf '%s\n' "$@" >"$name.ext"
    quiet openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
    quiet openssl x509 -req -in "$name.csr" -CA "$by.pem" -CAkey "$by.key" -CAcreateserial -sha256 \
        -days "$days" -extfile "$name.ext" -out "$name.pem"
}
leaf() { # NAME AUTHORITY DAYS NAMES
    signed "$1" "$2" "$3" "subjectAltName=$4" keyUsage=digitalSignature \
        "extendedKeyUsage=${5:-serverAuth}"
}
dated() { # NAME FROM UNTIL SIGNER...; of NAME.csr and NAME.ext. Only `ca` takes dates in every version
    name=$1 from=$2 until=$3
    shift 3
    printf '%s\n' '[ca]' default_ca=one '[one]' database=ca.index rand_serial=yes new_certs_dir=. default_md=sha256 \
        policy=any '[any]' commonName=supplied >ca.conf
    : >ca.index
    quiet openssl ca -batch -notext -config ca.conf "$@" -in "$name.csr" -extfile "$name.ext" \
        -startdate "$from" -enddate "$until" -out "$name.pem"
}
over() { # NAME AUTHORITY NAMES USAGE
    leaf "$1" "$2" 30 "$3" "$4"
    dated "$1" 20200101000000Z 20200201000000Z -cert "$2.pem" -keyfile "$2.key"
}

authority root
authority other-root
p256 middle.key
signed middle root 30 basicConstraints=critical,CA:TRUE,pathlen:0 keyUsage=critical,keyCertSign
for name in desk wild stranger self expired agent forged agent-forged agent-behind agent-renewed agent-lapsed; do
    p256 $name.key
done
leaf desk middle 30 DNS:desk.example,DNS:localhost,IP:127.0.0.1
cat middle.pem >>desk.pem
leaf wild root 30 'DNS:*.wild.example'
leaf stranger other-root 30 DNS:desk.example
over expired root DNS:desk.example,DNS:localhost serverAuth
leaf agent root 30 URI:spiffe://example.org/agent clientAuth
p256 not-middle.key
quiet openssl req -x509 -new -key not-middle.key -sha256 -days 30 -subj /CN=middle -out not-middle.pem
leaf forged not-middle 30 DNS:desk.example
leaf agent-forged not-middle 30 URI:spiffe://example.org/agent clientAuth
leaf agent-behind middle 30 URI:spiffe://example.org/agent clientAuth
for name in forged agent-forged agent-behind; do cat middle.pem >>$name.pem; done
quiet openssl req -new -key not-middle.key -subj /CN=middle -out not-middle.csr
printf '%s\n' basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign >not-middle.ext
dated not-middle 20200101000000Z 20200201000000Z -cert root.pem -keyfile root.key
leaf agent-renewed middle 30 URI:spiffe://example.org/agent clientAuth
leaf agent-lapsed not-middle 30 URI:spiffe://example.org/agent clientAuth
cat agent-renewed.pem not-middle.pem not-middle.pem not-middle.pem not-middle.pem >agent-over.pem
cp agent-renewed.key agent-over.key
cp desk.key desk-renewed.key
leaf desk-renewed middle 30 DNS:desk.example
for name in agent-renewed agent-lapsed desk-renewed; do cat not-middle.pem middle.pem >>$name.pem; done
rm not-middle.*
quiet openssl req -x509 -new -key self.key -sha256 -days 30 -subj /CN=self -out self.pem \
    -addext subjectAltName=DNS:desk.example

p256 ancient.key
quiet openssl req -new -key ancient.key -subj /CN=ancient -out ancient.csr
printf '%s\n' subjectAltName=DNS:desk.example basicConstraints=CA:TRUE >ancient.ext
dated ancient 19700101000000Z 20490101000000Z -selfsign -keyfile ancient.key

authority domain-a
authority domain-b
for name in named svid-a svid-b svid-wrong svid-two svid-ca svid-expired svid-root svid-bad usage; do
    p256 $name.key
done
one=URI:spiffe://a.example/agents/one
leaf named root 30 DNS:worker.example clientAuth
leaf svid-a domain-a 30 $one serverAuth,clientAuth
leaf svid-b domain-b 30 URI:spiffe://b.example/agents/one serverAuth,clientAuth
leaf svid-wrong domain-b 30 $one serverAuth,clientAuth
leaf svid-two domain-a 30 $one,URI:spiffe://a.example/agents/two serverAuth,clientAuth
over svid-expired domain-a $one serverAuth,clientAuth
leaf svid-root domain-a 30 URI:spiffe://a.example serverAuth,clientAuth
leaf svid-bad domain-a 30 'URI:spiffe://a.example/agents//one' serverAuth,clientAuth
signed svid-ca domain-a 30 subjectAltName=$one basicConstraints=critical,CA:TRUE keyUsage=digitalSignature,keyCertSign
signed usage domain-a 30 subjectAltName=$one

quiet openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa-root.key -sha256 -days 30 -subj /CN=rsa-root \
    -out rsa-root.pem -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
quiet openssl genrsa -out rsa.key 2048
leaf rsa rsa-root 30 DNS:rsa.example,DNS:localhost

costly() { # NAME BITS EXPONENT PRIMES; several primes are found sooner
    quiet openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:"$2" -pkeyopt rsa_keygen_primes:"$4" \
        -pkeyopt rsa_keygen_pubexp:"$3" -out behind.key
    quiet openssl req -x509 -new -key behind.key -sha256 -days 30 -subj /CN=behind -out "behind-$1.pem"
}
costly large 4096 65537 4
costly larger 4104 65537 4
costly steep 2048 4294967291 3
costly steeper 2048 4294967297 3
cat middle.pem middle.pem middle.pem middle.pem >behind-deep.pem
cat behind-deep.pem middle.pem >behind-deeper.pem
for kind in large larger steep steeper deep deeper; do
    for name in svid-a desk; do
        cat $name.pem behind-$kind.pem >$name-$kind.pem
        cp $name.key $name-$kind.key
    done
done
find . -name '[0-9A-F][0-9A-F][0-9A-F][0-9A-F]*.pem' -delete # as `ca` names its own copies
rm -f ./behind* ./ca.* ./*.csr ./*.ext ./*.srl openssl.log
