// generate.mjs - random policies of every kind, and requests that reach them.
//
// What Cerbos itself leaves to chance is kept out where an answer would depend on it: conflicting
// scopePermissions in one scope, conditions in a role policy beside patterns of actions that match one
// another, and one name for rules of a principal's different resources. What 0.51
// and 0.54 do differently is kept out too: every role policy has a rule for the resource.
// SPDX-License-Identifier: Apache-2.0

const kinds = ['doc', 'mcp:pay-roll', 'a.b', 'Leave request', 'x/y'];
const askedKinds = [...kinds, 'mcp:pay_roll', 'mcp_pay/roll', 'other'];
const roles = ['user', 'admin', 'mgr', 'clerk', 'temp', 'auditor'];
const actions = ['view', 'edit', 'tools/call/x', 'a:b', 'a:b:c', 'delete'];
const patterns = [...actions, '*', '*', '*', '*', '*', '**', 'view*', 'a:*', 'a:**', '*:b', '{view,edit}*', 'e?i*',
  'tools/call/*', 'v*w', '[ev]*', '[!ev]*', 'a:*:c', '\\*', '*e*', 'tools/**', '{a:*,edit}'];
const resourcePatterns = ['doc', 'd*', '*', 'mcp:pay-roll', 'mcp*', 'a.b', 'a.*', '*e*', 'x/*', 'mcp_*'];
const principals = ['alice', 'bob@x.y', 'carol smith', 'dave:1'];
const allScopes = ['acme', 'acme.hr', 'acme.hr.uk', 'beta'];

const leaves = ['R.attr.x == 1', 'R.attr.x == 2', 'R.attr.n > 5', 'R.attr.s == "a"', 'R.attr.b',
  '!R.attr.b', 'has(R.attr.x)', '!has(R.attr.gone)', 'R.attr.s.startsWith("a")', 'P.attr.team == R.attr.team',
  '"user" in P.roles', '"admin" in request.principal.roles', 'R.attr.s in ["a", "b"]', 'P.id == "alice"',
  'R.kind == "doc"', 'R.attr.gone == 1', 'R.attr.x == 1 || R.attr.gone == 1', '!(R.attr.x == 1 && R.attr.n > 5)',
  'R.attr.x != 1', 'true', 'false', 'R.attr.n', '"q" in R.attr.list',
  'R.attr.list.exists(x, x == "q")', '!R.attr.list.all(x, x != "q")', 'size(R.attr.list) > 1',
  'R.attr.s.matches("^a+b?$")', 'R.attr.s.contains("b") || R.attr.n < 4', 'R.attr.n + 1.0 > 6.0', 'R.attr.n + 1 > 6',
  'int(R.attr.n) % 2 == 1', '(R.attr.x == 1 ? R.attr.b : R.attr.gone)', 'R.attr.list == P.attr.list',
  'R.attr.list != P.attr.list', 'R.attr.m.k == 1', 'has(R.attr.m.k)', '"k" in R.attr.m', 'R.attr["x"] == 1',
  'P.attr.team in ["red", R.attr.team]', 'hierarchy("a").ancestorOf(hierarchy(R.attr.s))', 'R.attr.ip.inIPAddrRange("10.0.0.0/8")',
  'now() > timestamp("2020-01-01T00:00:00Z")', 'request.auxData.jwt.acr == "mfa"', '"a" in request.auxData.jwt.aud',
  'has(request.auxData.jwt.acr)', 'R.attr.x in [1, 2.0, "one"]', 'R.attr.s < "b"', 'R.scope == "acme"', 'P.policyVersion == ""',
  'R.attr.list.filter(x, x != "q") == []', 'R.attr.n > R.attr.x', 'R.id != P.id', 'P.roles.exists(r, r.startsWith("a"))'];
const values = ['"text"', '{"a": 1, "b": [true, null, "x"]}', '5', '["x", 1.5]', 'C.tag', '"é\\"\\n"', 'true', 'null',
  'R.attr.x', 'R.attr.gone', '{"who": P.id, "n": R.attr.n}', 'R.attr.list.map(x, x)', 'G.env + "-" + C.tag', 'R.attr.s + "!"',
  'string(R.attr.n)', 'size(R.attr.list)', 'V.always', 'duration("90s")', 'timestamp("2024-05-01T10:00:00+02:00")',
  'R.attr.n / 3.0', '"%s:%d".format([R.attr.s, 3])', 'b"hi"', 'P.roles', '[R.attr.b, 1.0, 2u, -3]', 'request.auxData.jwt.acr', 'R.attr.x == 1'];

const policy = (body, more = {}) => ({ apiVersion: 'api.cerbos.dev/v1', ...more, ...body });

class Writer {
  constructor(random) {
    this.r = random;
    this.scopes = ['', ...allScopes.filter(() => random.chance(0.5))];
    if (this.scopes.includes('acme.hr.uk') && !this.scopes.includes('acme.hr')) this.scopes.push('acme.hr');
    if (this.scopes.includes('acme.hr') && !this.scopes.includes('acme')) this.scopes.push('acme');
    // Cerbos 0.51 refuses role policies and derived roles beside two policies that state the
    // permissions of their scope, whatever they state.
    this.roleScopes = random.chance(0.5) ? random.some(this.scopes, 1, 2) : [];
    this.permissions = Object.fromEntries(this.scopes.map((s) => [s, this.roleScopes.includes(s) || (s === '' && random.chance(0.8)) ? undefined
      : random.one(['SCOPE_PERMISSIONS_OVERRIDE_PARENT', 'SCOPE_PERMISSIONS_REQUIRE_PARENTAL_CONSENT_FOR_ALLOWS'])]));
    this.versions = random.chance(0.3) ? ['default', 'v2'] : ['default'];
    this.files = {};
    this.derived = []; // names of files and of roles
    this.count = 0;
  }

  add(body, more) { this.files[`p${this.count++}.${this.r.chance(0.5) ? 'json' : 'yaml'}`] = policy(body, more); }

  expr(inDerived) {
    const { r } = this;
    if (r.chance(0.12)) return 'V.flag';
    if (r.chance(0.08)) return 'R.attr.x == C.limit';
    if (r.chance(0.06)) return 'G.env == "test"';
    if (this.exports && r.chance(0.1)) return r.one(['V.shared', 'variables.shared || V.flag', 'R.attr.n > C.shared']);
    if (!inDerived && this.names?.length && r.chance(0.2)) {
      return `"${r.one(this.names)}" in runtime.effectiveDerivedRoles`;
    }
    return r.one(leaves);
  }
  match(depth, inDerived) {
    const { r } = this;
    if (depth === 0 || r.chance(0.6)) return { expr: this.expr(inDerived) };
    const of = Array.from({ length: 1 + r.below(3) }, () => this.match(depth - 1, inDerived));
    return { [r.one(['all', 'any', 'none'])]: { of } };
  }
  condition(chance, inDerived) {
    return this.r.chance(chance) ? { condition: { match: this.match(2, inDerived) } } : {};
  }
  output() {
    const { r } = this;
    if (r.chance(0.45)) return {};
    const when = {};
    if (r.chance(0.8)) when.ruleActivated = r.one(values);
    if (r.chance(0.5) || !when.ruleActivated) when.conditionNotMet = r.one(values);
    return { output: { when } };
  }
  locals() {
    const from = (name) => (this.exports ? { import: [name] } : {});
    return { constants: { ...from('consts'), local: { limit: this.r.one([1, 2, 7]), tag: 'c-tag' } },
      variables: { ...from('vars'), local: { always: 'has(R.attr.x) ? C.limit : 0', flag: this.r.one(leaves) } } };
  }
  scoped(scope) {
    const permissions = this.permissions[scope];
    return { ...(scope ? { scope } : {}), ...(permissions ? { scopePermissions: permissions } : {}) };
  }

  shared() {
    this.exports = true;
    this.add({ exportVariables: { name: 'vars', definitions: { shared: this.r.one(leaves) } } });
    this.add({ exportConstants: { name: 'consts', definitions: { shared: this.r.one([3, 5, 6.5]) } } });
  }
  derivedRoles() {
    const { r } = this;
    const name = `set${this.derived.length}`;
    const definitions = r.some(['owner', 'peer', 'lead'], 1, 3).map((role) => ({
      name: `${role}${this.derived.length}`,
      parentRoles: r.chance(0.2) ? ['*'] : r.some(roles, 1, 2), ...this.condition(0.8, true),
    }));
    this.derived.push({ name, roles: definitions.map((d) => d.name) });
    this.add({ derivedRoles: { name, ...this.locals(), definitions } });
  }
  rule(number, imported) {
    const { r } = this;
    const who = {};
    const names = imported.flatMap((d) => d.roles);
    if (names.length && r.chance(0.4)) who.derivedRoles = r.some(names, 1, 2);
    if (!who.derivedRoles || r.chance(0.4)) who.roles = r.chance(0.3) ? ['*'] : r.some(roles, 1, 3);
    return { ...(r.chance(0.5) ? { name: `r${number}` } : {}), actions: r.some(patterns, 1, 2),
      effect: r.chance(0.78) ? 'EFFECT_ALLOW' : 'EFFECT_DENY', ...who, ...this.condition(0.6), ...this.output() };
  }
  resource(kind, version, scope) {
    const { r } = this;
    const imported = r.some(this.derived, 0, 2);
    this.names = imported.flatMap((d) => d.roles);
    const rules = Array.from({ length: r.chance(0.1) ? 0 : 1 + r.below(4) }, (_, i) => this.rule(i, imported));
    const used = new Set(rules.flatMap((rule) => rule.derivedRoles ?? []));
    this.names = [];
    this.add({ resourcePolicy: { resource: kind, version, ...this.scoped(scope),
      ...(imported.length ? { importDerivedRoles: imported.map((d) => d.name) } : {}), ...this.locals(), rules } },
      r.chance(0.03) && scope && !this.scopes.some((s) => s.startsWith(`${scope}.`)) ? { disabled: true } : {});
    return used;
  }
  principal(id, version, scope) {
    const { r } = this;
    const rules = r.some(resourcePatterns, 1, 2).map((resource, k) => ({ resource,
      actions: Array.from({ length: 1 + r.below(2) }, (_, i) => ({ action: r.one(patterns),
        ...(r.chance(0.4) ? { name: `n${k}${i}` } : {}), effect: r.chance(0.6) ? 'EFFECT_ALLOW' : 'EFFECT_DENY',
        ...this.condition(0.6), ...this.output() })) }));
    this.add({ principalPolicy: { principal: id, version, ...this.scoped(scope), ...this.locals(), rules } });
  }
  role(role, scope) {
    const { r } = this;
    const conditions = r.chance(0.5), from = conditions ? actions : patterns;
    const rules = r.some(['doc', 'a.b', 'x*', 'mcp_*', 'other'], 1, 2).map((resource) => ({ resource,
      allowActions: r.some(from, 1, 3), ...(conditions && r.chance(0.6) ? { condition: { match: { expr: r.one(leaves) } } } : {}) }));
    rules.push({ resource: '*', allowActions: r.some(from, 1, 3) });
    this.add({ rolePolicy: { role, ...(scope ? { scope } : {}),
      ...(r.chance(0.7) ? { parentRoles: r.some(roles.filter((x) => x !== role), 1, 2) } : {}), rules } });
  }
  chains(write) { // every version with its chain of scopes, none left out in the middle
    const { r } = this;
    for (const version of r.some(this.versions, 1, 2)) {
      const leaf = r.one(this.scopes);
      const others = r.chance(0.4) ? [r.one(this.scopes)] : [];
      const wanted = new Set(['']);
      for (const s of [leaf, ...others]) {
        const parts = s === '' ? [] : s.split('.');
        parts.forEach((_, i) => wanted.add(parts.slice(0, i + 1).join('.')));
      }
      for (const scope of wanted) write(version, scope);
    }
  }
}

export const globals = { env: 'test', size: 3 };

export function generatePolicies(random) {
  const w = new Writer(random);
  if (w.permissions[''] === undefined && random.chance(0.5)) w.shared();
  const hasDerived = w.permissions[''] === undefined;
  for (let i = hasDerived ? random.below(3) : 0; i > 0; i--) w.derivedRoles();
  for (const kind of random.some(kinds, 1, 3)) w.chains((version, scope) => w.resource(kind, version, scope));
  if (random.chance(0.6)) {
    for (const id of random.some(principals, 1, 2)) w.chains((version, scope) => w.principal(id, version, scope));
  }
  for (const scope of w.roleScopes) {
    for (const role of random.some(['clerk', 'temp', 'mgr'], 1, 2)) w.role(role, scope);
  }
  return w.files;
}

// Names that the policies use, so that most requests reach one of them.
function names(files, kind, field) {
  return Object.values(files).map((file) => file[kind]?.[field]).filter(Boolean);
}

export function generateRequest(r, files) {
  const known = names(files, 'resourcePolicy', 'resource');
  const people = names(files, 'principalPolicy', 'principal');
  const placed = [...names(files, 'resourcePolicy', 'scope'), ...names(files, 'rolePolicy', 'scope')];
  const attr = {};
  if (r.chance(0.8)) attr.x = r.one([1, 2, 3, 1.0, 'one']);
  if (r.chance(0.7)) attr.n = r.one([3, 7, 5.5, 'x', true]);
  if (r.chance(0.7)) attr.s = r.one(['a', 'ab', 'c', 4]);
  if (r.chance(0.7)) attr.b = r.one([true, false, null]);
  if (r.chance(0.7)) attr.team = r.one(['red', 'blue']);
  if (r.chance(0.6)) attr.list = r.one([['q', 'r'], ['s'], [], [1, 'q'], 'q']);
  if (r.chance(0.4)) attr.m = r.one([{ k: 1 }, { k: 'v' }, {}, [1]]);
  if (r.chance(0.4)) attr.ip = r.one(['10.1.2.3', '11.0.0.1', 'no']);
  const claims = { ...(r.chance(0.6) ? { acr: r.one(['mfa', 'pwd']) } : {}), ...(r.chance(0.5) ? { aud: ['a', 'b'] } : {}) };
  const scope = () => (r.chance(0.4) ? {} : { scope: r.one(['', '.', 'gamma', r.one(allScopes), ...placed]) });
  const version = () => (r.chance(0.85) ? {} : { policyVersion: r.one(['default', 'v2', 'v2', 'v3']) });
  return {
    principal: { id: people.length && r.chance(0.6) ? r.one(people) : r.one([...principals, 'zoe']), roles: r.some([...roles, 'guest'], 1, 3),
      attr: r.chance(0.7) ? { team: r.one(['red', 'blue']), ...(r.chance(0.5) ? { list: r.one([['q', 'r'], [], [1, 'q']]) } : {}) } : {}, ...scope(), ...version() },
    resources: [{ resource: { kind: known.length && r.chance(0.8) ? r.one(known) : r.one(askedKinds), id: 'r1', attr, ...scope(), ...version() },
      actions: [r.one(actions)] }],
    ...(r.chance(0.5) ? { auxData: { jwt: claims } } : {}),
  };
}
