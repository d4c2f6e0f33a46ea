// patterns.mjs [--patterns N] [--seed S] - generated patterns and texts: matches() by the real server, with
// Go's regexp, and by the tables that Postern builds.
//
// Cerbos takes a pattern out of an attribute, so one policy serves all of them. A pattern that is beyond
// the budget of a table is counted and not compared. Exit status: 0 no difference, 1 differences, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Random } from './random.mjs';
import { postern, startCerbos } from './server.mjs';

const { values: options } = parseArgs({ options: { patterns: { type: 'string', default: '1500' }, seed: { type: 'string', default: '1' } } });
const random = new Random(Number(options.seed));

const atoms = ['a', 'b', 'c', 'k', 's', '1', '_', ' ', 'é', 'É', 'ß', 'ſ', '\u212a', 'Ω', 'σ', 'ς', '日', '😀', '.', '\\n',
  '\\d', '\\D', '\\w', '\\W', '\\s', '\\S', '[ab]', '[^a]', '[a-c]', '[^\\n]', '[é-ö]', '[α-ω]', '\\pL', '\\PL', '\\p{Lu}',
  '\\p{Ll}', '\\P{Lu}', '\\p{^Lu}', '\\p{Greek}', '\\p{Nd}', '\\pN', '\\p{Any}', '\\p{LC}', '\\p{Letter}', '\\p{lowercase letter}',
  '[\\pL1]', '[^\\pL]', '[^\\PL]', '[[:alpha:]]', '[[:^alpha:]]', '[\\P{Ll}a]', '[\\W_]', '[A-Z]', '[^A-Z]', '\\x{e9}',
  '\\Qab\\E', '\\Qa\\E', '\\.', 'İ', 'ı', 'I', 'i', 'ǅ', '[K-k]', '\\p{Latin}', '\\p{Cn}', '\\pZ', '\\p{Assigned}', '\\p{ASCII}', '[^k]',
  '[[:word:]]', '\\101', '\\x41', '[\\]a]', '[^\\x00-\\x{10FFFF}]'];
const looks = ['\\b', '\\B', '^', '$', '\\A', '\\z', '(?m:^)', '(?m:$)'];
const repeats = ['', '', '', '', '', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?', '+?', '??', '{0,2}?', '{0}', '{0,}', '{1,}', '{01}'];
const flags = ['(?i)', '(?m)', '(?s)', '(?U)', '(?-i)', '(?im)', '(?i-s)', '(?ms-i)', '(?)', '(?-m)'];
const groups = ['(', '(', '(', '(?:', '(?i:', '(?P<n>', '(?<m>', '(?m:', '(?s-i:', '(?U:'];
const signs = [...'ab()[]{}*+?|\\^$-:=<>P!imsU,01 9.dwpLN\nQEzAxé'];
const letters = [...'aabbcABkKsS1_ \n\néÉßẞſ\u212aΩωσςΣ日😀İıIiǅǆǄ.-'];

function pattern(depth) {
  let out = '';
  for (let i = 1 + random.below(4); i > 0; i--) {
    if (depth > 0 && random.chance(0.25)) {
      out += random.one(groups) + pattern(depth - 1);
      if (random.chance(0.5)) out += `|${random.chance(0.8) ? pattern(depth - 1) : ''}`;
      out += ')';
    } else if (random.chance(0.25)) out += random.one(looks);
    else out += random.chance(0.08) ? random.one(flags) : random.one(atoms);
    out += random.one(repeats);
  }
  return out;
}

const noise = () => Array.from({ length: 1 + random.below(12) }, () => random.one(signs)).join('');

function character() {
  if (!random.chance(0.04)) return random.one(letters);
  const code = random.below(0x110000 - 0x800);
  return String.fromCodePoint(code < 0xd800 ? code : code + 0x800);
}
const text = () => Array.from({ length: random.below(9) }, character).join('');

// What `postern policy eval` says to each line, in order.
async function askOurs(lines) {
  const child = spawn(postern, ['policy', 'eval', '--jsonl'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (data) => (out += data));
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await new Promise((resolve) => child.on('close', resolve));
  return out.trim().split('\n').map((line) => JSON.parse(line).result);
}

const questions = Array.from({ length: Number(options.patterns) }, () => ({
  pattern: random.chance(0.2) ? noise() : pattern(2), texts: Array.from({ length: 24 }, text) }));
const ours = await askOurs(questions.map((q) => ({
  expr: `texts.map(t, t.matches(${JSON.stringify(q.pattern)}))`,
  bindings: { texts: { list: q.texts.map((t) => ({ string: t })) } } })));

const cerbos = await startCerbos({ 'p.yaml': { apiVersion: 'api.cerbos.dev/v1', resourcePolicy: { resource: 'doc', version: 'default',
  rules: [{ name: 'r', actions: ['view'], effect: 'EFFECT_ALLOW', roles: ['*'],
    output: { when: { ruleActivated: 'R.attr.texts.map(t, t.matches(R.attr.pattern))' } } }] } } });
const counts = { compared: 0, refused: 0, beyond: 0, differ: 0 };
const differs = (q, what) => {
  if (counts.differ++ < 20) console.log(`${JSON.stringify(q.pattern)} ${what}`);
};
for (const [i, q] of questions.entries()) {
  const answer = await cerbos.ask({ principal: { id: 'alice', roles: ['user'] }, resources: [{ resource: { kind: 'doc', id: '1', attr: q }, actions: ['view'] }] });
  const theirs = answer.results[0].outputs[0].val;
  if (ours[i].error?.includes('the budget is')) counts.beyond++;
  else if (ours[i].error || !theirs) {
    counts.refused++;
    if (!ours[i].error || theirs) differs(q, ours[i].error ? `is refused here: ${ours[i].error}` : 'is refused by Cerbos');
  } else {
    for (const [k, t] of q.texts.entries()) {
      counts.compared++;
      const mine = ours[i].list[k].bool;
      if (mine !== theirs[k]) differs(q, `on ${JSON.stringify(t)}: ${mine} here, ${theirs[k]} in Cerbos`);
    }
  }
}
await cerbos.stop();
console.log(`${questions.length} patterns: ${counts.compared} texts compared, ${counts.refused} patterns refused, ${counts.beyond} beyond the budget, ${counts.differ} differ`);
process.exit(counts.differ > 0 || counts.compared === 0 ? 1 : 0);
