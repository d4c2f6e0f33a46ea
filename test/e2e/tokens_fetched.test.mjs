// What the gateway finds out itself about tokens of a real authorization server, oidc-provider: its keys, by discovery
// and as they rotate, and what its opaque tokens are worth. And of a server that lies.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { Provider } from 'oidc-provider';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { counts, freePort, sleep, source, startGate, startStandIns, temporaryFolder, until } from './gate.mjs';

const audience = 'https://gate.example.test';
const opaque = 'https://gate.example.test/opaque';
const agents = {
  'tier-1-agent': { roles: ['l1'], team: 'support', task: 'T-1001' },
  'tier-2-agent': { roles: ['l2'], team: 'support', task: 'T-1002' },
};
const credentials = { LOGIN: 'gate:s+e c/r%t' }; // what must be encoded in client_secret_basic

let demo, gate, issuer, folder, port;
const first = () => { first.key ??= newKey('first'); return first.key; };
const requests = []; // that the authorization server got

function newKey(kid, alg = 'ES256') {
  const { privateKey } = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

async function startIssuer(keys) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks: { keys },
    clients: [...Object.keys(agents), 'gate'].map((client_id) => ({
      client_id, client_secret: client_id === 'gate' ? 's+e c/r%t' : 'not-so-secret',
      grant_types: ['client_credentials'], redirect_uris: [], response_types: [], id_token_signed_response_alg: keys[0].alg,
    })),
    ttl: { ClientCredentials: 600 },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    extraTokenClaims: (ctx, token) => agents[token.clientId],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => (resource === opaque
          ? { scope: 'desk', audience: resource, accessTokenFormat: 'opaque' }
          : { scope: 'desk', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: keys[0].alg } } }),
      },
    },
  });
  provider.use(async (ctx, next) => {
    requests.push(ctx.path);
    await next();
  });
  const server = await new Promise((resolve) => {
    const listening = provider.listen(port, '127.0.0.1', () => resolve(listening));
  });
  await until(async () => (await fetch(`http://127.0.0.1:${port}/jwks`)).ok, 5000, 'the issuer answering');
  return server;
}

const stopServer = (server) => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
});

const basic = (client) => `Basic ${Buffer.from(`${client}:not-so-secret`).toString('base64')}`;

async function token(client, resource = audience) {
  const answer = await fetch(`http://127.0.0.1:${port}/token`, {
    method: 'POST',
    headers: { Authorization: basic(client) },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope: 'desk' }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

async function revoke(client, value) {
  const answer = await fetch(`http://127.0.0.1:${port}/token/revocation`, {
    method: 'POST', headers: { Authorization: basic(client) }, body: new URLSearchParams({ token: value }),
  });
  assert.equal(answer.status, 200);
}

function writeBundle(name, issuers) {
  const bundle = path.join(folder, name);
  mkdirSync(bundle);
  cpSync(path.join(source, 'policy/examples/support-desk'), bundle, { recursive: true });
  const keys = readFileSync(path.join(bundle, 'identity.yaml'), 'utf8');
  writeFileSync(path.join(bundle, 'identity.yaml'), `${keys}\nissuers:\n${issuers}`);
  return bundle;
}

const claims = `    egress: [loopback]
    claims:
      agent: client_id
      team: team
      task: task
      roles:
        roles: {l1: tier-1-support, l2: tier-2-lead}
`;

before(async () => {
  port = await freePort();
  folder = temporaryFolder();
  issuer = await startIssuer([first()]);
  demo = await startStandIns();
  gate = await startGate({
    bundle: writeBundle('desk', `  - issuer: http://127.0.0.1:${port}
    audiences: [${audience}, ${opaque}]
    discovery: true
    introspection: {url: 'http://127.0.0.1:${port}/token/introspection', credential: credential:login, cache: 2s}
${claims}`),
    env: credentials,
  });
});
after(async () => {
  await gate?.remove();
  await demo?.stop();
  if (issuer) await stopServer(issuer);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };
const call = (apiKey, at = gate) =>
  new OpenAI({ apiKey, baseURL: `${at.url}/v1`, maxRetries: 0 }).chat.completions.create(hello);

async function mcp(server, key) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${gate.url}/mcp/${server}`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  });
  await client.connect(transport);
  return client;
}

const refusedWith = (status, code) => (error) => {
  assert.ok(error instanceof OpenAI.APIError, `${error}`);
  assert.equal(error.status, status, `${error}`);
  assert.equal(error.code, code);
  if (status === 401) assert.match(error.headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
  if (status === 503) assert.ok(Number(error.headers.get('retry-after')) > 0);
  return true;
};

async function metric(name, at = gate) {
  const text = await (await fetch(`${at.admin}/metrics`)).text();
  return Number(text.match(new RegExp(`^postern_${name}_total (\\d+)$`, 'm'))[1]);
}

const recorded = (event, at = gate) =>
  until(() => at.records().some((record) => record.event === event), 5000, `a record of ${event}`);

async function refund(key) {
  const client = await mcp('payments', key);
  const made = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 4000 } });
  assert.match(made.content[0].text, /refund_issue done/);
  const before = await counts();
  const more = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 900000 } });
  assert.match(more.content[0].text, /tier-1-support refund cap exceeded/);
  assert.deepEqual(await counts(), before);
  await client.close();
}

// --- keys ---

test('keys are found by discovery, once', async () => {
  await refund(await token('tier-1-agent'));
  await call(await token('tier-2-agent'));
  assert.equal(requests.filter((at) => at === '/.well-known/openid-configuration').length, 1);
  assert.equal(await metric('issuer_keys_fetched'), 1);
});

let rotated;
test('a new key is fetched when a token names it, and the old one counts while it is published', async () => {
  const old = await token('tier-1-agent');
  await stopServer(issuer);
  issuer = await startIssuer([newKey('second', 'RS256'), first()]);
  const next = await token('tier-1-agent');
  rotated = Date.now();
  await call(next);
  assert.equal(await metric('issuer_keys_fetched'), 2);
  await call(old);
  assert.equal(await metric('issuer_keys_fetched'), 2);
});

test('strangers cannot make the gateway ask for keys', async () => {
  const before = requests.length;
  const [, body, signature] = (await token('tier-1-agent')).split('.');
  for (let i = 0; i < 20; i++) {
    const header = Buffer.from(`{"alg":"ES256","typ":"at+jwt","kid":"made-up-${i}"}`).toString('base64url');
    await assert.rejects(call([header, body, signature].join('.')), refusedWith(401, 'token_key'));
  }
  assert.deepEqual(requests.slice(before).filter((at) => at !== '/token'), []);
});

test('a key that is withdrawn is worth nothing, half a minute later', async () => {
  const old = await token('tier-1-agent');
  await call(old);
  await stopServer(issuer);
  issuer = await startIssuer([newKey('third')]);
  const next = await token('tier-1-agent');
  await assert.rejects(call(next), refusedWith(401, 'token_key')); // it was asked for too short a time ago
  await sleep(Math.max(0, rotated + 31000 - Date.now()));
  await call(next);
  await assert.rejects(call(old), refusedWith(401, 'token_key'));
});

// --- opaque tokens ---

test('an opaque token is what its issuer says', async () => {
  const mine = await token('tier-1-agent', opaque);
  assert.ok(!mine.includes('.'));
  await refund(mine);
  const answers = await metric('tokens_asked');
  assert.ok(answers >= 1);
  assert.equal(await metric('tokens_unasked'), 0);
  const lead = await mcp('payments', await token('tier-2-agent', opaque));
  const more = await lead.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 900000 } });
  assert.match(more.content[0].text, /refund_issue done/);
  await lead.close();
});

test('many requests at once with one token are one question', async () => {
  const mine = await token('tier-1-agent', opaque);
  const before = requests.length;
  await Promise.all(Array.from({ length: 20 }, () => call(mine)));
  assert.equal(requests.slice(before).filter((at) => at === '/token/introspection').length, 1);
});

test('one that is revoked, for somebody else or made up is refused', async () => {
  const mine = await token('tier-1-agent', opaque);
  await call(mine);
  await revoke('tier-1-agent', mine);
  await sleep(3100); // cache: 2s
  await assert.rejects(call(mine), refusedWith(401, 'token_inactive'));
  await assert.rejects(call('made-up'), refusedWith(401, 'token_inactive'));
});

test('while the issuer is down nothing is allowed that is not known', async () => {
  const known = await token('tier-1-agent', opaque);
  const unknown = await token('tier-1-agent', opaque);
  const signed = await token('tier-1-agent');
  await call(known);
  const server = issuer;
  issuer = undefined;
  await stopServer(server);
  await assert.rejects(call(unknown), refusedWith(503, 'token_unasked'));
  await call(signed); // its key is known
  await sleep(3100);
  await assert.rejects(call(known), refusedWith(503, 'token_unasked'));
  await recorded('introspection_failed');
});

test('the audit log says how each was proven, and holds no token', async () => {
  const records = gate.records();
  const mine = records.filter((record) => record.who?.proof === 'introspection');
  assert.ok(mine.length > 0);
  assert.equal(mine[0].who.agent, 'tier-1-agent');
  assert.equal(mine[0].who.team, 'support');
  assert.ok(records.some((record) => record.who?.proof === 'jwt' && record.who.key_id === 'second'));
  assert.ok(!JSON.stringify(records).includes('eyJ'));
  assert.ok(!gate.output.includes('s+e'));
});

// --- a server that lies ---

const liar = { mode: 'good', asked: 0, key: newKey('honest') };
liar.jwks = () => {
  const { d, ...publicKey } = liar.key;
  return JSON.stringify({ keys: [publicKey] });
};
const answers = {
  good: (res) => res.setHeader('Content-Type', 'application/json').end(liar.jwks()),
  html: (res) => res.end('<!doctype html><title>Sign in</title>'),
  'other type': (res) => res.end('{"keys":"none"}'),
  redirect: (res) => res.writeHead(302, { Location: `http://127.0.0.1:${liar.port}/elsewhere` }).end(),
  error: (res) => res.writeHead(500).end(liar.jwks()),
  gzip: (res) => res.setHeader('Content-Encoding', 'gzip').end(liar.jwks()),
  'two keys of one name': (res) => {
    const other = { ...JSON.parse(liar.jwks()).keys[0], ...publicHalf(newKey('honest')) };
    res.end(JSON.stringify({ keys: [...JSON.parse(liar.jwks()).keys, other] }));
  },
  huge: (res) => {
    res.writeHead(200);
    const send = () => { while (!res.destroyed && res.write(' '.repeat(65536)));};
    res.on('drain', send).on('error', () => {});
    send();
  },
  slow: (res) => {
    res.writeHead(200);
    const bytes = liar.jwks();
    let at = 0;
    const timer = setInterval(() => (res.destroyed ? clearInterval(timer) : res.write(bytes[at++ % bytes.length])), 200);
  },
  cut: (res) => {
    res.writeHead(200, { 'Content-Length': 5000 });
    res.write(liar.jwks());
    setTimeout(() => res.destroy(), 50);
  },
};
const publicHalf = ({ d, ...half }) => half;

function signedByLiar(kid = 'honest') {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid })}.${part({
    iss: `http://127.0.0.1:${liar.port}`, aud: audience, sub: 'ana', client_id: 'tier-1-agent', exp: now + 600, iat: now,
    ...agents['tier-1-agent'],
  })}`;
  const signature = sign('sha256', Buffer.from(text), { key: liar.key, format: 'jwk', dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

test('a JWKS endpoint that lies, is slow, huge or down', { timeout: 120000 }, async (t) => {
  liar.port = await freePort();
  const server = http.createServer((req, res) => {
    liar.asked += 1;
    if (req.url !== '/jwks') liar.followed = req.url;
    answers[liar.mode](res);
  });
  await new Promise((resolve) => server.listen(liar.port, '127.0.0.1', resolve));
  t.after(() => stopServer(server));
  const bundle = writeBundle('lies', `  - issuer: http://127.0.0.1:${liar.port}
    audiences: [${audience}]
    jwks_uri: http://127.0.0.1:${liar.port}/jwks
${claims}`);
  for (const mode of Object.keys(answers)) {
    if (mode === 'good') continue;
    liar.mode = mode;
    const at = await startGate({ bundle });
    try {
      const begin = Date.now();
      await assert.rejects(call(signedByLiar(), at), refusedWith(503, 'token_keys_absent'), mode);
      assert.ok(Date.now() - begin < 6500, `${mode}: an answer after ${Date.now() - begin} ms`);
      await until(async () => await metric('issuer_keys_failed', at) >= 1, 5000, `a failure counted of '${mode}'`);
      await recorded('issuer_keys_failed', at);
      // It is asked again, and then its keys are taken.
      liar.mode = 'good';
      await until(async () => (await call(signedByLiar(), at)).model, 15000, `recovering from '${mode}'`);
      // The keys that were good go on, whatever it says from then on.
      liar.mode = mode;
      await assert.rejects(call(signedByLiar('made-up'), at), refusedWith(401, 'token_key'), mode);
      await call(signedByLiar(), at);
    } finally {
      await at.remove();
    }
  }
  assert.equal(liar.followed, undefined, 'a redirection was followed');
  liar.mode = 'good';
  const at = await startGate({ bundle });
  try {
    await call(signedByLiar(), at);
    await stopServer(server);
    await assert.rejects(call(signedByLiar('made-up'), at), refusedWith(401, 'token_key'), 'down');
    await call(signedByLiar(), at);
  } finally {
    await at.remove();
  }
});
