/* A policy comes into force whole or not at all, whatever way it came.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/install.h"

#include <stdlib.h>
#include <string.h>

#include "platforms/sim/sim.h"
#include "platforms/sim/sim_store.h"
#include "test/core/seal/sealed.h"
#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

enum { MEMORY_BYTES = 3000, NOW_S = 1800000000 };

static struct port_store store;
static struct pn_shared *shared;
static struct pn_install *in;
static struct sealed made;
static struct bytes good, with_tls, with_issuer, with_key, with_tests, with_secret, with_asked;
static struct pn_self_test_room self_test_room;

static void compile_as(const char *scheme, struct bytes *body)
{
    struct bundle_folder folder;
    char models[256];

    bundle_folder_make(&folder);
    snprintf(models, sizeof models,
             "model_list:\n  - model_name: m\n    litellm_params:\n"
             "      model: openai/m\n      api_base: %s://up.example/v1\n",
             scheme);
    bundle_folder_write(&folder, "models.yaml", models);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    *body = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
}

/* Its one key has the one role that its one rule names, and then the next as well. */
static void compile_with_key(void)
{
    struct bundle_folder folder;
    struct pn_policy policy;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/a.yaml",
                        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: llm\n"
                        "  version: default\n  rules:\n    - actions: [chat]\n"
                        "      effect: EFFECT_ALLOW\n      roles: [clerk]\n");
    bundle_folder_write(&folder, "identity.yaml",
                        "keys:\n  - id: key-of-ana\n    user: ana\n    roles: [clerk]\n    sha256: "
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    with_key = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&with_key)));
    uint8_t *roles = (uint8_t *)(uintptr_t)policy.blob.section[PN_SECTION_KEYS].at + PN_KEY_ROLES;
    TEST_ASSERT_EQUAL_UINT8((1u << policy.role_count) - 1, roles[0]);
    roles[0] = (uint8_t)(roles[0] | 1u << policy.role_count);
}

/* Its issuer's keys are fetched through TLS. */
static void compile_with_issuer(void)
{
    struct bundle_folder folder;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "identity.yaml",
                        "issuers:\n  - issuer: https://login.example\n    audiences: [gate]\n"
                        "    discovery: true\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    with_issuer = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
}

/* An upstream, or an issuer that is asked, and a secret that they want to see. */
static void compile_with_secrets(void)
{
    struct bundle_folder folder;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "servers.yaml",
                        "servers:\n  - {name: crm, url: 'http://192.0.2.1/mcp', credential: "
                        "'credential:crm-token'}\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    with_secret = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "identity.yaml",
                        "issuers:\n  - issuer: http://login.example\n    audiences: [gate]\n"
                        "    introspection: {url: 'http://192.0.2.1/ask', credential: "
                        "'credential:login'}\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    with_asked = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
}

/* Two self-tests of one rule, and a schema. */
static void compile_with_tests(void)
{
    struct bundle_folder folder;

    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "policies/_schemas/r.json",
                        "{\"properties\": {\"amount\": {\"type\": \"number\"}}}");
    bundle_folder_write(
        &folder, "policies/a.yaml",
        "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: llm\n"
        "  version: default\n  schemas: {resourceSchema: {ref: 'cerbos:///r.json'}}\n"
        "  rules:\n    - actions: [chat]\n"
        "      effect: EFFECT_ALLOW\n      roles: [clerk]\n");
    bundle_folder_write(
        &folder, "bundle.yaml",
        "name: t\nschema_enforcement: reject\nself_tests:\n"
        "  - name: a clerk may chat\n    expect: allow\n    input: {principal: {id: "
        "a, roles: [clerk]}, resource: {kind: llm, id: m}, actions: [chat]}\n"
        "  - name: nobody else may\n    expect: deny\n    input: {principal: {id: "
        "a, roles: [guest]}, resource: {kind: llm, id: m}, actions: [chat]}\n");
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    with_tests = folder.body;
    folder.body = (struct bytes){ 0 };
    bundle_folder_remove(&folder);
}

/* A process that starts over the same storage. */
static void start(void)
{
    if (in) {
        for (int i = 0; i < PN_POLICY_GENERATIONS; i++) free(in->memory[i].at);
    }
    free(in);
    free(shared);
    shared = calloc(1, sizeof *shared);
    in = calloc(1, sizeof *in);
    pn_shared_init(shared);
    in->shared = shared;
    in->expect = sealed_expect();
    in->expect.engine = PN_POLICY_ENGINE;
    in->self_test_room = &self_test_room;
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        in->memory[i] = pn_writer(malloc(MEMORY_BYTES), MEMORY_BYTES);
    }
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_install_open(in, &store));
}

void setUp(void)
{
    sealed_crypto_init();
    sim_store_init(&store);
    if (good.len == 0) {
        compile_as("http", &good);
        compile_as("https", &with_tls);
        compile_with_key();
        compile_with_issuer();
        compile_with_tests();
        compile_with_secrets();
    }
    start();
}

void tearDown(void)
{
}

static struct pn_seal_wish wish_of(uint64_t sequence)
{
    struct pn_seal_wish wish = sealed_wish();

    wish.sequence = sequence;
    wish.engine_min = 0;
    return wish;
}

static struct pn_install_result push(const struct pn_seal_wish *wish, struct pn_slice body)
{
    sealed_make(&made, wish, body);
    return pn_install_sealed(in, pn_slice(made.bytes, made.len), NOW_S);
}

static void expect_result(const struct pn_install_result *r, enum pn_installed verdict,
                          uint16_t status, const char *name)
{
    TEST_ASSERT_EQUAL(verdict, r->verdict);
    TEST_ASSERT_EQUAL_UINT16(status, r->status);
    if (!name) return;
    TEST_ASSERT_EQUAL_size_t(strlen(name), r->name.len);
    TEST_ASSERT_EQUAL_MEMORY(name, r->name.at, r->name.len);
    TEST_ASSERT_GREATER_THAN_size_t(10, r->sentence.len);
}

static uint64_t sequence_in_force(void)
{
    uint32_t current = atomic_load(&shared->current);

    return current == PN_GENERATION_NONE ? 0 : shared->generations[current].sequence;
}

static void install_7(void)
{
    struct pn_seal_wish wish = wish_of(7);
    struct pn_install_result r = push(&wish, bytes_slice(&good));

    expect_result(&r, PN_INSTALL_DONE, 200, NULL);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
}

static void test_a_new_device_holds_nothing(void)
{
    struct pn_install_result r = pn_install_held(in, NOW_S);

    expect_result(&r, PN_INSTALL_REFUSED, 422, "seal_empty");
    TEST_ASSERT_EQUAL_UINT32(0, in->refusals); /* nothing was refused: there was nothing */
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

static void test_what_was_installed_is_in_force_and_after_a_restart(void)
{
    install_7();
    const struct pn_active *a = &shared->generations[atomic_load(&shared->current)];
    TEST_ASSERT_EQUAL_INT64(NOW_S + 86400, a->expires_unix);
    TEST_ASSERT_EQUAL_size_t(1, pn_upstream_count(&a->routes));
    TEST_ASSERT_EQUAL_UINT32(1, in->installs);
    start();
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
    struct pn_install_result r = pn_install_held(in, NOW_S);
    expect_result(&r, PN_INSTALL_DONE, 200, NULL);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
}

static void test_the_same_again_changes_nothing(void)
{
    install_7();
    uint32_t place = atomic_load(&shared->current);
    struct pn_install_result r = pn_install_sealed(in, pn_slice(made.bytes, made.len), NOW_S);

    expect_result(&r, PN_INSTALL_HELD, 200, NULL);
    TEST_ASSERT_EQUAL_UINT32(place, atomic_load(&shared->current));
    TEST_ASSERT_EQUAL_UINT32(1, in->installs);
}

/* --- refusals leave the policy in force as it was --- */

static struct pn_install_result older(void)
{
    struct pn_seal_wish wish = wish_of(6);
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result another_of_the_same_sequence(void)
{
    struct pn_seal_wish wish = wish_of(7);
    wish.expires_s++;
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result older_epoch(void)
{
    struct pn_seal_wish wish = wish_of(8);
    wish.epoch = 1;
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result rubbish(void)
{
    return pn_install_sealed(in, PN_SLICE("rubbish"), NOW_S);
}

static struct pn_install_result altered(void)
{
    struct pn_seal_wish wish = wish_of(8);
    sealed_make(&made, &wish, bytes_slice(&good));
    made.bytes[made.len - 1] ^= 1;
    return pn_install_sealed(in, pn_slice(made.bytes, made.len), NOW_S);
}

static struct pn_install_result cut(void)
{
    struct pn_seal_wish wish = wish_of(8);
    sealed_make(&made, &wish, bytes_slice(&good));
    return pn_install_sealed(in, pn_slice(made.bytes, made.len - 1), NOW_S);
}

static struct pn_install_result for_others(void)
{
    static const struct pn_slice devices[] = { PN_SLICE_INIT("d2") };
    struct pn_seal_wish wish = wish_of(8);
    wish.devices = devices;
    wish.device_count = 1;
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result expired(void)
{
    struct pn_seal_wish wish = wish_of(8);
    wish.issued_s = NOW_S - 100;
    wish.expires_s = NOW_S - 1;
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result no_policy_inside(void)
{
    struct pn_seal_wish wish = wish_of(8);
    return push(&wish, PN_SLICE("this is no policy at all"));
}

static struct pn_install_result https(void)
{
    struct pn_seal_wish wish = wish_of(8);
    return push(&wish, bytes_slice(&with_tls));
}

static struct pn_install_result https_issuer(void)
{
    struct pn_seal_wish wish = wish_of(8);
    struct pn_install_result r = push(&wish, bytes_slice(&with_issuer));
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("https://login.example"), pn_install_detail(&r)));
    return r;
}

/* The device knows one credential, and not that one. */
static struct pn_install_result push_with_secret(const struct bytes *body)
{
    static const struct pn_credential known = { PN_SLICE_INIT("other"), PN_SLICE_INIT("value") };
    static struct pn_credentials credentials;
    struct pn_seal_wish wish = wish_of(8);

    pn_credentials_init(&credentials, &known, 1);
    in->credentials = &credentials;
    return push(&wish, bytes_slice(body));
}

static struct pn_install_result credential_of_an_upstream(void)
{
    struct pn_install_result r = push_with_secret(&with_secret);
    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("crm: credential:crm-token"), pn_install_detail(&r)));
    return r;
}

static struct pn_install_result credential_of_an_issuer(void)
{
    struct pn_install_result r = push_with_secret(&with_asked);
    TEST_ASSERT_TRUE(
        pn_slice_equal(PN_SLICE("http://login.example: credential:login"), pn_install_detail(&r)));
    return r;
}

static void test_credentials_that_the_device_holds(void)
{
    static const struct pn_credential known = { PN_SLICE_INIT("crm-token"), PN_SLICE_INIT("v") };
    static struct pn_credentials credentials;
    struct pn_seal_wish wish = wish_of(8);

    pn_credentials_init(&credentials, &known, 1);
    in->credentials = &credentials;
    struct pn_install_result r = push(&wish, bytes_slice(&with_secret));
    expect_result(&r, PN_INSTALL_DONE, 200, NULL);
}

static struct pn_install_result role_beyond(void)
{
    struct pn_seal_wish wish = wish_of(8);
    return push(&wish, bytes_slice(&with_key));
}

static struct pn_install_result signed_for_another_mode(void)
{
    struct pn_seal_wish wish = wish_of(8);
    wish.mode = PN_MODE_CERBOS54;
    return push(&wish, bytes_slice(&good));
}

static struct pn_install_result too_large(void)
{
    static uint8_t large[MEMORY_BYTES + 1];
    return pn_install_sealed(in, pn_slice(large, sizeof large), NOW_S);
}

static struct pn_install_result store_fails(void)
{
    struct pn_seal_wish wish = wish_of(8);
    sealed_make(&made, &wish, bytes_slice(&good));
    store.fail_program_at = store.steps + 2;
    struct pn_install_result r = pn_install_sealed(in, pn_slice(made.bytes, made.len), NOW_S);
    store.fail_program_at = SIM_NEVER;
    return r;
}

static const struct refusal_row {
    struct pn_install_result (*act)(void);
    uint16_t status;
    const char *name; /* NULL: the engine's own */
} refusals[] = {
    { older, 409, "seal_sequence_older" },
    { another_of_the_same_sequence, 409, "seal_sequence_conflict" },
    { older_epoch, 409, "seal_epoch" },
    { rubbish, 422, "seal_unsigned" },
    { altered, 422, "seal_digest" },
    { cut, 422, "seal_body_length" },
    { for_others, 422, "seal_target" },
    { expired, 422, "seal_expired" },
    { no_policy_inside, 422, NULL },
    { https, 422, "upstream_tls" },
    { https_issuer, 422, "upstream_tls" },
    { credential_of_an_upstream, 422, "credential_missing" },
    { credential_of_an_issuer, 422, "credential_missing" },
    { role_beyond, 422, "key_roles" },
    { signed_for_another_mode, 422, "mode" },
    { too_large, 413, "seal_body_oversize" },
    { store_fails, 503, "seal_store" },
};

static void test_a_refusal_leaves_the_policy_before(void)
{
    for (uint32_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        setUp();
        install_7();
        uint32_t place = atomic_load(&shared->current);
        struct pn_install_result r = refusals[i].act();

        expect_result(&r, PN_INSTALL_REFUSED, refusals[i].status, refusals[i].name);
        TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
        TEST_ASSERT_EQUAL_UINT32(place, atomic_load(&shared->current));
        TEST_ASSERT_EQUAL_UINT32(1, in->refusals);
        TEST_ASSERT_EQUAL(PN_INSTALL_REFUSED, in->last_refusal.verdict);
        TEST_ASSERT_EQUAL_INT64(NOW_S, in->last_refusal_unix);
        uint8_t room[PN_ABSENCE_BYTES];
        TEST_ASSERT_TRUE(pn_slice_equal(r.name, pn_absence_read(&shared->absence, room)));
        struct pn_seal_wish wish = wish_of(9);
        r = push(&wish, bytes_slice(&good)); /* and the next one is taken */
        expect_result(&r, PN_INSTALL_DONE, 200, NULL);
        TEST_ASSERT_EQUAL_UINT64(9, sequence_in_force());
    }
}

static void test_a_refused_upstream_is_named(void)
{
    struct pn_install_result r = https();

    TEST_ASSERT_NOT_NULL(
        strstr((const char *)memcpy((char[128]){ 0 }, r.detail_text, r.detail_len), "m"));
    TEST_ASSERT_EQUAL_UINT64(0, sequence_in_force());
}

static void test_a_key_with_a_role_too_many_is_named(void)
{
    struct pn_install_result r = role_beyond();

    TEST_ASSERT_TRUE(pn_slice_equal(PN_SLICE("key-of-ana"), pn_install_detail(&r)));
}

/* A byte of the body, changed before it is signed. */
static struct pn_install_result push_changed(size_t at, uint8_t value)
{
    struct pn_seal_wish wish = wish_of(8);
    uint8_t before = with_tests.at[at];

    with_tests.at[at] = value;
    struct pn_install_result r = push(&wish, bytes_slice(&with_tests));
    with_tests.at[at] = before;
    return r;
}

static void expect_self_test(struct pn_install_result r, const char *reason, const char *name)
{
    expect_result(&r, PN_INSTALL_REFUSED, 422, reason);
    TEST_ASSERT_TRUE(pn_slice_equal(pn_slice(name, strlen(name)), pn_install_detail(&r)));
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
}

/* Signed by a trusted key, and yet not what its author says it is. */
static void test_self_tests_are_decided_first(void)
{
    struct pn_policy policy;
    struct pn_seal_wish wish = wish_of(8);

    install_7();
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&with_tests)));
    struct pn_slice tests = policy.blob.section[PN_POLICY_SECTION_SELF_TESTS];
    size_t first = (size_t)(tests.at - with_tests.at), second = first + PN_SELF_TEST_BYTES;
    size_t input = (size_t)(pn_self_test_at(&policy, 1).input.at - with_tests.at);
    expect_self_test(push_changed(first + PN_SELF_TEST_OUTCOME, PN_DENY), "self_test_failed",
                     "a clerk may chat");
    expect_self_test(push_changed(second + PN_SELF_TEST_OUTCOME, PN_STEP_UP), "self_test_failed",
                     "nobody else may");
    expect_self_test(push_changed(input, '['), "self_test_unreadable", "nobody else may");
    in->self_test_room = NULL;
    expect_self_test(push_changed(first, with_tests.at[first]), "self_test_unreadable",
                     "a clerk may chat");
    in->self_test_room = &self_test_room;
    struct pn_install_result r = push(&wish, bytes_slice(&with_tests));
    expect_result(&r, PN_INSTALL_DONE, 200, NULL);
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
}

/* An engine that has come to decide otherwise does not take up what it accepted before. */
static void test_self_tests_are_decided_after_a_restart(void)
{
    struct pn_seal_wish wish = wish_of(8);

    install_7();
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, push(&wish, bytes_slice(&with_tests)).verdict);
    start();
    TEST_ASSERT_EQUAL(PN_INSTALL_DONE, pn_install_held(in, NOW_S).verdict);
    TEST_ASSERT_EQUAL_UINT64(8, sequence_in_force());
    start();
    in->self_test_room = NULL;
    (void)pn_install_held(in, NOW_S);
    TEST_ASSERT_EQUAL_UINT64(7, sequence_in_force());
}

static void test_held_by_open_requests_it_waits(void)
{
    struct pn_install_result r = { 0 };

    for (uint64_t i = 1; i <= PN_POLICY_GENERATIONS; i++) {
        struct pn_seal_wish wish = wish_of(i);
        r = push(&wish, bytes_slice(&good));
        expect_result(&r, PN_INSTALL_DONE, 200, NULL);
        pn_shared_pin(shared, 0);
    }
    struct pn_seal_wish wish = wish_of(100);
    r = push(&wish, bytes_slice(&good));
    expect_result(&r, PN_INSTALL_REFUSED, 503, "generations_full");
    TEST_ASSERT_EQUAL_UINT64(PN_POLICY_GENERATIONS, sequence_in_force());
    for (uint32_t g = 0; g < PN_POLICY_GENERATIONS; g++) {
        if (g != atomic_load(&shared->current)) {
            pn_shared_unpin(shared, 0, g);
            break;
        }
    }
    r = push(&wish, bytes_slice(&good));
    expect_result(&r, PN_INSTALL_DONE, 200, NULL);
    TEST_ASSERT_EQUAL_UINT64(100, sequence_in_force());
}

static void release_all(void)
{
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) free(in->memory[i].at);
    free(in);
    free(shared);
    bytes_free(&good);
    bytes_free(&with_tls);
    bytes_free(&with_key);
    bytes_free(&with_issuer);
    bytes_free(&with_tests);
    bytes_free(&with_secret);
    bytes_free(&with_asked);
}

int main(void)
{
    struct sim *sim = sim_open(1); /* for its randomness */

    UNITY_BEGIN();
    RUN_TEST(test_a_new_device_holds_nothing);
    RUN_TEST(test_what_was_installed_is_in_force_and_after_a_restart);
    RUN_TEST(test_the_same_again_changes_nothing);
    RUN_TEST(test_a_refusal_leaves_the_policy_before);
    RUN_TEST(test_a_refused_upstream_is_named);
    RUN_TEST(test_credentials_that_the_device_holds);
    RUN_TEST(test_a_key_with_a_role_too_many_is_named);
    RUN_TEST(test_self_tests_are_decided_first);
    RUN_TEST(test_self_tests_are_decided_after_a_restart);
    RUN_TEST(test_held_by_open_requests_it_waits);
    release_all();
    sim_shut(sim);
    return UNITY_END();
}
