#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# postern token new: what it prints makes a bundle that knows the key, and nothing else is written.
# label: unit
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# wants STATUS COMMAND...
wants() {
    wanted=$1
    shift
    status=0
    "$POSTERN" token new "$@" >out 2>err </dev/null || status=$?
    [ $status = "$wanted" ] || { echo "token new $*: status $status, wanted $wanted"; cat out err; exit 1; }
    ! grep 'runtime error' err || exit 1
}

wants 0 --help
grep -q 'xit status' out
for wrong in '' '--user' '--user a b' '--no-such' '--user a --expires soon' '--user a --output xml' \
    '--user a --role *' '--user a --role x,y' '--team t'; do
    # shellcheck disable=SC2086
    wants 2 $wrong
    [ ! -s out ]
done
tab=$(printf 'a\tb')
wants 2 --user "$tab"

wants 0 --user ana --output json --agent 'a "b"' --role r1 --role r2 --team t --task k \
    --expires 2027-01-31 --id one
python3 - <<'END'
import hashlib, json
made = json.load(open('out'))
key, record = made['key'], made['record']
assert key.startswith('postern_') and len(key) == 8 + 43, key
assert record.pop('sha256') == hashlib.sha256(key.encode()).hexdigest()
assert record == {'id': 'one', 'user': 'ana', 'agent': 'a "b"', 'team': 't', 'task': 'k',
                  'roles': ['r1', 'r2'], 'expires': '2027-01-31'}, record
END

# Two keys differ; their records make a bundle that compiles.
mkdir desk
cp -R "$POSTERN_SRC/policy/examples/support-desk/." desk
wants 0 --user ana --role tier-1-support
head -n 1 out >first
sed -n '/^  - id:/,$p' out >record
printf 'keys:\n' | cat - record >desk/identity.yaml
wants 0 --agent 'it: #1' --expires 2027-01-31T18:00:00Z
head -n 1 out >second
! cmp -s first second
sed -n '/^  - id:/,$p' out >>desk/identity.yaml
"$POSTERN" policy build desk -o body
! grep -aqF "$(cat first)" body || { echo 'the key is in the policy'; exit 1; }
grep -q '"it: #1-' desk/identity.yaml

# Where it cannot be printed it says so.
if [ -w /dev/full ]; then
    status=0
    "$POSTERN" token new --user a >/dev/full 2>err || status=$?
    [ $status = 1 ]
    grep -q 'make another one' err
fi
[ "$(ls)" = "$(printf 'body\ndesk\nerr\nfirst\nout\nrecord\nsecond')" ]
