// server.mjs - the pinned Cerbos server on a folder of policies, and Postern on a bundle of the same.
// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const source = process.env.POSTERN_SRC ?? path.resolve(import.meta.dirname, '../../..');
export const postern = process.env.POSTERN ?? path.join(source, 'build/postern');

function cerbosProgram() {
  const name = `cerbos-${process.platform}-${process.arch}`;
  try {
    const at = createRequire(import.meta.url).resolve(`@cerbos/${name}/package.json`);
    return path.join(path.dirname(at), name);
  } catch {
    console.log(`skipped: there is no Cerbos server for ${process.platform} on ${process.arch}`);
    process.exit(77);
  }
}
const cerbos = cerbosProgram();

// A loopback address of this process alone, so that nobody takes a port between its choice and its use.
const host = [127, 64 + ((process.pid >> 16) & 63), (process.pid >> 8) & 255, process.pid & 255].join('.');

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// A folder that goes away with `dispose`. `files` maps names to texts or JSON values.
export function folderOf(files) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'postern-cerbos-'));
  for (const [name, value] of Object.entries(files)) {
    const at = path.join(folder, name);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, typeof value === 'string' ? value : `${JSON.stringify(value, null, 1)}\n`);
  }
  return { folder, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

// What `cerbos compile` says about a folder, tests and all: empty when they are in order.
export async function compileFolder(folder, ...options) {
  try {
    await promisify(execFile)(cerbos, ['compile', ...options, folder]);
    return '';
  } catch (error) {
    return `${error.stdout}${error.stderr}` || 'refused';
  }
}

// The same about files.
export async function cerbosRefusal(files) {
  const place = folderOf(files);
  try {
    return await compileFolder(place.folder, '--skip-tests');
  } finally {
    place.dispose();
  }
}

// Cerbos takes claims as a token; Postern takes those that a token was verified to hold.
function withToken(body) {
  if (!body.auxData?.jwt) return body;
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(body.auxData.jwt)}.${Buffer.from('unsigned').toString('base64url')}`;
  return { ...body, auxData: { jwt: { token } } };
}

// What a program says about the test files in `folder`, as JSON, or why it refuses the policies.
async function testsOf(program, args) {
  const { stdout, stderr, code } = await promisify(execFile)(program, args, { maxBuffer: 1 << 28 })
    .catch((error) => error);
  try {
    return { refusal: '', ...JSON.parse(stdout) };
  } catch {
    return { refusal: `${stdout}${stderr}` || `exit ${code}` };
  }
}
export const cerbosTests = (folder) => testsOf(cerbos, ['compile', '--output=json', folder]);
export const posternTests = (folder) => testsOf(postern, ['policy', 'test', folder, '--output', 'json']);

// A running server: ask(body) answers a CheckResources request. `settings` are --set arguments.
export async function startCerbos(files, settings = []) {
  const place = folderOf(files);
  const http = await freePort();
  let grpc = http;
  while (grpc === http) grpc = await freePort();
  const set = [`server.httpListenAddr=${host}:${http}`, `server.grpcListenAddr=${host}:${grpc}`,
    'storage.driver=disk', 'auxData.jwt.disableVerification=true', `storage.disk.directory=${place.folder}`, 'telemetry.disabled=true',
    ...settings];
  const child = spawn(cerbos, ['server', '--log-level=error', ...set.map((s) => `--set=${s}`)],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  child.stderr.on('data', (data) => (said += data));
  const url = `http://${host}:${http}`;
  for (let i = 0; ; i++) {
    const ready = await fetch(`${url}/_cerbos/health`).then((r) => r.ok, () => false);
    if (ready) break;
    if (child.exitCode !== null || i > 600) throw new Error(`Cerbos does not start: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  // A body is an object, or JSON as it is to be sent.
  const send = (text) => fetch(`${url}/api/check/resources`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: text,
  });
  // fetch() keeps connections by address: one to an earlier server on this port fails once.
  const ask = async (body) => {
    const text = typeof body === 'string' ? body : JSON.stringify({ requestId: 'r', includeMeta: true, ...withToken(body) });
    const response = await send(text).catch(() => send(text));
    return response.json();
  };
  const stop = () => new Promise((resolve) => {
    child.on('exit', () => { place.dispose(); resolve(); });
    child.kill('SIGKILL');
  });
  return { ask, stop };
}

// The answers of `postern policy check` to all of `requests`, in order, or the build's refusal.
export async function askPostern(files, requests, settings = {}) {
  const bundle = { 'bundle.yaml': { name: 'differential', mode: 'cerbos54', ...settings } };
  for (const [name, value] of Object.entries(files)) bundle[`policies/${name}`] = value;
  const place = folderOf(bundle);
  const lines = requests.map((r) => JSON.stringify({ requestId: 'r', includeMeta: true, ...r }));
  const child = spawn(postern, ['policy', 'check', place.folder, '-'], { stdio: 'pipe' });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  child.stdin.on('error', () => {});
  child.stdin.end(`${lines.join('\n')}\n`);
  await new Promise((resolve) => child.on('close', resolve));
  place.dispose();
  if (child.exitCode !== 0 && out === '') return { refusal: err || `exit ${child.exitCode}` };
  return { answers: out.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)), refusal: '', err };
}
