#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write signature_rows.txt: signatures that must verify, and ones that must not.

Arithmetic of its own, from the definitions of FIPS 186-5 and RFC 8017, so that what the gateway's
library has is judged by something else. All chance comes from one seed: two runs write the same
bytes, and signature_rows.ctest.sh holds the file against this script.

A row: algorithm, key, digest, signature, verdict, and why. A key of ECDSA is x and y, of RSA its
modulus and exponent with a colon between them.
"""
import hashlib
import sys


class Chance:
    def __init__(self, seed):
        self.seed, self.count = seed, 0

    def bytes(self, length):
        out = b''
        while len(out) < length:
            self.count += 1
            out += hashlib.sha256(self.seed + self.count.to_bytes(8, 'big')).digest()
        return out[:length]

    def below(self, limit):
        return int.from_bytes(self.bytes(limit.bit_length() // 8 + 9), 'big') % limit


chance = Chance(b'signature rows')
rows = []


def row(alg, key, digest, signature, verdict, why):
    rows.append(f'{alg} {key} {digest.hex()} {signature.hex() or "-"} {verdict} {why}')


# --- ECDSA

class Curve:
    def __init__(self, alg, width, p, b, n, gx, gy):
        self.alg, self.width, self.p, self.b, self.n, self.g = alg, width, p, b, n, (gx, gy)

    def add(self, one, other):
        if one is None or other is None:
            return other if one is None else one
        (x1, y1), (x2, y2) = one, other
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if one == other:
            slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, k, point):
        """With (x, y, z) for (x / z^2, y / z^3), as dividing takes longest; z is 0 at infinity."""
        p, (x, y, z) = self.p, (1, 1, 0)
        for bit in bin(k)[2:]:
            square, four = y * y % p, 4 * x * y * y % p
            slope = 3 * (x - z * z) * (x + z * z) % p
            z = 2 * y * z % p
            x = (slope * slope - 2 * four) % p
            y = (slope * (four - x) - 8 * square * square) % p
            if bit == '1' and z == 0:
                x, y, z = *point, 1
            elif bit == '1':
                run, rise = (point[0] * z * z - x) % p, (point[1] * z**3 - y) % p
                assert run or rise, 'a point added to itself'
                cube, middle = run**3 % p, x * run * run % p
                z = z * run % p
                x = (rise * rise - cube - 2 * middle) % p
                y = (rise * (middle - x) - y * cube) % p
        if z == 0:
            return None
        unit = pow(z, -1, p)
        return x * unit * unit % p, y * unit**3 % p

    def negative(self, point):
        return point[0], -point[1] % self.p

    def y_of(self, x):
        square = (x * x * x - 3 * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        return y if y * y % self.p == square else None

    def number(self, digest):
        return int.from_bytes(digest, 'big') % self.n

    def hash(self, text):
        return hashlib.new('sha256' if self.width == 32 else 'sha384', text).digest()

    def bytes(self, value):
        return value.to_bytes(self.width, 'big')

    def sign(self, d, digest, k):
        r = self.times(k, self.g)[0] % self.n
        return r, pow(k, -1, self.n) * (self.number(digest) + r * d) % self.n

    def key_for(self, point, s, digest):
        """The key under which (x of `point`, s) signs `digest`."""
        r = point[0] % self.n
        right = self.times(-self.number(digest) % self.n, self.g)
        return self.times(pow(r, -1, self.n), self.add(self.times(s, point), right))


P256 = Curve('ES256', 32, 2**256 - 2**224 + 2**192 + 2**96 - 1,
             0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
             0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551,
             0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
             0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
P384 = Curve('ES384', 48, 2**384 - 2**128 - 2**96 + 2**32 - 1,
             int('b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a'
                 'c656398d8a2ed19d2a85c8edd3ec2aef', 16),
             int('ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf'
                 '581a0db248b0a77aecec196accc52973', 16),
             int('aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38'
                 '5502f25dbf55296c3a545e3872760ab7', 16),
             int('3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c0'
                 '0a60b1ce1d7e819d7a431d7c90ea0e5f', 16))


def ecdsa(c):
    n, p, g = c.n, c.p, c.g
    d = 1 + chance.below(n - 1)
    q = c.times(d, g)
    digest = c.hash(b'a token\'s first two parts')

    def put(why, verdict, r, s, point=q, of=digest, xy=None):
        key = xy or c.bytes(point[0]) + c.bytes(point[1])
        row(c.alg, key.hex(), of, c.bytes(r) + c.bytes(s), verdict, why)

    def nonce():
        return 1 + chance.below(n - 1)

    r, s = c.sign(d, digest, nonce())
    put('as it should be', 'good', r, s)
    put('s in the other half', 'good', r, n - s)
    put('r and s exchanged', 'bad', s, r)
    put('r negated', 'bad', n - r, s)
    put('s inverted', 'bad', r, pow(s, -1, n))
    put('r is 0', 'bad', 0, s)
    put('s is 0', 'bad', r, 0)
    put('both are 0', 'bad', 0, 0)
    put('r is 1, s is 1', 'bad', 1, 1)
    put('r is 1, s is 0', 'bad', 1, 0)
    for name, value in (('the order', n), ('the order and 1', n + 1), ('the field', p), ('all ones', 2**(8 * c.width) - 1)):
        put(f'r is {name}', 'bad', value, s)
        put(f's is {name}', 'bad', r, value)
        put(f'both are {name}', 'bad', value, value)
    put('another digest', 'bad', r, s, of=c.hash(b'another token'))
    put('a digest cut and filled up', 'bad', r, s, of=digest[:-1] + b'\0')
    put('a digest moved by a byte', 'bad', r, s, of=b'\0' + digest[:-1])
    put('another key', 'bad', r, s, point=c.times(d + 1, g))
    put('the key negated', 'bad', r, s, point=c.negative(q))

    for name, at in (('r', 0), ('s', 1)):
        while True:
            pair = c.sign(d, digest, nonce())
            if pair[at] >> 8 * (c.width - 1) == 0:
                break
        put(f'{name} begins with a zero', 'good', *pair)
        moved = (pair[0] << 8, pair[1]) if at == 0 else (pair[0], pair[1] << 8)
        put(f'and {name} is moved to the front', 'bad', *moved)

    for name, value in (('0', 0), ('1', 1), ('the order', n), ('the order less 1', n - 1), ('all ones', 2**(8 * c.width) - 1)):
        of = c.bytes(value)
        put(f'a digest that is {name}', 'good', *c.sign(d, of, nonce()), of=of)

    # Points that are met on the way to the answer and need care there.
    k = nonce()
    point = c.times(k, g)
    same = c.bytes(point[0] % n)
    put('both multiples are equal', 'good', *c.sign(d, same, k), of=same)
    put('of the base point itself, which is doubled', 'good', *c.sign(1, same, k), point=g, of=same)
    put('the sum is no point', 'bad', point[0] % n, nonce(), point=c.negative(g), of=same)
    put('the nonce is 1', 'good', *c.sign(d, digest, 1))
    put('the nonce is the order less 1', 'good', *c.sign(d, digest, n - 1))
    put('the key is 1', 'good', *c.sign(1, digest, nonce()), point=g)
    put('the key is the order less 1', 'good', *c.sign(n - 1, digest, nonce()), point=c.negative(g))
    for name, value in (('1', 1), ('2', 2), ('the order less 1', n - 1)):
        put(f's is {name}', 'good', point[0] % n, value, point=c.key_for(point, value, digest))
    small = 3
    put('s is 3 and the order', 'bad', point[0] % n, small + n, point=c.key_for(point, small, digest))

    # An x between the order and the field: r is what is left of it.
    x = n + 1
    while c.y_of(x) is None:
        x += 1
    far = (x, c.y_of(x))
    s = nonce()
    put('an x beyond the order', 'good', x - n, s, point=c.key_for(far, s, digest))
    put('and r is that x', 'bad', x, s, point=c.key_for(far, s, digest))
    near = c.y_of(x - n)
    if near is not None:
        near = (x - n, near)
        put('an x that is small', 'good', x - n, s, point=c.key_for(near, s, digest))
        put('r is that x and the order', 'bad', x, s, point=c.key_for(near, s, digest))

    # Keys that are none.
    r, s = c.sign(d, digest, nonce())
    put('a key off the curve', 'bad', r, s, xy=c.bytes(q[0]) + c.bytes((q[1] + 1) % p))
    put('a key that is nothing', 'bad', r, s, xy=bytes(2 * c.width))
    put('a key whose x is the field', 'bad', r, s, xy=c.bytes(p) + c.bytes(q[1]))
    put('a key that is all ones', 'bad', r, s, xy=b'\xff' * 2 * c.width)
    x = 1
    while c.y_of(x) is None:
        x += 1
    low = (x, c.y_of(x))
    k = nonce()
    point = c.times(k, g)
    put('a key whose x is the field and more', 'bad', r, s, xy=c.bytes(x + p) + c.bytes(low[1]))
    while c.y_of(x) is not None:
        x += 1
    put('a key on the twist', 'bad', r, s, xy=c.bytes(x) + c.bytes(5))


# --- RSA

def is_prime(n):
    if any(n % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(24):
        x = pow(2 + chance.below(n - 3), odd, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(bits, e):
    while True:
        n = chance.below(2**bits) | 3 << (bits - 2) | 1
        if (n - 1) % e and is_prime(n):
            return n


class Rsa:
    def __init__(self, bits, e):
        self.p, self.q, self.e = prime(bits // 2, e), prime(bits // 2, e), e
        self.n, self.width = self.p * self.q, bits // 8
        self.d = pow(e, -1, (self.p - 1) * (self.q - 1))
        self.key = f'{self.n:x}:{e}'

    def power(self, em):
        m = int.from_bytes(em, 'big') % self.n
        low = pow(m, self.d % (self.q - 1), self.q)
        high = pow(m, self.d % (self.p - 1), self.p)
        return low + (high - low) * pow(self.q, -1, self.p) % self.p * self.q

    def sign(self, em):
        return self.power(em).to_bytes(self.width, 'big')


SHA256 = bytes.fromhex('3031300d060960864801650304020105000420')


def pkcs1(k):
    digest = hashlib.sha256(b'a token\'s first two parts').digest()
    info = SHA256 + digest

    def em(tail, front=b'\0\1', fill=b'\xff'):
        return front + fill * (k.width - len(front) - 1 - len(tail)) + b'\0' + tail

    def put(why, verdict, block, of=digest):
        row('RS256', k.key, of, k.sign(block), verdict, why)

    good = em(info)
    put('as it should be', 'good', good)
    put('another digest', 'bad', good, of=hashlib.sha256(b'another').digest())
    put('block type 0', 'bad', em(info, front=b'\0\0'))
    put('block type 2', 'bad', em(info, front=b'\0\2'))
    put('a first byte that is not 0', 'bad', b'\1' + good[1:])
    put('padding of zeros', 'bad', em(info, fill=b'\0'))
    for at in (2, 9, 10, k.width - len(info) - 2):
        put(f'padding with a zero at {at}', 'bad', good[:at] + b'\0' + good[at + 1:])
        put(f'padding with another byte at {at}', 'bad', good[:at] + b'\xfe' + good[at + 1:])
    put('no zero behind the padding', 'bad', b'\0\1' + b'\xff' * (k.width - 2 - len(info)) + info)
    put('two zeros behind the padding', 'bad', em(b'\0' + info))
    for length in (0, 1, 7, 8, 20):
        rest = k.width - 3 - length - len(info)
        front = b'\0\1' + b'\xff' * length + b'\0' + info
        put(f'padding of {length} bytes, then the digest, then garbage', 'bad', front + chance.bytes(rest))
        put(f'padding of {length} bytes, then the digest, then zeros', 'bad', front + bytes(rest))
    put('a byte behind the digest', 'bad', em(info + b'\0'))
    put('a byte behind the digest that the outer length counts', 'bad',
        em(b'\x30\x32' + SHA256[2:] + digest + b'\0'))
    put('a null behind the digest that the outer length counts', 'bad',
        em(b'\x30\x33' + SHA256[2:] + digest + b'\5\0'))
    put('no null', 'bad', em(bytes.fromhex('302f300b0609608648016503040201') + b'\x04\x20' + digest))
    put('a null of one byte', 'bad', em(bytes.fromhex('3032300e06096086480165030402010501000420') + digest))
    garbage = chance.bytes(100)
    put('garbage in place of the null', 'bad', em(
        b'\x30\x81\x95' + b'\x30\x71' + bytes.fromhex('0609608648016503040201') + b'\x04\x64' + garbage + b'\x04\x20' + digest))
    put('the outer length in two bytes', 'bad', em(b'\x30\x81\x31' + SHA256[2:] + digest))
    put('the inner length in two bytes', 'bad', em(b'\x30\x32\x30\x81\x0d' + SHA256[4:] + digest))
    put('the digest\'s length in two bytes', 'bad', em(b'\x30\x32' + SHA256[2:-2] + b'\x04\x81\x20' + digest))
    put('an outer length of no end', 'bad', em(b'\x30\x80' + SHA256[2:] + digest + b'\0\0'))
    put('an outer length that is too long', 'bad', em(b'\x30\x32' + SHA256[2:] + digest))
    put('an outer length that is too short', 'bad', em(b'\x30\x30' + SHA256[2:] + digest))
    for name, oid in (('SHA-224', '608648016503040204'), ('SHA-512/256', '608648016503040206'), ('SHA3-256', '608648016503040208'),
                      ('another arc', '608648016503040301')):
        put(f'it says {name}', 'bad', em(bytes.fromhex('3031300d0609' + oid + '05000420') + digest))
    put('it says SHA-1', 'bad', em(bytes.fromhex('302d300906052b0e03021a05000420') + digest))
    put('a SHA-1', 'bad', em(bytes.fromhex('3021300906052b0e03021a05000414') + hashlib.sha1(b'a token\'s first two parts').digest()))
    put('a SHA-384', 'bad', em(bytes.fromhex('3041300d060960864801650304020205000430') +
                               hashlib.sha384(b'a token\'s first two parts').digest()))
    put('a digest of 31 bytes', 'bad', em(bytes.fromhex('3030300d06096086480165030402010500041f') + digest[:31]))
    put('a digest of 33 bytes', 'bad', em(bytes.fromhex('3032300d060960864801650304020105000421') + digest + b'\0'))
    put('no digest', 'bad', em(bytes.fromhex('3011300d060960864801650304020105000400')))
    put('the digest alone', 'bad', em(digest))
    put('a digest that is no octet string', 'bad', em(SHA256[:-2] + b'\x03\x20' + digest))
    put('nothing but padding', 'bad', b'\0\1' + b'\xff' * (k.width - 2))
    put('padding and nothing behind it', 'bad', em(b''))
    put('the padding of PSS', 'bad', pss_em(k, digest))
    whole('RS256', k, lambda of: em(SHA256 + of))
    small = Rsa(1024, 65537)
    row('RS256', small.key, digest, small.sign(b'\0\1' + b'\xff' * (small.width - 3 - len(info)) + b'\0' + info), 'bad',
        'a key of 1024 bits')
    odd = Rsa(2032, 65537)
    row('RS256', odd.key, digest, odd.sign(b'\0\1' + b'\xff' * (odd.width - 3 - len(info)) + b'\0' + info), 'bad',
        'a key of 2032 bits')
    row('RS256', f'{k.n:x}:1', digest, good, 'bad', 'exponent 1, so that the block signs itself')
    three = Rsa(2048, 3)
    row('RS256', three.key, digest, three.sign(good), 'bad', 'exponent 3')
    row('RS256', three.key, digest, forged(three, info), 'bad', 'exponent 3, forged without the private key')
    row('RS256', f'{k.n:x}:2', digest, k.sign(good), 'bad', 'exponent 2')
    row('RS256', f'{k.n - 1:x}:65537', digest, k.sign(good), 'bad', 'an even modulus')


def forged(k, info):
    """A cube that begins as a short padding with the digest does: who looks no further takes it."""
    front = b'\0\1' + b'\xff' * 8 + b'\0' + info
    least = int.from_bytes(front + bytes(k.width - len(front)), 'big')
    low, high = 0, 1 << (8 * k.width // 3 + 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < least else (low, middle)
    assert (low**3).to_bytes(k.width, 'big').startswith(front)
    return low.to_bytes(k.width, 'big')


def whole(alg, k, em_of):
    """What holds for any padding: the signature as a number."""
    def digest_where(wanted):
        for i in range(4000):
            digest = hashlib.sha256(f'{alg} {i}'.encode()).digest()
            em = em_of(digest)
            if wanted(k.power(em)):
                return digest, k.power(em)
        raise SystemExit('no such signature')

    digest, value = digest_where(lambda s: s >> 8 * (k.width - 1) == 0)
    text = value.to_bytes(k.width, 'big')
    row(alg, k.key, digest, text, 'good', 'a signature that begins with a zero')
    row(alg, k.key, digest, text[1:], 'bad', 'and without that zero')
    row(alg, k.key, digest, b'\0' + text, 'bad', 'a zero before it')
    row(alg, k.key, digest, text + b'\0', 'bad', 'a zero behind it')
    row(alg, k.key, digest, text[:-1], 'bad', 'its last byte left out')
    row(alg, k.key, digest, text[1:] + text[:1], 'bad', 'turned by a byte')
    row(alg, k.key, digest, b'', 'bad', 'no signature')
    row(alg, k.key, digest, text + text, 'bad', 'twice')
    digest, value = digest_where(lambda s: s + k.n < 1 << 8 * k.width)
    row(alg, k.key, digest, value.to_bytes(k.width, 'big'), 'good', 'one that leaves room for the modulus')
    row(alg, k.key, digest, (value + k.n).to_bytes(k.width, 'big'), 'bad', 'and the modulus added')
    row(alg, k.key, digest, (k.n - value).to_bytes(k.width, 'big'), 'bad', 'negated')
    for name, value in (('0', 0), ('1', 1), ('the modulus less 1', k.n - 1), ('the modulus', k.n), ('all ones', 2**(8 * k.width) - 1)):
        row(alg, k.key, digest, value.to_bytes(k.width, 'big'), 'bad', f'the signature is {name}')


def mgf(seed, length, name='sha256'):
    out, count = b'', 0
    while len(out) < length:
        out += hashlib.new(name, seed + count.to_bytes(4, 'big')).digest()
        count += 1
    return out[:length]


def pss_em(k, digest, salt=None, **change):
    salt = chance.bytes(32) if salt is None else salt
    zeros = change.get('zeros', bytes(8))
    h = hashlib.new(change.get('hash', 'sha256'), zeros + digest + salt).digest()
    db = change.get('fill', b'\0') * (k.width - len(h) - len(salt) - 2) + change.get('mark', b'\1') + salt
    db = change.get('db', lambda d: d)(db)
    masked = bytearray(a ^ b for a, b in zip(db, mgf(h, len(db), change.get('mgf', 'sha256'))))
    masked[0] = masked[0] & 0x7f | change.get('top', 0)
    return bytes(masked) + change.get('h', lambda x: x)(h) + change.get('trailer', b'\xbc')


def pss(k):
    digest = hashlib.sha256(b'a token\'s first two parts').digest()

    def put(why, verdict, salt=None, of=digest, **change):
        while True:
            block = pss_em(k, digest, salt, **change)
            if int.from_bytes(block, 'big') < k.n:
                break
        row('PS256', k.key, of, k.sign(block), verdict, why)

    put('as it should be', 'good')
    put('another salt', 'good')
    put('a salt of zeros', 'good', bytes(32))
    put('a salt of ones', 'good', b'\xff' * 32)
    put('a salt that is the digest', 'good', digest)
    put('another digest', 'bad', of=hashlib.sha256(b'another').digest())
    for length in (0, 1, 20, 31, 33, 48, 64, k.width - 34):
        put(f'a salt of {length} bytes', 'bad', chance.bytes(length))
    put('the trailer of an older standard', 'bad', trailer=b'\xcc')
    put('a trailer of 0', 'bad', trailer=b'\0')
    put('the first bit is 1', 'bad', top=0x80)
    put('no mark before the salt', 'bad', mark=b'\0')
    put('another mark before the salt', 'bad', mark=b'\2')
    put('two marks before the salt', 'bad', db=lambda d: d[:-34] + b'\1' + d[-33:])
    put('a byte that is not zero far before the mark', 'bad', db=lambda d: d[:1] + b'\1' + d[2:])
    put('padding of ones', 'bad', fill=b'\xff')
    put('masked with SHA-1', 'bad', mgf='sha1')
    put('masked with SHA-384', 'bad', mgf='sha384')
    put('masked with SHA-512', 'bad', mgf='sha512')
    put('a SHA-384 of the salted digest', 'bad', hash='sha384')
    put('a SHA-1 of the salted digest', 'bad', hash='sha1')
    put('salted without the zeros', 'bad', zeros=b'')
    put('salted behind ones', 'bad', zeros=b'\xff' * 8)
    put('the hash with a bit flipped', 'bad', h=lambda x: x[:-1] + bytes([x[-1] ^ 1]))
    put('the hash in another order', 'bad', h=lambda x: x[::-1])
    row('PS256', k.key, digest, k.sign(b'\0\1' + b'\xff' * (k.width - 3 - 51) + b'\0' + SHA256 + digest), 'bad',
        'the padding of PKCS #1 v1.5')
    salts = {}

    def fixed(of):
        return pss_em(k, of, salts.setdefault(of, hashlib.sha256(b'salt' + of).digest()))
    whole('PS256', k, fixed)
    small, three = Rsa(1024, 65537), Rsa(2048, 3)
    row('PS256', small.key, digest, small.sign(pss_em(small, digest)), 'bad', 'a key of 1024 bits')
    row('PS256', three.key, digest, three.sign(pss_em(three, digest)), 'bad', 'exponent 3')
    row('PS256', f'{k.n:x}:1', digest, pss_em(k, digest), 'bad', 'exponent 1, so that the block signs itself')


ecdsa(P256)
ecdsa(P384)
key = Rsa(2048, 65537)
pkcs1(key)
pss(key)
sys.stdout.write('# SPDX-License-Identifier: Apache-2.0\n# Written by signature_rows.py: algorithm, key, digest, signature, '
                 'verdict, why.\n' + '\n'.join(rows) + '\n')
