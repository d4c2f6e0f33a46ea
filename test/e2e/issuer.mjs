// issuer.mjs - what the tests with tokens of an authorization server share: keys, a support desk that believes it, refusals.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';
import { desk } from './gate.mjs';

export const audience = 'https://gate.example.test';
export const agents = {
  'tier-1-agent': { roles: ['l1'], team: 'support', task: 'T-1001' },
  'tier-2-agent': { roles: ['l2'], team: 'support', task: 'T-1002' },
};

export function newKey(kid, alg = 'ES256') {
  const { privateKey } = alg === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : alg === 'ES384' ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

// The entries under `issuers` end with these lines, for tokens that say who an agent is as `agents` above.
export const claims = `    claims:
      agent: client_id
      team: team
      task: task
      roles:
        roles: {l1: tier-1-support, l2: tier-2-lead}
`;

// The issuers of a copy of the support desk.
export function writeIssuers(bundle, issuers) {
  const keys = readFileSync(path.join(desk, 'identity.yaml'), 'utf8');
  writeFileSync(path.join(bundle, 'identity.yaml'), `${keys}\nissuers:\n${issuers}`);
  return bundle;
}

export const refusedWith = (status, code) => (error) => {
  assert.ok(error instanceof OpenAI.APIError, `${error}`);
  assert.equal(error.status, status, `${error}`);
  assert.equal(error.code, code);
  if (status === 401) assert.match(error.headers.get('www-authenticate'), /^Bearer error="invalid_token", error_description="/);
  if (status === 503) assert.ok(Number(error.headers.get('retry-after')) > 0);
  return true;
};
