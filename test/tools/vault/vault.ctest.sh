#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# postern vault as somebody at a shell uses it: what it does, what it refuses, what it never prints.
# label: unit
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
umask 022

# wants STATUS COMMAND...   (standard input is the file `in`)
: >in
wants() {
    wanted=$1
    shift
    status=0
    "$POSTERN" vault "$@" >out 2>err <in || status=$?
    [ $status = "$wanted" ] || { echo "vault $*: status $status, wanted $wanted"; cat out err; exit 1; }
    ! grep 'runtime error' err || exit 1
}
said() { grep -q -e "$1" err || { echo "not said: $1"; cat err; exit 1; }; }
silent() { # nothing of a value or a passphrase is printed
    ! grep -q 'kestrel\|plover\|correct horse' out err || { echo "it was printed:"; cat out err; exit 1; }
}

for command in init set get list rotate rm; do
    wants 0 $command --help
    grep -q 'xit status' out
done
for wrong in 'init' 'set v' 'get v' 'rm v' 'list' 'list v name' 'init v name' 'set v a/b' 'set v a b' \
    'list v --no-such' 'init v --memory 0' 'init v --memory 1025' 'init v --memory x' \
    'init v --key-file a --passphrase-file b' 'rotate v --new-key-file a --new-passphrase-file b'; do
    # shellcheck disable=SC2086
    wants 2 $wrong
done

echo 'correct horse battery' >pass
echo 'another correct horse' >pass2
printf 'kestrel-1' >one
printf 'kestrel-2\n' >two
head -c 32 /dev/urandom >key
P="--passphrase-file pass"

# shellcheck disable=SC2086
{
    wants 0 init v $P --memory 1
    [ "$(stat -c %a v)" = 600 ]
    cp v before
    wants 1 init v $P --memory 1
    said 'already'
    cmp -s v before
    wants 0 list v $P
    [ ! -s out ]

    cp one in; wants 0 set v crm $P; silent
    cp two in; wants 0 set v openai $P; silent
    ! grep -q 'kestrel\|crm\|openai' v
    wants 0 list v $P; silent
    [ "$(cut -d ' ' -f 1 out | tr '\n' ' ')" = 'crm openai ' ]
    wants 0 get v crm $P; silent
    grep -q '^crm  set 2' out
    wants 0 get v crm $P --reveal
    [ "$(cat out)" = kestrel-1 ]
    wants 0 get v openai $P --reveal
    [ "$(cat out)" = kestrel-2 ]
    wants 1 get v crn $P --reveal; said 'no such secret'

    # the passphrase as the first line of standard input, the value behind it
    { cat pass; printf 'plover'; } >in
    wants 0 set v mail --passphrase-file -
    wants 0 get v mail $P --reveal
    [ "$(cat out)" = plover ]

    # replace one secret; a name that is not there is no other name
    cp two in; wants 0 rotate v crm $P; silent
    wants 0 get v crm $P --reveal
    [ "$(cat out)" = kestrel-2 ]
    cp v before
    wants 1 rotate v crn $P; said 'no such secret'
    wants 1 rm v crn $P; said 'no such secret'
    cmp -s v before

    # behind a link it is the file that changes
    mkdir there && mv v there/v && ln -s there/v v
    cp one in; wants 0 set v crm $P
    [ -h v ]
    wants 0 get there/v crm $P --reveal
    [ "$(cat out)" = kestrel-1 ]
    rm v && mv there/v v && rmdir there
    cp two in; wants 0 set v crm $P
    cp v before

    # values that no header can hold
    printf 'a\nb' >in; wants 1 set v bad $P; said 'printable'
    printf 'a\001' >in; wants 1 set v bad $P; said 'printable'
    : >in; wants 1 set v bad $P; said 'printable'
    head -c 4097 /dev/zero | tr '\0' x >in; wants 1 set v bad $P
    head -c 4096 /dev/zero | tr '\0' x >in; wants 0 set v long $P
    cmp -s v before && exit 1
    wants 0 rm v long $P
    wants 0 rm v mail $P

    # the wrong ones
    wants 1 list v --passphrase-file pass2; said "not the vault's"; silent
    wants 1 list v --key-file key; said 'sealed with a passphrase'
    wants 1 list v --passphrase-file /dev/null; said 'empty'
    wants 1 list v --passphrase-file nowhere; said nowhere
    wants 1 list nowhere $P; said nowhere
    echo short >short
    wants 1 init w --passphrase-file short; said '12 bytes'
    [ ! -e w ]

    # all of it under another passphrase, then under a key
    wants 0 rotate v $P --new-passphrase-file pass2 --memory 1; silent
    wants 1 list v $P
    wants 0 get v crm --passphrase-file pass2 --reveal
    [ "$(cat out)" = kestrel-2 ]
    wants 1 rotate v --passphrase-file pass2 --new-passphrase-file short
    wants 0 rotate v --passphrase-file pass2 --new-key-file key
    wants 0 get v openai --key-file key --reveal
    [ "$(cat out)" = kestrel-2 ]
    wants 1 list v --passphrase-file pass2; said 'key-file'
    head -c 31 key >key31; wants 1 list v --key-file key31; said '32 bytes'
    { cat key; echo; } >key33; wants 1 list v --key-file key33; said '32 bytes'
    head -c 32 /dev/urandom >other; wants 1 list v --key-file other; said "not the vault's"
}

# A vault that asks for 100 GB is told so, at once and before anything is derived.
{ printf 'PNVAULT1\001\004\003\000\000\000\100\006'; head -c 28 /dev/zero; printf '\000\000\000\000'; head -c 16 /dev/zero; } >bomb
wants 1 list bomb $P; said 'more memory or time'
# So is one that asks for 1 GiB and 64 passes over it: each alone would be obeyed.
{ printf 'PNVAULT1\001\004\100\000\000\000\020\000'; head -c 28 /dev/zero; printf '\000\000\000\000'; head -c 16 /dev/zero; } >slow
wants 1 list slow $P; said '4 GiB in all'
echo 'not a vault' >none
wants 1 list none $P; said 'not a vault'
wants 1 list /dev/zero $P; said 'not a vault'

# Two dozen writers at once lose nothing of each other's.
wants 0 init many --key-file key
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do
    printf 'kestrel-%s' $n | "$POSTERN" vault set many n$n --key-file key &
done
wait
wants 0 list many --key-file key
[ "$(wc -l <out)" = 24 ] || { echo "entries were lost:"; cat out; exit 1; }
wants 0 get many n17 --key-file key --reveal
[ "$(cat out)" = kestrel-17 ]

# Of two who make the same vault one does, and has the vault that he made.
for n in 1 2 3 4 5 6 7 8; do
    head -c 32 /dev/urandom >race$n
    { "$POSTERN" vault init race --key-file race$n 2>/dev/null && echo $n >>made; } &
done
wait
[ "$(wc -l <made)" = 1 ]
wants 0 list race --key-file "race$(cat made)"
[ "$(find . -name 'race.*new' | wc -l)" = 0 ]

# No room on the disk: the vault stays as it was, and nothing half-written is left.
cp many before
for blocks in 0 1; do
    status=0
    (trap '' XFSZ; ulimit -f $blocks; head -c 4000 before | tr -dc a-z | "$POSTERN" vault set many x --key-file key) \
        >out 2>err || status=$?
    [ $status = 1 ] || { [ $blocks = 1 ] && [ $status = 0 ]; } || { echo "full disk: $status"; cat err; exit 1; }
    [ $status = 0 ] || cmp before many
done
[ ! -e many.new ]
[ "$(stat -c %a many)" = 600 ]
