// TLS on both sides with other people's programs: the official OpenAI library, Node.js, curl, openssl.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { copyFileSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { after, before, test } from 'node:test';
import {
  Program, binary, certificates, freePort, metric, run, secrets, source, stopServer, temporaryFolder, tier1, until,
} from './gate.mjs';

let folder, gate, port, adminPort, plainPort, upstreams = {};
const at = (name) => path.join(folder, name);
const has = async (command) => (await run('sh', ['-c', `command -v ${command}`])).status === 0;

const answer = { id: 'c', object: 'chat.completion', created: 1, model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'through TLS' } }] };

// An upstream with one of the certificates; what it was asked is kept.
async function upstream(pair, options = {}) {
  const asked = [];
  const server = https.createServer({ cert: readFileSync(at(`${pair}.pem`)), key: readFileSync(at(`${pair}.key`)), ...options },
    (request, response) => {
      let body = '';
      request.on('data', (data) => (body += data));
      request.on('end', () => {
        asked.push({ body, resumed: request.socket.isSessionReused(), name: request.socket.servername,
          version: request.socket.getProtocol(), authorization: request.headers.authorization });
        const { stream, model } = JSON.parse(body);
        if (!stream) return response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...answer, model, pad: 'x'.repeat(options.pad ?? 0) }));
        response.setHeader('content-type', 'text/event-stream');
        for (const content of ['one ', 'two ', 'three']) {
          response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model,
            choices: [{ index: 0, delta: { content } }] })}\n\n`);
        }
        response.end('data: [DONE]\n\n');
      });
    });
  const listens = await freePort();
  await new Promise((resolve) => server.listen(listens, '127.0.0.1', resolve));
  return { asked, server, port: listens };
}

// Two servers behind one address, one of TLS 1.3 and one of TLS 1.2; `turn` says which of them answers.
async function twoBehindOne() {
  const behind = [await upstream('desk', { minVersion: 'TLSv1.3' }), await upstream('desk', { maxVersion: 'TLSv1.2' })];
  const both = { behind, turn: 0, port: await freePort(), connections: 0 };
  both.server = net.createServer((client) => {
    both.connections += 1;
    const server = net.connect(behind[both.turn % 2].port, '127.0.0.1');
    for (const [from, to] of [[client, server], [server, client]]) from.on('error', () => to.destroy()).on('close', () => to.destroy()).pipe(to);
  });
  both.server.closeAllConnections = () => behind.forEach(({ server }) => server.closeAllConnections());
  both.server.on('close', () => behind.forEach(({ server }) => server.close()));
  await new Promise((resolve) => both.server.listen(both.port, '127.0.0.1', resolve));
  return both;
}

before(async () => {
  folder = temporaryFolder();
  await certificates(folder);
  upstreams = {
    good: await upstream('desk'), old: await upstream('desk', { maxVersion: 'TLSv1.2' }), rsa: await upstream('rsa'),
    large: await upstream('desk', { pad: 3 << 20 }), both: await twoBehindOne(), stranger: await upstream('stranger'),
    expired: await upstream('expired'), self: await upstream('self'), misnamed: await upstream('wild'), weak: await upstream('desk', { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
  };
  const bundle = at('bundle');
  cpSync(path.join(source, 'test/exchange/bundles/tls-desk'), bundle, { recursive: true });
  writeFileSync(path.join(bundle, 'models.yaml'), 'model_list:\n' + Object.entries(upstreams).map(([name, u]) =>
    `  - model_name: ${name}\n    litellm_params:\n      model: openai/${name}\n      api_base: https://localhost:${u.port}/v1\n` +
    '      api_key: credential:openai-main\n      egress: [loopback]\n').join(''));
  [port, adminPort, plainPort] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(at('roots.pem'), readFileSync(at('root.pem'), 'utf8') + readFileSync(at('rsa-root.pem'), 'utf8'));
  copyFileSync(at('desk.pem'), at('live.pem'));
  copyFileSync(at('desk.key'), at('live.key'));
  writeFileSync(at('device.yaml'), `listen:\n  - 127.0.0.1:${plainPort}\n  - at: 127.0.0.1:${port}\n    tls:\n      certificate: live.pem\n` +
    `      key: live.key\n      others: [{certificate: rsa.pem, key: rsa.key}]\nadmin: 127.0.0.1:${adminPort}\nstate: state\n` +
    'credentials: {openai-main: {env: OPENAI_MAIN}}\ntls: {roots: roots.pem}\nlimits: {handshake_ms: 3000}\n');
  mkdirSync(at('state'));
  gate = new Program(binary, ['serve', '--dev', bundle, '--config', at('device.yaml')], { env: { ...process.env, ...secrets } });
  gate.admin = `http://127.0.0.1:${adminPort}`;
  await gate.says('policy in force');
  assert.match(gate.output, /with TLS/, gate.output);
});
after(async () => {
  await gate?.stop();
  for (const { server } of Object.values(upstreams)) await stopServer(server);
  rmSync(folder, { recursive: true, force: true });
});

const curl = (args, url = `https://localhost:${port}/v1/models`) =>
  run('curl', ['-sS', '--cacert', at('root.pem'), '-H', `Authorization: Bearer ${tier1}`, ...args, url]);
const chat = async (model, more = {}) => {
  const response = await fetch(`http://127.0.0.1:${plainPort}/v1/chat/completions`, { method: 'POST',
    headers: { Authorization: `Bearer ${tier1}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ model, messages: [], ...more }) });
  return { status: response.status, text: await response.text() };
};

test('the official OpenAI library through https, streamed too', async () => {
  const script = `import OpenAI from 'openai';
    const client = new OpenAI({ apiKey: '${tier1}', baseURL: 'https://localhost:${port}/v1', maxRetries: 0 });
    const ask = (more) => client.chat.completions.create({ model: 'good', messages: [{ role: 'user', content: 'x' }], ...more });
    console.log((await ask({})).choices[0].message.content);
    let text = '';
    for await (const part of await ask({ stream: true })) text += part.choices[0]?.delta?.content ?? '';
    console.log(text);`;
  const result = await run(process.execPath, ['--input-type=module', '-e', script], '',
    { cwd: import.meta.dirname, env: { ...process.env, NODE_EXTRA_CA_CERTS: at('root.pem') } });
  assert.equal(result.stdout, 'through TLS\none two three\n', result.stderr);
});

test('upstreams of TLS 1.3 and 1.2, of P-256 and RSA, are verified, asked and kept', async () => {
  for (const [name, version] of [['good', 'TLSv1.3'], ['old', 'TLSv1.2'], ['rsa', 'TLSv1.3']]) {
    const reply = await chat(name);
    assert.equal(reply.status, 200, reply.text);
    const { asked } = upstreams[name];
    assert.equal(asked.at(-1).version, version);
    assert.equal(asked.at(-1).name, 'localhost');
    assert.equal(asked.at(-1).authorization, `Bearer ${secrets.OPENAI_MAIN}`);
  }
});

// Close what the gateway keeps to an upstream, and let it see that.
async function hangUp(name) {
  const open = await metric(gate, 'upstream_open');
  upstreams[name].server.closeAllConnections();
  await until(async () => await metric(gate, 'upstream_open') < open, 'the end of a connection');
}

test('a connection that was closed is resumed, not verified again', async () => {
  for (const name of ['good', 'old']) {
    assert.equal((await chat(name)).status, 200);
    await hangUp(name);
    assert.equal((await chat(name)).status, 200);
    assert.equal(upstreams[name].asked.at(-1).resumed, true, name);
  }
});

test('servers of TLS 1.3 and 1.2 behind one name: whoever answers, nobody is refused', async () => {
  const { both } = upstreams;
  for (let i = 0; i < 8; i += 1) {
    both.turn = i;
    const reply = await chat('both');
    assert.equal(reply.status, 200, reply.text);
    assert.equal(both.behind[i % 2].asked.at(-1).resumed, false);
    await hangUp('both');
  }
  assert.equal(both.connections, 15);
  const reply = await chat('both');
  assert.equal(reply.status, 200);
  assert.equal(both.behind[1].asked.at(-1).resumed, true);
  assert.equal(both.behind[0].asked.length + both.behind[1].asked.length, 9); // each request once
});

test('a large answer passes whole, also to one who reads slowly through TLS', async () => {
  const reply = await chat('large');
  assert.ok(reply.text.length > 3 << 20);
  const slow = await curl(['--limit-rate', '1M', '-H', 'Content-Type: application/json', '-d', '{"model":"large","messages":[]}'],
    `https://localhost:${port}/v1/chat/completions`);
  assert.equal(slow.stdout.length, reply.text.length, slow.stderr);
});

test('a large request passes whole through both', async () => {
  const body = JSON.stringify({ model: 'good', messages: [{ role: 'user', content: 'y'.repeat(2 << 20) }] });
  writeFileSync(at('body.json'), body);
  const result = await curl(['-H', 'Content-Type: application/json', '--data-binary', `@${at('body.json')}`, '-w', '%{http_code}', '-o', '/dev/null'],
    `https://localhost:${port}/v1/chat/completions`);
  assert.equal(result.stdout, '200', result.stderr);
  assert.equal(JSON.parse(upstreams.good.asked.at(-1).body).messages[0].content.length, 2 << 20);
});

test('an upstream whose certificate is not right is never asked', async () => {
  for (const [name, reason] of [['stranger', 'upstream_untrusted'], ['self', 'upstream_untrusted'], ['expired', 'upstream_expired'],
    ['misnamed', 'upstream_misnamed'], ['weak', 'upstream_tls']]) {
    const reply = await chat(name);
    assert.equal(reply.status, 502, `${name}: ${reply.text}`);
    assert.match(reply.text, new RegExp(`"${reason}"`));
    assert.equal(upstreams[name].asked.length, 0);
  }
});

test('what is published and asked for through TLS begins with https', async () => {
  const url = `https://localhost:${port}`;
  const { issuer, token_endpoint } = JSON.parse((await curl([], `${url}/.well-known/oauth-authorization-server`)).stdout);
  assert.equal(issuer, url);
  const form = ['grant_type=urn:ietf:params:oauth:grant-type:token-exchange', `subject_token=${tier1}`,
    'subject_token_type=urn:ietf:params:oauth:token-type:access_token', `resource=${url}/v1`].flatMap((one) => ['--data-urlencode', one]);
  const made = await run('curl', ['-sS', '--cacert', at('root.pem'), ...form, token_endpoint]);
  const bearer = JSON.parse(made.stdout).access_token;
  const used = await run('curl', ['-sS', '--cacert', at('root.pem'), '-H', `Authorization: Bearer ${bearer}`, '-w', '%{http_code}',
    '-o', '/dev/null', `${url}/v1/models`]);
  assert.equal(used.stdout, '200', used.stderr);
});

test('curl with each version; what is older is refused', async () => {
  for (const version of ['1.2', '1.3']) {
    const result = await curl([`--tlsv${version}`, '--tls-max', version, '-w', '%{http_code} %{http_version}', '-o', '/dev/null']);
    assert.equal(result.stdout, '200 1.1', result.stderr);
  }
  assert.notEqual((await curl(['--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'ALL:@SECLEVEL=0'])).status, 0);
});

test('a client that names another host gets that certificate', async () => {
  const named = await run('curl', ['-sS', '--cacert', at('rsa-root.pem'), '--resolve', `rsa.example:${port}:127.0.0.1`, '-o', '/dev/null',
    '-w', '%{http_code}', `https://rsa.example:${port}/v1/models`]);
  assert.equal(named.stdout, '401', named.stderr);
});

test('openssl resumes by ticket in both versions', async () => {
  for (const version of ['-tls1_2', '-tls1_3']) {
    const saved = at(`session${version}`);
    const request = `GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tier1}\r\nConnection: close\r\n\r\n`;
    const client = (...more) => run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', version,
      '-CAfile', at('root.pem'), '-verify_return_error', '-ign_eof', ...more], request);
    const first = await client('-sess_out', saved);
    assert.match(first.stdout, /HTTP\/1.1 200 OK/, first.stderr);
    const second = await client('-sess_in', saved);
    assert.match(second.stdout, /^Reused, /m);
    assert.match(second.stdout, /HTTP\/1.1 200 OK/);
  }
});

test('one who offers another protocol only is refused', async () => {
  const said = await new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(at('root.pem')), ALPNProtocols: ['h2'] });
    socket.on('secureConnect', () => resolve('connected'));
    socket.on('error', (error) => resolve(error.code));
  });
  assert.match(said, /NO_APPLICATION_PROTOCOL/i);
});

test('one who says nothing, or no TLS, is cut; the others are served meanwhile', async () => {
  const begun = Date.now();
  const raw = await new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('close', () => resolve(Date.now() - begun));
    socket.on('error', () => {});
  });
  assert.ok(raw > 1500, `${raw} ms`);
  const plain = await run('curl', ['-sS', '-m', '5', `http://127.0.0.1:${port}/v1/models`]);
  assert.notEqual(plain.status, 0);
  assert.equal((await curl(['-w', '%{http_code}', '-o', '/dev/null'])).stdout, '200');
  await until(async () => await metric(gate, 'tls_failed_total{side="client",cause="timeout"}') >= 1, 'the count');
});

test('a new certificate is used without a restart, a bad one is not', async () => {
  const serial = () => new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.on('error', reject);
  });
  const put = (name, to) => { copyFileSync(at(name), at('next')); renameSync(at('next'), at(to)); };
  const first = await serial();
  put('stranger.key', 'live.key'); // whose certificate has not come yet
  gate.child.kill('SIGHUP');
  await until(() => gate.output.includes('the key does not belong to the certificate'), 'the refusal');
  assert.equal(await serial(), first);
  await until(async () => await metric(gate, 'tls_certificates_refused_total') >= 1, 'the count');
  put('stranger.pem', 'live.pem');
  await until(async () => (await serial()) !== first, 'the new certificate');
  assert.match(gate.output, /certificates read again/);
  put('desk.key', 'live.key');
  put('desk.pem', 'live.pem');
  await until(async () => (await serial()) === first, 'the old certificate');
});

test('what testssl.sh says', async (t) => {
  const program = (await has('testssl')) ? 'testssl' : 'testssl.sh';
  if (!(await has(program))) return t.skip('testssl.sh is not installed');
  const { stdout: text } = await run(program, ['--quiet', '--color', '0', '--warnings', 'off', '-p', '-s', '-U', '--add-ca',
    at('root.pem'), `localhost:${port}`], '', { timeout: 900000 });
  for (const version of ['SSLv2', 'SSLv3', 'TLS 1  ', 'TLS 1.1']) assert.match(text, new RegExp(`${version}\\s+not offered`), text);
  for (const version of ['TLS 1.2', 'TLS 1.3']) assert.match(text, new RegExp(`${version}\\s+offered`), text);
  assert.doesNotMatch(text, /VULNERABLE \(NOT ok\)/, text);
});
