/* Bundles: LiteLLM's syntax, servers, keys, settings; what is written for the gateway.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "core/identity/key_table.h"
#include "core/route/assertion_table.h"
#include "core/route/pass_table.h"
#include "test/core/base/expectation.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct bundle_folder folder;
static struct pn_policy policy;
static struct pn_route_table routes;
static struct pn_key_table keys;

void setUp(void)
{
    bundle_folder_make(&folder);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

static void compile(void)
{
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    const struct pn_slice *section = policy.blob.section;
    routes = pn_route_table_of(section);
    keys = pn_key_table_of(section);
    TEST_ASSERT_TRUE(pn_route_table_check(&routes));
    TEST_ASSERT_TRUE(pn_key_table_check(&keys, policy.slot_count));
}

static const char litellm[] =
    "model_list:\n"
    "  - model_name: gpt-4o\n"
    "    litellm_params: {model: gpt-4o-2024, api_key: os.environ/OPENAI_API_KEY, rpm: 60}\n"
    "  - model_name: local\n"
    "    litellm_params:\n"
    "      model: hosted_vllm/llama\n"
    "      api_base: http://127.0.0.1:8000/v1/\n"
    "      timeout: 30\n"
    "      egress: [loopback]\n"
    "    model_info: {id: x, input_cost_per_token: 0.1}\n"
    "  - model_name: claude\n"
    "    litellm_params: {model: anthropic/claude-x, api_key: os.environ/K}\n"
    "  - {model_name: 'any/*', litellm_params: {model: 'openai/*'}}\n"
    "  - {model_name: gpt-4o, litellm_params: {model: openai/other, api_key: os.environ/K}}\n"
    "router_settings:\n"
    "  num_retries: 3\n"
    "  model_group_alias: {gpt-4: gpt-4o, hidden: {model: local, hidden: true}}\n"
    "litellm_settings: {drop_params: true}\n"
    "general_settings: {master_key: sk-1234}\n";

static void test_litellm_config(void)
{
    struct pn_model model;

    bundle_folder_write(&folder, "models.yaml", litellm);
    compile();
    TEST_ASSERT_EQUAL(4, pn_model_count(&routes));
    TEST_ASSERT_TRUE(pn_model_find(&routes, PN_SLICE("gpt-4"), &model));
    expect_text("gpt-4o", model.group);
    expect_text("gpt-4o-2024", model.upstream_name);
    expect_text("openai", model.provider);
    struct pn_upstream upstream = pn_upstream_at(&routes, model.upstream);
    expect_text("api.openai.com", upstream.host);
    expect_text("/v1", upstream.path);
    expect_text("OPENAI_API_KEY", upstream.credential);
    expect_text("authorization", upstream.auth_header);
    TEST_ASSERT_EQUAL(PN_SCHEME_HTTPS, upstream.scheme);
    TEST_ASSERT_EQUAL(443, upstream.port);
    TEST_ASSERT_TRUE(pn_model_find(&routes, PN_SLICE("hidden"), &model));
    upstream = pn_upstream_at(&routes, model.upstream);
    expect_text("127.0.0.1:8000", upstream.authority);
    expect_text("/v1", upstream.path);
    expect_text("", upstream.auth_header);
    TEST_ASSERT_EQUAL(30000, upstream.answer_ms);
    TEST_ASSERT_EQUAL(PN_EGRESS_LOOPBACK, upstream.egress);

    bundle_folder_says(&folder,
                       "models.yaml:3:78: note: 'rpm' in litellm_params has no meaning here");
    bundle_folder_says(&folder, "models.yaml:10:5: note: 'model_info'");
    bundle_folder_says(&folder, "'anthropic' has an API of its own");
    bundle_folder_says(&folder, "wildcard models are not routed yet");
    bundle_folder_says(&folder, "'gpt-4o' is there already");
    bundle_folder_says(&folder, "'num_retries' in router_settings has no meaning here");
    bundle_folder_says(&folder, "'litellm_settings' in models.yaml has no meaning here");
    TEST_ASSERT_NULL(strstr(bundle_folder_messages(&folder), "sk-1234"));
}

static void test_servers(void)
{
    struct pn_server server;

    bundle_folder_write(
        &folder, "servers.yaml",
        "servers:\n"
        "  - name: crm\n    url: http://crm.internal:9000/mcp/\n"
        "    credential: credential:crm-token\n    origins: [https://desk.example]\n"
        "    connect_timeout: 250ms\n    timeout: 1m\n"
        "    idle_timeout: 30\n    revisions: [2025-06-18, 2025-11-25]\n"
        "  - name: payroll\n    url: https://pay.example\n"
        "    credential: {name: credential:pay, header: X-Api-Key}\n"
        "  - name: tickets\n    url: http://[::1]:9001/x\n    egress: [loopback]\n"
        "    credential: {name: credential:t, scheme: Token}\n");
    compile();
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("crm"), &server));
    expect_text("/mcp", server.path);
    TEST_ASSERT_EQUAL(PN_MCP_2025_06_18 | PN_MCP_2025_11_25, server.revisions);
    TEST_ASSERT_TRUE(pn_server_lists_origin(&routes, &server, PN_SLICE("https://desk.example")));
    struct pn_upstream upstream = pn_upstream_at(&routes, server.upstream);
    expect_text("crm", upstream.name);
    expect_text("crm.internal", upstream.host);
    expect_text("", upstream.path);
    expect_text("crm-token", upstream.credential);
    expect_text("Bearer ", upstream.auth_prefix);
    TEST_ASSERT_EQUAL(0, upstream.egress);
    TEST_ASSERT_EQUAL(250, upstream.connect_ms);
    TEST_ASSERT_EQUAL(60000, upstream.answer_ms);
    TEST_ASSERT_EQUAL(30000, upstream.idle_ms);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("payroll"), &server));
    expect_text("/", server.path);
    upstream = pn_upstream_at(&routes, server.upstream);
    expect_text("x-api-key", upstream.auth_header);
    expect_text("", upstream.auth_prefix);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("tickets"), &server));
    upstream = pn_upstream_at(&routes, server.upstream);
    expect_text("::1", upstream.host);
    expect_text("[::1]:9001", upstream.authority);
    expect_text("Token ", upstream.auth_prefix);
}

static void test_assertions(void)
{
    struct pn_server server;
    struct pn_model model;

    bundle_folder_write(
        &folder, "servers.yaml",
        "servers:\n"
        "  - name: a\n    url: http://up.example/mcp\n"
        "    assertion: {issuer: https://gate, audience: https://up}\n"
        "  - name: b\n    url: http://up.example/mcp\n"
        "    assertion: {issuer: https://gate, audience: https://up, lifetime: 5m,\n"
        "                header: Authorization, per_call: true}\n"
        "  - name: c\n    url: http://up.example/mcp\n"
        "  - name: d\n    url: http://up.example/other\n"
        "    assertion: {issuer: https://gate, audience: https://up}\n");
    bundle_folder_write(
        &folder, "models.yaml",
        "model_list:\n  - model_name: m\n    litellm_params:\n"
        "      model: gpt\n      assertion: {issuer: i, audience: a, header: X-Who}\n");
    compile();
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("a"), &server));
    uint16_t first = server.upstream;
    struct pn_assertion told = pn_assertion_of(&routes, first);
    expect_text("https://gate", told.issuer);
    expect_text("https://up", told.audience);
    expect_text("x-postern-assertion", told.header);
    expect_text("", told.prefix);
    TEST_ASSERT_EQUAL(60, told.lifetime_s);
    TEST_ASSERT_FALSE(told.per_call);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("b"), &server));
    told = pn_assertion_of(&routes, server.upstream);
    expect_text("authorization", told.header);
    expect_text("Bearer ", told.prefix);
    TEST_ASSERT_EQUAL(300, told.lifetime_s);
    TEST_ASSERT_TRUE(told.per_call);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("c"), &server));
    TEST_ASSERT_EQUAL(0, pn_assertion_of(&routes, server.upstream).lifetime_s);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("d"), &server));
    TEST_ASSERT_EQUAL(first, server.upstream);
    TEST_ASSERT_TRUE(pn_model_find(&routes, PN_SLICE("m"), &model));
    expect_text("x-who", pn_assertion_of(&routes, model.upstream).header);
}

static void test_passes(void)
{
    struct pn_server server;
    struct pn_model model;

    bundle_folder_write(
        &folder, "servers.yaml",
        "servers:\n"
        "  - name: a\n    url: http://up.example/mcp\n"
        "    credential_from:\n"
        "      token_url: http://login.example:8080/oauth/token\n      client_id: gate\n"
        "      credential: credential:gate\n      scope: r w\n      resource: http://up.example\n"
        "      audience: up\n"
        "  - name: b\n    url: http://up.example/mcp\n"
        "    exchange: {token_url: 'http://login.example:8080/oauth/token', client_id: 'a:b',\n"
        "               issuer: https://gate, egress: [loopback]}\n"
        "  - name: c\n    url: http://up.example/mcp\n");
    bundle_folder_write(
        &folder, "models.yaml",
        "model_list:\n  - model_name: m\n    litellm_params:\n"
        "      model: gpt\n      exchange: {token_url: http://login.example:8080/x,\n"
        "        client_id: g, credential: credential:g, issuer: i,\n"
        "        subject_audience: https://login}\n");
    compile();
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("a"), &server));
    struct pn_pass g = pn_pass_of(&routes, server.upstream);
    TEST_ASSERT_EQUAL(PN_PASS_CLIENT, g.kind);
    expect_text("gate", g.client_id);
    expect_text("gate", g.credential);
    expect_text("r w", g.scope);
    expect_text("http://up.example", g.resource);
    expect_text("up", g.audience);
    expect_text("", g.subject_audience);
    struct pn_upstream to = pn_upstream_at(&routes, g.at);
    expect_text("login.example:8080", to.authority);
    expect_text("/oauth/token", to.path);
    TEST_ASSERT_EQUAL(8080, to.port);
    TEST_ASSERT_EQUAL(0, to.egress);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("b"), &server));
    g = pn_pass_of(&routes, server.upstream);
    TEST_ASSERT_EQUAL(PN_PASS_EXCHANGE, g.kind);
    expect_text("a:b", g.client_id);
    expect_text("", g.credential);
    expect_text("https://gate", g.issuer);
    expect_text("http://login.example:8080/oauth/token", g.subject_audience);
    TEST_ASSERT_EQUAL(PN_EGRESS_LOOPBACK, pn_upstream_at(&routes, g.at).egress);
    TEST_ASSERT_TRUE(pn_server_find(&routes, PN_SLICE("c"), &server));
    TEST_ASSERT_EQUAL(PN_PASS_NONE, pn_pass_of(&routes, server.upstream).kind);
    TEST_ASSERT_TRUE(pn_model_find(&routes, PN_SLICE("m"), &model));
    g = pn_pass_of(&routes, model.upstream);
    expect_text("https://login", g.subject_audience);
    expect_text("", pn_upstream_at(&routes, model.upstream).credential);
}

#define HASH_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HASH_B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_keys(void)
{
    static const uint8_t hash[32] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                      0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                      0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                                      0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef };
    struct pn_key key;
    uint16_t slot;

    bundle_folder_write(
        &folder, "policies/a.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: llm\n  rules:\n"
        "    - actions: [completion]\n      effect: EFFECT_ALLOW\n      roles: [b, a]\n"
        "      condition: {match: {expr: P.attr.region == 'eu' && P.attr.deep.n > 1 && "
        "P.attr.team == 't'}}\n");
    bundle_folder_write(&folder, "identity.yaml",
                        "keys:\n"
                        "  - id: two\n    sha256: " HASH_B "\n    user: u\n    roles: [a]\n"
                        "  - id: one\n    sha256: " HASH_A
                        "\n    agent: x\n    team: t\n    task: T-1\n"
                        "    roles: [b, unheard]\n    expires: 2027-01-01\n"
                        "    attr: {region: eu, deep: {n: 2.5, m: 1}, unread: [1]}\n");
    compile();
    TEST_ASSERT_TRUE(pn_key_find(&keys, hash, 1, &key));
    expect_text("one", key.key_id);
    expect_text("", key.user);
    expect_text("x", key.agent);
    expect_text("t", key.team);
    expect_text("T-1", key.task);
    expect_text("b,unheard", key.role_names);
    TEST_ASSERT_EQUAL_UINT64(UINT64_C(1) << pn_policy_role(&policy, PN_SLICE("b")), key.roles[0]);
    TEST_ASSERT_EQUAL_UINT64(1798761600, key.expires_s);
    TEST_ASSERT_EQUAL(2, key.attr_count);
    struct pn_value value = pn_key_attr(&keys, &key, 0, &slot);
    expect_text("P.attr.region", pn_policy_slot_path(&policy, slot));
    TEST_ASSERT_TRUE(pn_value_is_text(&value, PN_SLICE("eu")));
    value = pn_key_attr(&keys, &key, 1, &slot);
    expect_text("P.attr.deep.n", pn_policy_slot_path(&policy, slot));
    TEST_ASSERT_EQUAL_DOUBLE(2.5, value.as.d);
    bundle_folder_says(&folder, "identity.yaml:11:16: note: no rule names the role 'unheard'");
}

static void test_terms(void)
{
    struct bundle_terms terms;

    bundle_folder_write(
        &folder, "bundle.yaml",
        "name: desk\ndescription: x\nmode: edge\ntenant: "
        "00112233-4455-6677-8899-aabbccddeeff\ntargets: {groups: [shops, lab], devices: "
        "[d1]}\nexpires: 30d\non_expiry: keep\ngrace: 7d\nsequence: 12\nepoch: 3\n");
    compile();
    TEST_ASSERT_TRUE(bundle_terms_read(bytes_slice(&folder.body), &terms));
    expect_text("desk", terms.name);
    TEST_ASSERT_EQUAL_HEX8(0xff, terms.tenant[15]);
    TEST_ASSERT_EQUAL_UINT64(30 * 86400, terms.expires_after_s);
    TEST_ASSERT_EQUAL_UINT64(12, terms.sequence);
    TEST_ASSERT_EQUAL(7 * 86400, terms.grace_s);
    TEST_ASSERT_EQUAL(3, terms.epoch);
    TEST_ASSERT_EQUAL(2, terms.group_count);
    expect_text("lab", terms.groups[1]);
    expect_text("d1", terms.devices[0]);
    for (size_t len = 0; len < folder.body.len; len++) {
        TEST_ASSERT_FALSE(bundle_terms_read(pn_slice(folder.body.at, len), &terms));
    }
}

/* The same folder gives the same bytes. */
static void test_deterministic(void)
{
    struct bytes first = { 0 };

    bundle_folder_write(&folder, "models.yaml", litellm);
    compile();
    bytes_append(&first, bytes_slice(&folder.body));
    compile();
    TEST_ASSERT_TRUE(pn_slice_equal(bytes_slice(&first), bytes_slice(&folder.body)));
    bytes_free(&first);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_litellm_config);
    RUN_TEST(test_servers);
    RUN_TEST(test_assertions);
    RUN_TEST(test_passes);
    RUN_TEST(test_keys);
    RUN_TEST(test_terms);
    RUN_TEST(test_deterministic);
    return UNITY_END();
}
