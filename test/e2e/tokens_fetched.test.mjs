// What the gateway finds out itself about tokens of a real authorization server, oidc-provider: its keys, by discovery
// and as they rotate, and what its opaque tokens are worth.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Provider } from 'oidc-provider';
import { chat, mcp as connect } from './clients.mjs';
import {
  copyDesk, counts, freePort, metric, sleep, startGate, startStandIns, stopServer, temporaryFolder, until,
} from './gate.mjs';
import { agents, audience, claims, newKey, refusedWith, writeIssuers } from './issuer.mjs';

const opaque = 'https://gate.example.test/opaque';
const credentials = { LOGIN: 'gate:s+e c/r%t' }; // what must be encoded in client_secret_basic

let demo, gate, issuer, folder, port;
const first = () => { first.key ??= newKey('first'); return first.key; };
const requests = []; // that the authorization server got

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
  await until(async () => (await fetch(`http://127.0.0.1:${port}/jwks`)).ok, 'the issuer answering');
  return server;
}

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

before(async () => {
  port = await freePort();
  folder = temporaryFolder();
  issuer = await startIssuer([first()]);
  demo = await startStandIns();
  gate = await startGate({
    bundle: writeIssuers(copyDesk(path.join(folder, 'desk')), `  - issuer: http://127.0.0.1:${port}
    audiences: [${audience}, ${opaque}]
    discovery: true
    introspection: {url: 'http://127.0.0.1:${port}/token/introspection', credential: credential:login, cache: 2s}
    egress: [loopback]
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

const call = (apiKey) => chat(gate, apiKey);
const mcp = (server, apiKey) => connect(gate, server, apiKey);

const fetched = (times) => until(async () => await metric(gate, 'issuer_keys_fetched_total') === times, `${times} times of fetching`);

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
  await fetched(1);
});

let rotated;
test('a new key is fetched when a token names it, and the old one counts while it is published', async () => {
  const old = await token('tier-1-agent');
  await stopServer(issuer);
  issuer = await startIssuer([newKey('second', 'RS256'), first()]);
  const next = await token('tier-1-agent');
  rotated = Date.now();
  await call(next);
  await fetched(2);
  await call(old);
  await fetched(2);
});

test('strangers cannot make the gateway ask for keys', async () => {
  const before = requests.length;
  const [, body, signature] = (await token('tier-1-agent')).split('.');
  for (let i = 0; i < 20; i++) {
    const header = Buffer.from(`{"alg":"ES256","typ":"at+jwt","kid":"made-up-${i}"}`).toString('base64url');
    await assert.rejects(call([header, body, signature].join('.')), refusedWith(401, 'token_key'));
  }
  const asked = requests.slice(before).filter((at) => at === '/jwks').length;
  assert.ok(asked <= Math.floor((Date.now() - rotated) / 30000), 'at most once in half a minute');
});

// --- opaque tokens ---

test('an opaque token is what its issuer says', async () => {
  const mine = await token('tier-1-agent', opaque);
  assert.ok(!mine.includes('.'));
  await refund(mine);
  await until(async () => await metric(gate, 'tokens_asked_total') >= 1, 'the count');
  assert.equal(await metric(gate, 'tokens_unasked_total'), 0);
  const lead = await mcp('payments', await token('tier-2-agent', opaque));
  const more = await lead.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 900000 } });
  assert.match(more.content[0].text, /refund_issue done/);
  await lead.close();
});

test('many requests at once with one token are one question', async () => {
  const mine = await token('tier-1-agent', opaque);
  const before = requests.length, begun = Date.now();
  await Promise.all(Array.from({ length: 20 }, () => call(mine)));
  const asked = requests.slice(before).filter((at) => at === '/token/introspection').length;
  assert.ok(asked >= 1 && asked <= 1 + Math.floor((Date.now() - begun) / 2000), `${asked} questions`); // cache: 2s
});

test('one that is revoked, for somebody else or made up is refused', async () => {
  const mine = await token('tier-1-agent', opaque);
  await call(mine);
  await revoke('tier-1-agent', mine);
  await sleep(3100); // cache: 2s
  await assert.rejects(call(mine), refusedWith(401, 'token_inactive'));
  await assert.rejects(call('made-up'), refusedWith(401, 'token_inactive'));
});

test('a key that is withdrawn is worth nothing, half a minute later', async () => {
  const old = await token('tier-1-agent');
  await call(old);
  await stopServer(issuer);
  issuer = await startIssuer([newKey('third')]);
  await sleep(Math.max(0, rotated + 31000 - Date.now()));
  const next = await token('tier-1-agent');
  await until(() => call(next), 'the new key being fetched');
  await assert.rejects(call(old), refusedWith(401, 'token_key'));
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
  await gate.recorded((record) => record.event === 'introspection_failed', 'the failure');
});

test('the audit log says how each was proven, and holds no token', async () => {
  await gate.stop();
  const records = gate.records();
  const mine = records.filter((record) => record.who?.proof === 'introspection');
  assert.ok(mine.length > 0);
  assert.equal(mine[0].who.agent, 'tier-1-agent');
  assert.equal(mine[0].who.team, 'support');
  assert.ok(records.some((record) => record.who?.proof === 'jwt' && record.who.key_id === 'second'));
  assert.ok(!JSON.stringify(records).includes('eyJ'));
  assert.ok(!gate.output.includes('s+e'));
});
