/* see trial.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/identity/trial.h"

#include <stdio.h>
#include <string.h>

#include "unity.h"

static const char policies[] =
    "apiVersion: api.cerbos.dev/v1\n"
    "resourcePolicy: {resource: llm, version: default, rules: [\n"
    "  {actions: ['*'], effect: EFFECT_ALLOW, roles: [tier-1, tier-2, refunder]}]}\n";

void trial_begin(struct trial *t)
{
    memset(t, 0, sizeof *t);
    pn_json_keys_init(&t->keys, t->places, 256, (const uint8_t *)"sixteen bytes ok");
    bundle_folder_make(&t->folder);
}

void trial_end(struct trial *t)
{
    bundle_folder_remove(&t->folder);
}

static void open_table(struct trial *t)
{
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&t->folder), bundle_folder_messages(&t->folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&t->policy, bytes_slice(&t->folder.body)));
    t->table = pn_issuer_table_of(t->policy.blob.section);
    TEST_ASSERT_TRUE(pn_issuer_table_check(&t->table, t->policy.role_count));
}

void trial_issuer(struct trial *t, int keys, const char *settings)
{
    static char yaml[12000];

    snprintf(yaml, sizeof yaml,
             "issuers:\n"
             "  - issuer: http://other.example.test\n"
             "    audiences: [somebody]\n"
             "    jwks: {keys: []}\n"
             "  - issuer: %s\n"
             "    audiences: [other, %s%s]\n"
             "    jwks: %s\n%s",
             TOKEN_ISS, TOKEN_AUD, t->audiences ? t->audiences : "", tokens_jwks(keys), settings);
    bundle_folder_write(&t->folder, "identity.yaml", yaml);
    bundle_folder_write(&t->folder, "policies/a.yaml", policies);
    open_table(t);
}

enum pn_reason trial_in(struct trial *t, const char *token, const struct pn_token_time *time)
{
    size_t len = strlen(token);

    TEST_ASSERT_TRUE(len <= sizeof t->bytes);
    memcpy(t->bytes, token, len);
    enum pn_reason reason = pn_jwt_read(t->bytes, len, &t->keys, &t->jwt);
    if (reason == PN_REASON_NONE) {
        reason = pn_issuer_check(&t->table, NULL, &t->jwt, time, &t->here, &t->match);
    }
    if (reason == PN_REASON_NONE) reason = pn_issuer_verify(&t->match, &t->jwt);
    if (reason == PN_REASON_NONE) {
        reason = pn_issuer_name(&t->table, &t->match, &t->jwt, &t->text, &t->who);
    }
    return reason;
}

enum pn_reason trial_at(struct trial *t, const char *token, int64_t now_s)
{
    struct pn_token_time time = { .now_s = now_s, .known = true };

    return trial_in(t, token, &time);
}

enum pn_reason trial(struct trial *t, const char *token)
{
    return trial_at(t, token, TRIAL_NOW_S);
}

const char *trial_good(const char *claims)
{
    static char whole[8000];

    snprintf(whole, sizeof whole, "{%s" TOKEN_CLAIMS "}", claims);
    return tokens_sign(TOKEN_HEADER, whole, TOKEN_ES_1);
}
