// gate.mjs - start Postern and what stands behind it, for tests with official clients.
// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, readFileSync, readdirSync } from 'node:fs';
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

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Wait until `probe` gives something truthy; fail after `ms`.
export async function until(probe, ms = 15000, what = 'it') {
  const end = Date.now() + ms;
  for (;;) {
    const result = await Promise.resolve().then(probe).catch(() => undefined);
    if (result) return result;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${ms} ms`);
    await sleep(25);
  }
}

// A program under test: its output is kept and shown when something fails.
export class Program {
  constructor(command, args, options = {}) {
    this.output = '';
    this.child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    this.child.stdout.on('data', (data) => (this.output += data));
    this.child.stderr.on('data', (data) => (this.output += data));
    this.ended = new Promise((resolve) =>
      this.child.on('exit', (code, signal) => resolve({ code, signal })));
  }
  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}

export function temporaryFolder() {
  return mkdtempSync(path.join(os.tmpdir(), 'postern-e2e-'));
}

// The stand-ins of the support desk. One set for each machine: their ports are in the bundle.
export async function startStandIns() {
  const demo = new Program(binary, ['demo']);
  await until(() => demo.output.includes('payroll listens'), 10000, 'the stand-ins starting');
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

// Postern, ready: with a bundle in development mode, or with a device file.
export async function startGate({ bundle = path.join(source, 'policy/examples/support-desk'), config, env = {} } = {}) {
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
  gate.records = () => readFileSync(gate.log(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  gate.remove = async () => {
    const end = await gate.stop();
    rmSync(folder, { recursive: true, force: true });
    return end;
  };
  try {
    await until(() => gate.output.includes('ready:'), 20000, 'the gateway starting');
    if (bundle) await until(async () => (await fetch(`${gate.admin}/readyz`)).ok, 20000, 'a policy in force');
  } catch (error) {
    await gate.stop('SIGKILL');
    throw new Error(`${error.message}\n${gate.output}`);
  }
  return gate;
}
