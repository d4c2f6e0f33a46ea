// suites.mjs [--seed N] [--rounds N] - the same test files through `cerbos compile` and Postern.
//
// A round is one folder of generated policies with generated suites, whose expectations are right or
// wrong by chance. For each action both say the same: passed, failed, skipped or in error, and which
// effect it was. A second pass expects the outputs that were told, some of them altered. Files with
// mistakes are refused by both. Exit status: 0 no difference, 1 differences, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { generatePolicies, generateRequest } from './generate.mjs';
import { Random } from './random.mjs';
import { cerbosRefusal, cerbosTests, folderOf, posternTests } from './server.mjs';

const { values: options } = parseArgs({ options: {
  seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '6' }, keep: { type: 'boolean', default: false } } });
const counts = { actions: 0, passed: 0, failed: 0, skipped: 0, errored: 0, outputs: 0, mistakes: 0, refused: 0, settled: 0, different: 0 };
const effects = ['EFFECT_ALLOW', 'EFFECT_DENY'];
const time = 'now() > timestamp("2026-01-01T00:00:00Z")';

// Rules get a condition on the time now and then, alone or beside the one they have.
function withTimes(random, files) {
  for (const file of Object.values(files)) {
    for (const rule of file.resourcePolicy?.rules ?? []) {
      if (!random.chance(0.2)) continue;
      const match = { expr: time };
      const of = random.some([match, rule.condition?.match ?? { expr: 'R.attr.x == 1' }], 2, 2);
      rule.condition = { match: random.one([match, { all: { of } }, { any: { of } }]) };
    }
  }
  return files;
}

function optionsOf(r) {
  return { globals: { env: r.one(['test', 'live']), size: 3 },
    ...(r.chance(0.8) ? { now: r.one(['2025-06-01T00:00:00Z', '2026-06-01T12:30:00.5+02:00']) } : {}),
    ...(r.chance(0.2) ? { lenientScopeSearch: true } : {}), ...(r.chance(0.2) ? { defaultPolicyVersion: 'v2' } : {}),
    ...(r.chance(0.2) ? { defaultScope: r.one(['acme', 'acme.hr']) } : {}) };
}

// Fixtures, some of them shared, some in groups.
function fixtures(r, files) {
  const [principals, resources] = [{}, {}];
  for (let i = 0; i < 4; i++) {
    const request = generateRequest(r, files);
    principals[`p${i}`] = request.principal;
    resources[`r${i}`] = request.resources[0].resource;
  }
  return { principals, resources, principalGroups: { some: { principals: ['p1', 'p2'] } },
    resourceGroups: { some: { resources: ['r0', 'r3'] } } };
}

function expectation(r, input, actions) {
  return { ...(r.chance(0.5) ? { principal: r.one(input.principals) } : { principals: r.some(input.principals, 1, 2) }),
    ...(r.chance(0.5) ? { resource: r.one(input.resources) } : { resources: r.some(input.resources, 1, 2) }),
    actions: Object.fromEntries(actions.map((a) => [a, r.one(effects)])) };
}

function testOf(r, number) {
  const actions = r.some(['view', 'edit', 'tools/call/x', 'a:b', 'a:b:c', 'delete'], 1, 3);
  const input = { principals: r.some(['p0', 'p1', 'p2', 'p3'], 1, 3), resources: r.some(['r0', 'r1', 'r2', 'r3'], 1, 3), actions };
  const grouped = { ...input, ...(r.chance(0.2) ? { principalGroups: ['some'] } : {}), ...(r.chance(0.2) ? { resourceGroups: ['some'] } : {}) };
  return { name: `t${number}`, ...(r.chance(0.1) ? { skip: true, skipReason: 'later' } : {}),
    ...(r.chance(0.3) ? { options: optionsOf(r) } : {}), input: grouped, expected: [expectation(r, input, actions)] };
}

function suitesOf(r, files) {
  const made = {};
  const shared = fixtures(r, files);
  for (let i = 0; i < 3; i++) {
    const own = r.chance(0.5);
    made[`sub${i % 2}/s${i}_test.${i === 2 ? 'json' : 'yaml'}`] = { name: `s${i}`, options: optionsOf(r), ...(own ? fixtures(r, files) : {}),
      tests: Array.from({ length: 3 }, (_, k) => testOf(r, k)) };
  }
  for (const sub of ['sub0', 'sub1']) {
    made[`${sub}/testdata/principals.yaml`] = { principals: shared.principals, principalGroups: shared.principalGroups };
    made[`${sub}/testdata/resources.json`] = { resources: shared.resources, resourceGroups: shared.resourceGroups };
  }
  return made;
}

// Every action by the path of its names: what it came to.
function flat(report) {
  const found = {};
  for (const suite of report.suites ?? []) {
    const file = suite.file.replace(/^.*?(?=sub\d\/|mistake)/, '');
    if (suite.error) found[file] = { result: 'RESULT_ERRORED' };
    for (const test of suite.testCases ?? []) {
      for (const principal of test.principals) {
        for (const resource of principal.resources) {
          for (const action of resource.actions) {
            const { result, success, failure, error } = action.details;
            found[[file, test.name, principal.name, resource.name, action.name].join(' | ')] =
              { result, effect: success?.effect ?? failure?.actual, error, outputs: success?.outputs ?? [] };
          }
        }
      }
    }
  }
  return found;
}

// Where the suite does not say what time it is, Cerbos is in error as soon as an expression reads it,
// Postern where a condition depends on it. And Cerbos 0.51 visits rules in an order of chance: one
// that denies may come before one that reads the time, or after it.
const decided = (one) => /PASSED|FAILED/.test(one?.result ?? '');
const caseOf = (name) => name.slice(0, name.lastIndexOf(' | '));
function settledWithoutTime(name, a, b) {
  if (/now/.test(a[name]?.error ?? '')) return decided(b[name]);
  // The error is that of all actions of a case.
  return /now/.test(b[name]?.error ?? '') && decided(a[name])
    && Object.entries(a).some(([other, { effect }]) => caseOf(other) === caseOf(name) && effect === 'EFFECT_DENY');
}

function compareReports(seed, theirs, ours, folder) {
  const [a, b] = [flat(theirs), flat(ours)];
  let good = true;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    counts.actions++;
    counts[(a[name]?.result ?? 'RESULT_NONE').slice(7).toLowerCase()]++;
    if (a[name]?.result === b[name]?.result && a[name]?.effect === b[name]?.effect) continue;
    if (settledWithoutTime(name, a, b)) {
      counts.settled++;
      continue;
    }
    counts.different++;
    good = false;
    console.log(`seed ${seed}: ${name}: Cerbos ${JSON.stringify(a[name])}, Postern ${JSON.stringify(b[name])} ${folder}`);
  }
  return good;
}

// Expect what was told where all rules were visited, sometimes something else.
function expectOutputs(r, suites, ours) {
  const found = flat(ours);
  const next = structuredClone(suites);
  for (const [file, suite] of Object.entries(next)) {
    for (const test of suite.tests ?? []) {
      test.expected = [];
      for (const [name, { effect, outputs }] of Object.entries(found)) {
        const [f, t, principal, resource, action] = name.split(' | ');
        if (f !== file || t !== test.name) continue;
        const told = effect === 'EFFECT_ALLOW' ? outputs.filter((o) => o.val !== undefined).map(({ src, val }) => ({ src, val })) : [];
        if (told.length === 1 && r.chance(0.2)) told[0].val = 'altered'; // of two with one src Cerbos looks at the last
        counts.outputs += told.length;
        test.expected.push({ principal, resource, actions: { [action]: effect ?? 'EFFECT_DENY' },
          ...(told.length ? { outputs: [{ action, expected: told }] } : {}) });
      }
      if (test.expected.length === 0) test.expected = suites[file].tests.find((x) => x.name === test.name).expected;
    }
  }
  return next;
}

async function both(seed, files) {
  const place = folderOf(files);
  const [theirs, ours] = await Promise.all([cerbosTests(place.folder), posternTests(place.folder)]);
  const refused = theirs.refusal || ours.refusal;
  const good = refused ? Boolean(theirs.refusal) === Boolean(ours.refusal)
    : compareReports(seed, theirs, ours, options.keep ? place.folder : '');
  if (refused && !good) {
    counts.different++;
    console.log(`seed ${seed}: refused by one: Cerbos '${theirs.refusal}', Postern '${ours.refusal}'`);
  }
  if (good || !options.keep) place.dispose();
  return refused ? undefined : ours;
}

async function round(seed) {
  const random = new Random(seed);
  const files = withTimes(random, generatePolicies(random));
  if (await cerbosRefusal(files)) return void counts.refused++;
  const suites = suitesOf(random, files);
  const ours = await both(seed, { ...files, ...suites });
  if (ours) await both(seed, { ...files, ...expectOutputs(random, suites, ours) });
}

// One suite, and what may be wrong with it.
const plain = () => ({ name: 'mistake', principals: { ana: { id: 'ana', roles: ['user'] } },
  resources: { d: { kind: 'doc', id: 'd', attr: {} } }, auxData: { tok: { jwt: { iss: 'x' } } },
  tests: [{ name: 't', input: { principals: ['ana'], resources: ['d'], actions: ['view'], auxData: 'tok' },
    expected: [{ principal: 'ana', resource: 'd', actions: { view: 'EFFECT_DENY' } }] }] });
const mistakes = {
  'nothing wrong': () => {},
  'a principal that is not there': (s) => { s.tests[0].input.principals = ['eve']; },
  'a resource that is not there': (s) => { s.tests[0].input.resources = ['e']; },
  'auxData that is not there': (s) => { s.tests[0].input.auxData = 'none'; },
  'a group that is not there': (s) => { s.tests[0].input.principalGroups = ['all']; },
  'a group of nobody': (s) => { s.principalGroups = { all: { principals: ['eve'] } }; },
  'an expectation of nobody': (s) => { s.tests[0].expected[0].principal = 'eve'; },
  'an action that is not asked': (s) => { s.tests[0].expected[0].actions.edit = 'EFFECT_DENY'; },
  'an output of an action that is not asked': (s) => { s.tests[0].expected[0].outputs = [{ action: 'edit', expected: [{ src: 'a', val: 1 }] }]; },
  'expectations that contradict': (s) => { s.tests[0].expected.push({ principal: 'ana', resource: 'd', actions: { view: 'EFFECT_ALLOW' } }); },
  'expectations that agree': (s) => { s.tests[0].expected.push(s.tests[0].expected[0]); },
  'a test name twice': (s) => { s.tests.push(s.tests[0]); },
  'no name': (s) => { delete s.name; },
  'no tests': (s) => { delete s.tests; },
  'no input': (s) => { delete s.tests[0].input; },
  'no actions': (s) => { s.tests[0].input.actions = []; },
  'nothing expected': (s) => { s.tests[0].expected = []; },
  'principal and principals': (s) => { s.tests[0].expected[0].principals = ['ana']; },
  'an effect that is none': (s) => { s.tests[0].expected[0].actions.view = 'ALLOW'; },
  'an unknown key': (s) => { s.tests[0].expect = 1; },
  'an unknown option': (s) => { s.options = { later: true }; },
  'a time that is none': (s) => { s.options = { now: 'yesterday' }; },
  'a principal without roles': (s) => { s.principals.ana.roles = []; },
  'a principal without id': (s) => { s.principals.ana.id = ''; },
  'a resource without kind': (s) => { delete s.resources.d.kind; },
  'an action twice': (s) => { s.tests[0].input.actions = ['view', 'view']; },
  'a principal twice': (s) => { s.tests[0].input.principals = ['ana', 'ana']; },
  'no expected outputs': (s) => { s.tests[0].expected[0].outputs = [{ action: 'view', expected: [] }]; },
  'one principal and a group': (s) => { s.principalGroups = { g: { principals: ['ana'] } }; s.tests[0].expected[0].principalGroups = ['g']; },
  'an empty group': (s) => { s.principalGroups = { g: { principals: [] } }; },
  'no name for a test': (s) => { s.tests[0].name = ''; },
  'an empty name': (s) => { s.name = ''; },
  'globals that are no map': (s) => { s.options = { globals: 5 }; },
  'a list for a principal': (s) => { s.principals.ana = []; },
  'a role of no letters': (s) => { s.principals.ana.roles = ['']; },
  'a resource as a list': (s) => { s.resources = []; },
  'a skipped suite': (s) => { s.skip = true; s.skipReason = 'later'; },
};

async function mistaken() {
  const policy = { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'doc', version: 'default',
    rules: [{ actions: ['view'], effect: 'EFFECT_ALLOW', roles: ['admin'] }] } };
  for (const [name, spoil] of Object.entries(mistakes)) {
    const suite = plain();
    spoil(suite);
    counts.mistakes++;
    await both(name, { 'doc.yaml': policy, 'mistake_test.json': suite });
  }
}

const begun = Date.now();
await mistaken();
for (let i = 0; i < Number(options.rounds); i++) await round(Number(options.seed) + i);
console.log(`${JSON.stringify(counts)} in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
process.exit(counts.different > 0 ? 1 : 0);
