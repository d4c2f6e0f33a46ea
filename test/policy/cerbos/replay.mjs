// replay.mjs FOLDER... - one case asked again of both: a bundle, request.json beside it.
//
// Such a folder is a bundle that `postern policy check FOLDER FOLDER/request.json` takes, too.
// Exit status: 0 both say the same, 1 they differ, 77 skipped.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compareAsking, inheritsIn } from './compare.mjs';
import { askPostern, startCerbos } from './server.mjs';

const json = (value) => `${JSON.stringify(value, null, 1)}\n`;

// Write a case as such a folder; returns its name.
export function writeCase(folder, { files, request, theirs, ours }, settings) {
  mkdirSync(path.join(folder, 'policies'), { recursive: true });
  writeFileSync(path.join(folder, 'bundle.yaml'), json({ name: 'case', mode: 'cerbos54', ...settings }));
  for (const [name, value] of Object.entries(files)) writeFileSync(path.join(folder, 'policies', name), json(value));
  writeFileSync(path.join(folder, 'request.json'), json({ requestId: 'r', includeMeta: true, ...request }));
  writeFileSync(path.join(folder, 'answers.md'), `cerbos: ${JSON.stringify(theirs)}\n\npostern: ${JSON.stringify(ours)}\n`);
  return folder;
}

async function replay(folder) {
  const { name, mode, ...settings } = JSON.parse(readFileSync(path.join(folder, 'bundle.yaml'), 'utf8'));
  const policies = path.join(folder, 'policies');
  const files = Object.fromEntries(readdirSync(policies).map((file) => [file, readFileSync(path.join(policies, file), 'utf8')]));
  const request = JSON.parse(readFileSync(path.join(folder, 'request.json'), 'utf8'));
  const flags = Object.entries(settings.globals ?? {}).map(([k, v]) => `engine.globals.${k}=${v}`);
  const postern = await askPostern(files, [request], settings);
  if (postern.refusal) return console.log(postern.refusal) ?? false;
  const cerbos = await startCerbos(files, flags);
  const found = await compareAsking(cerbos.ask, request, postern.answers[0], inheritsIn(files));
  await cerbos.stop();
  console.log(`${folder}: ${found.verdict}\ncerbos  ${JSON.stringify(found.theirs)}\npostern ${JSON.stringify(found.ours)}`);
  return !['different', 'outputs'].includes(found.verdict);
}

if (process.argv[1] === import.meta.filename) {
  let good = true;
  for (const folder of process.argv.slice(2)) good = (await replay(folder)) && good;
  process.exit(good ? 0 : 1);
}
