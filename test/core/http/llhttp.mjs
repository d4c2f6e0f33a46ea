// SPDX-License-Identifier: Apache-2.0
//
// llhttp.mjs ORACLE [COUNT [SEED]] - hold our HTTP parser against llhttp, which Node.js carries.
//
// Messages are made from a grammar that knows the awkward places, and half of them are then damaged.
// Whatever we accept, llhttp in its strict mode must accept too: same method, target or status, same
// version, same body, same last byte, and a connection that we keep it must keep. llhttp is fed byte
// by byte, so the byte at which a message ended is known.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { HTTPParser } = createRequire(import.meta.url)('_http_common');
const [oracle, count = '6000', seed = '1'] = process.argv.slice(2);
const REQUEST = 0, RESPONSE = 1, RESPONSE_TO_HEAD = 2;
const METHODS = ['DELETE', 'GET', 'HEAD', 'POST', 'PUT', 'CONNECT', 'OPTIONS']; // llhttp's numbers

// A small generator of numbers, so that a seed gives the same messages everywhere.
let state = Number(seed) >>> 0 || 1;
function below(limit) {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state % limit;
}
const pick = list => list[below(list.length)];
const chance = percent => below(100) < percent;

const FIELDS = [
    'Accept: application/json, text/event-stream', 'User-Agent: probe/1.0 (x; y)', 'X-Empty:', 'X-Tab: a\tb',
    'Connection: close', 'Connection: keep-alive', 'Connection: te, X-Hop', 'Connection: ,, close ,',
    'Connection: Upgrade, HTTP2-Settings', 'Connection: upgrade', 'Connection: keep-alive, close',
    'Connection: closed', 'Connection: close\t', 'Connection:  Close', 'Keep-Alive: timeout=5',
    'Proxy-Connection: close', 'Proxy-Connection: keep-alive', 'Upgrade: h2c', 'Upgrade: websocket',
    'TE: trailers', 'Trailer: X-Late', 'Content-Type: application/json', 'Content-Encoding: identity',
    'Expect: 100-continue', 'Authorization: Bearer a.b-c', 'X-Quote: "a;b=c"', 'x-!#$%&\'*+-.^_`|~: ok',
    'Content-Length: 3', 'Content-Length: 0', 'Content-Length: 003', 'Content-Length:\t3 ',
    'Content-Length: 3, 3', 'Content-Length: +3', 'Content-Length: 18446744073709551616',
    'Content-Length: 99999999999999999999', 'Content-Length:', 'Content-Length : 3', 'Content-Length: 3\x0b',
    'Transfer-Encoding: chunked', 'Transfer-Encoding:  CHUNKED \t', 'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: identity',
    'Transfer-Encoding:\x0bchunked', 'Transfer-Encoding:', 'Transfer-Encoding: chunked;q=1',
    'Transfer_Encoding: chunked', ' Folded: x', 'X-Fold: a\r\n b', 'X-Bare: a\rb', 'X-Nul: a\0b', 'X-Obs: \xe4',
];
const LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n', ''];
const BODIES = ['abc', 'ab', 'abcd', '', '3\r\nabc\r\n0\r\n\r\n', '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    '0\r\n\r\n', '003\r\nabc\r\n0\r\n\r\n', 'A\r\n0123456789\r\n0\r\n\r\n', '3;x=y\r\nabc\r\n0\r\n\r\n',
    '3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n', '0\r\nX-Late: 1\r\nY:\r\n\r\n', '3\nabc\n0\n\n', '3 \r\nabc\r\n0\r\n\r\n',
    '0x3\r\nabc\r\n0\r\n\r\n', '3\r\nabcd\r\n0\r\n\r\n', '3\r\nabc0\r\n\r\n', '3\r\nabc\r\n0\r\n\n',
    '3\r\nabc\r\n0\r\n\r', 'fffffffffffffff\r\nabc', '10000000000000003\r\nabc\r\n0\r\n\r\n'];

const lineEnd = () => chance(2) ? pick(LINE_ENDS) : '\r\n';
const line = text => text + lineEnd();

function someFields(most) {
    let text = '';
    for (let left = below(most + 1); left > 0; left--) text += line(pick(FIELDS));
    return text;
}

function framed() {
    switch (below(6)) {
    case 0: return ['', ''];
    case 1: return [line('Content-Length: 3'), 'abc'];
    case 2: return [line('Transfer-Encoding: chunked'), pick(BODIES.slice(4, 9))];
    case 3: return [line('content-length:0'), ''];
    case 4: return [line('Transfer-Encoding: chunked'), pick(BODIES)];
    default: return [someFields(2), pick(BODIES)];
    }
}

function request() {
    const method = chance(95) ? pick(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])
        : pick(['get', 'PATCH', 'CONNECT', 'BREW', '']);
    const target = chance(95) ? pick(['/', '/v1/chat/completions', '/mcp/crm?a=b&c[]=%20', '/a/%20b', '/a?'])
        : pick(['*', 'http://a/', '//a', '/a/../b', '/a b', '/#', '/\x80', 'a:1']);
    const version = chance(94) ? 'HTTP/1.1' : pick(['HTTP/1.0', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/0.9', 'http/1.1']);
    const host = chance(95) ? line(pick(['Host: gate.test', 'host:gate.test:80', 'HOST: [::1]']))
        : pick(['', 'Host: a\r\nHost: b\r\n', 'Host:\r\n', 'Host: a/b\r\n']);
    const [fields, body] = framed();
    const rest = chance(30) ? pick(['GET / HTTP/1.1\r\nHost: b\r\n\r\n', '\r\n', 'x']) : '';

    return line(`${method} ${target} ${version}`) + host + someFields(3) + fields + line('') + body + rest;
}

function response() {
    const status = chance(85) ? pick(['200 OK', '202 ', '503 Service Unavailable', '404', '204 No Content',
        '304 Not Modified', '201 Created']) : pick(['100 Continue', '101 Switching', '2000 OK', '20 OK', '600 X', '099 X']);
    const version = chance(90) ? 'HTTP/1.1' : pick(['HTTP/1.0', 'HTTP/2.0', 'ICY', 'http/1.1']);
    const interim = chance(15) ? 'HTTP/1.1 100 Continue\r\n\r\n' : '';
    const [fields, body] = framed();

    return interim + line(`${version} ${status}`) + someFields(3) + fields + line('') + body;
}

const DEBRIS = ['\r', '\n', '\r\n', '\0', ' ', '\t', ':', ';', ',', '0', '3', 'f', '\x80', '\x7f', '\x0b', '\x0c', '%', '/',
    '"', '-', '+', '_', 'chunked', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', '\r\n\r\n', '0\r\n\r\n'];

function damage(text) {
    for (let left = 1 + below(2); left > 0; left--) {
        const at = below(text.length + 1), len = chance(70) ? 1 : below(8);
        const hurt = [() => text.slice(0, at) + pick(DEBRIS) + text.slice(at),
            () => text.slice(0, at) + text.slice(at + len),
            () => text.slice(0, at) + pick(DEBRIS) + text.slice(at + len),
            () => text.slice(0, at) + text.slice(at, at + len) + text.slice(at),
            () => text.slice(0, at) + text.slice(at, at + 1).toUpperCase() + text.slice(at + 1)];
        text = pick(hurt)();
    }
    return text;
}

function message() {
    const kind = chance(60) ? REQUEST : chance(80) ? RESPONSE : RESPONSE_TO_HEAD;
    let text = kind === REQUEST ? request() : response();
    if (chance(50)) text = damage(text);
    return { kind, bytes: Buffer.from(text, 'latin1') };
}

// What llhttp makes of a message; `used` is -1 when it never saw its end.
function judge({ kind, bytes }) {
    const parser = new HTTPParser();
    const seen = { used: -1, body: '', error: null };
    let done = false, url = '';

    parser.initialize(kind === REQUEST ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
    parser[HTTPParser.kOnHeaders] = (fields, early) => { url += early; };
    parser[HTTPParser.kOnHeadersComplete] = (major, minor, fields, method, target, status, phrase, upgrade, keep) => {
        if (done) return 0;
        Object.assign(seen, { method: METHODS[method], target: target ?? url, status, minor, keep });
        seen.proxyConnection = fields?.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'proxy-connection');
        return kind === RESPONSE_TO_HEAD && status >= 200 ? 1 : 0;
    };
    parser[HTTPParser.kOnBody] = piece => { if (!done) seen.body += piece.toString('hex'); };
    parser[HTTPParser.kOnMessageComplete] = () => { if (kind === REQUEST || seen.status >= 200) done = true; };

    for (let at = 0; at < bytes.length && !done; at++) {
        const result = parser.execute(bytes.subarray(at, at + 1));
        if (result instanceof Error && !done) { seen.error = result.code; break; }
        if (done) seen.used = at + 1;
    }
    if (!done && seen.error === null) {
        const result = parser.finish();
        if (result instanceof Error) seen.error = result.code;
        if (done) seen.used = bytes.length;
    }
    parser.close();
    return seen;
}

// Why llhttp's reading differs from our verdict, or null.
function difference(verdict, kind, seen) {
    const [, what, target, minor, keep, used, body = ''] = verdict.split(' ');
    if (seen.error !== null) return `llhttp refuses: ${seen.error}`;
    if (seen.used !== Number(used)) return `llhttp ends at ${seen.used}`;
    if (seen.body !== body) return `llhttp's body is ${seen.body}`;
    if (what !== String(kind === REQUEST ? seen.method : seen.status)) return `llhttp says ${seen.method} ${seen.status}`;
    if (kind === REQUEST && target !== seen.target) return `llhttp's target is ${seen.target}`;
    if (Number(minor) !== seen.minor) return `llhttp's version is 1.${seen.minor}`;
    // llhttp says so before it is told that an answer to HEAD has no body, and it obeys Proxy-Connection,
    // which is no field of HTTP (RFC 9112, C.2.2).
    const known = kind === RESPONSE_TO_HEAD || seen.proxyConnection;
    if (keep === 'keep' && !seen.keep && !known) return 'llhttp closes the connection';
    return null;
}

function verdictsOf(messages) {
    const folder = mkdtempSync(join(tmpdir(), 'llhttp-'));
    const file = join(folder, 'messages');
    try {
        writeFileSync(file, Buffer.concat(messages.flatMap(({ kind, bytes }) => {
            const start = Buffer.alloc(5);
            start.writeUInt8(kind, 0);
            start.writeUInt32LE(bytes.length, 1);
            return [start, bytes];
        })));
        return execFileSync(oracle, [file], { encoding: 'latin1', maxBuffer: 1 << 28 }).trimEnd().split('\n');
    } finally {
        rmSync(folder, { recursive: true });
    }
}

function fail(why) {
    console.error(why);
    process.exit(1);
}

// The oracle itself: strict, and a difference is seen.
function selfCheck() {
    const both = Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
    if (judge({ kind: REQUEST, bytes: both }).error === null) fail('llhttp is not in its strict mode');

    const plain = { kind: REQUEST, bytes: Buffer.from('PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET') };
    const seen = judge(plain), right = 'accept PUT /a 1 keep 49 6162';
    if (difference(right, REQUEST, seen) !== null) fail(`the comparison is wrong: ${difference(right, REQUEST, seen)}`);
    for (const wrong of ['accept PUT /a 1 keep 48 61', 'accept PUT /a 1 keep 49 6163', 'accept POST /a 1 keep 49 6162',
        'accept PUT /b 1 keep 49 6162', 'accept PUT /a 0 keep 49 6162']) {
        if (difference(wrong, REQUEST, seen) === null) fail(`a difference is not seen: ${wrong}`);
    }
}

selfCheck();
const messages = Array.from({ length: Number(count) }, message);
const verdicts = verdictsOf(messages);
if (verdicts.length !== messages.length) fail(`${verdicts.length} verdicts for ${messages.length} messages`);

let accepted = 0, differing = 0;
const refusals = new Map();
messages.forEach((one, i) => {
    const [what, reason] = verdicts[i].split(' ');
    if (what === 'refuse') refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
    if (what !== 'accept') return;
    accepted++;
    const why = difference(verdicts[i], one.kind, judge(one));
    if (why === null) return;
    differing++;
    console.error(`${why}\n  ours: ${verdicts[i]}\n  of:   ${JSON.stringify(one.bytes.toString('latin1'))}`);
});

console.log(`llhttp ${process.versions.llhttp}: ${messages.length} messages, ${accepted} accepted by us, ${differing} read otherwise by llhttp`);
console.log('refused by us: ' + [...refusals].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `${reason} ${n}`).join(', '));
if (accepted < messages.length / 10) fail('too few messages are accepted for this to say anything');
process.exit(differing > 0 ? 1 : 0);
