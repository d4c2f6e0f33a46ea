// The support-desk scenario, driven by the official OpenAI and MCP client libraries.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { mcp as connect } from './clients.mjs';
import { counts, payroll, startGate, startStandIns, tier1, tier2, triage } from './gate.mjs';

let demo, gate;

before(async () => {
  demo = await startStandIns();
  gate = await startGate();
});
after(async () => {
  await gate?.remove();
  await demo?.stop();
});

const openai = (apiKey, options = {}) => new OpenAI({ apiKey, baseURL: `${gate.url}/v1`, ...options });
const hello = (model, more = {}) => ({ model, messages: [{ role: 'user', content: 'hello' }], ...more });

const mcp = (server, apiKey) => connect(gate, server, apiKey);

test('both tiers call both models, and each goes to its own upstream', async () => {
  for (const key of [tier1, tier2]) {
    const large = await openai(key).chat.completions.create(hello('gpt-4o'));
    assert.equal(large.model, 'gpt-4o-2024-11-20');
    const small = await openai(key).chat.completions.create(hello('gpt-4o-mini'));
    assert.equal(small.model, 'gpt-4o-mini-2024-07-18');
  }
});

test('a completion streams', async () => {
  const stream = await openai(tier1).chat.completions.create(hello('gpt-4o', { stream: true }));
  let text = '', pieces = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? '';
    pieces++;
  }
  assert.equal(text, 'Hello from the stand-in model.');
  assert.ok(pieces >= 5);
});

test('a refused model is a PermissionDeniedError, at once and upstream of nobody', async () => {
  const before = await counts();
  for (const [key, model] of [[triage, 'gpt-4o'], [tier1, 'o3'], [payroll, 'gpt-4o']]) {
    await assert.rejects(openai(key).chat.completions.create(hello(model)), (error) => {
      assert.ok(error instanceof OpenAI.PermissionDeniedError);
      assert.equal(error.code, 'denied_by_default');
      assert.equal(error.error.postern.outcome, 'deny');
      return true;
    });
  }
  assert.deepEqual(await counts(), before);
});

test('an unknown key is an AuthenticationError', async () => {
  await assert.rejects(openai('sk-nobody').chat.completions.create(hello('gpt-4o')), OpenAI.AuthenticationError);
});

test('the list of models is the caller\'s own', async () => {
  const names = async (key) => (await openai(key).models.list()).data.map((model) => model.id).sort();
  assert.deepEqual(await names(tier1), ['gpt-4o', 'gpt-4o-mini']);
  assert.deepEqual(await names(triage), ['gpt-4o-mini']);
});

test('a chat with a 3 MB image passes', async () => {
  const url = `data:image/png;base64,${Buffer.alloc(3_000_000, 7).toString('base64')}`;
  const answer = await openai(tier1).chat.completions.create({
    model: 'gpt-4o', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  assert.equal(answer.choices[0].message.role, 'assistant');
});

test('a body over the limit: 40 of 40 clients read the 413', async () => {
  const content = 'x'.repeat(9_000_000);
  let seen = 0;
  for (let i = 0; i < 40; i++) {
    await assert.rejects(
      openai(tier1, { maxRetries: 0 }).chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content }] }),
      (error) => {
        if (error.status === 413 && error.code === 'body_too_large') seen++;
        return true;
      });
  }
  assert.equal(seen, 40);
});

test('a $40 refund is made, a $9,000 one tells the agent why', async () => {
  const client = await mcp('payments', tier1);
  const made = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 4000 } });
  assert.match(made.content[0].text, /refund_issue done/);
  const before = await counts();
  const refused = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 900000 } });
  assert.equal(refused.isError, true);
  assert.match(refused.content[0].text, /tier-1-support refund cap exceeded/);
  const decision = refused._meta['dev.postern/decision'];
  assert.deepEqual(decision.remediation, { type: 'step_up', approvers_role: 'tier-2-lead' });
  assert.equal(decision.rule, 'tier-1-refund-cap');
  assert.deepEqual(await counts(), before);
  await client.close();
});

test('a tier-2 lead may refund more, but only for the ticket of the task', async () => {
  const client = await mcp('payments', tier2);
  const made = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1002', amount_cents: 900000 } });
  assert.match(made.content[0].text, /refund_issue done/);
  const refused = await client.callTool({ name: 'refund_issue', arguments: { ticket_id: 'T-1001', amount_cents: 100 } });
  assert.equal(refused.isError, true);
  await client.close();
});

test('no spelling of a large refund reaches the server', async () => {
  const before = (await counts()).payments;
  const call = (args) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"refund_issue","arguments":${args}}}`;
  const spellings = [
    '{"ticket_id":"T-1001"}', '{"ticket_id":"T-1001","amount_cents":"4000"}',
    '{"ticket_id":"T-1001","amount_cents":900000.0}', '{"ticket_id":"T-1001","amount_cents":9e5}',
    '{"ticket_id":"T-1001","amount_cents":4000,"amount_cents":900000}',
    '{"ticket_id":"T-1001","amount_cents":4000,"amount\\u005fcents":900000}',
    '{"ticket_id":"T-1001","\\u0061mount_cents":900000}', '{"ticket_id":"T-1001","Amount_Cents":900000}',
  ];
  for (const spelling of spellings) {
    const answer = await fetch(`${gate.url}/mcp/payments`, {
      method: 'POST', body: call(spelling),
      headers: { Authorization: `Bearer ${tier1}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' },
    });
    const text = await answer.text();
    assert.ok(answer.status === 400 || /"isError":true/.test(text), `${spelling}: ${answer.status} ${text}`);
  }
  assert.deepEqual((await counts()).payments, before);
});

test('tools that a caller cannot use are not listed, and answered as unknown', async () => {
  const client = await mcp('payments', tier1);
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  assert.ok(names.includes('refund_issue'));
  assert.ok(!names.includes('payout_create'));
  const before = (await counts()).payments;
  await assert.rejects(client.callTool({ name: 'payout_create', arguments: { amount_cents: 1 } }), (error) => {
    assert.equal(error.code, -32602);
    assert.match(error.message, /Unknown tool: payout_create/);
    return true;
  });
  assert.deepEqual((await counts()).payments, before);
  await client.close();
});

test('opening a server is decided', async () => {
  const before = await counts();
  for (const key of [triage, payroll]) await assert.rejects(mcp('payments', key));
  for (const key of [tier1, tier2, triage]) await assert.rejects(mcp('payroll', key));
  assert.deepEqual(await counts(), before);
  const client = await mcp('payroll', payroll);
  assert.deepEqual((await client.listTools()).tools.map((tool) => tool.name), ['salary_read']);
  await client.close();
});

test('the audit log holds every call, verified, and no secret', async () => {
  await gate.stop();
  const records = gate.records();
  const ends = new Set(records.filter((record) => record.kind === 'end').map((record) => record.id));
  const decisions = records.filter((record) => record.kind === 'decision');
  assert.ok(decisions.length > 60);
  assert.deepEqual(decisions.filter((decision) => !ends.has(decision.id)), []);
  const text = JSON.stringify(records);
  for (const secret of ['upstream-main-secret', 'payments-secret', 'sk-postern-demo']) assert.ok(!text.includes(secret));
});
