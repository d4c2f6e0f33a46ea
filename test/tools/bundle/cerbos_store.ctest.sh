#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A repository of Cerbos policies, as it is: its own tests pass, and as the policies of a bundle it builds
# in both modes.
# label: unit
set -eu
store=$POSTERN_SRC/test/tools/bundle/cerbos-store
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

has() { # WORDS FILE
    grep -qF -- "$1" "$2" || { echo "no '$1' in"; cat "$2"; exit 1; }
}

"$POSTERN" policy test "$store" >"$work/tests" 2>&1 || { cat "$work/tests"; exit 1; }
has '56 passed' "$work/tests"

cat >"$work/request.json" <<'EOF'
{"requestId":"1","includeMeta":true,
 "principal":{"id":"dora","roles":["doctor"],"attr":{"ward":"w1"}},
 "resources":[{"resource":{"kind":"visit","id":"v2","attr":{"doctor":"dora","state":"closed",
   "closed_at":"2026-03-01T10:00:00+01:00"}},"actions":["note:add","edit"]}]}
EOF
"$POSTERN" policy check "$store" "$work/request.json" >"$work/answer"
has '"actions":{"note:add":"EFFECT_DENY","edit":"EFFECT_DENY"}' "$work/answer"
has '"val":"closed on 2026-03-01T10:00:00+01:00"' "$work/answer"
has '"note:add":{"matchedPolicy":"resource.visit.vdefault"}' "$work/answer"
has '"effectiveDerivedRoles":["treating_doctor"]' "$work/answer"
has '"mode":"cerbos54"' "$work/answer"

# One answer a line, also to a request over several lines, and a line that says what is wrong.
{
    cat "$work/request.json"
    echo '{"principal":{"id":"dora","roles":"doctor"}}'
    echo '{"principal":{"id":"anna","roles":["accounting"]},"resource":{"kind":"invoice","id":"i1",'
    echo ' "attr":{"cents":1}},"actions":["refund"]}'
} | "$POSTERN" policy check "$store" - >"$work/lines" 2>/dev/null && { echo 'a wrong request passed'; exit 1; }
[ "$(wc -l <"$work/lines")" = 3 ] || { cat "$work/lines"; exit 1; }
has '{"error":"line 1, column 35: principal.roles is a list of texts"}' "$work/lines"
has '"refund":{"effect":"EFFECT_ALLOW","policy":"resource.invoice.vdefault"}' "$work/lines"

for mode in edge cerbos54; do
    mkdir "$work/$mode"
    printf 'name: clinic\nmode: %s\n' $mode >"$work/$mode/bundle.yaml"
    cp -R "$store" "$work/$mode/policies"
    "$POSTERN" policy build -q "$work/$mode" -o "$work/$mode.body"
    "$POSTERN" policy check "$work/$mode.body" "$work/request.json" >"$work/answer"
    has "\"mode\":\"$mode\"" "$work/answer"
    has '"note:add":"EFFECT_DENY"' "$work/answer"
done
