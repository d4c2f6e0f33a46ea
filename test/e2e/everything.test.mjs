// A real MCP server, @modelcontextprotocol/server-everything, behind four workers of the gate.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort, sha256, startEverything, startGate, temporaryFolder, until } from './gate.mjs';

const keyA = 'sk-everything-a', keyB = 'sk-everything-b';
let server, gate, folder, port;

function writeBundle() {
  mkdirSync(path.join(folder, 'policies'), { recursive: true });
  writeFileSync(path.join(folder, 'bundle.yaml'), 'name: everything\nmode: edge\nexpires: 30d\n');
  writeFileSync(path.join(folder, 'servers.yaml'),
    `servers:\n  - name: everything\n    url: http://localhost:${port}/mcp\n    egress: [loopback]\n`);
  writeFileSync(path.join(folder, 'identity.yaml'),
    `keys:\n  - {id: a, sha256: ${sha256(keyA)}, agent: agent-a, roles: [agent]}\n` +
    `  - {id: b, sha256: ${sha256(keyB)}, agent: agent-b, roles: [agent]}\n`);
  writeFileSync(path.join(folder, 'policies/everything.yaml'), `
apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: mcp:everything
  version: default
  rules:
    - name: open
      actions: [initialize, "tools/call/echo", "tools/call/get-sum", "prompts/get/*", resources/read, "logging/setLevel"]
      effect: EFFECT_ALLOW
      roles: [agent]
    - name: small-sums-only
      actions: [tools/call/get-sum]
      effect: EFFECT_DENY
      roles: ["*"]
      condition:
        match:
          expr: R.attr.arguments.a > 100 || R.attr.arguments.b > 100
      output: {when: {ruleActivated: '{"outcome": "deny", "reason": "sums above 100 are not for agents"}'}}
`);
}

before(async () => {
  port = await freePort();
  folder = temporaryFolder();
  writeBundle();
  server = await startEverything(port);
  const config = path.join(folder, 'device.yaml');
  writeFileSync(config, `workers: 4\nstate: ${path.join(folder, 'state')}\naudit: {file: ${path.join(folder, 'audit.jsonl')}}\n`);
  gate = await startGate({ bundle: folder, config });
});
after(async () => {
  await gate?.remove();
  await server?.stop('SIGKILL');
});

const url = () => new URL(`${gate.url}/mcp/everything`);

async function connect(key, options = {}) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(url(), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } }, ...options,
  });
  await client.connect(transport);
  return { client, transport };
}

// Every request on a connection of its own, so that any of the four workers may get it.
function fetchOnce(input, init = {}) {
  const headers = Object.fromEntries(new Headers(init.headers ?? {}));
  return new Promise((resolve, reject) => {
    const request = http.request(input, { method: init.method ?? 'GET', headers, agent: new http.Agent({ keepAlive: false }) }, (answer) => {
      const body = new ReadableStream({
        start(controller) {
          answer.on('data', (data) => controller.enqueue(new Uint8Array(data)));
          answer.on('end', () => controller.close());
          answer.on('error', (error) => controller.error(error));
        },
        cancel() { answer.destroy(); },
      });
      const none = [204, 205, 304].includes(answer.statusCode) || answer.statusCode === 202;
      resolve(new Response(none ? null : body, { status: answer.statusCode, headers: answer.headers }));
    });
    request.on('error', reject);
    init.signal?.addEventListener('abort', () => request.destroy(new Error('aborted')));
    request.end(init.body);
  });
}

test('the list holds what the caller may use and nothing else', async () => {
  const { client } = await connect(keyA);
  const tools = (await client.listTools()).tools;
  assert.deepEqual(tools.map((tool) => tool.name).sort(), ['echo', 'get-sum']);
  assert.ok(tools.every((tool) => tool.inputSchema.type === 'object'));
  await client.close();
});

test('tools run, and arguments decide', async () => {
  const { client } = await connect(keyA);
  const echo = await client.callTool({ name: 'echo', arguments: { message: 'hello gate' } });
  assert.match(echo.content[0].text, /hello gate/);
  const sum = await client.callTool({ name: 'get-sum', arguments: { a: 40, b: 2 } });
  assert.match(sum.content[0].text, /42/);
  const refused = await client.callTool({ name: 'get-sum', arguments: { a: 400, b: 2 } });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /sums above 100/);
  await assert.rejects(client.callTool({ name: 'get-env', arguments: {} }), /Unknown tool: get-env/);
  await client.close();
});

test('prompts and resources pass as policy says', async () => {
  const { client } = await connect(keyA);
  const prompts = (await client.listPrompts()).prompts;
  assert.ok(prompts.length > 0);
  const got = await client.getPrompt({ name: prompts[0].name });
  assert.ok(got.messages.length > 0);
  const resources = (await client.listResources()).resources;
  if (resources.length > 0) {
    const read = await client.readResource({ uri: resources[0].uri });
    assert.ok(read.contents.length > 0);
  }
  await client.close();
});

test('a session works whichever worker takes the next connection', async () => {
  const { client } = await connect(keyA, { fetch: fetchOnce });
  for (let i = 0; i < 40; i++) {
    const echo = await client.callTool({ name: 'echo', arguments: { message: `round ${i}` } });
    assert.match(echo.content[0].text, new RegExp(`round ${i}`));
  }
  await client.close();
});

test('with another key a session is unknown', async () => {
  const { client, transport } = await connect(keyA);
  assert.ok(transport.sessionId);
  const answer = await fetch(url(), {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${keyB}`, 'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream', 'Mcp-Session-Id': transport.sessionId,
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /session_unknown/);
  await client.close();
});

test('a method without a rule is refused and not forwarded', async () => {
  const { client } = await connect(keyA);
  await assert.rejects(client.complete({ ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'a', value: 'b' } }), (error) => {
    assert.equal(error.code, 403);
    return true;
  });
  await client.close();
});

test('a server that goes away is a 502 by name, and comes back without a restart', async () => {
  await server.stop('SIGKILL');
  await assert.rejects(connect(keyA), /502|everything/);
  server = await startEverything(port);
  const { client } = await until(() => connect(keyA), 'the server being back');
  assert.ok((await client.listTools()).tools.length > 0);
  await client.close();
});
