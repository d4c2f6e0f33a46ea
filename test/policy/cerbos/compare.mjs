// compare.mjs - do two answers to one request say the same?
//
// Cerbos 0.51 visits the rules that match one role in one scope in an order of chance (later
// versions: in the order of the file). So its outputs are asked for again until they come in our
// order; where no rule denied, all rules were visited, and it is enough that they are the same ones.
// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';

const list = (value) => value ?? [];
// Members of an object have no order. An output without `val` could not be evaluated.
const sorted = (_, value) => (value && typeof value === 'object' && !Array.isArray(value)
  ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value);
export const text = (output) => JSON.stringify([output.src, output.action, 'val' in output ? [output.val] : []], sorted);

export function essence(answer) {
  if (!answer.results) return { refused: JSON.stringify(answer) };
  const result = answer.results[0];
  const [action] = Object.keys(result.actions);
  const meta = result.meta?.actions?.[action] ?? {};
  return {
    effect: result.actions[action], policy: meta.matchedPolicy ?? '', scope: meta.matchedScope ?? '',
    roles: [...new Set(list(result.meta?.effectiveDerivedRoles))].sort(),
    errors: list(result.validationErrors).map((e) => `${e.source} ${e.path} ${e.message}`).sort(),
    outputs: list(result.outputs).map(text),
  };
}

// Cerbos 0.51 visits the rules of a role before it looks at the policies of the roles that this one
// inherits; later versions look at all policies of roles first. So 0.51 tells more where one denies.
function toldBeforeARoleDenies(theirs, ours, inherits) {
  const left = [...theirs.outputs];
  return (inherits || theirs.policy.startsWith('role.')) && ours.outputs.every((output) => {
    const at = left.indexOf(output);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

const apart = (e) => ({ ...e, outputs: undefined });
const bag = (e) => [...e.outputs].sort();

// Does a role policy of these inherit roles?
export const inheritsIn = (files) => Object.values(files).some((file) => {
  const policy = typeof file === 'string' ? JSON.parse(file) : file;
  return policy.rolePolicy?.parentRoles?.length > 0;
});

// 'same', 'order' (outputs the same but for their order), 'known' (a difference that README.md lists),
// 'outputs' or 'different'.
export function compare(theirs, ours, inherits) {
  if (isDeepStrictEqual(theirs, ours)) return 'same';
  if (theirs.refused || ours.refused || !isDeepStrictEqual(apart(theirs), apart(ours))) return 'different';
  if (isDeepStrictEqual(bag(theirs), bag(ours))) return 'order';
  return toldBeforeARoleDenies(theirs, ours, inherits) ? 'known' : 'outputs';
}

// Ask until the orders of chance agree with ours. Where several roles or scopes were each cut short
// by a denial, ours may be one order of hundreds: 'unseen', which is only counted. Resolves to
// {verdict, theirs, ours}.
export async function compareAsking(ask, request, answer, inherits) {
  const ours = essence(answer);
  let best;
  for (let i = 0; i < 300; i++) {
    const theirs = essence(await ask(request));
    const verdict = compare(theirs, ours, inherits);
    if (verdict === 'same' || verdict === 'different' || (verdict === 'known' && i >= 12)) return { verdict, theirs, ours };
    if (!best || verdict === 'order' || (verdict === 'known' && best.verdict === 'outputs')) {
      best = { verdict, theirs, ours };
    }
    if (verdict === 'order' && i >= 12) break;
  }
  const cut = best.verdict === 'outputs' && request.principal.roles.length > 1;
  return cut && ours.effect === 'EFFECT_DENY' ? { ...best, verdict: 'unseen' } : best;
}
