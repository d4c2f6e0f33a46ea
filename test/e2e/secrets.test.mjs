// Secrets of the device: replaced under load without a failed request, and nowhere to be found but in
// the heads that upstreams get.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readSync, readdirSync, renameSync, rmSync,
  statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { Program, binary, freePort, source, stopServer, temporaryFolder, tier1, until } from './gate.mjs';

const WORKERS = 4;
const passphrase = 'canary-passphrase-7f3a91c5';
const upstreams = ['filed', 'sealed', 'given', 'handed']; // by where their credential is
const operatorKey = 'postern_admin_canary-operator-8c02d4f1'; // as somebody sends it who is not known here
const canaries = {
  filed: 'canary-filed-4be1d07c', sealed: 'canary-sealed-90aa3f12', given: 'canary-given-c3d85e66', handed: 'canary-handed-51f7b2e9',
};

let folder, upstream, upstreamPort, gate, url, admin, clients = [];
let seen = []; // { path, token } of requests to the upstream
let hold; // what the upstream waits for before it answers

const at = (...names) => path.join(folder, ...names);
const file = (name, text) => writeFileSync(at(name), text, { mode: 0o600 });

// As whoever replaces a secret does it.
function replace(name, text) {
  file(`${name}.new`, text);
  renameSync(at(`${name}.new`), at(name));
}

function must(args, input) {
  const result = spawnSync(binary, args, { cwd: folder, encoding: 'utf8', input });
  assert.equal(result.status, 0, `${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout + result.stderr;
}

const setSealed = (value) => must(['vault', 'set', 'vault', 'sealed', '--passphrase-file', 'pass'], value);

// --- the upstream and the bundle

function startUpstream() {
  const server = http.createServer(async (request, response) => {
    for await (const chunk of request) void chunk;
    seen.push({ path: request.url, token: /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] });
    await hold;
    if (request.url.startsWith('/given') && seen.length % 7 === 0) return response.writeHead(500).end('upset');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"1","object":"chat.completion","choices":[]}');
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function writeBundle() {
  mkdirSync(at('bundle/policies'), { recursive: true });
  writeFileSync(at('bundle/bundle.yaml'), 'name: secrets\n');
  cpSync(path.join(source, 'policy/examples/support-desk/identity.yaml'), at('bundle/identity.yaml'));
  writeFileSync(at('bundle/models.yaml'), `model_list:\n${upstreams.map((name) => `  - model_name: ${name}
    litellm_params: {model: openai/${name}, api_base: http://127.0.0.1:${upstreamPort}/${name}, api_key: credential:${name}, egress: [loopback]}
`).join('')}`);
  writeFileSync(at('bundle/policies/all.yaml'), `apiVersion: api.cerbos.dev/v1
resourcePolicy:
  resource: llm
  version: default
  rules:
    - {actions: [completion, list], effect: EFFECT_ALLOW, roles: ["*"]}
`);
}

async function writeDevice(name, more = '', tlsPort = 0) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const tls = tlsPort ? `, {at: "127.0.0.1:${tlsPort}", tls: {certificate: tls.pem, key: tls.key}}` : '';
  [url, admin] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  rmSync(at('state'), { recursive: true, force: true });
  writeFileSync(at(name), `listen: ["127.0.0.1:${port}"${tls}]\nadmin: 127.0.0.1:${adminPort}\nstate: state\nworkers: ${WORKERS}
policy: {keys: [signer.pub], file: policy.blob}
vault: {file: vault, passphrase: {file: pass}}
credentials:
  filed: {file: secrets/filed}
  sealed: {vault: sealed}
  given: {env: CANARY_GIVEN}
  handed: {systemd: handed}
limits: {exchanges_max: 64, connections_max: 256, body_bytes_max: 65536, body_bytes_total: 4194304, tls_arena_bytes: 1048576}
${more}`);
}

function start(device, { shell } = {}) {
  const env = { ...process.env, CANARY_GIVEN: canaries.given, CREDENTIALS_DIRECTORY: at('given') };
  const args = ['serve', '--config', at(device), '--core-dumps'];
  gate = shell ? new Program('sh', ['-c', `${shell}; exec "$@"`, 'sh', binary, ...args], { env, cwd: at('cores') })
               : new Program(binary, args, { env, cwd: at('cores') });
}

async function serve(device, options) {
  start(device, options);
  await gate.says('ready:');
  assert.match(gate.output, /ready:/, gate.output);
  assert.equal((await fetch(`${admin}/readyz`)).status, 200, gate.output);
}

const chat = (model, more = {}) => fetch(`${url}/v1/chat/completions`, {
  method: 'POST', headers: { Authorization: `Bearer ${tier1}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }), ...more,
});

// Clients that ask without a pause until they are told to stop; every answer is looked at.
function load(count, models, wanted) {
  const run = { asked: 0, wrong: [], over: false };
  run.clients = Array.from({ length: count }, async (_, i) => {
    while (!run.over) {
      const answer = await chat(models[i % models.length]).catch((error) => ({ status: String(error.cause ?? error) }));
      await answer.text?.();
      run.asked++;
      if (!wanted.includes(answer.status)) run.wrong.push(answer.status);
    }
  });
  run.stop = async () => {
    run.over = true;
    await Promise.all(run.clients);
  };
  clients.push(run);
  return run;
}

before(async () => {
  folder = temporaryFolder();
  for (const name of ['secrets', 'given', 'cores']) mkdirSync(at(name));
  upstream = await startUpstream();
  upstreamPort = upstream.address().port;
  writeBundle();
  must(['key', 'new', '-o', 'signer']);
  must(['policy', 'build', 'bundle', '-o', 'policy.body']);
  must(['policy', 'sign', 'policy.body', '-k', 'signer.key', '-o', 'policy.blob']);
  file('pass', `${passphrase}\n`);
  file('secrets/filed', `${canaries.filed}\n`);
  file('given/handed', canaries.handed);
  must(['vault', 'init', 'vault', '--passphrase-file', 'pass', '--memory', '8']);
  setSealed(canaries.sealed);
});
afterEach(async () => {
  await gate?.stop('SIGKILL'); // first: it may be stopped, and then answers nobody
  for (const run of clients) await run.stop();
  clients = [];
});
after(async () => {
  if (upstream) await stopServer(upstream);
  rmSync(folder, { recursive: true, force: true });
});

// --- replacing

test('each place is read, and the upstream is shown it', async () => {
  await writeDevice('device.yaml');
  await serve('device.yaml');
  for (const name of upstreams) {
    seen = [];
    await chat(name);
    assert.deepEqual(seen, [{ path: `/${name}/chat/completions`, token: canaries[name] }]);
  }
  const environment = readFileSync(`/proc/${gate.child.pid}/environ`, 'latin1');
  assert.match(environment, /CANARY_GIVEN=\0/); // wiped where it was
});

async function replacedUnderLoad(model, change, value, before, hurry) {
  seen = [];
  const told = gate.output.split('credentials read again').length;
  const run = load(24, [model], [200]);
  await until(() => seen.length > 200 || run.wrong.length > 0, 'load');
  assert.deepEqual(run.wrong, []);
  change();
  if (hurry) gate.child.kill('SIGHUP');
  await until(() => gate.output.split('credentials read again').length > told, 'the change being seen');
  const mark = seen.length;
  await until(() => seen.length > mark + 300 || run.wrong.length > 0, 'load');
  await run.stop();
  assert.deepEqual(run.wrong, []);
  assert.deepEqual([...new Set(seen.map((one) => one.token))].sort(), [before, value].sort()); // nothing else, nothing torn
  assert.ok(seen.slice(0, 200).every((one) => one.token === before));
  // One head of each client may have been on its way.
  assert.ok(seen.slice(mark + 24).every((one) => one.token === value));
}

test('a new secret reaches the upstream while 24 clients ask, and no request fails', async () => {
  await writeDevice('device.yaml');
  await serve('device.yaml');
  await replacedUnderLoad('filed', () => replace('secrets/filed', 'filed-2'), 'filed-2', canaries.filed, true);
  await replacedUnderLoad('filed', () => replace('secrets/filed', `${canaries.filed}\n`), canaries.filed, 'filed-2', false);
  await replacedUnderLoad('sealed', () => setSealed('sealed-2'), 'sealed-2', canaries.sealed, false);
  await replacedUnderLoad('sealed', () => setSealed(canaries.sealed), canaries.sealed, 'sealed-2', true);
  await replacedUnderLoad('handed', () => replace('given/handed', 'handed-2'), 'handed-2', canaries.handed, false);
  replace('given/handed', canaries.handed);
});

test('who waits for an answer goes on, and the next head has the new secret', async () => {
  await writeDevice('device.yaml');
  await serve('device.yaml');
  seen = [];
  let release;
  hold = new Promise((resolve) => { release = resolve; });
  const waiting = chat('filed');
  await until(() => seen.length === 1, 'the call');
  hold = undefined;
  replace('secrets/filed', 'filed-3');
  gate.child.kill('SIGHUP');
  await until(() => gate.output.includes('credentials read again'), 'the change being seen');
  assert.equal((await chat('filed')).status, 200);
  release();
  assert.equal((await waiting).status, 200);
  assert.deepEqual(seen.map((one) => one.token), [canaries.filed, 'filed-3']);
  replace('secrets/filed', `${canaries.filed}\n`);
});

test('what cannot be read again stays as it was, and is told with its upstream', async () => {
  await writeDevice('device.yaml');
  await serve('device.yaml');
  unlinkSync(at('secrets/filed'));
  replace('given/handed', 'handed-4');
  gate.child.kill('SIGHUP');
  await until(() => gate.output.includes('goes on with the value'), 'being told');
  assert.match(gate.output, /device\.yaml:8: credential filed: \S*secrets\/filed: No such file/);
  assert.match(gate.output, /upstream \S+ goes on with the value of filed that was read before/);
  seen = [];
  await chat('filed');
  await chat('handed');
  assert.deepEqual(seen.map((one) => one.token), [canaries.filed, canaries.handed]);
  file('secrets/filed', `${canaries.filed}\n`);
  replace('given/handed', canaries.handed);
  await until(() => gate.output.includes('credentials read again'), 'the file coming back');
});

const events = (name) => readFileSync(at('state/audit.jsonl'), 'utf8').split('\n').filter((line) => line.includes(`"event":"${name}"`))
  .map((line) => JSON.parse(line).detail);
const metric = async (name) => Number(new RegExp(`^postern_${name} (\\d+)$`, 'm').exec(await (await fetch(`${admin}/metrics`)).text())[1]);

test('a replacement, and one that failed, are on record by name, and are counted', async () => {
  await writeDevice('device.yaml');
  await serve('device.yaml');
  assert.deepEqual([await metric('credentials_reloaded_total'), await metric('credentials_reload_failed_total')], [0, 0]);
  replace('secrets/filed', 'filed-7');
  setSealed('sealed-7');
  gate.child.kill('SIGHUP');
  // In one event, or in two where the first file was looked at before the second was there.
  await until(() => events('credentials_changed').join(', ') === 'filed, sealed', 'the names');
  const times = await metric('credentials_reloaded_total');
  assert.ok(times >= 1);
  unlinkSync(at('secrets/filed'));
  replace('given/handed', 'handed-7');
  gate.child.kill('SIGHUP');
  await until(() => events('credentials_refused').length > 0, 'the refusal');
  assert.equal(events('credentials_refused')[0], 'filed');
  assert.equal(await metric('credentials_reloaded_total'), times);
  assert.ok(await metric('credentials_reload_failed_total') >= 1);
  file('secrets/filed', 'filed-7');
  gate.child.kill('SIGHUP');
  await until(() => events('credentials_changed').at(-1) === 'handed', 'the name'); // the other one is as it was
  const [before, readings] = [events('credentials_changed').length, gate.output.split('credentials read again').length];
  gate.child.kill('SIGHUP');
  await until(() => gate.output.split('credentials read again').length > readings, 'another reading');
  await gate.stop(); // then all records are in the file
  assert.equal(events('credentials_changed').length, before); // nothing is another
  assert.doesNotMatch(readFileSync(at('state/audit.jsonl'), 'utf8'), /(filed|sealed|handed)-7/);
  replace('secrets/filed', `${canaries.filed}\n`);
  setSealed(canaries.sealed);
  replace('given/handed', canaries.handed);
});

test('without one of its secrets it does not start, and says which and where', async () => {
  await writeDevice('device.yaml');
  unlinkSync(at('given/handed'));
  renameSync(at('pass'), at('pass.away'));
  start('device.yaml');
  assert.equal((await gate.ended).code, 1);
  assert.match(gate.output, /the passphrase of the vault: \S*pass: No such file/);
  assert.match(gate.output, /device\.yaml:11: credential handed: \S*given\/handed: No such file/);
  renameSync(at('pass.away'), at('pass'));
  replace('given/handed', canaries.handed);
  file('other', 'not-the-passphrase\n');
  const device = readFileSync(at('device.yaml'), 'utf8');
  writeFileSync(at('other.yaml'), device.replace('{file: pass}', '{file: other}'));
  start('other.yaml');
  assert.equal((await gate.ended).code, 1);
  assert.match(gate.output, /the passphrase or key is not the vault's, or the file was altered/);
  assert.doesNotMatch(gate.output, /not-the-passphrase|canary/);
});

// --- canaries

// What is secret, by name, in every form in which it could be lying about.
function secretsPlanted() {
  const key = readFileSync(at('state/token.key'));
  const raw = { ...canaries, passphrase, client: tier1, 'admin key': operatorKey, 'token key': key };
  const needles = Object.entries(raw).flatMap(([name, value]) => {
    const bytes = Buffer.from(value);
    return [[name, bytes], [`${name} in hex`, Buffer.from(bytes.toString('hex'))],
      [`${name} in base64`, Buffer.from(bytes.toString('base64').replace(/=+$/, '').slice(0, -1))]];
  });
  needles.push(['token key, reversed', Buffer.from(key).reverse()]); // as numbers lie in memory
  if (!existsSync(at('tls.key'))) return needles;
  const pem = readFileSync(at('tls.key'), 'utf8');
  const scalar = Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d, 'base64url');
  return [...needles, ['TLS key', scalar], ['TLS key, reversed', Buffer.from(scalar).reverse()],
    ['TLS key in PEM', Buffer.from(pem.split('\n')[2].slice(0, 26))]];
}

function found(bytes, needles) {
  return needles.filter(([, needle]) => bytes.includes(needle)).map(([name]) => name);
}

// The memory of the process, mapping by mapping; `dumped` is what a core file would have.
function* memory(pid) {
  const mem = openSync(`/proc/${pid}/mem`, 'r');
  let mapping;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line);
    if (range) mapping = { begin: parseInt(range[1], 16), end: parseInt(range[2], 16), rights: range[3], name: range[4] };
    const flags = /^VmFlags: (.*)$/.exec(line);
    if (!flags || !mapping.rights.startsWith('r') || mapping.name === '[vvar]' || mapping.name === '[vsyscall]') continue;
    mapping.dumped = !flags[1].split(' ').includes('dd');
    mapping.bytes = () => {
      const parts = [];
      const take = (from, length) => {
        const part = Buffer.alloc(length);
        try {
          if (readSync(mem, part, 0, length, from) > 0 && !part.equals(Buffer.alloc(length))) parts.push(part);
        } catch {
          // behind the end of a file, or memory of a device: page by page
          for (let page = 0; length > 4096 && page < length; page += 4096) take(from + page, 4096);
        }
      };
      for (let from = mapping.begin; from < mapping.end; from += 1 << 20) take(from, Math.min(1 << 20, mapping.end - from));
      return Buffer.concat(parts);
    };
    yield mapping;
  }
  closeSync(mem);
}

function coreOf(pid) {
  return readdirSync(at('cores')).filter((name) => name === 'core' || name === `core.${pid}`).map((name) => at('cores', name))[0];
}

test('planted secrets are in no log, metric, record, answer or dump', async (t) => {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-keyout', at('tls.key'), '-out', at('tls.pem')]);
  const tlsPort = made.status === 0 ? await freePort() : 0;
  t.diagnostic(tlsPort ? 'with a TLS listener' : 'without openssl: no TLS listener');
  await writeDevice('device.yaml', 'audit: {facts: all, sync: interval, sync_every: 20ms}\n', tlsPort);
  const limits = spawnSync('sh', ['-c', 'ulimit -c unlimited']);
  await serve('device.yaml', { shell: limits.status === 0 ? 'ulimit -c unlimited' : ':' });
  const needles = secretsPlanted();
  const answers = [];
  const take = async (name, answer) => {
    const one = await answer;
    answers.push([name, Buffer.from(JSON.stringify([...one.headers]) + await one.text())]);
  };
  // Errors of every kind: nobody, a wrong key, an unknown model, a broken body, an upstream that fails.
  await take('no key', fetch(`${url}/v1/models`));
  await take('wrong key', chat('filed', { headers: { Authorization: `Bearer ${tier1}x` } }));
  await take('two keys', chat('filed', { headers: { Authorization: `Bearer ${tier1}`, 'x-api-key': tier1 } }));
  await take('no model', chat('nothing'));
  await take('no JSON', chat('filed', { body: '{"model":' }));
  for (let i = 0; i < 8; i++) await take('upset upstream', chat('given'));
  await take('token', fetch(`${url}/oauth/token`, { method: 'POST', headers: { authorization: `Bearer ${tier1}` }, body: 'grant_type=x' }));
  const run = load(32, upstreams, [200, 500]);
  for (let round = 0; round < 3; round++) {
    replace('secrets/filed', `${canaries.filed}\n`);
    gate.child.kill('SIGHUP');
    for (const name of ['livez', 'readyz', 'readyz?verbose', 'metrics', 'version', 'v1/policy', 'v1/keys', 'v1/time',
      'v1/system', 'v1/revocations', 'v1/inventory', 'nothing']) {
      await take(`admin /${name}`, fetch(`${admin}/${name}`));
    }
    await take('jwks', fetch(`${url}/oauth/jwks`));
    for (let i = 0; tlsPort && i < 4; i++) {
      await new Promise((resolve, reject) => {
        const request = https.get({ port: tlsPort, host: '127.0.0.1', path: '/v1/models', rejectUnauthorized: false, agent: false,
          headers: { Authorization: `Bearer ${tier1}` } }, (answer) => answer.resume().on('end', resolve));
        request.on('error', reject);
      });
    }
    const before = run.asked;
    await until(() => run.asked > before + 70, 'load');
  }
  for (const [name, bytes] of answers) assert.deepEqual(found(bytes, needles), [], name);

  // An operator whose request is not whole yet.
  const waiting = net.connect(Number(new URL(admin).port), '127.0.0.1');
  waiting.on('error', () => {});
  waiting.write(`PUT /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${operatorKey}\r\nContent-Length: 9\r\n\r\n1234`);

  // The process is stopped in the middle of its work, and all that it has in memory is looked at.
  const { pid } = gate.child;
  let excluded, dumped;
  await until(async () => { // until it has read what the operator sent
    gate.child.kill('SIGSTOP');
    await until(() => readdirSync(`/proc/${pid}/task`).every((thread) => /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))),
      'every thread being stopped');
    let operatorSeen = false;
    [excluded, dumped] = [0, []];
    for (const mapping of memory(pid)) {
      const names = found(mapping.bytes(), needles);
      if (mapping.dumped) dumped.push(...names.map((name) => `${name} in ${mapping.name || mapping.begin.toString(16)}`));
      else excluded += names.length;
      operatorSeen ||= !mapping.dumped && names.includes('admin key');
    }
    if (dumped.length > 0 || (excluded > upstreams.length && operatorSeen)) return true;
    return gate.child.kill('SIGCONT') && undefined;
  }, 'the test seeing what it looks for');
  assert.deepEqual(dumped, []);
  t.diagnostic(`under load ${excluded} secrets in what is left out of dumps: the locked region, requests, send buffers`);
  waiting.destroy();

  gate.child.kill('SIGABRT');
  gate.child.kill('SIGCONT');
  assert.equal((await gate.ended).signal, 'SIGABRT');
  await run.stop();
  const core = coreOf(pid);
  t.diagnostic(core ? `a core file of ${statSync(core).size >> 10} KB was written` : 'this machine writes no core files here');
  if (core) assert.deepEqual(found(readFileSync(core), needles), []);

  assert.deepEqual(found(Buffer.from(gate.output), needles), [], 'the log');
  for (const name of readdirSync(at('state')).filter((one) => !one.endsWith('.key'))) {
    assert.deepEqual(found(readFileSync(at('state', name)), needles), [], name);
  }
  assert.ok(existsSync(at('state/audit.jsonl')) && run.asked > 200, `${run.asked} requests`);
});
