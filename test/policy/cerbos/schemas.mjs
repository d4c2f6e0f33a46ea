// schemas.mjs [--seed N] [--rounds N] [--requests N] - generated JSON Schemas, asked of both.
//
// A round is one pair of schemas, half of the time rejecting, and many requests. Effects, policies
// and validation errors must be the same; of a message only the order within a list may differ,
// which Cerbos leaves to chance. Exit status: 0 no difference, 1 differences, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Random } from './random.mjs';
import { askPostern, startCerbos } from './server.mjs';

const { values: options } = parseArgs({ options: {
  seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' },
  requests: { type: 'string', default: '150' } } });

const names = ['a', 'b', 'c', 'de~f', 'g/h'];
const words = ['', 'x', 'yes', 'né', 'éàüöß', 'abc', 'ABC-12', 'a/b', '2024-02-29', '2023-02-29',
  '2024-12-31T23:59:60Z', '2024-06-01T10:00:00.5+02:00', '10:00:00Z', '10.0.0.1', '10.0.0.256',
  '123e4567-e89b-12d3-a456-426614174000', 'a "quote", it\'s \\ ours\n'];
const numbers = [0, 1, -1, 2, 2.5, 0.7, 0.3, 10, 1000000, 1234567.5, -12, 1e21, 0.00025, 9007199254740991];
const scalars = [null, true, false, ...words, ...numbers];
const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

function value(r, depth) {
  const kind = r.below(depth > 0 ? 5 : 3);
  if (kind === 3) return Array.from({ length: r.below(4) }, () => value(r, depth - 1));
  if (kind === 4) return map(r, depth - 1);
  return kind === 0 ? r.one(words) : kind === 1 ? r.one(numbers) : r.one(scalars);
}
const map = (r, depth) => Object.fromEntries(r.some([...names, 'strange'], 0, 4).map((n) => [n, value(r, depth)]));

const keywords = {
  type: (r) => (r.chance(0.7) ? r.one(types) : r.some(types, 1, 3)),
  const: (r) => r.one(scalars),
  enum: (r) => r.some(scalars, 1, 4),
  minLength: (r) => r.below(4), maxLength: (r) => r.below(6),
  pattern: (r) => r.one(['^[a-z]+$', 'a', '[0-9]{2}', '^$', 'é', '^(yes|x)?$', '^\\w\\.\'']),
  format: (r) => r.one(['date-time', 'date', 'time', 'uuid', 'ipv4']),
  minimum: (r) => r.one(numbers), maximum: (r) => r.one(numbers),
  exclusiveMinimum: (r) => r.one(numbers), exclusiveMaximum: (r) => r.one(numbers),
  multipleOf: (r) => r.one([1, 2, 0.5, 0.1, 0.01, 3, 1000]),
  minItems: (r) => r.below(3), maxItems: (r) => r.below(4),
  minProperties: (r) => r.below(3), maxProperties: (r) => r.below(4),
  required: (r) => r.some(names, 1, 3),
  properties: (r, d) => Object.fromEntries(r.some(names, 1, 4).map((n) => [n, schema(r, d - 1)])),
  additionalProperties: (r, d) => (r.chance(0.5) ? r.chance(0.3) : schema(r, d - 1)),
  items: (r, d) => schema(r, d - 1),
  prefixItems: (r, d) => [schema(r, d - 1), schema(r, d - 1)],
  allOf: (r, d) => [schema(r, d - 1), schema(r, d - 1)],
  anyOf: (r, d) => [schema(r, d - 1), schema(r, d - 1)],
  oneOf: (r, d) => [schema(r, d - 1), schema(r, d - 1)],
  not: (r, d) => schema(r, d - 1),
  $ref: (r) => r.one(['#/$defs/one', '#/$defs/two~1parts']),
};
const nested = ['properties', 'additionalProperties', 'items', 'prefixItems', 'allOf', 'anyOf', 'oneOf', 'not'];

function schema(r, depth) {
  if (r.chance(0.05)) return r.chance(0.5);
  const all = Object.keys(keywords).filter((k) => depth > 0 || (!nested.includes(k) && k !== '$ref'));
  const made = Object.fromEntries(r.some(all, 1, 3).map((k) => [k, keywords[k](r, depth)]));
  if (depth > 0 && r.chance(0.1)) {
    Object.assign(made, { uniqueItems: true, maxItems: 3, items: { type: r.some(types.slice(0, 5), 1, 3) } });
  }
  return made;
}
function topSchema(r) {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', ...schema(r, 3),
    properties: Object.fromEntries(names.map((n) => [n, schema(r, 2)])),
    $defs: { one: schema(r, 0), 'two/parts': schema(r, 0) } };
}

function sorted(message) {
  for (const head of ['value must be one of ', 'missing properties: ', 'additionalProperties ']) {
    if (!message.startsWith(head)) continue;
    return head + message.slice(head.length).replace(' not allowed', '').split(/, (?=["'<tf])/).sort().join(', ');
  }
  return message.replace(/^expected (.*), but/, (_, of) => `expected ${of.split(' or ').sort().join(' or ')}, but`);
}
function essence(answer) {
  if (!answer.results) return { refused: JSON.stringify(answer) };
  const result = answer.results[0];
  const errors = result.validationErrors ?? [];
  return { actions: result.actions, errors: errors.map((e) => `${e.source} ${e.path} ${sorted(e.message)}`).sort(),
    policies: Object.fromEntries(Object.entries(result.meta?.actions ?? {}).map(([k, v]) => [k, v.matchedPolicy])) };
}

const counts = { same: 0, different: 0, invalid: 0, refused: 0 };

async function round(seed) {
  const r = new Random(seed);
  const enforcement = r.one(['warn', 'reject']);
  const schemas = { resourceSchema: { ref: 'cerbos:///dir/resource.json', ignoreWhen: { actions: ['create', 'list:*'] } } };
  if (r.chance(0.5)) schemas.principalSchema = { ref: 'cerbos:///principal.json' };
  const files = {
    'doc.yaml': { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'doc', version: 'default', schemas,
      rules: [{ actions: ['*'], effect: 'EFFECT_ALLOW', roles: ['user'] }] } },
    'acme.yaml': { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'doc', version: 'default', scope: 'acme',
      rules: [{ actions: ['*'], effect: 'EFFECT_ALLOW', roles: ['user'] }] } },
    'ann.yaml': { apiVersion: 'api.cerbos.dev/v1', principalPolicy: { principal: 'ann', version: 'default',
      rules: [{ resource: 'doc', actions: [{ action: 'view', effect: 'EFFECT_ALLOW' }] }] } },
    '_schemas/principal.json': topSchema(r), '_schemas/dir/resource.json': topSchema(r),
  };
  const requests = Array.from({ length: Number(options.requests) }, () => ({
    principal: { id: r.one(['u', 'ann']), roles: ['user'], attr: map(r, 2) },
    resources: [{ resource: { kind: r.one(['doc', 'doc', 'doc', 'other']), id: '1', attr: map(r, 2),
      scope: r.one(['', '', 'acme', 'nowhere']) },
      actions: r.some(['view', 'edit', 'create', 'list:all'], 1, 3) }],
  }));
  const postern = await askPostern(files, requests, { schema_enforcement: enforcement });
  if (postern.refusal) {
    counts.refused++;
    console.log(`seed ${seed}: Postern does not build it:\n${postern.refusal}`);
    return;
  }
  const cerbos = await startCerbos(files, [`schema.enforcement=${enforcement}`]);
  let told = false;
  for (let i = 0; i < requests.length; i++) {
    const theirs = essence(await cerbos.ask(requests[i]));
    const ours = essence(postern.answers[i]);
    const same = isDeepStrictEqual(theirs, ours);
    counts[same ? 'same' : 'different']++;
    if (theirs.errors?.length) counts.invalid++;
    if (same || told) continue;
    told = true;
    console.log(`seed ${seed}, ${enforcement}`);
    for (const [name, text] of Object.entries(files)) if (name.startsWith('_')) console.log(name, JSON.stringify(text));
    console.log('request', JSON.stringify(requests[i]));
    console.log('cerbos ', JSON.stringify(theirs));
    console.log('postern', JSON.stringify(ours));
  }
  await cerbos.stop();
}

const begun = Date.now();
for (let i = 0; i < Number(options.rounds); i++) await round(Number(options.seed) + i);
console.log(`${JSON.stringify(counts)} in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
process.exit(counts.different + counts.refused > 0 ? 1 : 0);
