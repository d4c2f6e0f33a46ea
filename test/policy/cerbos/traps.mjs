// traps.mjs [NAME...] - traps.json asked of the real server: what the table says is what it does.
//
// A trap is a few policies and questions with answers, or expressions with the value that a
// condition comes to. `cerbos51` says where 0.51 differs from the 0.54 that the table speaks of:
// 'refuses' (it does not know the policy), 'order' (its order of rules is one of chance), or an answer.
// Exit status: 0 as the table says, 1 not, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { essence } from './compare.mjs';
import { cerbosRefusal, startCerbos } from './server.mjs';

// Numbers that JavaScript would round are handed on as they are written.
const text = readFileSync(path.join(import.meta.dirname, 'traps.json'), 'utf8');
const big = /([[ :])(-?\d{16,})(?=[,\]} ])/g;
const unquote = (json) => json.replace(/"number (-?\d+)"/g, '$1');
const { traps } = JSON.parse(text.replace(big, '$1"number $2"'));

const versioned = (body) => ({ apiVersion: 'api.cerbos.dev/v1', ...body });
const always = (e, i) => ({ actions: [`e${i}`], effect: 'EFFECT_ALLOW', roles: ['*'], condition: { match: { expr: e } } });

function policiesOf(trap) {
  const list = trap.expressions
    ? [{ resourcePolicy: { resource: 'doc', version: 'default', rules: trap.expressions.map(([e], i) => always(e, i)) } }]
    : trap.policies;
  return Object.fromEntries(list.map((body, i) => [`${i}.yaml`, unquote(JSON.stringify(versioned(body)))]));
}

function asksOf(trap) {
  if (!trap.expressions) return trap.asks;
  return trap.expressions.map(([e, holds, more], i) => ({ ...more, says: e, action: `e${i}`,
    resource: { kind: 'doc', id: '1', attr: trap.attr }, effect: holds ? 'EFFECT_ALLOW' : 'EFFECT_DENY' }));
}

function requestOf(ask) {
  return { principal: ask.principal ?? { id: 'alice', roles: ['user'], attr: {} },
    resources: [{ resource: ask.resource ?? { kind: 'doc', id: '1', attr: {} }, actions: [ask.action ?? 'view'] }] };
}

function flagsOf(trap) {
  const { globals = {}, lenient_scope_search: lenient } = trap.settings ?? {};
  return [...Object.entries(globals).map(([k, v]) => `engine.globals.${k}=${v}`), ...(lenient ? ['engine.lenientScopeSearch=true'] : [])];
}

function differences(ask, got) {
  const found = [];
  const expect = (what, wanted, is) => { if (wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(is)) found.push(`${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`); };
  expect('effect', ask.effect, got.effect);
  expect('policy', ask.policy, got.policy);
  expect('scope', ask.scope, got.scope);
  expect('derived roles', ask.derived, got.roles);
  if (ask.outputs && ask.cerbos51 !== 'order') {
    expect('outputs', ask.outputs, got.outputs?.map((o) => { const [src, , val] = JSON.parse(o); return `${src.split('#')[1]} ${val.length ? JSON.stringify(val[0]) : '-'}`; }));
  }
  return found;
}

async function check(trap) {
  const files = policiesOf(trap);
  if (trap.cerbos51 === 'refuses') return (await cerbosRefusal(files)) ? [] : ['0.51 takes these policies'];
  const cerbos = await startCerbos(files, flagsOf(trap));
  const said = [];
  for (const ask of asksOf(trap)) {
    if ((ask.only ?? trap.only) === 'postern') continue;
    const answer = essence(await cerbos.ask(unquote(JSON.stringify({ requestId: 'r', includeMeta: true, ...requestOf(ask) }))));
    for (const word of differences({ cerbos51: trap.cerbos51, ...ask, ...(ask.cerbos51?.effect ? ask.cerbos51 : {}) }, answer)) said.push(`${ask.says ?? JSON.stringify(ask)}: ${word}`);
  }
  await cerbos.stop();
  return said;
}

const names = process.argv.slice(2);
let failed = 0;
for (const trap of traps) {
  if (names.length && !names.includes(trap.name)) continue;
  const said = await check(trap).catch((error) => [error.message]);
  if (said.length) failed++;
  console.log(`${said.length ? 'FAIL' : 'ok'} ${trap.name}`);
  for (const word of said) console.log(`     ${word}`);
}
console.log(failed ? `${failed} traps are not as the table says` : 'all traps are as the table says');
process.exit(failed ? 1 : 0);
