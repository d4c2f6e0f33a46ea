#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: e2e
# lock: stand-ins
# timeout: 600
# cost: 48
#
# tools/demo.sh --once fails when a line of it is missing: in a copy of the tree whose policy lets
# through what the demo says is refused.
set -eu
command -v curl >/dev/null || { echo 'skipped: no curl'; exit 77; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/postern-demo-missing-XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

# The copy has a binary already, so nothing is built in it.
mkdir -p "$folder/tree/test/tools" "$folder/tree/policy/examples" "$folder/tree/build" "$folder/path"
cp -r "$POSTERN_SRC/tools" "$folder/tree/tools"
cp "$POSTERN_SRC/test/tools/support_desk.keys" "$folder/tree/test/tools/"
ln -s "$POSTERN" "$folder/tree/build/postern"
for program in cmake ninja; do
    printf '#!/bin/sh\nexit 0\n' >"$folder/path/$program"
    chmod +x "$folder/path/$program"
done
PATH=$folder/path:$PATH
POSTERN_PORT=18081 POSTERN_ADMIN_PORT=19902
export PATH POSTERN_PORT POSTERN_ADMIN_PORT

# demo_ends STATUS WORDS: run it over the bundle as it now is.
demo_ends() {
    status=0
    sh "$folder/tree/tools/demo.sh" --once >"$folder/out" 2>&1 || status=$?
    [ "$status" = "$1" ] && grep -q -e "$2" "$folder/out" && return 0
    cat "$folder/out"
    echo "FAILED: status $status instead of $1 with \"$2\""
    exit 1
}
bundle=$folder/tree/policy/examples/support-desk
fresh_bundle() { # without the self-tests: they forbid what is tried out here
    rm -rf "$bundle" && cp -r "$POSTERN_SRC/policy/examples/support-desk" "$bundle"
    sed -i "/^self_tests:/,\$d" "$bundle/bundle.yaml"
}
replace() { # WHAT BY FILE: and it was there
    grep -q -e "$1" "$bundle/$3" || { echo "FAILED: no $1 in $3"; exit 1; }
    sed -i "s/$1/$2/" "$bundle/$3"
}

fresh_bundle
demo_ends 0 'everything was as expected'

replace 'amount_cents > 5000' 'amount_cents > 5000000' policies/payments.yaml
demo_ends 1 'MISSING: "tier-1-support refund cap exceeded" in the refused refund'
grep -q 'MISSING: an unchanged count of the payments server' "$folder/out"
grep -q 'MISSING: "tier-1-refund-cap" in the audit log' "$folder/out"
grep -q '3 expected lines are missing' "$folder/out"

fresh_bundle
replace 'tier-1-support refund cap exceeded' 'no' policies/payments.yaml
demo_ends 1 'demo: 1 expected lines are missing'

fresh_bundle
: >"$bundle/policies/payments.yaml"
demo_ends 1 'the gateway did not start'
echo 'a missing line is told, and counts'
