// differential.mjs [--seed N] [--rounds N] [--requests N] - generated policies, asked of both.
//
// A round is one set of policies and many requests. What differs is reduced and printed with the
// seed of its round. Exit status: 0 no difference, 1 differences, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';
import { compareAsking } from './compare.mjs';
import { generatePolicies, generateRequest, globals } from './generate.mjs';
import { Random } from './random.mjs';
import { reduce } from './reduce.mjs';
import { askPostern, cerbosRefusal, startCerbos } from './server.mjs';

const { values: options } = parseArgs({ options: {
  seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' },
  requests: { type: 'string', default: '150' }, reduce: { type: 'boolean', default: true },
  keep: { type: 'boolean', default: false } }, allowNegative: true });
const settings = { globals };
const flags = Object.entries(globals).map(([k, v]) => `engine.globals.${k}=${v}`);
const counts = { same: 0, order: 0, known: 0, unseen: 0, outputs: 0, different: 0, refusedByBoth: 0, refusal: 0, allowed: 0, withOutputs: 0 };

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
    const found = await compareAsking(cerbos.ask, requests[i], postern.answers[i]);
    counts[found.verdict]++;
    if (found.theirs.effect === 'EFFECT_ALLOW') counts.allowed++;
    if (found.theirs.outputs?.length) counts.withOutputs++;
    if (found.verdict === 'outputs' || found.verdict === 'different') worst ??= { request: requests[i], ...found };
  }
  await cerbos.stop();
  if (!worst) return;
  console.log(`seed ${seed}: ${worst.verdict}`);
  const small = options.reduce ? await reduce(files, worst.request, settings, flags) : { files, ...worst };
  for (const [name, value] of Object.entries(small.files)) console.log(name, JSON.stringify(value));
  console.log('request', JSON.stringify(small.request));
  console.log('cerbos ', JSON.stringify(small.theirs));
  console.log('postern', JSON.stringify(small.ours));
}

const begun = Date.now();
for (let i = 0; i < Number(options.rounds); i++) await round(Number(options.seed) + i);
console.log(`${JSON.stringify(counts)} in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
process.exit(counts.different + counts.outputs + counts.refusal > 0 ? 1 : 0);
