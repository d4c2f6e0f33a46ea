// What upstreams are shown, between a real authorization server (oidc-provider) and servers that verify
// it with jose: tokens that the gateway gets for itself, tokens that it exchanges for a caller, and its
// own word of who is calling.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { freePort, payroll, sleep, source, startGate, stopServer, temporaryFolder, tier1, tier2, until } from './gate.mjs';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const gateway = 'https://gate.example.test'; // as what it signs calls it
const secret = 'a secret: of+the gate/way%';
const brief = 'https://brief.example.test'; // tokens for it live 6 s, the others longer than any test
const lifetime = (resource) => (resource === brief ? 6 : 600);

let folder, gate, issuer, issuerPort, issuerKey, upstream, upstreamPort;
let asked = []; // token requests
let seen = []; // requests to upstreams: { path, authorization, assertion }
let spurn = 0; // how many tokens the upstream does not take from now on

// --- the authorization server

const oidc = () => `http://127.0.0.1:${issuerPort}`;

// RFC 8693: the subject is who the gateway says is calling, and its word is checked by its published key.
async function exchange(ctx) {
  const { params, client } = ctx.oidc;
  const keys = jose.createRemoteJWKSet(new URL(`${gate.url}/oauth/jwks`));
  assert.equal(params.subject_token_type, 'urn:ietf:params:oauth:token-type:jwt');
  const { payload } = await jose.jwtVerify(params.subject_token, keys, {
    issuer: gateway, audience: oidc(), typ: 'JWT', algorithms: ['ES256'], requiredClaims: ['iat', 'exp', 'sub'],
  });
  const claims = { client_id: client.clientId, act: payload.act, task: payload.task, scope: params.scope };
  ctx.body = {
    access_token: await new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: issuerKey.kid })
      .setIssuer(oidc()).setAudience(params.audience).setSubject(payload.sub).setIssuedAt().setExpirationTime(`${lifetime()}s`)
      .sign(await jose.importJWK(issuerKey, 'ES256')),
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', token_type: 'Bearer', expires_in: lifetime(),
  };
}

async function startIssuer() {
  const provider = new Provider(oidc(), {
    jwks: { keys: [issuerKey] },
    clients: [{
      client_id: 'gate way', client_secret: secret, grant_types: ['client_credentials', EXCHANGE], redirect_uris: [],
      response_types: [], id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_basic',
    }],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'crm.read crm.write', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: lifetime(resource),
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  provider.registerGrantType(EXCHANGE, exchange,
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'resource', 'scope']);
  provider.on('server_error', (ctx, error) => console.error(error));
  provider.use(async (ctx, next) => {
    if (ctx.path === '/token') asked.push(ctx.get('authorization'));
    await next();
    if (ctx.path === '/token' && ctx.status !== 200) asked.error = ctx.body;
  });
  const server = await new Promise((resolve) => {
    const listening = provider.listen(issuerPort, '127.0.0.1', () => resolve(listening));
  });
  await until(async () => (await fetch(`${oidc()}/jwks`)).ok, 'the authorization server answering');
  return server;
}

// --- the upstreams: one MCP server behind several paths

const tokenOf = (request) => /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

async function answerMcp(message) {
  const reply = (result) => JSON.stringify({ jsonrpc: '2.0', id: message.id, result });
  if (message.method === 'initialize') {
    return reply({
      protocolVersion: message.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'up', version: '1' },
    });
  }
  return reply({ content: [{ type: 'text', text: 'looked' }] });
}

function startUpstream() {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (request.method !== 'POST') return response.writeHead(405).end();
    const message = JSON.parse(Buffer.concat(chunks));
    if (message.method === 'tools/call') {
      seen.push({ path: request.url, token: tokenOf(request), headers: request.headers,
        assertion: request.headers['x-postern-assertion'] });
      if (spurn > 0 && spurn--) return response.writeHead(401).end();
    }
    if (message.id === undefined) return response.writeHead(202).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(await answerMcp(message));
  });
  return new Promise((resolve) => {
    const listening = server.listen(upstreamPort, '127.0.0.1', () => resolve(listening));
  });
}

// --- the gateway

const bundleFile = (name, text) => writeFileSync(path.join(folder, 'bundle', name), text);

function writeBundle() {
  const from = `{token_url: ${oidc()}/token, client_id: gate way, credential: os.environ/GATE_SECRET, egress: [loopback]`;
  const server = (name, rest) => `  - name: ${name}
    url: http://127.0.0.1:${upstreamPort}/${name}
    egress: [loopback]
${rest}`;
  mkdirSync(path.join(folder, 'bundle/policies'), { recursive: true });
  bundleFile('bundle.yaml', 'name: upstreams\n');
  cpSync(path.join(source, 'policy/examples/support-desk/identity.yaml'), path.join(folder, 'bundle/identity.yaml'));
  bundleFile('servers.yaml', `servers:
${server('own', `    credential_from: ${from}, scope: crm.read, resource: https://crm.example.test}
    assertion: {issuer: ${gateway}, audience: https://crm.example.test}
`)}
${server('brief', `    credential_from: ${from}, resource: ${brief}}
`)}
${server('exchanged', `    exchange: ${from}, issuer: ${gateway}, subject_audience: ${oidc()}, audience: tickets, scope: tickets.read}
`)}
${server('each', `    assertion: {issuer: ${gateway}, audience: https://each.example.test, header: Authorization, per_call: true, lifetime: 30s}
`)}
${server('strange', `    credential_from: {token_url: ${oidc()}/token, client_id: nobody, credential: os.environ/GATE_SECRET, egress: [loopback]}
`)}
`);
  for (const name of ['own', 'brief', 'exchanged', 'each', 'strange']) {
    bundleFile(`policies/${name}.yaml`, `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: mcp:${name}
  version: default
  rules:
    - actions: ["*"]
      effect: EFFECT_ALLOW
      roles: ["*"]
`);
  }
}

before(async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  issuerKey = { ...privateKey.export({ format: 'jwk' }), kid: 'as-1', alg: 'ES256', use: 'sig' };
  [issuerPort, upstreamPort] = [await freePort(), await freePort()];
  folder = temporaryFolder();
  writeBundle();
  issuer = await startIssuer();
  upstream = await startUpstream();
  gate = await startGate({ bundle: path.join(folder, 'bundle'), env: { GATE_SECRET: secret } });
});
after(async () => {
  await gate?.remove();
  if (issuer) await stopServer(issuer);
  if (upstream) await stopServer(upstream);
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  [asked, seen, spurn] = [[], [], 0];
});

async function look(server, key) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gate.url}/mcp/${server}`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  }));
  return client.callTool({ name: 'look', arguments: {} });
}

const call = (server, key) => fetch(`${gate.url}/mcp/${server}`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${key}` },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look', arguments: {} } }),
});

const issuerKeys = () => jose.createRemoteJWKSet(new URL(`${oidc()}/jwks`));
const gateKeys = () => jose.createRemoteJWKSet(new URL(`${gate.url}/oauth/jwks`));

// Nothing that a client sent, and nothing secret, is where it does not belong.
function nothingInbound() {
  for (const { headers } of seen) {
    const text = JSON.stringify(headers);
    for (const key of [tier1, tier2, payroll, secret]) assert.ok(!text.includes(key), text);
  }
}

test('the gateway shows a server a token of its own, which the server verifies', async () => {
  const results = await Promise.all([tier1, tier2, tier1, tier2].map((key) => look('own', key)));
  for (const result of results) assert.equal(result.content[0].text, 'looked');
  assert.equal(asked.length, 1, 'one question for all');
  const { payload } = await jose.jwtVerify(seen[0].token, issuerKeys(), {
    issuer: oidc(), audience: 'https://crm.example.test', typ: 'at+jwt',
  });
  assert.equal(payload.client_id, 'gate way');
  assert.equal(payload.scope, 'crm.read');
  assert.ok(seen.every(({ token }) => token === seen[0].token));
  nothingInbound();
});

test('and its word of who is calling, which is verified by its published key', async () => {
  await look('own', tier1);
  const options = { issuer: gateway, audience: 'https://crm.example.test', typ: 'JWT', algorithms: ['ES256'] };
  const { payload, protectedHeader } = await jose.jwtVerify(seen[0].assertion, gateKeys(), options);
  assert.equal(payload.sub, 'ana');
  assert.deepEqual(payload.act, { sub: 'tier-1-agent' });
  assert.equal(payload.task, 'T-1001');
  assert.equal(payload.exp - payload.iat, 60);
  assert.equal(payload.jti, undefined);
  const [published] = (await (await fetch(`${gate.url}/oauth/jwks`)).json()).keys;
  assert.equal(protectedHeader.kid, await jose.calculateJwkThumbprint(published));
  await assert.rejects(jose.jwtVerify(seen[0].assertion, gateKeys(), { ...options, audience: 'https://each.example.test' }));
  await assert.rejects(jose.jwtVerify(seen[0].assertion, issuerKeys(), options));
  await look('own', tier1);
  await look('own', payroll);
  assert.equal(seen[1].assertion, seen[0].assertion, 'signed once for the same caller');
  assert.equal(jose.decodeJwt(seen[2].assertion).sub, 'dora');
});

test('one for each call says which decision it was', async () => {
  for (let i = 0; i < 2; i++) assert.equal((await call('each', tier2)).status, 200);
  const options = { issuer: gateway, audience: 'https://each.example.test', algorithms: ['ES256'] };
  const claims = await Promise.all(seen.map(async ({ token }) => (await jose.jwtVerify(token, gateKeys(), options)).payload));
  assert.notEqual(claims[0].jti, claims[1].jti);
  for (const { jti, sub, iat, exp } of claims) {
    const record = await gate.recorded(({ id, kind }) => id === jti && kind === 'decision', 'it');
    assert.equal(record.who.user, 'ben');
    assert.equal(sub, 'ben');
    assert.equal(exp - iat, 30);
  }
});

test('a caller has a token of its own by exchange, and the server knows who it is for', async () => {
  for (const key of [tier1, tier2, tier1]) await look('exchanged', key);
  assert.equal(asked.length, 2, 'one for each caller');
  const options = { issuer: oidc(), audience: 'tickets', typ: 'at+jwt' };
  const [ana, ben, again] = await Promise.all(seen.map(async ({ token }) =>
    (await jose.jwtVerify(token, issuerKeys(), options)).payload));
  assert.deepEqual([ana.sub, ana.act, ana.task, ana.scope], ['ana', { sub: 'tier-1-agent' }, 'T-1001', 'tickets.read']);
  assert.deepEqual([ben.sub, ben.act], ['ben', { sub: 'tier-2-agent' }]);
  assert.deepEqual(again, ana);
  nothingInbound();
});

test('a token is renewed before it ends', async () => {
  await look('brief', tier1);
  const first = seen[0].token;
  await sleep((lifetime(brief) + 1) * 1000);
  await look('brief', tier1);
  assert.notEqual(seen[1].token, first);
  await jose.jwtVerify(seen[1].token, issuerKeys(), { issuer: oidc() });
});

test('a token that was young and is not taken is not asked for again and again', async () => {
  await look('own', tier1);
  [asked, spurn] = [[], 3];
  const begun = Date.now();
  for (let i = 0; i < 3; i++) assert.equal((await call('own', tier1)).status, 401);
  assert.ok(asked.length <= 1 + Math.floor((Date.now() - begun) / 10000), 'once in ten seconds');
});

test('a client that the authorization server does not know gets nothing, and the server is not asked', async () => {
  const begun = Date.now();
  const answer = await call('strange', tier1);
  const text = await answer.text();
  assert.equal(answer.status, 502, text);
  assert.match(text, /upstream_token_refused/);
  assert.match(text, /\(strange\).*It says invalid_client\./);
  assert.equal(asked.error.error, 'invalid_client');
  assert.equal(seen.length, 0);
  await call('strange', tier1);
  assert.ok(asked.length <= 1 + Math.floor((Date.now() - begun) / 1000), 'it is left alone for a second');
});

test('while the authorization server is away calls are refused at once, then served again', async () => {
  await call('brief', tier1);
  seen = [];
  await sleep((lifetime(brief) + 1) * 1000);
  await stopServer(issuer);
  const answer = await call('brief', tier1);
  const text = await answer.text();
  assert.equal(answer.status, 503, text);
  assert.match(text, /upstream_token_awaited/);
  assert.ok(Number(answer.headers.get('retry-after')) > 0);
  assert.equal(seen.length, 0);
  issuer = await startIssuer();
  await until(async () => (await call('brief', tier1)).status === 200, 'a token');
  assert.equal(seen.length, 1);
});

test('no token, key or secret is in a log or among the metrics', async () => {
  const metrics = await (await fetch(`${gate.admin}/metrics`)).text();
  await gate.stop();
  const log = JSON.stringify(gate.records());
  for (const text of [metrics, log, gate.output]) {
    for (const key of [tier1, tier2, secret]) assert.ok(!text.includes(key));
    assert.ok(!/eyJ[\w-]+\.[\w-]+\./.test(text));
  }
});
