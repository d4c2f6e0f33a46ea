// Client certificates as identities: the support-desk scenario with X.509-SVIDs and with JWT-SVIDs, and
// every certificate that must not pass. Clients are the official libraries over Node.js, curl and openssl.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  Program, binary, certificates, copyDesk, counts, desk, freePort, metric, recordsOf, run, secrets, startStandIns, stopServer, temporaryFolder,
  tier1, until,
} from './gate.mjs';

const audience = 'https://gate.example.test';
const agents = {
  one: { id: 'spiffe://a.example/desk/tier-1', entry: 'agent: tier-1-agent, team: support, task: T-1001, roles: [tier-1-support]' },
  two: { id: 'spiffe://a.example/desk/tier-2', entry: 'agent: tier-2-agent, team: support, task: T-1002, roles: [tier-2-lead]' },
};
const guest = 'spiffe://b.example/desk/guest';

let folder, demo, gate, bundle, ports, upstream, jwtKey, domain;
const at = (name) => path.join(folder, name);
const failed = (cause) => metric(gate, `tls_failed_total{side="client",cause="${cause}"}`);

// A certificate of a workload, signed by the domain a.example.
async function makeSvid(name, id) {
  const script = `cd ${folder} && openssl ecparam -name prime256v1 -genkey -noout -out ${name}.key &&
    openssl req -new -key ${name}.key -subj /O=SPIRE -out ${name}.csr &&
    printf 'subjectAltName=URI:${id}\\nkeyUsage=critical,digitalSignature\\nextendedKeyUsage=serverAuth,clientAuth\\nbasicConstraints=critical,CA:FALSE' >${name}.ext &&
    openssl x509 -req -in ${name}.csr -CA domain-a.pem -CAkey domain-a.key -CAcreateserial -days 1 -extfile ${name}.ext -out ${name}.pem`;
  const made = await run('sh', ['-c', script]);
  assert.equal(made.status, 0, made.stderr);
}

// A fetch() whose connections show that certificate; none where there is no name.
const fetchAs = (name, port = ports.must) => (url, init = {}) => new Promise((resolve, reject) => {
  const target = new URL(url);
  const request = https.request({ host: 'localhost', port, path: target.pathname + target.search, method: init.method ?? 'GET',
    headers: Object.fromEntries(new Headers(init.headers)), ca: readFileSync(at('root.pem')), agent: false,
    ...(name && { cert: readFileSync(at(`${name}.pem`)), key: readFileSync(at(`${name}.key`)) }) }, (answer) => {
    const empty = [204, 304].includes(answer.statusCode);
    resolve(new Response(empty ? null : Readable.toWeb(answer), { status: answer.statusCode, headers: new Headers(answer.headers) }));
  });
  request.on('error', reject);
  init.signal?.addEventListener('abort', () => request.destroy(new Error('aborted')));
  request.end(init.body);
});

async function mcp(server, fetch, headers = {}) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`https://localhost/mcp/${server}`), { fetch, requestInit: { headers } }));
  return client;
}

function jwtSvid(claims, header = {}, key = jwtKey) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'ES256', kid: 'svid-1', ...header })}.${part({ aud: [audience], exp: Math.floor(Date.now() / 1000) + 300, ...claims })}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function writeBundle() {
  const keys = readFileSync(path.join(desk, 'identity.yaml'), 'utf8');
  const jwk = createPrivateKey(jwtKey).export({ format: 'jwk' });
  delete jwk.d;
  writeFileSync(path.join(bundle, 'identity.yaml'), `${keys}
certificates:
${Object.values(agents).map(({ id, entry }) => `  - {spiffe_id: '${id}', ${entry}}`).join('\n')}
  - {spiffe_id: 'spiffe://b.example/*', agent: guest, roles: [tier-1-support], team: support, task: T-1001}
  - {dns_name: worker.example, agent: worker, roles: [triage], team: support, task: T-1003}
issuers:
  - spiffe: a.example
    audiences: [${audience}]
    clock_skew: 0
    jwks: {keys: [${JSON.stringify({ ...jwk, kid: 'svid-1', use: 'jwt-svid' })}, {kty: EC, use: x509-svid}]}
  - spiffe: b.example
    audiences: [${audience}]
    jwks_uri: https://localhost:${domain.port}/bundle
    egress: [loopback]
`);
  const models = readFileSync(path.join(desk, 'models.yaml'), 'utf8');
  writeFileSync(path.join(bundle, 'models.yaml'), `${models.replace('http://127.0.0.1:9101/v1', `https://localhost:${upstream.port}/v1`)}`);
}

// The bundle endpoint of the domain b.example (https_web), with its roots and the keys it is told to have.
async function startDomain() {
  const own = { asked: 0, sequence: 7, keys: [], port: await freePort() };
  const x5c = [readFileSync(at('domain-b.pem'), 'utf8').replaceAll(/-----.*-----|\s/g, '')];
  own.add = (kid) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    own.keys = [{ use: 'jwt-svid', kid, ...publicKey.export({ format: 'jwk' }) }];
    own.sequence += 1;
    return privateKey;
  };
  const root = { use: 'x509-svid', x5c, ...new X509Certificate(Buffer.from(x5c[0], 'base64')).publicKey.export({ format: 'jwk' }) };
  own.server = https.createServer({ cert: readFileSync(at('desk.pem')), key: readFileSync(at('desk.key')) }, (request, response) => {
    own.asked += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [root, ...own.keys],
      spiffe_sequence: own.sequence, spiffe_refresh_hint: 300 }));
  });
  await new Promise((resolve) => own.server.listen(own.port, '127.0.0.1', resolve));
  return own;
}

// An upstream that asks for a certificate and keeps what it saw.
async function startUpstream() {
  const seen = [];
  const server = https.createServer({ cert: readFileSync(at('desk.pem')), key: readFileSync(at('desk.key')), ca: readFileSync(at('root.pem')),
    requestCert: true, rejectUnauthorized: true }, (request, response) => {
    seen.push(request.socket.getPeerCertificate().subject?.CN);
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify({ id: 'c',
      object: 'chat.completion', created: 1, model: 'm', choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }] })));
  });
  const port = await freePort();
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { server, port, seen };
}

before(async () => {
  folder = temporaryFolder();
  await certificates(folder);
  for (const [name, { id }] of Object.entries(agents)) await makeSvid(name, id);
  await makeSvid('nobody', 'spiffe://a.example/nobody');
  jwtKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  upstream = await startUpstream();
  domain = await startDomain();
  domain.key = domain.add('b-1');
  bundle = copyDesk(at('desk-bundle'));
  writeBundle();
  demo = await startStandIns();
  ports = { must: await freePort(), may: await freePort(), open: await freePort(), admin: await freePort() };
  for (const [from, to] of [['domain-a.pem', 'live-a.pem'], ['agent.pem', 'own.pem'], ['agent.key', 'own.key'], ['root.pem', 'roots.pem']]) {
    copyFileSync(at(from), at(to));
  }
  const tls = (more) => `tls: {certificate: desk.pem, key: desk.key${more}}`;
  const trust = ', client_roots: root.pem, trust_bundles: {a.example: live-a.pem, b.example: domain-b.pem}';
  writeFileSync(at('device.yaml'), `listen:
  - {at: '127.0.0.1:${ports.must}', ${tls(trust)}}
  - {at: '127.0.0.1:${ports.may}', ${tls(`${trust}, clients: optional`)}}
  - {at: '127.0.0.1:${ports.open}', ${tls('')}}
admin: 127.0.0.1:${ports.admin}
state: state
tls:
  roots: roots.pem
  certificates:
    - {certificate: own.pem, key: own.key, hosts: [localhost]}
credentials:
${Object.keys(secrets).map((name) => `  ${name.toLowerCase().replaceAll('_', '-')}: {env: ${name}}`).join('\n')}
`);
  mkdirSync(at('state'));
  gate = new Program(binary, ['serve', '--dev', bundle, '--config', at('device.yaml')], { env: { ...process.env, ...secrets } });
  gate.admin = `http://127.0.0.1:${ports.admin}`;
  await gate.says('policy in force');
  assert.match(gate.output, /policy in force/, gate.output);
});
after(async () => {
  await gate?.stop();
  await demo?.stop();
  if (upstream) await stopServer(upstream.server);
  if (domain) await stopServer(domain.server);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const list = async (name, port = ports.must, headers = {}) => {
  const answer = await fetchAs(name, port)('https://localhost/v1/models', { headers });
  return { status: answer.status, ...(await answer.json()) };
};

// The scenario of the support desk for a caller of tier 1 and one of tier 2.
async function plays(first, second) {
  const client = await mcp('payments', ...first);
  const made = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 4000 } });
  assert.match(made.content[0].text, /refund_issue done/);
  const before = await counts();
  const refused = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 900000 } });
  assert.match(refused.content[0].text, /tier-1-support refund cap exceeded/);
  const other = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 4000 } });
  assert.equal(other.isError, true);
  assert.deepEqual(await counts(), before);
  assert.ok(!(await client.listTools()).tools.some((tool) => tool.name === 'payout_create'));
  await client.close();
  const lead = await mcp('payments', ...second);
  const more = await lead.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 900000 } });
  assert.match(more.content[0].text, /refund_issue done/);
  await lead.close();
  await assert.rejects(mcp('payroll', ...first));
}

test('the support desk with X.509-SVIDs', async () => {
  await plays([fetchAs('one')], [fetchAs('two')]);
  const openai = new OpenAI({ apiKey: 'none', baseURL: 'https://localhost/v1', maxRetries: 0, fetch: (url, init) => {
    const headers = new Headers(init.headers);
    headers.delete('authorization');
    return fetchAs('one')(url, { ...init, headers });
  } });
  const answer = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] });
  assert.equal(answer.model, 'gpt-4o-mini-2024-07-18');
});

test('the support desk with JWT-SVIDs', async () => {
  const bearer = (id) => ({ Authorization: `Bearer ${jwtSvid({ sub: id })}` });
  await plays([fetchAs(null, ports.open), bearer(agents.one.id)], [fetchAs(null, ports.may), bearer(agents.two.id)]);
});

test('JWT-SVIDs of a domain whose bundle is fetched, and whose keys rotate', async () => {
  const brings = async (kid, key) => list(null, ports.open, { Authorization: `Bearer ${jwtSvid({ sub: guest }, { kid }, key)}` });
  assert.equal((await brings('b-1', domain.key)).status, 200);
  assert.equal((await brings('b-1', jwtKey)).error.code, 'token_signature');
  assert.equal(domain.asked, 1);
  const next = domain.add('b-2');
  assert.equal((await brings('b-2', next)).status, 200);
  assert.equal((await brings('b-1', domain.key)).error.code, 'token_key');
  assert.equal(domain.asked, 2);
  await until(async () => await metric(gate, 'issuer_keys_fetched_total') === 2, 'the count');
});

test('other JWT-SVIDs are refused by name', async () => {
  const other = createPrivateKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const good = jwtSvid({ sub: agents.one.id });
  const forged = `${good.slice(0, good.lastIndexOf('.'))}.${sign('sha256', Buffer.from(good.slice(0, good.lastIndexOf('.'))), { key: other, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  for (const [token, code] of [[jwtSvid({ sub: 'spiffe://a.example/nobody' }), 'certificate_unknown'],
    [jwtSvid({ sub: 'spiffe://c.example/desk/tier-1' }), 'token_issuer'], [jwtSvid({ sub: agents.one.id, aud: ['x'] }), 'token_audience'],
    [jwtSvid({ sub: agents.one.id, aud: undefined }), 'token_audience'], [jwtSvid({ sub: agents.one.id, exp: undefined }), 'token_claims'],
    [jwtSvid({ sub: agents.one.id, exp: 1 }), 'token_expired'], [jwtSvid({ sub: agents.one.id }, { typ: 'at+jwt' }), 'token_type'],
    [jwtSvid({ sub: agents.one.id }, { alg: 'none' }), 'token_algorithm'], [forged, 'token_signature']]) {
    const answer = await list(null, ports.open, { Authorization: `Bearer ${token}` });
    assert.equal(answer.error?.code, code);
  }
  for (const header of [{}, { typ: 'JWT' }, { typ: 'JOSE' }]) {
    const answer = await list(null, ports.open, { Authorization: `Bearer ${jwtSvid({ sub: agents.one.id }, header)}` });
    assert.equal(answer.status, 200);
  }
});

test('a certificate that is not believed ends the handshake, where one is needed and where it may be shown', async () => {
  for (const port of [ports.must, ports.may]) {
    for (const [name, cause] of [['svid-expired', 'expired'], ['self', 'untrusted'], ['stranger', 'untrusted'], ['desk', 'unfit']]) {
      const before = await failed(cause);
      const told = await run('curl', ['-sS', '--cacert', at('root.pem'), '--cert', at(`${name}.pem`), '--key', at(`${name}.key`),
        '-H', `Authorization: Bearer ${tier1}`, `https://localhost:${port}/v1/models`]);
      assert.notEqual(told.status, 0, `${name}: ${told.stdout}`);
      await until(async () => (await failed(cause)) === before + 1, `${name} being counted`);
    }
  }
});

test('a certificate that says what it may not is refused by name, whatever comes with it', async () => {
  for (const [name, code] of [['svid-two', 'certificate_svid'], ['svid-ca', 'certificate_svid'], ['svid-root', 'certificate_svid'],
    ['svid-bad', 'certificate_svid'], ['usage', 'certificate_svid'], ['svid-wrong', 'certificate_domain'], ['agent', 'certificate_domain']]) {
    for (const headers of [{}, { Authorization: `Bearer ${tier1}` }]) {
      const answer = await list(name, ports.must, headers);
      assert.equal(answer.status, 403);
      assert.equal(answer.error.code, code, name);
    }
    const minted = await fetchAs(name)('https://localhost/oauth/token', { method: 'POST', body: 'grant_type=client_credentials&resource=/v1',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Basic ${Buffer.from(`tier-1-demo:${tier1}`).toString('base64')}` } });
    assert.equal((await minted.json()).reason_code, code);
  }
  assert.equal((await list('nobody')).error.code, 'certificate_unknown');
});

test('entries for a whole domain and for certificates that are no SVIDs', async () => {
  assert.equal((await list('svid-b')).status, 200);
  assert.deepEqual((await list('named')).data.map((model) => model.id), ['gpt-4o-mini']);
});

test('no certificate: nobody where it is needed, a key elsewhere', async () => {
  const before = await failed('absent');
  await assert.rejects(list(null));
  await until(async () => (await failed('absent')) === before + 1, 'the count');
  assert.equal((await list(null, ports.may)).error.code, 'key_missing');
  assert.equal((await list(null, ports.may, { Authorization: `Bearer ${tier1}` })).status, 200);
});

test('a credential beside a certificate names the caller; two identities are none', async () => {
  assert.equal((await list('nobody', ports.must, { Authorization: `Bearer ${tier1}` })).status, 200);
  assert.equal((await list('one', ports.must, { Authorization: `Bearer ${jwtSvid({ sub: agents.one.id })}` })).status, 200);
  assert.equal((await list('one', ports.must, { Authorization: `Bearer ${jwtSvid({ sub: agents.two.id })}` })).error.code, 'certificate_contradicts');
  assert.equal((await list('one', ports.must, { Authorization: 'Bearer nothing' })).error.code, 'key_unknown');
});

test('curl with an SVID, in both versions', async () => {
  for (const version of ['1.2', '1.3']) {
    const result = await run('curl', ['-sS', '--cacert', at('root.pem'), '--cert', at('one.pem'), '--key', at('one.key'), `--tlsv${version}`,
      '--tls-max', version, '-w', '%{http_code}', '-o', '/dev/null', `https://localhost:${ports.must}/v1/models`]);
    assert.equal(result.stdout, '200', result.stderr);
  }
});

test('no ticket stands for a certificate', async () => {
  const request = (more = '') => `GET /v1/models HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`;
  const client = (port, version, text, ...more) => run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost',
    version, '-CAfile', at('root.pem'), '-ign_eof', ...more], text);
  for (const version of ['-tls1_2', '-tls1_3']) {
    const proven = ['-cert', at('one.pem'), '-key', at('one.key')];
    const opened = await client(ports.open, version, request(`Authorization: Bearer ${tier1}\r\n`), '-sess_out', at('open.session'));
    assert.match(opened.stdout, /HTTP\/1.1 200 OK/);
    const crept = await client(ports.must, version, request(), '-sess_in', at('open.session'));
    assert.doesNotMatch(crept.stdout, /HTTP\/1.1/);
    const may = await client(ports.may, version, request(), '-sess_in', at('open.session'));
    assert.match(may.stdout, /key_missing/);
    const first = await client(ports.must, version, request(), '-sess_out', at('own.session'), ...proven);
    assert.match(first.stdout, /HTTP\/1.1 200 OK/);
    const second = await client(ports.must, version, request(), '-sess_in', at('own.session'), ...proven);
    assert.doesNotMatch(second.stdout, /^Reused, /m);
    assert.match(second.stdout, /HTTP\/1.1 200 OK/);
  }
});

const put = (name, to) => { copyFileSync(at(name), at('next')); renameSync(at('next'), at(to)); };
const reread = async (change) => {
  const times = () => gate.output.split('certificates read again').length;
  const before = times();
  change();
  await until(() => times() > before, `reading again: ${gate.output}`);
};

test('a trust bundle is replaced without a restart; a broken one is not used', async () => {
  await reread(() => put('domain-b.pem', 'live-a.pem'));
  await until(async () => (await list('one').catch((error) => ({ error }))).error, 'the old root being gone');
  writeFileSync(at('broken'), 'no certificate');
  put('broken', 'live-a.pem');
  await until(() => /live-a.pem: there is no certificate/.test(gate.output), 'the refusal');
  const whole = readFileSync(at('domain-b.pem'), 'utf8');
  writeFileSync(at('cut'), whole + whole.slice(0, whole.length / 2));
  put('cut', 'live-a.pem');
  await until(() => /live-a.pem: 1 certificates in it cannot be read/.test(gate.output), 'the refusal of a cut one');
  await reread(() => put('domain-a.pem', 'live-a.pem'));
  await until(async () => (await list('one').catch(() => ({}))).status === 200, 'the root being back');
});

const chat = async () => {
  const answer = await fetchAs(null, ports.open)('https://localhost/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: 'gpt-4o', messages: [] }),
    headers: { Authorization: `Bearer ${tier1}`, 'Content-Type': 'application/json' } });
  return { status: answer.status, text: await answer.text() };
};

test('an upstream gets our certificate, and the next one when it is replaced', async () => {
  const first = await chat();
  assert.equal(first.status, 200, first.text);
  assert.equal(upstream.seen.at(-1), 'agent');
  await reread(() => { put('named.key', 'own.key'); put('named.pem', 'own.pem'); });
  await until(async () => (await chat()).status === 200 && upstream.seen.at(-1) === 'named', 'the new certificate');
});

test('roots for upstreams are replaced without a restart', async () => {
  await reread(() => put('other-root.pem', 'roots.pem'));
  await until(async () => /upstream_untrusted/.test((await chat()).text), 'the upstream not being believed');
  await reread(() => put('root.pem', 'roots.pem'));
  await until(async () => (await chat()).status === 200, 'the upstream being believed again');
});

test('the audit log says how each caller was proven', async () => {
  await gate.stop();
  const decisions = recordsOf(at('state/audit.jsonl')).filter((record) => record.kind === 'decision');
  const refund = (proof) => decisions.find((record) => record.who?.proof === proof && record.tool === 'refund_issue');
  assert.equal(refund('mtls').who.key_id, agents.one.id);
  assert.equal(refund('mtls').who.agent, 'tier-1-agent');
  assert.equal(refund('jwt').who.key_id, agents.one.id);
  assert.ok(decisions.some((record) => record.error === 'certificate_domain' && !record.who?.id));
  assert.ok(!JSON.stringify(decisions).includes('eyJ'));
});
