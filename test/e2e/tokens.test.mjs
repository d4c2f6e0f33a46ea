// The support-desk scenario with tokens of a real authorization server: oidc-provider.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { Provider } from 'oidc-provider';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { extractWWWAuthenticateParams } from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { chat, mcp as connect } from './clients.mjs';
import {
  binary, copyDesk, counts, freePort, sleep, startGate, startStandIns, stopServer, temporaryFolder, tier1, until,
} from './gate.mjs';
import { agents as deskAgents, audience, claims, newKey, refusedWith as refused, writeIssuers } from './issuer.mjs';

const agents = {
  ...deskAgents,
  'scoped-agent': { team: 'support', task: 'T-1001' },
  'hasty-agent': { roles: ['l1'], team: 'support', task: 'T-1001' },
};

let demo, gate, issuer, folder, bundle, port;

async function startIssuer(keys) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    jwks: { keys },
    clients: Object.keys(agents).map((client_id) => ({
      client_id, client_secret: 'not-so-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
      id_token_signed_response_alg: keys[0].alg,
    })),
    ttl: { ClientCredentials: (ctx, token, client) => (client.clientId === 'hasty-agent' ? 1 : 600) },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'ES384'] },
    extraTokenClaims: (ctx, token) => agents[token.clientId],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (ctx, resource) => ({
          scope: 'desk refunds', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: keys[0].alg } },
        }),
      },
    },
  });
  const server = await new Promise((resolve) => {
    const listening = provider.listen(port, '127.0.0.1', () => resolve(listening));
  });
  // Connections that are kept to the one before it fail once.
  await until(async () => (await fetch(`http://127.0.0.1:${port}/jwks`)).ok, 'the issuer answering');
  return server;
}

async function token(client, resource = audience, scope = 'desk') {
  const answer = await fetch(`http://127.0.0.1:${port}/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${client}:not-so-secret`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

// The keys that the server publishes go into the bundle as they are.
async function writeBundle(...routes) {
  const jwks = await (await fetch(`http://127.0.0.1:${port}/jwks`)).text();
  writeIssuers(bundle, `  - issuer: http://127.0.0.1:${port}
    audiences: [${[audience, ...routes].join()}]
    types: [at+jwt]
    clock_skew: 0
    jwks: ${jwks}
${claims}        scope: {refunds: tier-1-support}
`);
}

before(async () => {
  port = await freePort();
  issuer = await startIssuer([newKey('first', 'RS256')]);
  folder = temporaryFolder();
  bundle = copyDesk(path.join(folder, 'desk'));
  await writeBundle();
  demo = await startStandIns();
  gate = await startGate({ bundle });
});
after(async () => {
  await gate?.remove();
  await demo?.stop();
  if (issuer) await stopServer(issuer);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const call = (apiKey) => chat(gate, apiKey);
const mcp = (server, apiKey) => connect(gate, server, apiKey);

const refusedWith = (code) => refused(401, code);

test('an agent with a token makes a refund that its role and task allow, and no other', async () => {
  const client = await mcp('payments', await token('tier-1-agent'));
  const made = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 4000 } });
  assert.match(made.content[0].text, /refund_issue done/);
  const before = await counts();
  const refused = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 900000 } });
  assert.match(refused.content[0].text, /tier-1-support refund cap exceeded/);
  const other = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 4000 } });
  assert.equal(other.isError, true);
  assert.deepEqual(await counts(), before);
  await client.close();
  const lead = await mcp('payments', await token('tier-2-agent'));
  const more = await lead.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 900000 } });
  assert.match(more.content[0].text, /refund_issue done/);
  await lead.close();
});

test('models are called with a token, and keys still work beside it', async () => {
  for (const key of [await token('tier-1-agent'), tier1]) {
    const answer = await call(key);
    assert.equal(answer.model, 'gpt-4o-2024-11-20');
  }
});

test('a token for somebody else, an expired one and a changed one are refused', async () => {
  const before = await counts();
  await assert.rejects(call(await token('tier-1-agent', 'https://else.example.test')), refusedWith('token_audience'));
  const hasty = await token('hasty-agent');
  await sleep(2100);
  await assert.rejects(call(hasty), refusedWith('token_expired'));
  const good = await token('tier-1-agent');
  const parts = good.split('.');
  const claims = JSON.parse(Buffer.from(parts[1], 'base64url'));
  parts[1] = Buffer.from(JSON.stringify({ ...claims, roles: ['l2'] })).toString('base64url');
  await assert.rejects(call(parts.join('.')), refusedWith('token_signature'));
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  await assert.rejects(call(`${none}.${parts[1]}.`), refusedWith('token_algorithm'));
  await assert.rejects(call(good.slice(0, good.lastIndexOf('.'))), refusedWith('token_malformed'));
  assert.deepEqual(await counts(), before);
});

test('a token in the query is refused', async () => {
  const answer = await fetch(`${gate.url}/v1/models?access_token=${await token('tier-1-agent')}`);
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error.code, 'token_in_query');
});

test('the official client asks for the scope that it is told of, and only where one helps', async () => {
  const resource = `${gate.url}/mcp/payments`;
  await writeBundle(resource);
  const bearer = await token('scoped-agent', resource);
  const ask = (more) => fetch(resource, {
    method: 'POST', ...more,
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
  });
  const call = (name, args) => ask({
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  const refund = { ticket_id: 'T-1001', amount_cents: 4000 };
  await until(async () => (await call('refund_issue', refund)).status === 403, 'the new audience');
  const challenge = await call('refund_issue', refund);
  assert.match(challenge.headers.get('www-authenticate'), /^Bearer error="insufficient_scope", .*scope="refunds"/);
  const helpless = await call('refund_issue', { ticket_id: 'T-9', amount_cents: 4000 });
  assert.equal(helpless.status, 200, 'no scope gives another task');
  assert.equal(helpless.headers.get('www-authenticate'), null);

  const authProvider = new ClientCredentialsProvider({
    clientId: 'scoped-agent', clientSecret: 'not-so-secret', expectedIssuer: `http://127.0.0.1:${port}`,
  });
  authProvider.saveTokens({ access_token: bearer, token_type: 'Bearer' });
  // The library starts anew at the challenge; for this grant it leaves it to its user to pass the scope on.
  let wanted;
  const prepare = authProvider.prepareTokenRequest.bind(authProvider);
  authProvider.prepareTokenRequest = () => prepare(wanted);
  const told = async (url, init) => {
    const answer = await fetch(url, init);
    wanted = extractWWWAuthenticateParams(answer).scope ?? wanted;
    return answer;
  };
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { authProvider, fetch: told }));
  assert.equal(wanted, 'refunds');
  const made = await client.callTool({ name: 'refund_issue', arguments: refund });
  assert.match(made.content[0].text, /refund_issue done/);
  assert.notEqual(authProvider.tokens().access_token, bearer);
  await client.close();
  await writeBundle();
});

const exchange = async (subject_token, more = {}) => {
  const answer = await fetch(`${gate.url}/oauth/token`, { method: 'POST', body: new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    resource: `${gate.url}/mcp/payments`, subject_token, ...more,
  }) });
  return { status: answer.status, ...(await answer.json()) };
};

test('a token is exchanged for one for a route that can do less, ends with it and is revoked with it', async () => {
  const parent = await token('tier-1-agent');
  const given = await exchange(parent, { tools: 'refund_issue', expires_in: '86400' });
  assert.equal(given.status, 200, JSON.stringify(given));
  const keys = jose.createRemoteJWKSet(new URL(`${gate.url}/oauth/jwks`));
  const { payload } = await jose.jwtVerify(given.access_token, keys, { issuer: gate.url, audience: `${gate.url}/mcp/payments`, typ: 'at+jwt' });
  const was = jose.decodeJwt(parent);
  assert.equal(payload.sub, was.sub);
  assert.equal(payload.exp, was.exp);
  assert.deepEqual(payload.parent_token.claims, was);
  const client = await mcp('payments', given.access_token);
  assert.deepEqual((await client.listTools()).tools.map((tool) => tool.name), ['refund_issue']);
  const refund = (amount_cents) => client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents } });
  assert.match((await refund(4000)).content[0].text, /refund_issue done/);
  assert.match((await refund(900000)).content[0].text, /tier-1-support refund cap exceeded/);
  await assert.rejects(mcp('crm', given.access_token), /token_audience|401/);
  const issued = await gate.recorded((record) => record.action === 'token/issue' && record.who.token_id === was.jti, 'the token');
  assert.equal(issued.who.issuer, was.iss);
  assert.equal(issued.id, payload.jti);

  const revoked = spawnSync(binary, ['revoke', '--admin', new URL(gate.admin).host, 'token', was.jti, '--reason', 'a test'], { encoding: 'utf8' });
  assert.equal(revoked.status, 0, revoked.stderr);
  assert.match((await refund(4000)).content[0].text, /revoked/);
  await client.close();
  const again = await exchange(parent);
  assert.deepEqual([again.status, again.error, again.reason_code], [400, 'invalid_grant', 'revoked']);
  assert.equal((await exchange(await token('tier-1-agent'))).status, 200);
});

test('what is no good token is exchanged for nothing', async () => {
  const before = await counts();
  const good = await token('tier-1-agent');
  const hasty = await token('hasty-agent');
  await sleep(2100);
  const { privateKey } = await jose.generateKeyPair('RS256');
  const forged = await new jose.SignJWT(jose.decodeJwt(good)).setProtectedHeader(jose.decodeProtectedHeader(good)).sign(privateKey);
  const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${good.split('.')[1]}.`;
  const own = (await exchange(good)).access_token;
  for (const [subject, code] of [[hasty, 'token_expired'], [forged, 'token_signature'], [none, 'token_algorithm'],
    [await token('tier-1-agent', 'https://else.example.test'), 'token_audience'], [own, 'subject_unknown'], ['not-a-token', 'token_malformed']]) {
    const refused = await exchange(subject);
    assert.deepEqual([refused.status, refused.error, refused.reason_code], [400, 'invalid_request', code]);
  }
  for (const [more, error] of [[{ agent: 'tier-2-agent' }, 'invalid_scope'], [{ task: 'T-1002' }, 'invalid_scope'],
    [{ servers: 'none' }, 'invalid_scope'], [{ resource: `${gate.url}/mcp/none` }, 'invalid_target']]) {
    assert.equal((await exchange(good, more)).error, error);
  }
  assert.deepEqual(await counts(), before);
});

test('keys are rotated by a new policy, and withdrawn by the next', async () => {
  const old = await token('tier-1-agent');
  await call(old);
  for (const alg of ['ES256', 'PS256', 'ES384']) {
    await stopServer(issuer);
    issuer = await startIssuer([newKey(`key-${alg}`, alg)]);
    const next = await token('tier-1-agent');
    await assert.rejects(call(next), refusedWith('token_key'));
    await writeBundle();
    await until(async () => (await call(next)).model, `a token signed with ${alg} being taken`);
    await assert.rejects(call(old), refusedWith('token_key'));
  }
});

test('the audit log says how each caller was proven, and holds no token', async () => {
  await gate.stop();
  const records = gate.records();
  const proofs = new Set(records.map((record) => record.who?.proof));
  assert.ok(proofs.has('jwt') && proofs.has('api_key'), [...proofs].join());
  const mine = records.find((record) => record.who?.proof === 'jwt' && record.tool === 'refund_issue');
  assert.equal(mine.who.agent, 'tier-1-agent');
  assert.equal(mine.who.user, undefined);
  assert.equal(mine.who.team, 'support');
  assert.equal(mine.who.key_id, 'first');
  assert.ok(!JSON.stringify(records).includes('eyJ'));
});
