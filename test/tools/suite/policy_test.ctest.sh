#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: unit e2e
# timeout: 120
#
# `postern policy test` as people and CI call it: the examples pass with full coverage, what fails
# fails, every form is in order, and exit statuses say which it was.
set -u
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
bad=0

# run STATUS ARGUMENT... - the command exits with that status; out and err hold what it said.
run() {
    want=$1
    shift
    "$POSTERN" policy test "$@" >out 2>err
    got=$?
    [ "$got" = "$want" ] && return
    echo "policy test $*: exit $got, wanted $want"
    cat out err
    bad=1
}

# says FILE TEXT - that text is in it.
says() {
    grep -qF -- "$2" "$1" && return
    echo "wanted in $1: $2"
    cat "$1"
    bad=1
}

# --- the examples ---
for name in support-desk refunds; do
    run 0 "$POSTERN_SRC/policy/examples/$name" --coverage
    says out 'rules matched (100%)'
    says out 'true and false (100%)'
done
run 0 "$POSTERN_SRC/policy/examples/support-desk" --run 'payments/.*/tier1/' -o list
says out 'ok      payments/refunds of the own ticket/tier1/at-the-cap/tools/call/refund_issue'
grep -q triage out && echo 'a test was run that --run leaves out' && bad=1
run 0 "$POSTERN_SRC/policy/examples/support-desk" --filter 'suite=pay*;principal=tier2'
says out '7 tests in 2 files'

# The compiled policy is the same policy.
"$POSTERN" policy build "$POSTERN_SRC/policy/examples/refunds" -q -o body || bad=1
run 0 body "$POSTERN_SRC/policy/examples/refunds/tests"
says out '12 passed'
run 1 body
says err 'name the test files too'

# --- a folder of Cerbos policies, with everything that can happen ---
mkdir -p repo/testdata broken
cat >repo/doc.yaml <<'END'
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  rules:
    - name: view
      actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: R.attr.owner == P.id}}
      output: {when: {ruleActivated: '{"who": P.id}'}}
    - name: late
      actions: [edit]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: 'now() > timestamp("2026-06-01T00:00:00Z")'}}
    - name: never
      actions: [print]
      effect: EFFECT_DENY
      roles: [nobody]
END
cat >repo/testdata/resources.yaml <<'END'
resources:
  hers: {kind: doc, id: hers, attr: {owner: "<&\"'"}}
END
cat >repo/a_test.yaml <<'END'
name: docs & <more>
principals:
  ana: {id: "<&\"'", roles: [user]}
tests:
  - name: good # one
    input: {principals: [ana], resources: [hers], actions: [view, print]}
    expected:
      - {principal: ana, resource: hers, actions: {view: EFFECT_ALLOW}}
  - name: wrong
    input: {principals: [ana], resources: [hers], actions: [view, print]}
    expected:
      - principal: ana
        resource: hers
        actions: {view: EFFECT_ALLOW, print: EFFECT_ALLOW}
        outputs: [{action: view, expected: [{src: "resource.doc.vdefault#view", val: {who: eve}}]}]
  - name: later
    skip: true
    skipReason: not built yet
    input: {principals: [ana], resources: [hers], actions: [view]}
    expected: [{principal: ana, resource: hers, actions: {view: EFFECT_DENY}}]
  - name: no time
    input: {principals: [ana], resources: [hers], actions: [edit]}
    expected: [{principal: ana, resource: hers, actions: {edit: EFFECT_ALLOW}}]
  - name: time
    options: {now: "2026-07-01T00:00:00Z"}
    input: {principals: [ana], resources: [hers], actions: [edit]}
    expected: [{principal: ana, resource: hers, actions: {edit: EFFECT_ALLOW}}]
END
cat >repo/b_test.yaml <<'END'
name: whole
skip: true
skipReason: another day
principals: {ana: {id: ana, roles: [user]}}
tests:
  - name: t
    input: {principals: [ana], resources: [hers], actions: [view]}
    expected: [{principal: ana, resource: hers, actions: {view: EFFECT_DENY}}]
END
cat >repo/c_test.yaml <<'END'
name: mistaken
principals: {ana: {id: ana, roles: [user]}}
tests:
  - name: t
    input: {principals: [anna], resources: [hers], actions: [view]}
    expected: [{principal: ana, resource: hers, actions: {view: EFFECT_DENY}}]
END
run 4 repo --coverage
says out 'docs & <more> (repo/a_test.yaml): 3 passed, 2 failed, 1 in error, 1 skipped'
says out 'expected EFFECT_ALLOW, was EFFECT_DENY'
says out 'expected {"who":"eve"}'
says out 'do not say what `now` is'
says out 'whole (repo/b_test.yaml): skipped, another day'
says out "repo/c_test.yaml:5:26: error: there is no principal 'anna'; did you mean 'ana'?"
says out 'mode cerbos54'
says out 'rule resource.doc.vdefault#never (doc.yaml:17): never matched'
says out 'now() > timestamp("2026-06-01T00:00:00Z"): never false, in resource.doc.vdefault#late'
run 4 repo --verbose
says out 'not for this principal: it is for nobody'
run 1 repo repo/a_test.yaml --run nothing-of-the-kind
says err 'no test fits the filter'
run 2 repo --run '('
run 2 repo --filter bogus=1
says err "'bogus=1' is no filter"
run 2 repo --output html
run 2
run 1 repo/testdata

for form in tree list json junit tap; do
    run 4 repo -o $form --out $form.out
    [ -s out ] && echo "--out $form.out: the report went to standard output too" && bad=1
done
says list.out 'FAILED  docs & <more>/wrong/ana/hers/print'
says tap.out 'TAP version 14'
says tap.out '1..9'
says tap.out 'ok 1 - docs & <more>/good/ana/hers/view'
says tap.out 'not ok 4 - docs & <more>/wrong/ana/hers/print'
says tap.out 'ok 5 - docs & <more>/later/ana/hers/view # SKIP not built yet'
says tap.out 'ok 8 - repo/b_test.yaml # SKIP another day'
says tap.out 'not ok 9 - repo/c_test.yaml'
[ "$(grep -cE '^(not )?ok ' tap.out)" = 9 ] || { echo 'TAP: the plan is not kept'; bad=1; }
says json.out '"overallResult":"RESULT_ERRORED","testsCount":7'
says junit.out '<testsuites name="postern" tests="9" failures="2" errors="2" skipped="2">'
says junit.out '<testsuite name="docs &amp; &lt;more&gt;"'
if command -v python3 >/dev/null; then
    python3 - <<'END' || bad=1
import json, xml.dom.minidom
dom = xml.dom.minidom.parse("junit.out")
cases = dom.getElementsByTagName("testcase")
assert len(cases) == 9, len(cases)
assert len(dom.getElementsByTagName("failure")) == 2
assert len(dom.getElementsByTagName("error")) == 2
assert len(dom.getElementsByTagName("skipped")) == 2
root = json.load(open("json.out"))
assert [s["name"] for s in root["suites"]] == ["docs & <more>", "whole", "mistaken"], root
first = root["suites"][0]["testCases"][0]["principals"][0]["resources"][0]["actions"]
assert first[0]["details"]["success"]["effect"] == "EFFECT_ALLOW", first
assert first[0]["details"]["success"]["outputs"][0]["val"] == {"who": "<&\"'"}, first
END
elif command -v xmllint >/dev/null; then
    xmllint --noout junit.out || bad=1
else
    echo 'neither python3 nor xmllint here: whether the XML is in order was not looked at'
fi

# --- a policy that does not compile, and one that needs globals ---
printf 'apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: doc, rulez: []}\n' >broken/doc.yaml
cp repo/b_test.yaml broken/
run 3 broken
says err 'broken/doc.yaml:2:33: error: unknown key'
[ -s out ] && echo 'a policy that does not compile has no report' && bad=1
mkdir globals
cat >globals/doc.yaml <<'END'
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: doc
  version: default
  rules:
    - actions: [view]
      effect: EFFECT_ALLOW
      roles: [user]
      condition: {match: {expr: G.site == R.attr.site}}
END
cat >globals/a_test.yaml <<'END'
name: sites
options: {globals: {site: north}}
principals: {ana: {id: ana, roles: [user]}}
resources: {d: {kind: doc, id: d, attr: {site: north}}}
tests:
  - name: here
    input: {principals: [ana], resources: [d], actions: [view]}
    expected: [{principal: ana, resource: d, actions: {view: EFFECT_ALLOW}}]
  - name: elsewhere
    options: {globals: {site: south}}
    input: {principals: [ana], resources: [d], actions: [view]}
    expected: [{principal: ana, resource: d, actions: {view: EFFECT_DENY}}]
END
run 0 globals --coverage
says out '2 passed'
exit $bad
