// differential.mjs [--cases N] [--seed S] [--requests N] [--folder DIR] - generated policies, asked of
// both.
//
// A case is one request; a round is one set of policies with some hundred of them. What differs is
// reduced, printed, and written as files that replay.mjs asks again. A line of progress every ten
// seconds. Exit status: 0 no difference, 1 differences, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compareAsking, inheritsIn } from './compare.mjs';
import { generatePolicies, generateRequest, globals } from './generate.mjs';
import { Random } from './random.mjs';
import { reduce } from './reduce.mjs';
import { writeCase } from './replay.mjs';
import { askPostern, cerbosRefusal, startCerbos } from './server.mjs';

const { values: options } = parseArgs({ options: {
  cases: { type: 'string', default: '450' }, seed: { type: 'string', default: '1' },
  requests: { type: 'string', default: '150' }, reduce: { type: 'boolean', default: true },
  folder: { type: 'string', default: path.join(os.tmpdir(), 'postern-differential') } }, allowNegative: true });
const settings = { globals };
const flags = Object.entries(globals).map(([k, v]) => `engine.globals.${k}=${v}`);
const counts = { cases: 0, same: 0, order: 0, known: 0, unseen: 0, outputs: 0, different: 0, refusedByBoth: 0, refusal: 0, allowed: 0, withOutputs: 0, withDerivedRoles: 0 };
const begun = Date.now();
let told = begun;

function progress(seed) {
  if (Date.now() - told < 10000) return;
  told = Date.now();
  console.log(`seed ${seed}: ${counts.cases} of ${options.cases} cases in ${((told - begun) / 1000).toFixed(0)} s, ${counts.different + counts.outputs} differ`);
}

function count(found) {
  counts.cases++;
  counts[found.verdict]++;
  if (found.theirs.effect === 'EFFECT_ALLOW') counts.allowed++;
  if (found.theirs.outputs?.length) counts.withOutputs++;
  if (found.theirs.roles?.length) counts.withDerivedRoles++;
}

async function report(seed, files, worst) {
  console.log(`seed ${seed}: ${worst.verdict}`);
  const small = options.reduce ? await reduce(files, worst.request, settings, flags) : { files, ...worst };
  const folder = writeCase(path.join(options.folder, `seed-${seed}`), small, settings);
  for (const [name, value] of Object.entries(small.files)) console.log(name, JSON.stringify(value));
  console.log('request', JSON.stringify(small.request));
  console.log('cerbos ', JSON.stringify(small.theirs));
  console.log('postern', JSON.stringify(small.ours));
  console.log(`again: run.sh replay.mjs ${folder}`);
}

async function round(seed) {
  const random = new Random(seed);
  const files = generatePolicies(random);
  const requests = Array.from({ length: Number(options.requests) }, () => generateRequest(random, files));
  const postern = await askPostern(files, requests, settings);
  if (postern.refusal) {
    const theirs = await cerbosRefusal(files);
    if (theirs) return void counts.refusedByBoth++;
    counts.refusal++;
    console.log(`seed ${seed}: Postern does not build what Cerbos takes:\n${postern.refusal}`);
    return;
  }
  const cerbos = await startCerbos(files, flags).catch((error) => error);
  if (cerbos instanceof Error) {
    counts.refusal++;
    console.log(`seed ${seed}: Cerbos does not take what Postern builds: ${cerbos.message}`);
    return;
  }
  let worst;
  for (let i = 0; i < requests.length; i++) {
    const found = await compareAsking(cerbos.ask, requests[i], postern.answers[i], inheritsIn(files));
    count(found);
    if (found.verdict === 'outputs' || found.verdict === 'different') worst ??= { request: requests[i], ...found };
    progress(seed);
  }
  await cerbos.stop();
  if (worst) await report(seed, files, worst);
}

let seed = Number(options.seed);
while (counts.cases < Number(options.cases)) await round(seed++);
console.log(`${JSON.stringify(counts)} in ${((Date.now() - begun) / 1000).toFixed(1)} s, seeds ${options.seed} to ${seed - 1}`);
process.exit(counts.different + counts.outputs + counts.refusal > 0 ? 1 : 0);
