// The gateway as an operator meets it: keys, policies, restarts, kills, full disks.
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  Program, binary, copyDesk, counts, desk as bundle, freePort, recordsOf, secrets, sleep, startEndlessModel, startGate, startStandIns, stopServer,
  temporaryFolder, tier1, until,
} from './gate.mjs';

let demo, folder;
const at = (name) => path.join(folder, name);

function run(...args) {
  const result = spawnSync(binary, args, { encoding: 'utf8', env: { ...process.env, ...secrets } });
  return { status: result.status, text: result.stdout + result.stderr };
}
function must(...args) {
  const result = run(...args);
  assert.equal(result.status, 0, `${args.join(' ')}\n${result.text}`);
  return result.text;
}
const sealed = (body, out, ...more) => must('policy', 'sign', at(body), '-k', at('signer.key'), '-o', at(out), ...more);
const sign = (out, ...more) => sealed('desk.body', out, ...more);

before(async () => {
  demo = await startStandIns();
  folder = temporaryFolder();
  must('key', 'new', '-o', at('signer'));
  must('key', 'new', '-o', at('stranger'));
  must('policy', 'build', bundle, '-o', at('desk.body'));
});
after(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// A gateway with a device file and a state of its own.
async function device(name, more = '', policyFile = '') {
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = at(`${name}.yaml`);
  const credentials = Object.keys(secrets).map((key) => `  ${key.toLowerCase().replace('_', '-')}: {env: ${key}}`);
  writeFileSync(file, `listen: ["127.0.0.1:${port}"]\nadmin: 127.0.0.1:${adminPort}\nstate: ${name}.state\n` +
    `policy:\n  keys: [signer.pub]\n  device: gw-1\n  groups: [desks]\n${policyFile ? `  file: ${policyFile}\n` : ''}` +
    `credentials:\n${credentials.join('\n')}\naudit: {file: ${name}.jsonl}\n${more}`);
  return { file, url: `http://127.0.0.1:${port}`, admin: `http://127.0.0.1:${adminPort}`, log: at(`${name}.jsonl`) };
}
async function serve(d, ready = 'ready:') {
  return new Program(binary, ['serve', '--config', d.file], { env: { ...process.env, ...secrets } }).says(ready);
}
const chat = (d, more = {}) => fetch(`${d.url}/v1/chat/completions`, {
  method: 'POST', headers: { Authorization: `Bearer ${tier1}`, 'Content-Type': 'application/json' },
  body: JSON.stringify({ model: 'gpt-4o', messages: [], ...more }),
});
const push = (d, file) => fetch(`${d.admin}/v1/policy`, { method: 'PUT', headers: { 'If-Match': '*' }, body: readFileSync(at(file)) });
const policy = async (d) => (await fetch(`${d.admin}/v1/policy`)).json();

test('without a policy it lives, is not ready, and asks nobody', async () => {
  const d = await device('empty');
  const gate = await serve(d);
  assert.equal((await fetch(`${d.admin}/livez`)).status, 200);
  const ready = await fetch(`${d.admin}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /policy no_policy/);
  const before = await counts();
  const answer = await chat(d);
  assert.equal(answer.status, 503);
  const { error } = await answer.json();
  assert.equal(error.code, 'no_policy');
  assert.match(error.message, /None was installed yet\./);
  assert.deepEqual(await counts(), before);
  assert.equal((await policy(d)).state, 'no_policy');
  assert.deepEqual(await gate.stop(), { code: 0, signal: null });
});

test('pushed policies: 200, 409 when older or conflicting, 422 with the reason, kept over restarts', async () => {
  const d = await device('push');
  const told = sign('p5.blob', '--sequence', '5');
  sign('p4.blob', '--sequence', '4');
  sign('p5b.blob', '--sequence', '5', '--expires', '2d');
  sign('p6.blob', '--sequence', '6');
  sign('elsewhere.blob', '--sequence', '7', '--device', 'gw-2');
  sign('group.blob', '--sequence', '8', '--target-group', 'desks');
  must('policy', 'sign', at('desk.body'), '-k', at('stranger.key'), '-o', at('stranger.blob'), '--sequence', '9');
  let gate = await serve(d);
  const put = async (file) => { const answer = await push(d, file); return [answer.status, await answer.json()]; };

  let [status, body] = await put('p5.blob');
  assert.equal(status, 200);
  assert.equal(body.sequence, 5);
  const active = await policy(d);
  assert.equal(active.state, 'active');
  const expires = new Date(1000 * active.expires).toISOString().replace('.000', '');
  for (const line of [`identity: ${active.identity}`, `sequence: ${active.sequence}`, `signer: ${active.signer}`, `expires: ${expires}`]) {
    assert.ok(told.includes(`${line}\n`), `${line} in ${told}`);
  }
  assert.equal((await chat(d)).status, 200);
  assert.equal((await put('p5.blob'))[0], 200);
  const refused = { 'p4.blob': [409, 'seal_sequence_older'], 'p5b.blob': [409, 'seal_sequence_conflict'],
    'elsewhere.blob': [422, 'seal_target'], 'stranger.blob': [422, 'seal_key_unknown'], 'desk.body': [422, 'seal_unsigned'] };
  for (const [file, [code, reason]] of Object.entries(refused)) {
    [status, body] = await put(file);
    assert.equal(status, code, file);
    assert.equal(body.error.reason, reason, file);
    assert.equal((await policy(d)).last_refusal.reason, reason);
  }
  const altered = readFileSync(at('p6.blob'));
  altered[altered.length - 10] ^= 1;
  writeFileSync(at('altered.blob'), altered);
  assert.equal((await put('altered.blob'))[1].error.reason, 'seal_digest');
  assert.equal((await chat(d)).status, 200);
  assert.equal((await policy(d)).sequence, 5);

  await gate.stop('SIGKILL');
  gate = await serve(d, 'policy in force: sequence 5');
  assert.equal((await chat(d)).status, 200);
  assert.equal((await put('p4.blob'))[0], 409);
  assert.equal((await put('p6.blob'))[0], 200);
  assert.equal((await put('group.blob'))[0], 200);
  assert.deepEqual(await gate.stop(), { code: 0, signal: null });
  must('audit', 'verify', d.log);
});

test('a policy that expires while it serves: 503, or in force as its signed on_expiry says', async () => {
  await Promise.all([['deny', [], 503], ['keep', ['--on-expiry', 'keep', '--grace', '1h'], 200]].map(async ([name, more, status]) => {
    const d = await device(`expire-${name}`, '', `expire-${name}.blob`);
    // A machine that needs longer than that to serve it once gets one that lives longer.
    for (let lifetime = 4; ; lifetime *= 2) {
      const ends = Date.now() + 1000 * lifetime;
      sign(`expire-${name}.blob`, '--sequence', String(lifetime), '--expires', `${lifetime}s`, ...more);
      const gate = await serve(d);
      const before = (await chat(d)).status;
      const late = Date.now() >= ends;
      if (!late) {
        assert.equal(before, 200);
        await until(async () => Date.now() > ends + 1500 && (await chat(d)).status === status, `${status} when it has expired`);
        const { error } = await (await chat(d)).json();
        assert.equal(error?.code, status === 503 ? 'policy_expired' : undefined);
        if (error) assert.match(error.message, /It was valid until \d{4}-\d\d-\d\dT/);
      }
      await gate.stop();
      if (!late) return;
    }
  }));
});

test('SIGHUP installs the policy file again and says when the device file has changed', async () => {
  const d = await device('hup', '', 'hup.blob');
  sign('hup.blob', '--sequence', '1');
  const gate = await serve(d, 'policy in force: sequence 1');
  sign('hup.blob', '--sequence', '2');
  gate.child.kill('SIGHUP');
  await until(() => gate.output.includes('policy in force: sequence 2'));
  writeFileSync(at('hup.blob'), 'not a policy');
  appendFileSync(d.file, '# changed\n');
  gate.child.kill('SIGHUP');
  await until(() => gate.output.includes('policy refused (seal_unsigned)'));
  await until(() => gate.output.includes('has changed; restart to use it'));
  assert.equal((await chat(d)).status, 200);
  await gate.stop();
});

test('SIGTERM lets a stream under way end and then stops', async () => {
  const d = await device('drain', '', 'drain.blob');
  sign('drain.blob', '--sequence', '1');
  const gate = await serve(d, 'policy in force');
  const answer = await chat(d, { stream: true });
  gate.child.kill('SIGTERM');
  const text = await answer.text();
  assert.match(text, /\[DONE\]/);
  assert.deepEqual(await gate.ended, { code: 0, signal: null });
});

test('what is cut off by the end of the drain has its end on record, and stopped is the last one', async (t) => {
  const modelPort = await freePort();
  const model = await startEndlessModel(modelPort);
  t.after(() => stopServer(model));
  must('policy', 'build', copyDesk(at('endless'), modelPort), '-o', at('endless.body'));
  const d = await device('cut', 'workers: 3\nlimits: {drain_ms: 0}\n', 'cut.blob');
  sealed('endless.body', 'cut.blob', '--sequence', '1');
  for (let round = 0; round < 4; round++) {
    const gate = await serve(d, 'policy in force');
    const answers = await Promise.all(Array.from({ length: 12 }, () => chat(d, { stream: true })));
    gate.child.kill('SIGTERM');
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    assert.deepEqual(await gate.ended, { code: 0, signal: null });
    assert.match(gate.output, /stopping with \d+ requests? cut off/);
    assert.ok(texts.some((text) => text.includes('"code":"stopped"') && text.endsWith('data: [DONE]\n\n')));
    const records = recordsOf(d.log);
    const ids = (kind) => records.filter((record) => record.kind === kind).map((record) => record.id).sort();
    assert.deepEqual(ids('decision'), ids('end'));
    assert.equal(records.at(-1).event, 'gateway_stopped');
    assert.ok(records.some((record) => record.how === 'cut' && record.error === 'stopped'));
    assert.doesNotMatch(must('audit', 'verify', d.log), /without an end/);
  }
});

test('a killed gateway leaves a decision without an end, never a call without a record', async () => {
  const d = await device('kill', '', 'kill.blob');
  sign('kill.blob', '--sequence', '1');
  const before = (await counts()).main.requests;
  for (let round = 0; round < 5; round++) {
    let gate = await serve(d, 'policy in force');
    assert.doesNotMatch(gate.output, /audit:/); // wherever it was killed, the log goes over the head kept
    let stop = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!stop) await chat(d).then((answer) => answer.text()).catch(() => sleep(5));
    });
    const served = (await counts()).main.requests;
    await until(async () => (await counts()).main.requests > served, 'calls');
    await sleep(70 * round);
    await gate.stop('SIGKILL');
    stop = true;
    await Promise.all(callers);
    const forwarded = (await counts()).main.requests - before;
    gate = await serve(d, 'policy in force'); // what the spool held is in the log now
    await gate.stop();
    must('audit', 'verify', d.log);
    const decisions = recordsOf(d.log).filter((record) => record.kind === 'decision' && record.outcome === 'allow');
    assert.ok(forwarded > 0);
    assert.ok(decisions.length >= forwarded, `round ${round}: ${decisions.length} records, ${forwarded} calls`);
  }
});

test('a log that cannot be written stops traffic, and traffic goes on when it can', async (t) => {
  const disk = at('disk');
  const mounted = spawnSync('sh', ['-c', `mkdir -p ${disk} && mount -t tmpfs -o size=256k tmpfs ${disk}`]);
  if (mounted.status !== 0) return t.skip('no tmpfs can be mounted here');
  try {
    const d = await device('full', '', 'full.blob');
    writeFileSync(d.file, readFileSync(d.file, 'utf8').replace('file: full.jsonl', `file: ${disk}/audit.jsonl`));
    sign('full.blob', '--sequence', '1');
    const gate = await serve(d, 'policy in force');
    let status = 200, calls = 0;
    while (status === 200 && calls++ < 3000) status = await chat(d).then(async (a) => (await a.text(), a.status));
    assert.equal(status, 503);
    assert.equal((await fetch(`${d.admin}/readyz`)).status, 503);
    const before = await counts();
    assert.equal((await (await chat(d)).json()).error.code, 'audit_unavailable');
    assert.deepEqual(await counts(), before);
    assert.equal(spawnSync('mount', ['-o', 'remount,size=8m', disk]).status, 0);
    await until(async () => (await chat(d)).status === 200, 'traffic going on');
    await gate.stop();
    must('audit', 'verify', path.join(disk, 'audit.jsonl'));
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('audit verify names what was altered, removed or reordered', async () => {
  const d = await device('audit', '', 'audit.blob');
  sign('audit.blob', '--sequence', '1');
  const gate = await serve(d, 'policy in force');
  for (let i = 0; i < 5; i++) await chat(d).then((answer) => answer.text());
  await gate.stop();
  must('audit', 'verify', d.log);
  const lines = readFileSync(d.log, 'utf8').split('\n');
  const broken = (change) => {
    const copy = [...lines];
    change(copy);
    writeFileSync(at('broken.jsonl'), copy.join('\n'));
    const result = run('audit', 'verify', at('broken.jsonl'));
    assert.equal(result.status, 1, result.text);
    assert.match(result.text, /broken\.jsonl:\d+/);
  };
  const one = lines.findIndex((line) => line.includes('tier-1-agent'));
  broken((copy) => { copy[one] = copy[one].replace('tier-1-agent', 'tier-2-agent'); });
  broken((copy) => copy.splice(one, 1));
  broken((copy) => { [copy[one], copy[one + 1]] = [copy[one + 1], copy[one]]; });
});

test('what was done to the log while the gateway was stopped is told at the start, and by verify', async () => {
  const d = await device('robbed', '', 'robbed.blob');
  const head = at('robbed.state/audit-head');
  sign('robbed.blob', '--sequence', '1');
  const told = async (pattern) => {
    const gate = await serve(d, 'policy in force');
    assert.match(gate.output, pattern);
    assert.equal((await chat(d)).status, 200); // told, and served all the same
    assert.deepEqual(await gate.stop(), { code: 0, signal: null });
    return recordsOf(d.log);
  };
  let gate = await serve(d, 'policy in force');
  assert.doesNotMatch(gate.output, /audit:/);
  await chat(d).then((answer) => answer.text());
  await gate.stop();
  must('audit', 'verify', '--head', head, d.log);

  const whole = readFileSync(d.log, 'utf8'), last = recordsOf(d.log).at(-1);
  writeFileSync(d.log, whole.split('\n').slice(0, 3).join('\n') + '\n');
  must('audit', 'verify', d.log); // the lines alone do not show it
  assert.equal(run('audit', 'verify', '--head', head, d.log).status, 1);
  let records = await told(new RegExp(`error: audit: log_cut: .* ends with record 3, and ${last.seq} were written`));
  assert.equal(records[0].event, 'log_cut');
  assert.equal(records[0].prev, last.hash);
  assert.ok(records[0].detail.includes(`record ${last.seq} with hash ${last.hash} was written`));
  assert.match(run('audit', 'verify', d.log).text, /LOST .*log_cut/);
  const aside = `${d.log}.000000000003`;
  assert.match(run('audit', 'verify', aside, d.log).text, /records 4 to \d+ are missing/);
  writeFileSync(aside, whole); // found again: then nothing is missing
  must('audit', 'verify', '--head', head, aside, d.log);

  rmSync(d.log);
  assert.equal(run('audit', 'verify', '--head', head, d.log).status, 1);
  records = await told(/error: audit: log_missing: .*removed/);
  assert.equal(records[0].event, 'log_missing');
  rmSync(head);
  records = await told(/error: audit: head_missing: /);
  assert.ok(records.some((record) => record.event === 'head_missing'));

  appendFileSync(d.log, '{"v":1,"seq":');
  records = await told(/error: audit: log_torn: /);
  assert.ok(records.some((record) => record.event === 'log_torn' && record.detail.startsWith('13 bytes')));
  const spool = at('robbed.state/audit-spool-00'), bytes = readFileSync(spool);
  bytes.writeUInt32LE(bytes.readUInt32LE(64) + 64, 64); // its head: records that were never written
  writeFileSync(spool, bytes);
  records = await told(/error: audit: spool_damaged: /);
  assert.ok(records.some((record) => record.event === 'spool_damaged'));
  gate = await serve(d, 'policy in force');
  assert.doesNotMatch(gate.output, /audit:/);
  await gate.stop();
});

test('a broken edit in development keeps the policy and says where', async () => {
  const copy = copyDesk(at('bundle'));
  const gate = await startGate({ bundle: copy });
  const file = path.join(copy, 'policies', 'payments.yaml');
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('EFFECT_DENY', 'EFFECT_DENIED'));
  await until(() => gate.output.includes('payments.yaml:'), 'the complaint');
  assert.equal((await fetch(`${gate.admin}/readyz`)).status, 200);
  writeFileSync(file, good.replace('> 5000', '> 6000'));
  await until(() => (gate.output.match(/policy in force/g) ?? []).length >= 2, 'the new policy');
  const servers = path.join(copy, 'servers.yaml');
  writeFileSync(servers, readFileSync(servers, 'utf8').replace('    egress: [loopback]\n', ''));
  await until(() => (gate.output.match(/policy in force/g) ?? []).length >= 3, 'the policy with a note');
  assert.match(gate.output, /servers\.yaml:4:\d+: note: the gateway refuses addresses on its own machine/);
  await gate.remove();
});

test('usage and mistakes are told, with a suggestion', async () => {
  assert.equal(run().status, 2);
  assert.equal(run('serv').status, 2);
  assert.match(must('--help'), /policy build/);
  assert.match(must('serve', '--help'), /--dev BUNDLE/);
  for (const ask of ['--help', '-h', 'help']) {
    const help = must('policy', ask);
    assert.match(help, /policy check/);
    assert.doesNotMatch(help, /audit verify/);
  }
  assert.match(must('--help'), /audit tail/);
  for (const [words, meant] of [[['polcy'], 'policy'], [['policy', 'chek'], 'policy check'], [['audit', 'tai'], 'audit tail']]) {
    const told = run(...words);
    assert.equal(told.status, 2);
    assert.ok(told.text.includes(`did you mean ${meant}?`), told.text);
  }
  const phase = run('policy', 'check', bundle, '/dev/null', '--phase', 'foo');
  assert.equal(phase.status, 2);
  assert.match(phase.text, /call, list, offer or emit/);
  assert.match(must('policy', 'build', bundle), /nothing was written/);
  writeFileSync(at('wrong.yaml'), 'lisen: ["127.0.0.1:1"]\npolicy: {keys: [signer.pub]}\nadmin: 0.0.0.0:9901\nlimits: {idle_ms: 1}\n');
  const wrong = run('serve', '--config', at('wrong.yaml'));
  assert.equal(wrong.status, 1);
  assert.match(wrong.text, /wrong\.yaml:1:1: error: .*lisen.*listen/s);
  assert.match(wrong.text, /wrong\.yaml:3:8: error: .*loopback/);
  assert.match(wrong.text, /wrong\.yaml:4:\d+: error: from 100/);
});

test('every command tells about itself', () => {
  const listed = must('--help').matchAll(/^ {2}(\S+(?: \S+)?) {2,}\S/gm);
  const commands = [...listed].map((match) => match[1]);
  assert.ok(commands.length >= 11, commands.join());
  for (const command of commands.filter((name) => name !== 'version')) {
    for (const ask of ['--help', '-h']) assert.match(must(...command.split(' '), ask), new RegExp(`postern ${command}`));
  }
});

test('a request is decided alike by a bundle, its body and its sealed policy', () => {
  const refund = (amount) => JSON.stringify({
    requestId: 'r', actions: ['tools/call/refund_issue'],
    principal: { id: 'a', roles: ['tier-1-support'], attr: { task: 'T-1' } },
    resource: { kind: 'mcp:payments', id: 'refund_issue', attr: { arguments: { ticket_id: 'T-1', amount_cents: amount } } },
  });
  sign('check.blob');
  for (const [amount, effect] of [[4000, 'EFFECT_ALLOW'], [900000, 'EFFECT_DENY']]) {
    writeFileSync(at('request.json'), refund(amount));
    const answers = [bundle, at('desk.body'), at('check.blob')].map((policy) => run('policy', 'check', policy, at('request.json')));
    for (const answer of answers) {
      assert.ok(answer.text.includes(effect), answer.text);
      assert.deepEqual(answer, answers[0]);
    }
  }
});

test('a device file that would not do what it says is refused, with its line', async () => {
  for (const [text, told] of [
    ['policy: {file: x}\n', /:1:9: error: no key under policy\.keys/],
    ['listen: ["127.0.0.1:0"]\n', /:1:10: error: port 0.*choose a port/],
    ['audit: {mask: [nonsense.path]}\n', /:1:16: error: no policy reads 'nonsense\.path'/],
    ['audit: {mask: [request.resource.attr.iban]}\n', /did you mean 'R\.attr\.iban'/],
    ['audit: {mask: [R.attributes.iban]}\n', /:1:16: error:/],
    ['limits: {body_bytes_max: 70000, body_bytes_total: 66000}\n', /:1:51: error: body_bytes_total/],
  ]) {
    writeFileSync(at('refused.yaml'), text);
    const result = run('serve', '--config', at('refused.yaml'));
    assert.equal(result.status, 1, text);
    assert.match(result.text, told);
  }
  writeFileSync(at('masks.yaml'), 'policy: {keys: [signer.pub]}\nlisten: ["127.0.0.1:0"]\n' +
    'audit: {mask: [P.id, P.roles, P.attr.team, R.id, R.kind, R.attr.arguments.iban, auxData.jwt.sub, auxData.jwt]}\n');
  assert.doesNotMatch(run('serve', '--config', at('masks.yaml')).text, /no policy reads/);
});

test('an installed policy is told with its source, and credentials that the device lacks', async () => {
  const d = await device('told', '', 'told.blob');
  const whole = readFileSync(d.file, 'utf8').replace('told.state', 'new/folders/told.state');
  const lacking = whole.replace(/ {2}crm: .*\n/, '');
  writeFileSync(d.file, lacking);
  sign('told.blob', '--sequence', '1');
  sign('told2.blob', '--sequence', '2');
  const without = await serve(d);
  assert.match(without.output, /policy file \S*told\.blob: policy refused \(credential_missing\): .* \(crm: credential:crm\)/);
  assert.equal((await chat(d)).status, 503);
  const refused = await push(d, 'told2.blob');
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /credential_missing.*crm: credential:crm/);
  await without.stop();
  writeFileSync(d.file, whole);
  const gate = await serve(d);
  assert.match(gate.output, /policy file \S*told\.blob: policy in force: sequence 1/);
  assert.doesNotMatch(gate.output, /credential/);
  const stream = await chat(d, { stream: true });
  assert.equal((await push(d, 'told2.blob')).status, 200);
  assert.match(await stream.text(), /\[DONE\]/); // what was under way ends as it began
  await until(() => gate.output.includes('pushed: policy in force: sequence 2'));
  gate.child.kill('SIGHUP');
  await until(() => /warning: policy file \S*told\.blob: is older than what is in force, sequence 2/.test(gate.output));
  assert.doesNotMatch(gate.output, /error:/);
  await gate.stop();
  const again = await serve(d);
  assert.match(again.output, /kept in the state directory: policy in force: sequence 2/);
  await again.stop();
  writeFileSync(d.file, lacking); // a kept policy goes nowhere without its credential either
  const lost = await serve(d);
  assert.match(lost.output, /kept in the state directory: policy refused \(credential_missing\)/);
  assert.equal((await chat(d)).status, 503);
  await lost.stop();
  writeFileSync(d.file, whole);
  writeFileSync(at('new/folders/told.state/device.key'), '0123456789');
  const short = await serve(d);
  assert.equal((await short.ended).code, 1);
  assert.match(short.output, /device\.key is 10 bytes, not 32/);
});

test('development: no folder, no policy yet, links, and what a run leaves behind', async () => {
  const temporary = temporaryFolder();
  const left = () => readdirSync(temporary);
  const serveDev = (...args) => spawnSync(binary, ['serve', '--dev', ...args], { encoding: 'utf8', env: { ...process.env, TMPDIR: temporary } });
  for (const args of [['/no/such/bundle'], [bundle, '--listen', 'nonsense'], [bundle, '--admin', '127.0.0.1:9201', '--listen', '127.0.0.1:9201']]) {
    const result = serveDev(...args);
    assert.equal(result.status, 1, args.join(' '));
    assert.deepEqual(left(), [], args.join(' '));
  }
  assert.match(serveDev('/no/such/bundle').stderr, /\/no\/such\/bundle: No such file/);

  const copy = copyDesk(at('linked')), policies = at('linked-policies');
  cpSync(path.join(bundle, 'policies'), policies, { recursive: true });
  rmSync(path.join(copy, 'policies'), { recursive: true });
  symlinkSync(policies, path.join(copy, 'policies'));
  symlinkSync('nowhere', path.join(policies, 'lost.yaml'));
  const [port, adminPort] = [await freePort(), await freePort()];
  const gate = new Program(binary, ['serve', '--dev', copy, '--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${adminPort}`],
    { env: { ...process.env, ...secrets, TMPDIR: temporary } });
  await until(() => gate.output.includes('lost.yaml: error: cannot be read'), 'the complaint');
  assert.match(gate.output, /there is no policy yet/);
  rmSync(path.join(policies, 'lost.yaml'));
  await until(() => gate.output.includes('bundle: policy in force'), 'the policy');
  gate.child.kill('SIGHUP');
  await until(() => (gate.output.match(/policy in force/g) ?? []).length >= 2, 'compiling again');
  assert.deepEqual(await gate.stop(), { code: 0, signal: null });
  assert.equal(left().length, 1);
  assert.deepEqual(readdirSync(path.join(temporary, left()[0])), ['audit.jsonl']);
  rmSync(temporary, { recursive: true });
});

test('a second gateway cannot share the port or the state', async () => {
  const d = await device('one', '', 'one.blob');
  sign('one.blob', '--sequence', '1');
  const gate = await serve(d, 'policy in force');
  const second = await serve(d);
  assert.deepEqual(await second.ended, { code: 1, signal: null });
  assert.match(second.output, /another gateway|in use/);
  await gate.stop();
  assert.ok(existsSync(d.log));
  utimesSync(d.log, new Date(), new Date());
});
