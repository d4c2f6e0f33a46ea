// An agent sandbox with one boot credential: the official MCP client finds the token endpoint by itself, gets
// a token for each server, and nobody makes one from what a bundle or a sealed policy holds.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import OpenAI from 'openai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  discoverAuthorizationServerMetadata, discoverOAuthProtectedResourceMetadata, extractWWWAuthenticateParams,
} from '@modelcontextprotocol/sdk/client/auth.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  Program, binary, copyDesk, counts, freePort, secrets, startGate, startStandIns, temporaryFolder, tier1, until,
} from './gate.mjs';

let demo, gate, folder, bundle, userKey;

const records = () => readFileSync(path.join(bundle, 'identity.yaml'), 'utf8');

before(async () => {
  folder = temporaryFolder();
  bundle = copyDesk(path.join(folder, 'desk'));
  const made = JSON.parse(execFileSync(binary, ['token', 'new', '--user', 'uma', '--id', 'uma-boot', '--team', 'support',
    '--task', 'T-1001', '--role', 'tier-1-support', '--output', 'json']));
  userKey = made.key;
  const { id, sha256, user, team, task, roles } = made.record;
  writeFileSync(path.join(bundle, 'identity.yaml'), `${records()}
  - {id: ${id}, sha256: ${sha256}, user: ${user}, team: ${team}, task: ${task}, roles: [${roles}]}
`);
  demo = await startStandIns();
  gate = await startGate({ bundle });
});
after(async () => {
  await gate?.remove();
  await demo?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const ask = (form) => fetch(`${gate.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
const exchange = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
};
async function token(server, more = {}) {
  const answer = await ask({ ...exchange, subject_token: userKey, resource: `${gate.url}${server}`, ...more });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return body.access_token;
}

const openai = (apiKey) => new OpenAI({ apiKey, baseURL: `${gate.url}/v1`, maxRetries: 0 });
const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };

async function connect(server, options) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${gate.url}/mcp/${server}`), options));
  return client;
}
const withToken = (bearer) => ({ requestInit: { headers: { Authorization: `Bearer ${bearer}` } } });
const refund = (amount_cents) => ({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents } });

// What a server answers to a call with this bearer, without any client in between.
async function call(server, bearer) {
  const answer = await fetch(`${gate.url}/mcp/${server}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: refund(100) }),
  });
  return { answer, reason: (await answer.json()).error?.data?.reason_code };
}

test('the official client finds who issues tokens, and where', async () => {
  const found = await discoverOAuthProtectedResourceMetadata(`${gate.url}/mcp/payments`);
  assert.equal(found.resource, `${gate.url}/mcp/payments`);
  assert.deepEqual(found.authorization_servers, [gate.url]);
  assert.deepEqual(found.bearer_methods_supported, ['header']);
  assert.equal(found.resource_name, 'payments');
  const server = await discoverAuthorizationServerMetadata(found.authorization_servers[0]);
  assert.equal(server.issuer, gate.url);
  assert.equal(server.token_endpoint, `${gate.url}/oauth/token`);
  assert.equal(server.jwks_uri, `${gate.url}/oauth/jwks`);
  const root = await (await fetch(`${gate.url}/.well-known/oauth-protected-resource`)).json();
  assert.equal(root.resource, gate.url);
  const challenge = await fetch(`${gate.url}/mcp/payments`, { method: 'POST' });
  assert.equal(challenge.status, 401);
  const params = extractWWWAuthenticateParams(challenge);
  assert.equal(params.resourceMetadataUrl.href, `${gate.url}/.well-known/oauth-protected-resource/mcp/payments`);
  assert.equal(params.error, undefined);
});

test('the official client gets a token for each server with its boot credential', async () => {
  const provider = () => new ClientCredentialsProvider({ clientId: 'uma-boot', clientSecret: userKey, expectedIssuer: gate.url });
  const authProvider = provider();
  const client = await connect('payments', { authProvider });
  const made = await client.callTool(refund(4000));
  assert.match(made.content[0].text, /refund_issue done/);
  await client.close();
  const claims = jose.decodeJwt(authProvider.tokens().access_token);
  assert.equal(claims.aud, `${gate.url}/mcp/payments`);
  const crm = await connect('crm', { authProvider: provider() });
  assert.ok((await crm.listTools()).tools.length > 0);
  await crm.close();
});

test('a token is what another implementation believes by the published key', async () => {
  const keys = jose.createRemoteJWKSet(new URL(`${gate.url}/oauth/jwks`));
  const bearer = await token('/mcp/payments', { agent: 'helper', tools: 'refund_issue', expires_in: '60' });
  const { payload, protectedHeader } = await jose.jwtVerify(bearer, keys, {
    issuer: gate.url, audience: `${gate.url}/mcp/payments`, typ: 'at+jwt', algorithms: ['ES256'],
  });
  const published = (await (await fetch(`${gate.url}/oauth/jwks`)).json()).keys[0];
  assert.equal(protectedHeader.kid, await jose.calculateJwkThumbprint(published));
  assert.equal(payload.client_id, 'uma-boot');
  assert.equal(payload.agent, 'helper');
  assert.deepEqual(payload.tools, ['refund_issue']);
  assert.equal(payload.exp - payload.iat, 60);
  assert.ok(!JSON.stringify(payload).includes(createHash('sha256').update(userKey).digest('base64url')));
});

test('an agent with a token for payments works there, within its rules, and is useless elsewhere', async () => {
  const bearer = await token('/mcp/payments', { agent: 'helper', tools: 'refund_issue' });
  const client = await connect('payments', withToken(bearer));
  assert.deepEqual((await client.listTools()).tools.map((tool) => tool.name), ['refund_issue']);
  const made = await client.callTool(refund(4000));
  assert.match(made.content[0].text, /refund_issue done/);
  const still = await counts();
  const capped = await client.callTool(refund(900000));
  assert.equal(capped.isError, true);
  assert.match(capped.content[0].text, /tier-1-support refund cap exceeded/);
  const other = await client.callTool({ name: 'payment_lookup', arguments: { payment_id: '1' } });
  assert.match(other.content[0].text, /not attached/i);
  await client.close();
  for (const server of ['crm', 'tickets', 'payroll']) {
    const { answer, reason } = await call(server, bearer);
    assert.equal(answer.status, 401);
    assert.equal(reason, 'token_audience');
    assert.match(answer.headers.get('www-authenticate'), /error="invalid_token"/);
  }
  await assert.rejects(openai(bearer).chat.completions.create(hello), (error) => {
    assert.ok(error instanceof OpenAI.AuthenticationError);
    assert.equal(error.code, 'token_audience');
    assert.match(error.headers.get('www-authenticate'), /resource_metadata=".*\/oauth-protected-resource\/v1"/);
    return true;
  });
  assert.deepEqual(await counts(), still);
});

test('models are called with a token for them', async () => {
  const answer = await openai(await token('/v1', { models: 'gpt-4o' })).chat.completions.create(hello);
  assert.equal(answer.model, 'gpt-4o-2024-11-20');
});

test('it only narrows, and makes no further tokens', async () => {
  const refusals = [
    [{ subject_token: tier1, agent: 'other' }, 'invalid_scope'],
    [{ task: 'T-1002' }, 'invalid_scope'],
    [{ servers: 'nowhere' }, 'invalid_scope'],
    [{ resource: `${gate.url}/mcp/nowhere` }, 'invalid_target'],
    [{ resource: 'https://else.example.test/mcp/payments' }, 'invalid_target'],
    [{ subject_token: 'postern_nobody' }, 'invalid_request'],
    [{ subject_token: await token('/mcp/payments') }, 'invalid_request'],
    [{ grant_type: 'authorization_code' }, 'unsupported_grant_type'],
  ];
  for (const [change, error] of refusals) {
    const answer = await ask({ ...exchange, subject_token: userKey, resource: `${gate.url}/mcp/payments`, ...change });
    assert.equal(answer.status, 400);
    assert.equal((await answer.json()).error, error);
  }
});

test('what the bundle and the sealed policy hold does not suffice to make one', async () => {
  execFileSync(binary, ['key', 'new', '-o', path.join(folder, 'signer')]);
  execFileSync(binary, ['policy', 'build', bundle, '-o', path.join(folder, 'body')]);
  execFileSync(binary, ['policy', 'sign', path.join(folder, 'body'), '-k', path.join(folder, 'signer.key'), '-o',
    path.join(folder, 'policy.pol')]);
  const blob = readFileSync(path.join(folder, 'policy.pol'));
  const sha256 = createHash('sha256').update(userKey).digest();
  assert.ok(blob.includes(sha256), 'the key is in the blob by its SHA-256');
  const [, scalar] = readFileSync(path.join(folder, 'signer.key'), 'utf8').match(/ ([0-9a-f]{64})\s*$/m);
  const [, point] = readFileSync(path.join(folder, 'signer.pub'), 'utf8').match(/ ([0-9a-f]{128})\s*$/m);
  const digits = (hex) => Buffer.from(hex, 'hex').toString('base64url');
  const signer = createPrivateKey({ format: 'jwk', key: {
    kty: 'EC', crv: 'P-256', d: digits(scalar), x: digits(point.slice(0, 64)), y: digits(point.slice(64)),
  } });
  const mine = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const good = await token('/mcp/payments');
  const header = jose.decodeProtectedHeader(good), claims = { ...jose.decodeJwt(good), tools: undefined };
  const unsigned = (alg) => `${Buffer.from(JSON.stringify({ ...header, alg })).toString('base64url')}.${good.split('.')[1]}.`;
  const sign = (key, more = {}) => new jose.SignJWT(claims).setProtectedHeader({ ...header, ...more }).sign(key);
  const forgeries = [
    [unsigned('none'), 'token_algorithm'],
    [unsigned('ES256'), 'token_signature'],
    [await sign(sha256, { alg: 'HS256' }), 'token_algorithm'],
    [await sign(Buffer.from(sha256.toString('hex')), { alg: 'HS256' }), 'token_algorithm'],
    [await sign(Buffer.from(point, 'hex'), { alg: 'HS256' }), 'token_algorithm'],
    [await sign(signer), 'token_signature'],
    [await sign(mine.privateKey), 'token_signature'],
    [await sign(mine.privateKey, { jwk: mine.publicKey.export({ format: 'jwk' }) }), 'token_signature'],
    [await sign(mine.privateKey, { kid: 'mine' }), 'token_issuer'],
    [`${good.slice(0, -6)}AAAAAA`, 'token_signature'],
    [sha256.toString('hex'), 'key_unknown'],
    [blob.subarray(blob.indexOf(sha256), blob.indexOf(sha256) + 32).toString('base64url'), 'key_unknown'],
  ];
  const before = await counts();
  for (const [bearer, reason] of forgeries) {
    const refused = await call('payments', bearer);
    assert.equal(refused.answer.status, 401, bearer);
    assert.equal(refused.reason, reason, bearer);
  }
  assert.deepEqual(await counts(), before);
  assert.equal((await call('payments', good)).answer.status, 200);
});

test('a token outlives a restart, is good at every worker, and only under the public URL it was made for', async () => {
  const at = (name) => path.join(folder, name);
  const [port, adminPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const credentials = Object.keys(secrets).map((key) => `  ${key.toLowerCase().replace('_', '-')}: {env: ${key}}`).join('\n');
  const serve = async (publicUrl) => {
    writeFileSync(at('device.yaml'), `listen: ["127.0.0.1:${port}"]\nadmin: 127.0.0.1:${adminPort}\nworkers: 4\nstate: state\n` +
      `public_url: ${publicUrl}\npolicy: {keys: [signer.pub], file: policy.pol}\ncredentials:\n${credentials}\n`);
    const program = new Program(binary, ['serve', '--config', at('device.yaml')], { env: { ...process.env, ...secrets } });
    await program.says('ready:');
    return program;
  };
  const ask = async (resource) => (await fetch(`${url}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({ ...exchange, subject_token: userKey, resource }),
  })).json();
  const chat = (bearer) => fetch(`${url}/v1/chat/completions`, {
    method: 'POST', body: JSON.stringify(hello),
    headers: { Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json', Connection: 'close' },
  });
  let program = await serve('https://desk.example.test');
  try {
    assert.equal((await ask(`${url}/v1`)).error, 'invalid_target');
    const { access_token: bearer } = await ask('https://desk.example.test/v1');
    assert.equal(jose.decodeJwt(bearer).aud, 'https://desk.example.test/v1');
    const metadata = await (await fetch(`${url}/.well-known/oauth-authorization-server`)).json();
    assert.equal(metadata.token_endpoint, 'https://desk.example.test/oauth/token');
    const { mode } = statSync(at('state/token.key'));
    assert.equal(mode & 0o777, 0o600);
    await program.stop();
    program = await serve('https://desk.example.test');
    for (let i = 0; i < 12; i++) assert.equal((await chat(bearer)).status, 200);
    await program.stop();
    program = await serve('https://other.example.test');
    const refused = await chat(bearer);
    assert.equal(refused.status, 401);
    assert.equal((await refused.json()).error.code, 'token_issuer');
    await program.stop();
    rmSync(at('state/token.key'));
    program = await serve('https://desk.example.test');
    assert.equal((await (await chat(bearer)).json()).error.code, 'token_issuer', 'it was signed by a key that is gone');
  } finally {
    await program.stop();
  }
});

test('withdrawing the key withdraws its tokens', async () => {
  const bearer = await token('/v1');
  await openai(bearer).chat.completions.create(hello);
  const all = records();
  writeFileSync(path.join(bundle, 'identity.yaml'), all.replace(/\n.*uma-boot.*\n/, '\n'));
  const refused = async () => openai(bearer).chat.completions.create(hello).then(() => false, (error) => error.code === 'token_parent');
  await until(refused, 'the token being refused');
  writeFileSync(path.join(bundle, 'identity.yaml'), all);
  await until(() => openai(bearer).chat.completions.create(hello), 'the token being good again');
});

test('the audit log has every issue and use, and no key or token', async () => {
  await gate.stop();
  const log = gate.records();
  const issue = log.find((record) => record.action === 'token/issue' && record.facts?.['token.tools']);
  assert.equal(issue.outcome, 'allow');
  assert.equal(issue.surface, 'oauth');
  assert.equal(issue.server, 'payments');
  assert.equal(issue.who.key_id, 'uma-boot');
  assert.equal(issue.who.agent, 'helper');
  const use = log.find((record) => record.who?.proof === 'sub_token' && record.who.agent === 'helper' && record.tool);
  assert.equal(use.who.key_id, 'uma-boot');
  assert.equal(use.who.user, 'uma');
  const text = JSON.stringify(log);
  assert.ok(!text.includes(userKey) && !text.includes('eyJ') && !text.includes(tier1));
});
