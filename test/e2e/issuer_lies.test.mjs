// An issuer whose keys are lies, slow, huge or not there: each lie has a server and a gateway of its own, all at once.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chat } from './clients.mjs';
import { copyDesk, freePort, metric, startEndlessModel, startGate, stopServer, temporaryFolder, until } from './gate.mjs';
import { agents, audience, claims, newKey, refusedWith, writeIssuers } from './issuer.mjs';

const key = newKey('honest');
const publicHalf = ({ d, ...half }) => half;
const jwks = JSON.stringify({ keys: [publicHalf(key)] });
let model, modelPort, folder;

const good = (res) => res.setHeader('Content-Type', 'application/json').end(jwks);
const lies = {
  html: (res) => res.end('<!doctype html><title>Sign in</title>'),
  'other type': (res) => res.end('{"keys":"none"}'),
  redirect: (res, issuer) => res.writeHead(302, { Location: `${issuer.url}/elsewhere` }).end(),
  error: (res) => res.writeHead(500).end(jwks),
  gzip: (res) => res.setHeader('Content-Encoding', 'gzip').end(jwks),
  'two keys of one name': (res) => res.end(JSON.stringify({ keys: [publicHalf(key), publicHalf(newKey('honest'))] })),
  huge: (res) => {
    res.writeHead(200);
    const send = () => { while (!res.destroyed && res.write(' '.repeat(65536)));};
    res.on('drain', send).on('error', () => {});
    send();
  },
  slow: (res) => {
    res.writeHead(200);
    let at = 0;
    const timer = setInterval(() => (res.destroyed ? clearInterval(timer) : res.write(jwks[at++ % jwks.length])), 200);
  },
  cut: (res) => {
    res.writeHead(200, { 'Content-Length': 5000 });
    res.write(jwks);
    setTimeout(() => res.destroy(), 50);
  },
};

before(async () => {
  folder = temporaryFolder();
  modelPort = await freePort();
  model = await startEndlessModel(modelPort);
});
after(async () => {
  if (model) await stopServer(model);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

// A server that answers as `issuer.answer` says at the time, and a gateway that believes its keys.
async function startIssuer(t, answer) {
  const port = await freePort();
  const issuer = { answer, url: `http://127.0.0.1:${port}` };
  issuer.server = http.createServer((req, res) => {
    if (req.url !== '/jwks') issuer.followed = req.url;
    issuer.answer(res, issuer);
  });
  await new Promise((resolve) => issuer.server.listen(port, '127.0.0.1', resolve));
  t.after(() => stopServer(issuer.server));
  const bundle = writeIssuers(copyDesk(path.join(folder, `${port}`), modelPort), `  - issuer: ${issuer.url}
    audiences: [${audience}]
    jwks_uri: ${issuer.url}/jwks
    egress: [loopback]
${claims}`);
  const gate = await startGate({ bundle });
  t.after(() => gate.remove());
  return { issuer, gate };
}

function signed(issuer, kid = 'honest') {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid })}.${part({
    iss: issuer.url, aud: audience, sub: 'ana', client_id: 'tier-1-agent', exp: now + 600, iat: now, ...agents['tier-1-agent'],
  })}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, format: 'jwk', dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

test('a JWKS endpoint that lies', { concurrency: true }, async (t) => {
  await Promise.all(Object.entries(lies).map(([name, lie]) => t.test(name, async (t) => {
    const { issuer, gate } = await startIssuer(t, lie);
    await assert.rejects(chat(gate, signed(issuer)), refusedWith(503, 'token_keys_absent'));
    await until(async () => await metric(gate, 'issuer_keys_failed_total') >= 1, 'the failure being counted');
    await gate.recorded((record) => record.event === 'issuer_keys_failed', 'the failure');
    // It is asked again, and then its keys are taken.
    issuer.answer = good;
    await until(async () => (await chat(gate, signed(issuer))).model, 'recovering');
    // The keys that were good go on, whatever it says from then on.
    issuer.answer = lie;
    await assert.rejects(chat(gate, signed(issuer, 'made-up')), refusedWith(401, 'token_key'));
    await chat(gate, signed(issuer));
    assert.equal(issuer.followed, undefined, 'a redirection was followed');
  })));
});

test('a JWKS endpoint that is not there any more', async (t) => {
  const { issuer, gate } = await startIssuer(t, good);
  await chat(gate, signed(issuer));
  await stopServer(issuer.server);
  await assert.rejects(chat(gate, signed(issuer, 'made-up')), refusedWith(401, 'token_key'));
  await chat(gate, signed(issuer));
});
