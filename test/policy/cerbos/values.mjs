// values.mjs [--attr JSON] [EXPRESSION...] - what expressions come to, as the outputs of a rule, asked
// of both. Without expressions: those of values.json, each set with its own attributes.
//
// Exit status: 0 both say the same or the table says why not, 1 they differ, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { text } from './compare.mjs';
import { askPostern, cerbosRefusal, startCerbos } from './server.mjs';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { attr: { type: 'string', default: '{}' } } });
const rule = (expression, i) => ({ name: `e${i}`, actions: [`e${i}`], effect: 'EFFECT_ALLOW', roles: ['*'], output: { when: { ruleActivated: expression } } });
const policy = (rules) => ({ 'p.yaml': { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'doc', version: 'default', rules } } });
const request = (attr, action) => ({ principal: { id: 'alice', roles: ['user'], attr: { team: 'red' } }, resources: [{ resource: { kind: 'doc', id: '1', attr }, actions: [action] }] });
const valueOf = (answer) => (answer.results ? JSON.stringify(JSON.parse(text(answer.results[0].outputs[0]))[2])
  : JSON.stringify(answer).replaceAll('\u00a0', ' ')); // which protobuf's errors hold by chance

// Expressions that one of the two does not build are asked by themselves, so that the others count.
async function buildable(expressions) {
  const files = policy(expressions.map(rule));
  const [ours, theirs] = [(await askPostern(files, [], {})).refusal, await cerbosRefusal(files)];
  if (!ours && !theirs) return [expressions, []];
  if (expressions.length === 1) return [[], [[expressions[0], ours, theirs]]];
  const half = expressions.length >> 1;
  const [a, b] = [await buildable(expressions.slice(0, half)), await buildable(expressions.slice(half))];
  return [[...a[0], ...b[0]], [...a[1], ...b[1]]];
}

async function compare({ attr, expressions, known = {} }) {
  const [all, refused] = await buildable(expressions);
  let differ = 0;
  for (const [expression, ours, theirs] of refused) {
    if (ours && theirs) continue;
    const is = ours ? 'refused by postern' : 'refused by cerbos';
    if (known[expression] === is) continue;
    differ++;
    console.log(`${expression}\n  ${is}: ${(ours || theirs).trim()}`);
  }
  if (all.length === 0) return differ;
  const files = policy(all.map(rule));
  const requests = all.map((_, i) => request(attr, `e${i}`));
  const postern = await askPostern(files, requests, {});
  const cerbos = await startCerbos(files);
  for (let i = 0; i < all.length; i++) {
    const [theirs, ours] = [valueOf(await cerbos.ask(requests[i])), valueOf(postern.answers[i])];
    if (theirs === ours || known[all[i]] === `${ours}, not ${theirs}`) continue;
    differ++;
    console.log(`${all[i]}\n  cerbos  ${theirs}\n  postern ${ours}`);
  }
  await cerbos.stop();
  return differ;
}

const sets = positionals.length > 0 ? [{ attr: JSON.parse(options.attr), expressions: positionals }]
  : JSON.parse(readFileSync(path.join(import.meta.dirname, 'values.json'), 'utf8')).sets;
let [differ, count] = [0, 0];
for (const set of sets) {
  differ += await compare(set);
  count += set.expressions.length;
}
console.log(`${count} expressions, ${differ} differ`);
process.exit(differ > 0 ? 1 : 0);
