/* The device file: what it says becomes a device, what it cannot mean is told with its line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/device/device_file.h"
#include "unity.h"

static char path[] = "/tmp/device-XXXXXX";
static struct arena arena;
static struct diagnostics diagnostics;
static struct pn_device device;

void setUp(void)
{
    int file = mkstemp(path);

    TEST_ASSERT_GREATER_OR_EQUAL(0, file);
    close(file);
}

void tearDown(void)
{
    unlink(path);
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    diag_free(&diagnostics);
    arena_free(&arena);
}

static bool read_text(const char *text)
{
    FILE *out = fopen(path, "w");

    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(text, out) >= 0);
    fclose(out);
    diag_free(&diagnostics);
    arena_free(&arena);
    device_defaults(&device);
    return device_file_read(&arena, &diagnostics, path, DEVICE_KEYS_FOLLOW, &device);
}

#define DIGEST "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ANA    "{name: ana, role: operator, key_sha256: " DIGEST "}"

static const struct {
    const char *text;
    unsigned line, column;
    const char *message;
} refused[] = {
    { "listen: ['127.0.0.1:0']\n", 1, 10, "choose a port" },
    { "listen: ['127.0.0.1']\n", 1, 10, "not an address and port" },
    { "admin: 127.0.0.1:0\n", 1, 8, "choose a port" },
    { "admin: 0.0.0.0:9901\n", 1, 8, "only a loopback address" },
    { "admin: {at: 0.0.0.0:9901}\n", 1, 13, "asks nobody who he is" },
    { "admin: {at: '[::]:9901', operators: [" ANA "]}\n", 1, 13, "without tls: can be overheard" },
    { "admin: {at: 127.0.0.1:0}\n", 1, 13, "choose a port" },
    { "admin: [127.0.0.1:9901]\n", 1, 8, "" },
    { "admin: {adress: 127.0.0.1:9901}\n", 1, 9, "" },
    { "admin: {operator: []}\n", 1, 9, "did you mean 'operators'" },
    { "admin: {operators: []}\n", 1, 8, "nobody could come in" },
    { "admin: {operators_file: /nowhere}\n", 0, 0, "" },
    { "admin: {operators: [{name: ana, role: viewer, rol: x}]}\n", 1, 47, "did you mean 'role'" },
    { "admin: {operators: [{name: ana, role: root, key_sha256: " DIGEST "}]}\n", 1, 39,
      "viewer, operator or admin" },
    { "admin: {operators: [{name: '', role: viewer, key_sha256: " DIGEST "}]}\n", 1, 28, "a name" },
    { "admin: {operators: [{name: ana, role: viewer}]}\n", 1, 21, "say how he proves" },
    { "admin: {operators: [{name: ana, role: viewer, key_sha256: abc}]}\n", 1, 59,
      "64 hexadecimal" },
    { "admin: {operators: [{name: ana, role: viewer, key_sha256: postern_admin_xxxxxxxxxxxxxxxxxxxxxx"
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxx}]}\n",
      1, 59, "64 hexadecimal" },
    { "admin: {operators: [" ANA ", " ANA "]}\n", 1, 128, "of this name already" },
    { "admin: {operators: [" ANA ", {name: bo, role: viewer, key_sha256: " DIGEST "}]}\n", 1, 128,
      "is ana's already" },
    { "admin: {operators: [{name: ana, role: viewer, password: 'hunter2'}]}\n", 1, 57,
      "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: ''}]}\n", 1, 57,
      "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$t=2,m=19456,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1,x=2$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "an Argon2id of a password" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=7167,t=9,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "from 7 to 64 MiB" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=65537,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "from 7 to 64 MiB" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "from 7 to 64 MiB" },
    { "admin: {operators: [{name: ana, role: viewer, password: '$argon2id$v=19$m=19456,t=11,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 57, "from 7 to 64 MiB" },
    { "admin: {operators: [{name: 'a:b', role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n",
      1, 59, "a name without colons" },
    { "admin: {operators: [{name: ana, role: viewer, certificate: a.example}]}\n", 1, 8,
      "the admin listener asks for none" },
    { "admin: {operators: [" ANA "], hosts: ['a:1']}\n", 1, 137, "without a scheme and a port" },
    { "admin: {operators: [" ANA "], origins: [a.example]}\n", 1, 139, "an origin has a scheme" },
    { "admin: {operators: [" ANA "], origins: ['https://a.example/']}\n", 1, 139, "and no path" },
    { "public_url: gate.example.com\n", 1, 13, "https://gate.example.com or" },
    { "public_url: https://\n", 1, 13, "without a path" },
    { "public_url: https://gate.example.com/\n", 1, 13, "without a path" },
    { "public_url: https://Gate.example.com\n", 1, 13, "in lower case" },
    { "public_url: ftp://gate.example.com\n", 1, 13, "without a path" },
    { "policy: {threshold: 1}\n", 1, 21, "there are no keys under policy.roots" },
    { "policy: {threshold: two}\n", 1, 21, "a number from 0" },
    { "policy: {roots: 1.pub}\n", 1, 17, "takes a list of texts" },
    { "policy: {roots: [/dev/null]}\n", 1, 18, "not a public key file" },
    { "policy:\n  key_set: 1.set\n", 2, 12, "keys under policy.roots have signed it" },
    { "policy: {roots: [], key_set: 1.set}\n", 1, 30, "keys under policy.roots have signed it" },
    { "policy: {key_set: [1.set]}\n", 1, 19, "takes one value" },
    { "policy: {keyset: 1.set}\n", 1, 10, "did you mean 'key_set'" },
    { "policy: {bytes_max: 16383}\n", 1, 21, "from 16384 to 67108864" },
    { "policy: {bytes_max: 67108865}\n", 1, 21, "from 16384 to 67108864" },
    { "policy: {roots: [none.pub]}\n", 1, 18, "none.pub cannot be read" },
    { "policy: {roots: [a, b, c, d, e]}\n", 1, 17, "at most 4 root keys" },
    { "workers: 1\naudit: {mask: [nonsense.path]}\n", 2, 16, "no policy reads 'nonsense.path';" },
    { "audit: {mask: [R.attr]}\nlisen: ['127.0.0.1:1']\n", 2, 1, "listen" },
    { "audit: {mask: [R.attr.]}\n", 1, 16, "no policy reads 'R.attr.'; a mask is" },
    { "audit: {mask: [P.idx]}\n", 1, 16, "did you mean 'P.attr.idx'" },
    { "audit: {mask: [principal.attr.team]}\n", 1, 16, "did you mean 'P.attr.team'" },
    { "audit: {mask: [request.resource.attr.x]}\n", 1, 16, "did you mean 'R.attr.x'" },
    { "audit: {mask: [arguments.iban]}\n", 1, 16, "did you mean 'R.attr.arguments.iban'" },
    { "audit: {mask: [auxData.jwtx]}\n", 1, 16, "no policy reads 'auxData.jwtx'" },
    { "limits: {body_bytes_max: 200000000}\n", 1, 26, "no room for one body" },
    { "limits: {body_bytes_total: 66000}\n", 1, 28, "no room for one body" },
    { "limits: {body_bytes_max: 70000, body_bytes_total: 69999}\n", 1, 51, "(69999) has no room" },
    { "resolver: {nameservers: ['127.0.0.1:0']}\n", 1, 26, "without a port it is 53" },
    { "resolver: {nameservers: ['::1', '[::1]:0']}\n", 1, 33, "port 0 is nobody's" },
    { "resolver: {nameservers: [localhost]}\n", 1, 26, "not an IP address" },
    { "resolver: {nameservers: ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4']}\n", 1, 25,
      "at most 3 name servers" },
    { "workers: 0\n", 1, 10, "1 to " },
    { "workers: 1000\n", 1, 10, "1 to " },
    { "listen: []\n", 1, 9, "1 to " },
    { "policy: {stale_after: 24h}\n", 1, 23, "go together" },
    { "policy: {on_stale: warn}\n", 1, 20, "go together" },
    { "policy: {stale_after: 0, on_stale: warn}\n", 1, 23, "a span such as 24h" },
    { "policy: {stale_after: 24h, on_stale: allow}\n", 1, 38, "" },
    { "policy: {time_keys: [nowhere.pub]}\n", 1, 22, "nowhere.pub cannot be read" },
    { "policy: {tenant: abc}\n", 1, 18, "32 hexadecimal digits" },
    { "policy: {keys: [nowhere.pub]}\n", 1, 17, "nowhere.pub cannot be read" },
    { "policy: {keys: [/dev/null]}\n", 1, 17, "not a public key file" },
    { "credentials: {a: {}}\n", 1, 18, "say where it is" },
    { "credentials: {a: {env: A, file: b}}\n", 1, 18, "say where it is" },
    { "credentials: {a: {envy: A}}\n", 1, 19, "did you mean 'env'" },
    { "credentials: {a: {systemd: ''}}\n", 1, 28, "is empty or has a slash" },
    { "credentials: {a: {systemd: ../a}}\n", 1, 28, "is empty or has a slash" },
    { "credentials: {a: {vault: a}}\n", 1, 26, "there is no vault" },
    /* One mistake is told once, not with each reference to what is missing for it. */
    { "credentials: {a: {vault: a}, b: {vault: b}}\n", 1, 26, "there is no vault" },
    { "vault: {fil: v, key: {file: k}}\ncredentials: {a: {vault: a}, b: {vault: b}}\n", 1, 9,
      "did you mean 'file'" },
    { "vault: v\ncredentials: {a: {vault: a}, b: {vault: b}}\n", 1, 8, "takes a map" },
    { "valt: {file: v, key: {file: k}}\ncredentials: {a: {vault: a}, b: {vault: b}}\n", 1, 1,
      "did you mean 'vault'" },
    { "vault: {file: v}\ncredentials: {a: {vault: a}, b: {vault: b}}\n", 1, 8,
      "passphrase or key, one of them" },
    { "vault: {file: v}\n", 1, 8, "passphrase or key, one of them" },
    { "vault: {file: v, key: {file: k}, passphrase: {env: P}}\n", 1, 8, "one of them" },
    { "vault: {key: {file: k}}\n", 1, 8, "'file' is missing" },
    { "vault: {file: v, key: {env: K}}\n", 1, 23, "32 bytes cannot be in the environment" },
    { "vault: {file: v, key: {vault: k}}\n", 1, 24, "unknown key 'vault'" },
    { "vault: {file: v, passphrase: {}}\n", 1, 30, "file: PATH or systemd: NAME" },
    { "vault: {file: v, key: {file: k}, kee: x}\n", 1, 34, "did you mean 'key'" },
    { "audit: {sync: often}\n", 1, 15, "each, interval or none is wanted here" },
    { "audit: {facts: some}\n", 1, 16, "read, none or all is wanted here" },
    { "limits: {idle_ms: 1}\n", 1, 19, "from 100 to" },
};

static void test_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(read_text(refused[i].text), refused[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(1, diagnostics.error_count, refused[i].text);
        const struct diag *diag = &diagnostics.list.items[0];
        TEST_ASSERT_NOT_NULL_MESSAGE(strstr(diag->message, refused[i].message), diag->message);
        TEST_ASSERT_EQUAL_MESSAGE(refused[i].line, diag->mark.line, refused[i].text);
        TEST_ASSERT_EQUAL_MESSAGE(refused[i].column, diag->mark.column, refused[i].text);
    }
}

static void test_taken(void)
{
    TEST_ASSERT_TRUE(
        read_text("listen: ['127.0.0.1:1', '[::1]:65535']\n"
                  "audit: {mask: [P.id, P.roles, P.attr, P.attr.x, R.id, R.kind, R.attr, "
                  "R.attr.x.y, auxData.jwt, auxData.jwt.sub]}\n"
                  "user: postern:gate\n"
                  "limits: {body_bytes_max: 70000, body_bytes_total: 70000}\n"));
    TEST_ASSERT_EQUAL(2, device.listen_count);
    TEST_ASSERT_EQUAL(65535, device.listen[1].port);
    TEST_ASSERT_EQUAL(10, device.masked_count);
    TEST_ASSERT_EQUAL(70000, device.limits.body_bytes_total);
    TEST_ASSERT_EQUAL_STRING("postern:gate", device.user);
}

static void test_operators(void)
{
    TEST_ASSERT_TRUE(read_text("admin:\n  at: '[::1]:1'\n  operators: [" ANA "]\n"
                               "  hosts: [gate.example]\n  origins: ['http://a:1']\n"));
    TEST_ASSERT_EQUAL(1, device.admin.port);
    TEST_ASSERT_EQUAL(1, device.door.operator_count);
    TEST_ASSERT_EQUAL(PN_OPERATOR_OPERATOR, device.door.operators[0].role);
    TEST_ASSERT_EQUAL_UINT8(0xba, device.door.operators[0].key_digest[0]);
    TEST_ASSERT_EQUAL_UINT8(0xad, device.door.operators[0].key_digest[31]);
    TEST_ASSERT_EQUAL(1, device.door.host_count);
    TEST_ASSERT_EQUAL(1, device.door.origin_count);
    TEST_ASSERT_TRUE(read_text(
        "admin: {operators: [{name: ana, role: admin, password: '"
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]}\n"));
    TEST_ASSERT_EQUAL(1, device.door.operators[0].by_password);
    TEST_ASSERT_EQUAL(19456, device.door.operators[0].password.cost.memory_kib);
    TEST_ASSERT_EQUAL(8, device.door.operators[0].password.salt_len);
    TEST_ASSERT_EQUAL_MEMORY("saltsalt", device.door.operators[0].password.salt, 8);
    TEST_ASSERT_TRUE(read_text("admin: {at: '127.0.0.1:2'}\n"));
    TEST_ASSERT_EQUAL(2, device.admin.port);
    TEST_ASSERT_EQUAL(0, device.door.operator_count);
}

static void write_text(const char *name, const char *text)
{
    FILE *out = fopen(name, "w");

    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(text, out) >= 0);
    fclose(out);
}

static bool read_again(struct pn_door_rules *rules)
{
    diag_free(&diagnostics);
    return device_operators_read(&arena, &diagnostics, &device, rules);
}

static void refuse_again(const char *text, const char *message)
{
    struct pn_door_rules rules;

    write_text(path, text);
    TEST_ASSERT_FALSE_MESSAGE(read_again(&rules), text);
    TEST_ASSERT_EQUAL_MESSAGE(1, diagnostics.error_count, text);
    const char *said = diagnostics.list.items[0].message;
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(said, message), said);
}

/* While it runs: of the device file the operators and nothing else, files that it names among it. */
static void test_operators_are_read_again(void)
{
    struct pn_door_rules rules;

    TEST_ASSERT_TRUE(read_text("admin: {operators: [" ANA "], hosts: [gate.example]}\n"));
    TEST_ASSERT_EQUAL(1, device.operators_here);
    TEST_ASSERT_NULL(device.operators_path);
    write_text(
        path,
        "admin:\n  at: 127.0.0.1:7\n  hosts: [other.example]\n  operators: [{name: bo, role: viewer, "
        "key_sha256: " DIGEST "}, {name: cy, role: admin, key_sha256: 00" DIGEST "}]\n"
        "policy: {keys: [/nowhere]}\n");
    TEST_ASSERT_FALSE(read_again(&rules)); /* 66 digits */
    write_text(
        path,
        "admin:\n  at: 127.0.0.1:7\n  hosts: [other.example]\n  operators: [{name: bo, role: viewer, "
        "key_sha256: " DIGEST "}]\npolicy: {keys: [/nowhere]}\n");
    TEST_ASSERT_TRUE(read_again(&rules));
    TEST_ASSERT_EQUAL(1, rules.operator_count);
    TEST_ASSERT_EQUAL_MEMORY("bo", rules.operators[0].name.at, 2);
    TEST_ASSERT_EQUAL(PN_OPERATOR_VIEWER, rules.operators[0].role);
    TEST_ASSERT_EQUAL_MEMORY("gate.example", rules.hosts[0].at, 12);
    TEST_ASSERT_EQUAL(PN_OPERATOR_OPERATOR, device.door.operators[0].role); /* of the start */
    refuse_again("admin: {operators: []}\n", "nobody could come in");
    refuse_again("admin: {hosts: [a]}\n", "nobody could come in");
    refuse_again("admin: 127.0.0.1:9901\n", "nobody could come in");
    refuse_again("workers: 1\n", "nobody could come in");
    refuse_again("admin: {operators: [" ANA ", " ANA "]}\n", "of this name already");
    refuse_again("admin: {operators: [" ANA "], operators_file: other}\n", "needs a restart");
    refuse_again("admin: {operators: [{name: bo, role: viewer, certificate: bo.example}]}\n",
                 "asks for none");
    refuse_again("admin: {operators: [", "");
}

static void test_a_file_of_operators_is_read_again(void)
{
    struct pn_door_rules rules;
    char people[64], text[256];

    snprintf(people, sizeof people, "%s.people", path);
    write_text(people, "operators: [" ANA "]\n");
    snprintf(text, sizeof text, "admin: {operators_file: %s}\n", people);
    TEST_ASSERT_TRUE(read_text(text));
    TEST_ASSERT_EQUAL(0, device.operators_here);
    TEST_ASSERT_EQUAL_STRING(people, device.operators_path);
    write_text(people, "operators: [{name: bo, role: viewer, key_sha256: " DIGEST "}]\n");
    write_text(path, "nonsense: [");
    TEST_ASSERT_TRUE(read_again(&rules)); /* the device file is not looked at */
    TEST_ASSERT_EQUAL_MEMORY("bo", rules.operators[0].name.at, 2);
    write_text(people, "operators: []\n");
    TEST_ASSERT_FALSE(read_again(&rules));
    TEST_ASSERT_EQUAL_STRING(people, diagnostics.list.items[0].mark.file);
    TEST_ASSERT_EQUAL(0, unlink(people));
    TEST_ASSERT_FALSE(read_again(&rules));
    /* Both: of the device file the list, and the same file as before. */
    write_text(people,
               "operators: [{name: bo, role: viewer, password: '$argon2id$v=19$m=19456,t=2,p=1$"
               "c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}]\n");
    snprintf(text, sizeof text, "admin: {operators: [" ANA "], operators_file: %s}\n", people);
    TEST_ASSERT_TRUE(read_text(text));
    TEST_ASSERT_TRUE(read_again(&rules));
    TEST_ASSERT_EQUAL(2, rules.operator_count);
    refuse_again("admin: {operators: [" ANA "]}\n", "another operators_file needs a restart");
    TEST_ASSERT_EQUAL(0, unlink(people));
}

static void test_defaults(void)
{
    TEST_ASSERT_TRUE(read_text("workers: 1\n"));
    TEST_ASSERT_EQUAL(1, device.listen_count);
    TEST_ASSERT_EQUAL(127, device.listen[0].ip[0]);
    TEST_ASSERT_TRUE(device.limits.body_bytes_max >= 4u << 20);
    TEST_ASSERT_EQUAL(PN_AUDIT_SYNC_INTERVAL, device.audit_sync);
    TEST_ASSERT_EQUAL(1000, device.audit_sync_ms);
    TEST_ASSERT_EQUAL(PN_AUDIT_FACTS_READ, device.audit_facts);
    TEST_ASSERT_EQUAL(0, device.masked_count);
    TEST_ASSERT_EQUAL(PN_SANDBOX_BEST_EFFORT, device.sandbox);
    TEST_ASSERT_EQUAL(PN_CORE_DUMPS_OFF, device.core_dumps);
    TEST_ASSERT_NULL(device.user);
}

/* The P-256 key of RFC 6979, A.2.5, and the generator of the curve, whose secret is 1. */
static const char *const key_lines[] = {
    "postern-public-key-v1 es256 5a7a78cca4a0f420 "
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299\n",
    "postern-public-key-v1 es256 5cd252fb0ce89324 "
    "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5\n",
};

static void write_key(int which)
{
    char name[64];
    FILE *out;

    snprintf(name, sizeof name, "%s%d", path, which);
    out = fopen(name, "w");
    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(key_lines[which], out) >= 0);
    fclose(out);
}

static void remove_keys(void)
{
    char name[64];

    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s%d", path, i);
        unlink(name);
    }
}

/* A and B in `text` become the names of the two key files. */
static bool read_with_keys(const char *text)
{
    char whole[512];
    size_t len = 0;

    for (; *text && len < sizeof whole - 64; text++) {
        if (*text == 'A' || *text == 'B') {
            len += (size_t)snprintf(whole + len, 64, "%s%d", path, *text - 'A');
        } else {
            whole[len++] = *text;
        }
    }
    whole[len] = '\0';
    return read_text(whole);
}

static const struct {
    const char *text;
    uint8_t threshold; /* or 0 for a refusal */
    const char *message;
} with_roots[] = {
    { "policy: {roots: [A]}\n", 1, NULL },
    { "policy: {roots: [A, B]}\n", 2, NULL },
    { "policy: {roots: [A, B], threshold: 1}\n", 1, NULL },
    { "policy: {keys: [B], roots: [A], threshold: 1, key_set: k}\n", 1, NULL },
    { "policy: {keys: [B, B], roots: [A]}\n", 1, NULL },
    { "policy: {roots: [A, A]}\n", 0, "named twice" },
    { "policy: {roots: [A, B, A], threshold: 2}\n", 0, "named twice" },
    { "policy: {roots: [A], threshold: 0}\n", 0, "from 1 to 1," },
    { "policy: {roots: [A], threshold: 2}\n", 0, "from 1 to 1," },
    { "policy: {roots: [A, B], threshold: 3}\n", 0, "from 1 to 2," },
    { "policy: {roots: [A, B], threshold: 258}\n", 0, "from 1 to 2," },
    { "policy: {keys: [A], roots: [A, B]}\n", 0, "signs key sets and nothing else" },
};

static void test_roots_are_read(void)
{
    static uint64_t crypto[8192];

    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_crypto_init(crypto, sizeof crypto));
    for (int i = 0; i < 2; i++) write_key(i);
    for (size_t i = 0; i < sizeof with_roots / sizeof with_roots[0]; i++) {
        bool good = with_roots[i].threshold > 0;

        TEST_ASSERT_EQUAL_MESSAGE(good, read_with_keys(with_roots[i].text), with_roots[i].text);
        if (good) {
            TEST_ASSERT_EQUAL_MESSAGE(with_roots[i].threshold, device.keys.threshold,
                                      with_roots[i].text);
            continue;
        }
        TEST_ASSERT_EQUAL_MESSAGE(1, diagnostics.error_count, with_roots[i].text);
        TEST_ASSERT_EQUAL(1, diagnostics.list.items[0].mark.line);
        TEST_ASSERT_NOT_NULL_MESSAGE(
            strstr(diagnostics.list.items[0].message, with_roots[i].message),
            diagnostics.list.items[0].message);
    }
    remove_keys();
}

static void test_a_key_set_is_named(void)
{
    static uint64_t crypto[8192];

    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_crypto_init(crypto, sizeof crypto));
    for (int i = 0; i < 2; i++) write_key(i);
    TEST_ASSERT_TRUE(read_with_keys("policy: {keys: [B], roots: [A], key_set: k.set}\n"));
    TEST_ASSERT_EQUAL_STRING("/tmp/k.set", device.keyset_path);
    TEST_ASSERT_EQUAL(2, device.keys.count);
    TEST_ASSERT_EQUAL(PN_KEY_POLICY, device.keys.keys[0].roles);
    TEST_ASSERT_EQUAL(PN_KEY_ROOT, device.keys.keys[1].roles);
    TEST_ASSERT_TRUE(read_with_keys("policy: {roots: [A], key_set: /k.set}\n"));
    TEST_ASSERT_EQUAL_STRING("/k.set", device.keyset_path);
    remove_keys();
}

static void test_who_tells_the_time(void)
{
    static uint64_t crypto[8192];

    TEST_ASSERT_EQUAL(PORT_CRYPTO_GOOD, port_crypto_init(crypto, sizeof crypto));
    for (int i = 0; i < 2; i++) write_key(i);
    TEST_ASSERT_TRUE(read_with_keys("policy: {keys: [B], roots: []}\n"));
    TEST_ASSERT_EQUAL(PN_STALE_NOTHING, device.on_stale);
    TEST_ASSERT_TRUE(
        read_with_keys("policy: {keys: [B], time_keys: [A], stale_after: 24h, on_stale: deny}\n"));
    TEST_ASSERT_EQUAL(2, device.keys.count);
    TEST_ASSERT_EQUAL(PN_KEY_TIME, device.keys.keys[1].roles);
    TEST_ASSERT_EQUAL_UINT32(86400, device.stale_after_s);
    TEST_ASSERT_EQUAL(PN_STALE_DENY, device.on_stale);
    TEST_ASSERT_TRUE(read_with_keys("policy: {keys: [B], stale_after: 90s, on_stale: warn}\n"));
    TEST_ASSERT_EQUAL(PN_STALE_WARN, device.on_stale);
    remove_keys();
}

static void expect_ref(uint32_t i, const char *name, enum pn_secret_place place, const char *where)
{
    const struct pn_secret_ref *ref = &device.credentials[i];

    TEST_ASSERT_TRUE(pn_slice_equal(ref->name, pn_slice(name, strlen(name))));
    TEST_ASSERT_EQUAL(place, ref->place);
    TEST_ASSERT_EQUAL_STRING(where, ref->where);
    TEST_ASSERT_EQUAL_UINT32(i + 2, ref->line);
}

/* Values are nobody's business here: nothing of what is named is there. */
static void test_where_secrets_are(void)
{
    static const char text[] = "credentials:\n"
                               "  a: {env: POSTERN_TEST_NOT_SET}\n"
                               "  b: {file: /nowhere/b}\n"
                               "  c: {systemd: pay}\n"
                               "  d: {vault: crm-token}\n"
                               "vault: {file: /nowhere/v, passphrase: {systemd: opens-it}}\n";

    unsetenv("CREDENTIALS_DIRECTORY");
    TEST_ASSERT_TRUE(read_text(text));
    TEST_ASSERT_EQUAL_STRING("$CREDENTIALS_DIRECTORY/pay", device.credentials[2].where);
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/postern.service", 1);
    TEST_ASSERT_TRUE(read_text(text));
    unsetenv("CREDENTIALS_DIRECTORY");
    TEST_ASSERT_EQUAL_UINT32(4, device.credential_count);
    expect_ref(0, "a", PN_SECRET_ENV, "POSTERN_TEST_NOT_SET");
    expect_ref(1, "b", PN_SECRET_FILE, "/nowhere/b");
    expect_ref(2, "c", PN_SECRET_FILE, "/run/credentials/postern.service/pay");
    expect_ref(3, "d", PN_SECRET_VAULT, "crm-token");
    TEST_ASSERT_EQUAL_STRING("/nowhere/v", device.vault.path);
    TEST_ASSERT_EQUAL_STRING("/run/credentials/postern.service/opens-it",
                             device.vault.passphrase.where);
    TEST_ASSERT_EQUAL(PN_SECRET_NOWHERE, device.vault.key.place);
}

static void test_keys_are_needed(void)
{
    read_text("workers: 1\npolicy: {file: x}\n");
    device_defaults(&device);
    TEST_ASSERT_FALSE(device_file_read(&arena, &diagnostics, path, DEVICE_KEYS_NEEDED, &device));
    TEST_ASSERT_EQUAL(1, diagnostics.error_count);
    TEST_ASSERT_EQUAL(2, diagnostics.list.items[0].mark.line);
    TEST_ASSERT_NOT_NULL(strstr(diagnostics.list.items[0].message, "no key under policy.keys"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_refused);
    RUN_TEST(test_taken);
    RUN_TEST(test_operators);
    RUN_TEST(test_operators_are_read_again);
    RUN_TEST(test_a_file_of_operators_is_read_again);
    RUN_TEST(test_defaults);
    RUN_TEST(test_roots_are_read);
    RUN_TEST(test_a_key_set_is_named);
    RUN_TEST(test_who_tells_the_time);
    RUN_TEST(test_where_secrets_are);
    RUN_TEST(test_keys_are_needed);
    return UNITY_END();
}
