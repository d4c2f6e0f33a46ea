/* What the compiler says of bundles: what is wrong in which place, and what would come of nothing.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct bundle_folder folder;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

struct row {
    const char *file, *text, *message; /* "file:line:column: error: ..." */
};

#define ISSUER(settings) "issuers:\n  - issuer: http://i\n    audiences: [a]\n" settings
#define JWKS(set)        "    jwks: " set "\n"
/* A modulus of 2048 bits, all of them ones. */
#define ONES64 "________________________________________________________________"
#define RSA_KEY \
    "{kty: RSA, alg: RS256, e: AQAB, n: " ONES64 ONES64 ONES64 ONES64 ONES64 \
    "_____________________w}"
#define MODEL(params) "model_list:\n  - model_name: m\n    litellm_params: {" params "}\n"
#define SERVER(rest)  "servers:\n  - name: s\n    url: http://a.example/mcp\n" rest
#define FROM(rest) \
    "    credential_from: {token_url: http://l.example/t, client_id: g, credential: credential:c" rest \
    "}\n"
#define HASH_A    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B    "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY(rest) "keys:\n  - id: k\n    sha256: " HASH_A "\n" rest

static const struct row errors[] = {
    { "bundle.yaml", "nam: x\n",
      "bundle.yaml:1:1: error: unknown key 'nam' in bundle.yaml; did you mean 'name'?" },
    { "bundle.yaml", "mode: edge\n", "error: 'name' is missing in bundle.yaml" },
    { "bundle.yaml", "name: a b\n", "bundle.yaml:1:7: error: a bundle's name" },
    { "bundle.yaml", "name: x\nmode: strict\n",
      "bundle.yaml:2:7: error: edge or cerbos54 is wanted here" },
    { "bundle.yaml", "name: x\nglobals: [a]\n", "bundle.yaml:2:10: error: 'globals' in" },
    { "bundle.yaml", "name: x\nlenient_scope_search: maybe\n",
      "bundle.yaml:2:23: error: true or false" },
    { "bundle.yaml", "name: x\ndefault_scope: a..b\n",
      "bundle.yaml:2:16: error: a scope has parts of" },
    { "bundle.yaml", "name: x\ndefault_policy_version: v-2\n",
      "bundle.yaml:2:25: error: a version has letters" },
    { "bundle.yaml", "name: x\nexpires: soon\n",
      "bundle.yaml:2:10: error: a duration is wanted here" },
    { "bundle.yaml", "name: x\nexpires: 0s\n",
      "bundle.yaml:2:10: error: a policy that expires at once" },
    { "bundle.yaml", "name: x\nexpires: 5ms\n", "bundle.yaml:2:10: error: whole seconds" },
    { "bundle.yaml", "name: x\non_expiry: keep\n",
      "bundle.yaml:2:12: error: on_expiry: keep needs a grace" },
    { "bundle.yaml", "name: x\ngrace: 5d\n",
      "bundle.yaml:2:8: error: a grace needs on_expiry: keep" },
    { "bundle.yaml", "name: x\ntenant: me\n", "bundle.yaml:2:9: error: a tenant is a UUID" },
    { "bundle.yaml", "name: x\nsequence: -1\n", "bundle.yaml:2:11: error: a number from 0" },
    { "bundle.yaml", "name: x\ntargets: {group: [a]}\n",
      "bundle.yaml:2:11: error: unknown key 'group' in targets; did you mean 'groups'?" },
    { "bundle.yaml", "name: x\nname: y\n",
      "bundle.yaml:2:1: error: the key 'name' is already given on line 1" },
    { "models.yaml", "models: []\n", "error: 'model_list' is a list of models" },
    { "models.yaml", "model_lst: []\n",
      "models.yaml:1:1: error: unknown key 'model_lst' in models.yaml; did you mean "
      "'model_list'?" },
    { "models.yaml", MODEL("model: gpt, api_key: sk-very-secret"),
      "models.yaml:3:43: error: a secret does not belong into a bundle; write credential:NAME" },
    { "models.yaml", MODEL("model: gpt, api_key: 'credential:a b'"),
      "models.yaml:3:43: error: the name of a credential" },
    { "models.yaml", MODEL("model: gpt, api_bse: http://x"),
      "models.yaml:3:34: error: unknown key 'api_bse' in litellm_params; did you mean "
      "'api_base'?" },
    { "models.yaml", MODEL("model: opnai/gpt"),
      "models.yaml:3:29: error: there is no provider 'opnai'; did you mean 'openai'?" },
    { "models.yaml", MODEL("model: nobody/gpt"),
      "write openai/NAME for whatever speaks OpenAI's API" },
    { "models.yaml", MODEL("model: openai/"), "models.yaml:3:29: error: the provider's own name" },
    { "models.yaml", MODEL("model: hosted_vllm/x"), "'api_base' is missing" },
    { "models.yaml", MODEL("model: gpt, api_base: ftp://x"),
      "models.yaml:3:44: error: a URL begins with http:// or https://" },
    { "models.yaml", MODEL("model: gpt, api_base: 'http://u:p@x'"),
      "a URL holds no user name or password" },
    { "models.yaml", MODEL("model: gpt, api_base: 'http://x/?key=1'"),
      "the path of a URL has no query" },
    { "models.yaml", MODEL("model: gpt, api_base: 'http://x:70000'"), "the port is a number" },
    { "models.yaml", MODEL("model: gpt, api_base: 'http://x y/'"), "the URL names no valid host" },
    { "models.yaml", MODEL("model: gpt, egress: [lan]"),
      "models.yaml:3:43: error: loopback is wanted here" },
    { "models.yaml", MODEL("model: gpt, egress: [private]"),
      "models.yaml:3:43: error: loopback is wanted here" },
    { "models.yaml", MODEL("api_base: http://x"),
      "models.yaml:3:21: error: 'model' is missing in litellm_params" },
    { "models.yaml", "model_list:\n  - {model_name: m}\n",
      "models.yaml:2:5: error: an entry of model_list has a model_name and litellm_params" },
    { "models.yaml", MODEL("model: gpt") "router_settings: {model_group_alias: {a: b}}\n",
      "models.yaml:4:42: error: there is no model 'b' in model_list" },
    { "models.yaml", MODEL("model: gpt") "router_settings: {model_group_alias: {m: m}}\n",
      "error: 'm' is the name of a model already" },
    { "servers.yaml", "server: []\n",
      "servers.yaml:1:1: error: unknown key 'server' in servers.yaml; did you mean 'servers'?" },
    { "servers.yaml", "servers:\n  - name: s\n",
      "servers.yaml:2:5: error: 'url' is missing in a server" },
    { "servers.yaml", SERVER("    credential: hunter2\n"),
      "servers.yaml:4:17: error: a secret does not belong" },
    { "servers.yaml", SERVER("    credential: {name: credential:a, header: Host}\n"),
      "servers.yaml:4:46: error: this is no header field" },
    { "servers.yaml", SERVER("    credential: {name: credential:a, scheme: 'B r'}\n"),
      "a scheme is one word" },
    { "servers.yaml", SERVER("    assertion: {issuer: i}\n"), "'audience' is missing" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, aud: a}\n"),
      "unknown key 'aud' in assertion" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: ''}\n"),
      "servers.yaml:4:38: error: this names one side of an assertion" },
    { "servers.yaml", SERVER("    assertion: {issuer: a b, audience: a}\n"),
      "servers.yaml:4:25: error: this names one side of an assertion" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: a, lifetime: 9s}\n"),
      "servers.yaml:4:51: error: an assertion lives for 10s to 3600s" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: a, lifetime: 61m}\n"),
      "an assertion lives for 10s to 3600s" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: a, per_call: maybe}\n"),
      "servers.yaml:4:51: error: true or false" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: a, header: host}\n"),
      "servers.yaml:4:49: error: this is no header field" },
    { "servers.yaml", SERVER("    assertion: {issuer: i, audience: a, header: Traceparent}\n"),
      "servers.yaml:4:49: error: 'traceparent' is a field of something else" },
    { "servers.yaml",
      SERVER("    credential: credential:c\n"
             "    assertion: {issuer: i, audience: a, header: Authorization}\n"),
      "servers.yaml:5:49: error: the credential is in 'authorization' already" },
    { "servers.yaml", SERVER("    credential_from: {client_id: g, credential: credential:c}\n"),
      "'token_url' is missing" },
    { "servers.yaml", SERVER(FROM(", issuer: i")), "unknown key 'issuer' in credential_from" },
    { "servers.yaml", SERVER(FROM(", scope: ''")), "visible characters are wanted here" },
    { "servers.yaml", SERVER(FROM(", resource: \"a\\nb\"")), "visible characters are wanted" },
    { "servers.yaml", SERVER("    credential: credential:x\n" FROM("")),
      "servers.yaml:5:22: error: one of credential, credential_from and exchange is enough" },
    { "servers.yaml",
      SERVER(FROM("") "    exchange: {token_url: http://l.example/t, client_id: g, issuer: i}\n"),
      "servers.yaml:5:15: error: one of credential" },
    { "servers.yaml",
      SERVER("    credential_from: {token_url: http://l.example/t, client_id: g}\n"),
      "'credential' is missing" },
    { "servers.yaml",
      SERVER("    credential_from: {token_url: http://l.example/t, client_id: 'http://g', "
             "credential: credential:c}\n"),
      "a client_id with a secret has no colon" },
    { "servers.yaml",
      SERVER("    credential_from: {token_url: http://l.example/t, client_id: g, "
             "credential: hunter2}\n"),
      "a secret does not belong" },
    { "servers.yaml", SERVER("    exchange: {token_url: http://l.example/t}\n"),
      "'client_id' is missing in exchange" },
    { "servers.yaml",
      SERVER("    exchange: {token_url: 'http://l.example/t?a=b', client_id: g, issuer: i}\n"),
      "has no query" },
    { "servers.yaml",
      SERVER(FROM("") "    assertion: {issuer: i, audience: a, header: Authorization}\n"),
      "the credential is in 'authorization' already" },
    { "models.yaml",
      MODEL("model: gpt, api_key: credential:k, exchange: {token_url: http://l.example/t, "
            "client_id: g, issuer: i}"),
      "one of credential, credential_from and exchange is enough" },
    { "models.yaml", MODEL("model: gpt, assertion: {issuer: i}"), "'audience' is missing" },
    { "models.yaml", MODEL("model: gpt, asertion: {}"), "did you mean 'assertion'?" },
    { "servers.yaml", SERVER("    origins: ['*']\n"),
      "servers.yaml:4:15: error: origins are listed one by one" },
    { "servers.yaml", SERVER("    origins: [https://a.example/x]\n"), "an origin has no path" },
    { "servers.yaml", SERVER("    origins: [https://a.example/]\n"), "an origin has no slash" },
    { "servers.yaml", SERVER("    revisions: [2024-01-01]\n"),
      "2025-06-18 or 2025-11-25 is wanted here" },
    { "servers.yaml", SERVER("  - name: S\n    url: http://b.example/\n"),
      "servers.yaml:4:11: error: there is a server of this name already" },
    { "servers.yaml", "servers: [{name: a/b, url: http://x/}]\n",
      "servers.yaml:1:18: error: a server's name" },
    { "servers.yaml", SERVER("") "apis: []\n", "error: not supported yet: HTTP APIs" },
    { "identity.yaml", KEY("    user: u\n    role: [a]\n"),
      "identity.yaml:5:5: error: unknown key 'role' in a key; did you mean 'roles'?" },
    { "identity.yaml", "keys:\n  - {id: k, sha256: sk-secret, user: u}\n",
      "identity.yaml:2:21: error: sha256 is the SHA-256 of the key in 64 hexadecimal digits" },
    { "identity.yaml", KEY(""), "a key belongs to a user, an agent, or both" },
    { "identity.yaml", KEY("    user: u\n") "  - id: j\n    sha256: " HASH_A "\n    user: v\n",
      "identity.yaml:5:9: error: this is the same key as 'k' on line 2" },
    { "identity.yaml", KEY("    user: u\n") "  - id: k\n    sha256: " HASH_B "\n    user: v\n",
      "identity.yaml:5:9: error: the key on line 2 has this id already" },
    { "identity.yaml", KEY("    user: u\n    expires: tomorrow\n"),
      "identity.yaml:5:14: error: a date is wanted here" },
    { "identity.yaml", KEY("    user: u\n    expires: 2027-02-30\n"),
      "identity.yaml:5:14: error: a date is wanted here" },
    { "identity.yaml", KEY("    user: u\n    attr: {team: x}\n"),
      "identity.yaml:5:12: error: P.attr.team is set by the key of that name, beside attr" },
    { "identity.yaml", KEY("    user: u\n    attr: {proof: x}\n"), "is set by the gateway itself" },
    { "identity.yaml", KEY("    user: u\n    roles: ['*']\n"),
      "identity.yaml:5:13: error: a role is a name without commas" },
    { "identity.yaml", KEY("    user: ''\n"), "1 to 256 bytes are wanted here" },
    { "identity.yaml", KEY("    user: \"a\\nb\"\n"), "no control characters here" },
    { "identity.yaml", ISSUER("    jwk: {}\n") JWKS("{keys: []}"),
      "identity.yaml:4:5: error: unknown key 'jwk' in an issuer; did you mean 'jwks'?" },
    { "identity.yaml", "issuers:\n  - issuer: http://i\n    jwks: {keys: []}\n",
      "identity.yaml:2:5: error: 'audiences' is missing in an issuer" },
    { "identity.yaml", "issuers:\n  - issuer: http://i\n    audiences: []\n" JWKS("{keys: []}"),
      "identity.yaml:3:16: error: an audience is wanted here" },
    { "identity.yaml", ISSUER(""), "an issuer's public keys are wanted, as jwks" },
    { "identity.yaml", ISSUER("    jwks_uri: ftp://i/jwks\n"),
      "identity.yaml:4:15: error: a URL begins with http:// or https://" },
    { "identity.yaml", ISSUER("    jwks_uri: https://i/jwks\n    discovery: true\n"),
      "identity.yaml:2:13: error: one of jwks, jwks_uri and discovery is wanted, not several" },
    { "identity.yaml", ISSUER("    discovery: maybe\n"), "identity.yaml:4:16: error: " },
    { "identity.yaml", ISSUER("    discovery: false\n"), "an issuer's public keys are wanted" },
    { "identity.yaml",
      "issuers:\n  - issuer: https://i?x=1\n    audiences: [a]\n    discovery: true\n",
      "identity.yaml:2:13: error: an issuer that is found by discovery has no query" },
    { "identity.yaml", "issuers:\n  - issuer: login\n    audiences: [a]\n    discovery: true\n",
      "identity.yaml:2:13: error: a URL begins with http:// or https://" },
    { "identity.yaml", ISSUER("    introspection: {credential: credential:c}\n"),
      "'url' is missing in introspection" },
    { "identity.yaml", ISSUER("    introspection: {url: https://i/ask, credential: sk-secret}\n"),
      "identity.yaml:4:53: error: a secret does not belong into a bundle" },
    { "identity.yaml", ISSUER("    introspection: {url: https://i/ask, cache: 2h}\n"),
      "identity.yaml:4:48: error: at most 3600s" },
    { "identity.yaml",
      ISSUER(
          "    introspection: {url: https://i/ask}\n") "  - issuer: http://j\n    audiences: [a]\n    introspection: {url: https://j/ask}\n",
      "identity.yaml:7:20: error: the issuer on line 2 is asked about tokens already" },
    { "identity.yaml", ISSUER(JWKS("{}")), "identity.yaml:4:11: error: a JWKS is wanted here" },
    { "identity.yaml", ISSUER("    types: [at_jwt]\n") JWKS("{keys: []}"),
      "identity.yaml:4:13: error: " },
    { "identity.yaml", ISSUER("    types: []\n") JWKS("{keys: []}"),
      "at+jwt, JWT or absent is wanted here" },
    { "identity.yaml", ISSUER("    algorithms: [HS256]\n") JWKS("{keys: []}"),
      "identity.yaml:4:18: error: " },
    { "identity.yaml", ISSUER("    clock_skew: 11m\n") JWKS("{keys: []}"),
      "identity.yaml:4:17: error: at most 600s" },
    { "identity.yaml", ISSUER("    claims: {use: sub}\n") JWKS("{keys: []}"),
      "unknown key 'use' in claims; did you mean 'user'?" },
    { "identity.yaml", ISSUER("    claims: {team: org..team}\n") JWKS("{keys: []}"),
      "identity.yaml:4:20: error: a claim is wanted here" },
    { "identity.yaml", ISSUER("    claims: {roles: {groups: [a]}}\n") JWKS("{keys: []}"),
      "identity.yaml:4:30: error: a map from the claim's values to roles is wanted here" },
    { "identity.yaml", ISSUER("    claims: {roles: {groups: {a: 'x,y'}}}\n") JWKS("{keys: []}"),
      "a role is a name without commas" },
    { "identity.yaml", ISSUER(JWKS("{keys: []}")) "  - issuer: http://i\n    audiences: [a]\n",
      "identity.yaml:5:13: error: this issuer is on line 2 already" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: EC, crv: P-256, x: AA, y: AA, d: secret-}]}")),
      "identity.yaml:4:58: error: this is a secret key" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: oct, k: secret-}]}")), "this is a secret key" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: EC, crv: P-256, y: AA}]}")),
      "'x' of the key is missing" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: EC, crv: P-256, x: A+, y: AA}]}")),
      "identity.yaml:4:44: error: this is not base64url" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: EC, crv: P-256, x: AA, y: AA}]}")),
      "32 bytes are wanted here" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: RSA, alg: RS256, n: AA, e: AQAB}]}")),
      "an RSA key has 2048 to 4096 bits" },
    { "identity.yaml", ISSUER(JWKS("{keys: [{kty: RSA, n: AA, e: AQAB}]}")),
      "this key does not say its 'alg'" },
    { "identity.yaml",
      ISSUER("    algorithms: [RS256, PS256]\n") JWKS("{keys: [{kty: RSA, n: AA, e: AQAB}]}"),
      "this key does not say its 'alg'" },
    { "identity.yaml", ISSUER(JWKS("{keys: [" RSA_KEY ", " RSA_KEY "]}")),
      "of several keys each needs a kid" },
    { "identity.yaml", "attachments: []\n",
      "with nothing attached to anybody there are no limits" },
    { "identity.yaml", "attachments: [{models: [m]}]\n",
      "identity.yaml:1:15: error: an attachment is of a user, an agent or a team" },
    { "identity.yaml", "attachments: [{user: u, agent: a, models: [m]}]\n",
      "an attachment is of a user, an agent or a team: exactly one" },
    { "identity.yaml", "attachments: [{user: u}]\n", "nothing is attached to anybody here" },
    { "identity.yaml", "attachments: [{user: u, model: [m]}]\n",
      "unknown key 'model' in an attachment; did you mean 'models'?" },
    { "identity.yaml", "attachments: [{user: u, models: [m]}]\n",
      "identity.yaml:1:34: error: there is no model 'm'" },
    { "identity.yaml", "attachments: [{user: u, servers: [m]}]\n",
      "identity.yaml:1:35: error: there is no server 'm'" },
    { "identity.yaml", "attachments: [{user: u, tools: {m: [t]}}]\n", "there is no server 'm'" },
    { "limits.yaml", "x: 1\n", "limits.yaml:0:0: error: not supported yet" },
    { "model.yaml", "x: 1\n",
      "model.yaml:0:0: error: not part of a bundle; did you mean 'models.yaml'?" },
    { "policies/a.yaml", "apiVersion: v1\nresourcePolicy: {resource: k}\n",
      "policies/a.yaml:1:13: error: apiVersion is api.cerbos.dev/v1" },
};

static void test_errors(void)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        bundle_folder_remove(&folder);
        bundle_folder_make(&folder);
        bundle_folder_write(&folder, errors[i].file, errors[i].text);
        TEST_ASSERT_FALSE_MESSAGE(bundle_folder_compile(&folder), errors[i].text);
        TEST_ASSERT_EQUAL(0, folder.body.len);
        bundle_folder_says(&folder, errors[i].message);
        TEST_ASSERT_NULL(strstr(bundle_folder_messages(&folder), "secret-"));
        TEST_ASSERT_NULL(strstr(bundle_folder_messages(&folder), "sk-very-secret"));
        TEST_ASSERT_NULL(strstr(bundle_folder_messages(&folder), "hunter2"));
    }
}

static void test_unreadable_files(void)
{
    static const char *const files[] = { "policies/a.yaml", "models.yaml" };
    char path[128];

    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder.path, files[i]);
        TEST_ASSERT_EQUAL(0, symlink("nowhere", path));
        TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
        bundle_folder_says(
            &folder, i == 0
                         ? "policies/a.yaml:0:0: error: cannot be read: No such file or directory"
                         : "models.yaml:0:0: error: cannot be read: No such file or directory");
        unlink(path);
        TEST_ASSERT_EQUAL(0, mkfifo(path, 0600));
        TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
        bundle_folder_says(&folder, i == 0 ? "policies/a.yaml:0:0: error: not a regular file"
                                           : "models.yaml:0:0: error: not a regular file");
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/policies/b.yaml", folder.path);
    TEST_ASSERT_EQUAL(0, symlink("../policies", path));
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    bundle_folder_says(&folder, "folders deep, or a link that leads back");
}

#define ASKED(url) \
    "issuers:\n  - issuer: https://i\n    audiences: [a]\n    egress: [loopback]\n" \
    "    jwks_uri: '" url "'\n    introspection: {url: '" url "'}\n    claims: {user: sub}\n"
#define LED_TO(url) \
    "servers:\n  - name: a\n    url: https://up.example/mcp\n    exchange: {client_id: g, issuer: i,\n" \
    "      egress: [loopback], token_url: '" url "'}\n"

/* Secrets and verdicts that cross a network as they are. */
static void test_places_without_tls(void)
{
    static const struct {
        const char *identity, *servers;
        bool noted;
    } rows[] = {
        { ASKED("http://login.example/x"), LED_TO("http://login.example/x"), true },
        { ASKED("http://127.login.example/x"), LED_TO("http://127.login.example/x"), true },
        { ASKED("http://10.1.2.3:81/x"), LED_TO("http://10.1.2.3:81/x"), true },
        { ASKED("https://login.example/x"), LED_TO("https://login.example/x"), false },
        { ASKED("http://127.0.0.1:81/x"), LED_TO("http://127.0.0.1:81/x"), false },
        { ASKED("http://[::1]:81/x"), LED_TO("http://[::1]:81/x"), false },
        { ASKED("http://localhost/x"), LED_TO("http://localhost/x"), false },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bundle_folder_write(&folder, "identity.yaml", rows[i].identity);
        bundle_folder_write(&folder, "servers.yaml", rows[i].servers);
        TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
        void (*check)(const struct bundle_folder *, const char *) =
            rows[i].noted ? bundle_folder_says : bundle_folder_says_not;
        check(&folder, "identity.yaml:5:15: note: without TLS anybody on the way can put keys");
        check(&folder,
              "identity.yaml:6:26: note: without TLS anybody on the way can read the tokens");
        check(&folder,
              "servers.yaml:5:38: note: without TLS anybody on the way can read the client's");
        if (!rows[i].noted) bundle_folder_says_not(&folder, "without TLS");
    }
}

/* Valid, and nothing would ever come of it. */
static void test_idle_notes(void)
{
    bundle_folder_write(&folder, "servers.yaml",
                        "servers:\n  - {name: desk, url: 'https://desk.example/mcp'}\n");
    bundle_folder_write(&folder, "identity.yaml",
                        "keys:\n  - {id: k, user: u, roles: [tier-1], sha256: "
                        "0000000000000000000000000000000000000000000000000000000000000000}\n");
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\n"
                        "resourcePolicy:\n"
                        "  version: default\n"
                        "  resource: mcp:dest\n"
                        "  rules:\n"
                        "    - actions: ['*']\n"
                        "      effect: EFFECT_ALLOW\n"
                        "      roles: [tier-1, tier-2, '*']\n"
                        "      condition: {match: {expr: R.attr.colour == 'x'}}\n");
    bundle_folder_write(
        &folder, "policies/b.yaml",
        "apiVersion: api.cerbos.dev/v1\n"
        "resourcePolicy:\n"
        "  version: default\n"
        "  resource: lmm\n"
        "  rules:\n"
        "    - actions: ['*']\n"
        "      effect: EFFECT_ALLOW\n"
        "      roles: [tier-2]\n"
        "      condition:\n"
        "        match:\n"
        "          expr: R.attr.budget.requests_lft > 3 && R.attr.arguments.x == 'y'\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    bundle_folder_says(&folder,
                       "note: servers.yaml has no server 'dest'; did you mean 'mcp:desk'?");
    bundle_folder_says(&folder, "note: no call is of the kind 'lmm'");
    bundle_folder_says(&folder, "did you mean 'llm'?");
    bundle_folder_says(
        &folder,
        "policies/a.yaml:8:23: note: no key has the role 'tier-2'; did you mean 'tier-1'?");
    bundle_folder_says(
        &folder,
        "note: the gateway sets no R.attr.colour; what the caller sends is under R.attr.arguments");
    bundle_folder_says(&folder,
                       "note: the gateway sets no R.attr.budget.requests_lft; did you mean "
                       "R.attr.budget.requests_left?");
    const char *messages = bundle_folder_messages(&folder);
    TEST_ASSERT_NULL(strstr(messages, "R.attr.arguments.x"));
    TEST_ASSERT_NULL(strstr(messages, "role 'tier-1'"));
    TEST_ASSERT_NULL(strstr(messages, "policies/b.yaml:8:"));
}

static void test_two_policies_for_a_kind(void)
{
    static const char text[] = "apiVersion: api.cerbos.dev/v1\nresourcePolicy: {resource: k}\n";

    bundle_folder_write(&folder, "policies/a.yaml", text);
    bundle_folder_write(&folder, "policies/b.yaml", text);
    TEST_ASSERT_FALSE(bundle_folder_compile(&folder));
    bundle_folder_says(
        &folder,
        "policies/b.yaml:2:28: error: policies/a.yaml:2 has resourcePolicy for 'k' already");
}

static void test_no_folder(void)
{
    struct diagnostics diagnostics = { 0 };
    struct bytes body;

    TEST_ASSERT_EQUAL(1, compile_bundle("/nowhere/at/all", &body, &diagnostics));
    TEST_ASSERT_GREATER_THAN(0, diagnostics.error_count);
    diag_free(&diagnostics);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_errors);
    RUN_TEST(test_unreadable_files);
    RUN_TEST(test_places_without_tls);
    RUN_TEST(test_idle_notes);
    RUN_TEST(test_two_policies_for_a_kind);
    RUN_TEST(test_no_folder);
    return UNITY_END();
}
