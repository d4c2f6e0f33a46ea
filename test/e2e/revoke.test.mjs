// The kill switch under load: 200 streams of the official client on four workers, and a real MCP server.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  binary, freePort, recordsOf, sha256, startEndlessModel, startEverything, startGate, stopServer, temporaryFolder, until,
} from './gate.mjs';

const STREAMS = 200;
const keys = { a: 'sk-revoke-a', b: 'sk-revoke-b' };
let folder, gate, model, modelPort, server, serverPort;
const asked = []; // what the model was asked: who it is, and of a call its number

function writeBundle() {
  mkdirSync(path.join(folder, 'policies'), { recursive: true });
  writeFileSync(path.join(folder, 'bundle.yaml'), 'name: revoke\nmode: edge\nexpires: 30d\n');
  writeFileSync(path.join(folder, 'models.yaml'),
    `model_list:\n  - model_name: m\n    litellm_params: {model: openai/m, api_base: "http://127.0.0.1:${modelPort}/v1", egress: [loopback]}\n`);
  writeFileSync(path.join(folder, 'servers.yaml'),
    `servers:\n  - {name: everything, url: "http://localhost:${serverPort}/mcp", egress: [loopback]}\n`);
  writeFileSync(path.join(folder, 'identity.yaml'), 'keys:\n' + ['a', 'b'].map((name) =>
    `  - {id: key-${name}, sha256: ${sha256(keys[name])}, user: user-${name}, agent: agent-${name}, task: task-${name}, roles: [agent]}\n`).join(''));
  for (const [resource, file] of [['llm', 'llm'], ['mcp:everything', 'mcp']]) {
    writeFileSync(path.join(folder, 'policies', `${file}.yaml`), `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: ${resource}
  version: default
  rules:
    - {name: open, actions: ["*"], effect: EFFECT_ALLOW, roles: [agent]}
`);
  }
}

before(async () => {
  folder = temporaryFolder();
  [modelPort, serverPort] = [await freePort(), await freePort()];
  writeBundle();
  model = await startEndlessModel(modelPort, (text) => asked.push(text));
  server = await startEverything(serverPort);
  const config = path.join(folder, 'device.yaml');
  writeFileSync(config, `workers: 4\nstate: ${path.join(folder, 'state')}\naudit: {file: ${path.join(folder, 'audit.jsonl')}}\n`);
  gate = await startGate({ bundle: folder, config });
});
after(async () => {
  await gate?.remove();
  await server?.stop('SIGKILL');
  if (model) await stopServer(model);
  rmSync(folder, { recursive: true, force: true });
});

const records = () => recordsOf(path.join(folder, 'audit.jsonl'));

function command(...args) {
  const result = spawnSync(binary, ['revoke', '--admin', new URL(gate.admin).host, ...args], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stdout + result.stderr);
  return JSON.parse(result.stdout);
}

// The same by the admin call, while this process reads its streams: when it was asked and answered.
async function revoke(kind, name) {
  const from = performance.now(), sent = Date.now();
  const answer = await fetch(`${gate.admin}/v1/revocations`, {
    method: 'POST', headers: { 'If-Match': '*', 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind, name, reason: 'a test' }),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return { from, sent, answered: performance.now(), id: JSON.parse(text).id };
}

const openai = (who, options = {}) => new OpenAI({ apiKey: keys[who], baseURL: `${gate.url}/v1`, maxRetries: 2, ...options });
const ask = (who, more = {}) => ({ model: 'm', messages: [{ role: 'user', content: who }], ...more });

// Read a stream to its end: when the last piece came, and what ended it.
async function read(who, stop) {
  const state = { who, pieces: 0, last: 0, error: undefined };
  const stream = await openai(who).chat.completions.create(ask(who, { stream: true }), { signal: stop.signal });
  state.ended = (async () => {
    try {
      for await (const chunk of stream) {
        if (!chunk.choices) continue;
        state.pieces++;
        state.last = performance.now();
      }
    } catch (error) {
      state.error = error;
    }
  })();
  return state;
}

test('200 streams: those of the revoked task end, the others go on', async () => {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const streams = await Promise.all(Array.from({ length: STREAMS }, (_, i) => read(i % 2 === 0 ? 'a' : 'b', stop)));
  await until(() => streams.every((s) => s.pieces > 2), 'every stream flowing');

  // Ordinary calls of both meanwhile, each on its own.
  const calls = [];
  let calling = true, begun = 0;
  const callers = ['a', 'a', 'b'].map(async (who) => {
    while (calling) {
      const call = { who, from: performance.now(), name: `${who} ${++begun}` };
      const answer = await fetch(`${gate.url}/v1/chat/completions`, {
        method: 'POST', headers: { Authorization: `Bearer ${keys[who]}`, 'Content-Type': 'application/json', Connection: 'close' },
        body: JSON.stringify(ask(call.name)),
      });
      call.status = answer.status;
      call.text = await answer.text();
      calls.push(call);
    }
  });
  await until(() => ['a', 'b'].every((who) => calls.some((call) => call.who === who)), 'calls of both');
  const { from, sent, answered } = await revoke('task', 'task-a');
  await Promise.all(streams.filter((s) => s.who === 'a').map((s) => s.ended));
  const flowing = streams.filter((s) => s.who === 'b');
  const pieces = flowing.map((s) => s.pieces);
  await until(() => flowing.every((s, i) => s.pieces > pieces[i] + 2), 'the streams of others going on');
  await until(() => calls.filter((call) => call.who === 'a' && call.from > answered).length > 10, 'more calls');
  calling = false;
  await Promise.all(callers);
  assert.ok(flowing.every((s) => s.error === undefined), 'the streams of others go on');
  stop.abort();
  await Promise.all(streams.map((s) => s.ended));

  const ended = streams.filter((s) => s.who === 'a');
  for (const s of ended) {
    assert.ok(s.error instanceof OpenAI.APIError, String(s.error));
    assert.match(s.error.message, /revoked/);
  }
  // By the gateway's own records, since this process reads 200 streams and is late itself.
  const ends = await until(() => {
    const found = records().filter((record) => record.kind === 'end' && record.error === 'revoked' && record.how === 'cut');
    return found.length >= ended.length ? found : undefined;
  }, 'the records of their ends');
  const last = Math.max(...ends.map((record) => Date.parse(record.time))) - sent;
  const late = Math.max(...ended.map((s) => s.last)) - from;
  console.log(`of ${ended.length} streams the last ended ${last} ms after revoking; its client read its last piece after ${late.toFixed(1)} ms, the answer came after ${(answered - from).toFixed(1)} ms`);

  const after = calls.filter((call) => call.who === 'a' && call.from > answered);
  assert.ok(after.length > 10);
  for (const call of after) {
    assert.equal(call.status, 403, call.text);
    assert.equal(JSON.parse(call.text).error.code, 'revoked');
  }
  assert.ok(calls.filter((call) => call.who === 'b').every((call) => call.status === 200));
  assert.ok(after.every((call) => !asked.includes(call.name)), 'the model was asked for the revoked');
});

test('the official client stops at once and does not try again; lifted, it may call', async () => {
  const before = asked.length;
  await assert.rejects(openai('a').chat.completions.create(ask('a')), (error) => {
    assert.ok(error instanceof OpenAI.PermissionDeniedError);
    assert.equal(error.code, 'revoked');
    return true;
  });
  assert.equal(asked.length, before);
  const [entry] = command('--list', '--output', 'json').revocations;
  assert.equal(entry.name, 'task-a');
  command('--lift', String(entry.id));
  await openai('a').chat.completions.create(ask('a'));
});

async function connect(who) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${gate.url}/mcp/everything`), {
    requestInit: { headers: { Authorization: `Bearer ${keys[who]}` } },
  });
  await client.connect(transport);
  return { client, transport };
}

test('MCP: a revoked session refuses its calls and ends its stream, others go on', async () => {
  const first = await connect('a'), second = await connect('a');
  const echo = (client) => client.callTool({ name: 'echo', arguments: { message: 'hello' } });
  assert.match((await echo(first.client)).content[0].text, /hello/);
  const { client, transport } = first;
  const entry = command('session', transport.sessionId, '--reason', 'a test');
  assert.equal(entry.name, transport.sessionId.slice(-32));
  const refused = await echo(client);
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /revoked: stop/);
  await assert.rejects(client.listTools(), /revoked/);
  assert.match((await echo(second.client)).content[0].text, /hello/);
  const stream = await fetch(`${gate.url}/mcp/everything`, {
    headers: { Authorization: `Bearer ${keys.a}`, Accept: 'text/event-stream', 'Mcp-Session-Id': transport.sessionId },
  });
  assert.equal(stream.status, 403);
  await second.client.close();
  await client.close().catch(() => {});
});

test('MCP: the open stream of a revoked agent ends with an error', async () => {
  const answer = await fetch(`${gate.url}/mcp/everything`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${keys.b}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } } }),
  });
  const session = answer.headers.get('mcp-session-id');
  await answer.text();
  const stream = await fetch(`${gate.url}/mcp/everything`, {
    headers: { Authorization: `Bearer ${keys.b}`, Accept: 'text/event-stream', 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' },
  });
  assert.equal(stream.status, 200);
  let text = '';
  const ended = (async () => {
    for await (const part of stream.body) text += Buffer.from(part);
    return performance.now();
  })();
  const { from, id } = await revoke('agent', 'agent-b');
  console.log(`the stream ended ${((await ended) - from).toFixed(1)} ms after revoking`);
  assert.match(text, /event: message\ndata: \{"jsonrpc":"2\.0","id":null,"error":\{"code":403,/);
  assert.match(text, /"reason_code":"revoked","retryable":false/);
  command('--lift', String(id));
});

test('all of it is in the audit log', async () => {
  await gate.stop();
  const all = records();
  const events = all.filter((record) => record.event?.startsWith('revo')).map((record) => `${record.event} ${record.detail.split(',')[0]}`);
  assert.deepEqual(events.slice(0, 2), ['revoked task task-a', 'revocation_lifted task task-a']);
  assert.ok(all.filter((record) => record.event === 'revoked').every((record) => record.reason === 'a test' && record.who.proof === 'loopback'));
  const cut = all.filter((record) => record.kind === 'end' && record.error === 'revoked' && record.how === 'cut');
  assert.equal(cut.length >= STREAMS / 2, true);
  const refused = all.filter((record) => record.kind === 'decision' && record.error === 'revoked');
  assert.ok(refused.length > 10 && refused.every((record) => record.outcome === 'refused'));
});
