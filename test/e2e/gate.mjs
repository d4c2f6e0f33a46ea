// gate.mjs - start Postern and what stands behind it, for tests with official clients.
// SPDX-License-Identifier: Apache-2.0
import { execFile, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const source = process.env.POSTERN_SRC ?? path.resolve(import.meta.dirname, '../..');
export const binary = process.env.POSTERN ?? path.join(source, 'build/postern');

export const keys = Object.fromEntries(
  readFileSync(path.join(source, 'test/tools/support_desk.keys'), 'utf8')
    .split('\n')
    .map((line) => line.match(/^([A-Z0-9_]+)=(\S+)/))
    .filter(Boolean)
    .map((match) => [match[1], match[2]]),
);
export const tier1 = keys.SUPPORT_DESK_TIER_1;
export const tier2 = keys.SUPPORT_DESK_TIER_2;
export const triage = keys.SUPPORT_DESK_TRIAGE;
export const payroll = keys.SUPPORT_DESK_PAYROLL;

// What the device holds; nothing of it may be seen by a client.
export const secrets = {
  OPENAI_MAIN: 'sk-upstream-main-secret', OPENAI_MINI: 'sk-upstream-mini-secret',
  CRM: 'crm-secret', TICKETS: 'tickets-secret', PAYMENTS: 'payments-secret', PAYROLL: 'payroll-secret',
};

// A port that nobody takes before a program of this test does: below those that the kernel gives to connections, and
// claimed among the tests that run beside it by a UDP socket of the same number, held until this process ends.
const claims = [];
const claim = (port) => new Promise((resolve) => {
  const socket = dgram.createSocket('udp4').unref();
  socket.once('error', () => socket.close(() => resolve(false)));
  socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(claims.push(socket)));
});
const unused = (port) => new Promise((resolve) => {
  const server = net.createServer();
  server.once('error', () => resolve(false));
  server.listen(port, () => server.close(() => resolve(true)));
});
export async function freePort() {
  for (;;) {
    const port = randomInt(20000, 32000);
    if (await claim(port) && await unused(port)) return port;
  }
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Wait until `probe` gives something truthy. How long is no part of any verdict: a machine may be slow and busy.
export async function until(probe, what = 'it', ms = 90000) {
  const end = Date.now() + ms;
  for (;;) {
    let why = '';
    const result = await Promise.resolve().then(probe).catch((error) => { why = `: ${error.message}`; });
    if (result) return result;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms${why}`);
    await sleep(25);
  }
}

// A program under test: its output is kept and shown when something fails. It is over when all of its output is here.
export class Program {
  constructor(command, args, options = {}) {
    this.output = '';
    this.over = false;
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout.on('data', (data) => (this.output += data));
    this.child.stderr.on('data', (data) => (this.output += data));
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => {
      this.over = true;
      resolve({ code, signal });
    }));
  }
  async says(text) {
    await until(() => this.output.includes(text) || this.over, `'${text}'`);
    return this;
  }
  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

// Another program with `input`, to its end; what is served here goes on meanwhile.
export const run = (command, args, input = '', options = {}) => new Promise((resolve) => {
  const child = execFile(command, args, { encoding: 'utf8', timeout: 300000, maxBuffer: 64 << 20, ...options },
    (error, stdout, stderr) => resolve({ status: error ? error.code ?? -1 : 0, stdout, stderr }));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
});

// The certificates of test/tls/certificates.sh, in `folder`: those of the build, or made now, which takes seconds.
export async function certificates(folder) {
  const made = process.env.POSTERN_CERTIFICATES;
  if (made && existsSync(`${made}.made`)) return cpSync(made, folder, { recursive: true });
  const { status, stderr } = await run('sh', [path.join(source, 'test/tls/certificates.sh'), folder]);
  if (status !== 0) throw new Error(stderr);
}

export function temporaryFolder() {
  return mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-'));
}

// The stand-ins of the support desk. One set for each machine: their ports are in the bundle.
export async function startStandIns() {
  const demo = new Program(binary, ['demo']);
  await demo.says('payroll listens');
  if (demo.over) throw new Error(`the stand-ins do not start\n${demo.output}`);
  return demo;
}

export async function count(port) {
  return (await fetch(`http://127.0.0.1:${port}/count`)).json();
}
export const standInPorts = { main: 9101, mini: 9102, crm: 9201, tickets: 9202, payments: 9203, payroll: 9204 };
export async function counts() {
  const entries = Object.entries(standInPorts).map(async ([name, port]) => [name, await count(port)]);
  return Object.fromEntries(await Promise.all(entries));
}

// What is in an audit log by now. It is written a moment after the answer and by another thread: wait for a record, or
// read them all once the gateway has stopped.
export const recordsOf = (file) => readFileSync(file, 'utf8').split('\n').slice(0, -1).map((line) => JSON.parse(line));

// A counter of the gateway, by the end of its name: counted a moment after the answer, too.
export async function metric(gate, name) {
  const text = await (await fetch(`${gate.admin}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`postern_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

export const stopServer = (server) => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
});

// The reference MCP server, which listens at `port`.
export async function startEverything(port) {
  const program = path.join(import.meta.dirname, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js');
  const server = new Program(process.execPath, [program, 'streamableHttp'], { env: { ...process.env, PORT: String(port) } });
  await server.says('listening');
  return server;
}

// A model whose streams have an event every 40 ms and no end. `asked` is told what each request says.
export async function startEndlessModel(port, asked = () => {}) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      const { stream, messages } = JSON.parse(body);
      asked(messages[0]?.content);
      const completion = (object, choice) => JSON.stringify({ id: 'c', object, created: 1, model: 'm', choices: [{ index: 0, ...choice }] });
      if (!stream) {
        response.setHeader('Content-Type', 'application/json');
        response.end(completion('chat.completion', { message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }));
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const event = `data: ${completion('chat.completion.chunk', { delta: { content: 'x' }, finish_reason: null })}\n\n`;
      const timer = setInterval(() => response.write(event), 40);
      response.on('close', () => clearInterval(timer));
    });
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

// A copy of the support desk's bundle; its larger model may be elsewhere than at the stand-ins.
export const desk = path.join(source, 'policy/examples/support-desk');
export function copyDesk(bundle, modelPort) {
  cpSync(desk, bundle, { recursive: true });
  if (!modelPort) return bundle;
  const models = path.join(bundle, 'models.yaml');
  writeFileSync(models, readFileSync(models, 'utf8').replaceAll('127.0.0.1:9101', `127.0.0.1:${modelPort}`));
  return bundle;
}

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// Postern, ready: with a bundle in development mode, or with a device file.
export async function startGate({ bundle = desk, config, env = {} } = {}) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const folder = temporaryFolder();
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`];
  if (bundle) args.push('--dev', bundle);
  if (config) args.push('--config', config);
  const gate = new Program(binary, args, { env: { ...process.env, ...secrets, TMPDIR: folder, ...env } });
  gate.url = `http://127.0.0.1:${port}`;
  gate.admin = `http://127.0.0.1:${adminPort}`;
  gate.folder = folder;
  gate.log = () => {
    const run = readdirSync(folder).find((name) => name.startsWith('postern-dev-'));
    return path.join(folder, run, 'audit.jsonl');
  };
  gate.records = () => recordsOf(gate.log());
  gate.recorded = (test, what) => until(() => gate.records().find(test), `a record of ${what}`);
  gate.remove = async () => {
    const end = await gate.stop();
    rmSync(folder, { recursive: true, force: true });
    return end;
  };
  try {
    await gate.says('ready:');
    if (bundle) await until(async () => gate.over || (await fetch(`${gate.admin}/readyz`)).ok, 'a policy in force');
    if (gate.over) throw new Error('the gateway does not start');
  } catch (error) {
    await gate.stop('SIGKILL');
    throw new Error(`${error.message}\n${gate.output}`);
  }
  return gate;
}
