// reduce.mjs - a smaller case that still differs: files, rules, conditions and roles are left out
// one after the other as long as the two keep disagreeing.
// SPDX-License-Identifier: Apache-2.0
import { compareAsking, inheritsIn } from './compare.mjs';
import { askPostern, startCerbos } from './server.mjs';

const TRIALS = 120;
const copy = (value) => JSON.parse(JSON.stringify(value));

async function differs(files, request, settings, flags) {
  const postern = await askPostern(files, [request], settings);
  if (postern.refusal) return undefined;
  const cerbos = await startCerbos(files, flags).catch(() => undefined);
  if (!cerbos) return undefined;
  const found = await compareAsking(cerbos.ask, request, postern.answers[0], inheritsIn(files));
  await cerbos.stop();
  return found.verdict === 'same' || found.verdict === 'order' ? undefined : found;
}

// Ways to leave something out: functions that change a case in place.
function* cuts(files, request) {
  for (const name of Object.keys(files)) yield (f) => delete f[name];
  for (const [name, file] of Object.entries(files)) {
    const body = Object.keys(file).find((key) => key.endsWith('Policy') || key === 'derivedRoles');
    if (!body) continue; // an export is left out whole or not at all
    const rules = file[body].rules ?? file[body].definitions ?? [];
    for (let i = rules.length - 1; i >= 0; i--) {
      yield (f) => (f[name][body].rules ?? f[name][body].definitions).splice(i, 1);
      for (const part of ['condition', 'output', 'name', 'roles', 'derivedRoles']) {
        yield (f) => delete (f[name][body].rules ?? f[name][body].definitions)[i][part];
      }
      for (const part of ['actions', 'roles', 'derivedRoles', 'allowActions', 'parentRoles']) {
        yield (f) => (f[name][body].rules ?? f[name][body].definitions)[i][part].pop();
      }
    }
    for (const part of ['variables', 'constants', 'parentRoles', 'importDerivedRoles', 'scopePermissions']) {
      yield (f) => delete f[name][body][part];
    }
  }
  for (let i = request.principal.roles.length - 1; i >= 0; i--) yield (_, q) => q.principal.roles.splice(i, 1);
  for (const who of ['principal', 'resource']) {
    const place = (q) => (who === 'principal' ? q.principal : q.resources[0].resource);
    for (const key of Object.keys(place(request).attr)) yield (_, q) => delete place(q).attr[key];
    for (const key of ['scope', 'policyVersion']) yield (_, q) => delete place(q)[key];
  }
}

export async function reduce(files, request, settings, flags) {
  let best = { files, request, ...(await differs(files, request, settings, flags)) };
  let trials = 0;
  for (let again = true; again && trials < TRIALS;) {
    again = false;
    for (const cut of cuts(best.files, best.request)) {
      if (trials++ >= TRIALS) break;
      const smaller = { files: copy(best.files), request: copy(best.request) };
      try { cut(smaller.files, smaller.request); } catch { continue; }
      if (JSON.stringify(smaller) === JSON.stringify({ files: best.files, request: best.request })) continue;
      const found = await differs(smaller.files, smaller.request, settings, flags);
      if (!found) continue;
      best = { ...smaller, ...found };
      again = true;
      break;
    }
  }
  return best;
}
