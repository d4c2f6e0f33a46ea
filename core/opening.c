/* see opening.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/opening.h"

#include "core/route/route_text.h"

struct pn_install_result pn_opening_refused(struct pn_slice name, struct pn_slice sentence,
                                            uint16_t status)
{
    return (struct pn_install_result){
        .verdict = PN_INSTALL_REFUSED,
        .status = status,
        .name = name,
        .sentence = sentence,
    };
}

static void name_it(struct pn_install_result *r, struct pn_slice detail)
{
    struct pn_writer w = pn_writer(r->detail_text, sizeof r->detail_text);

    pn_write(&w, pn_slice_head(detail, detail.len < w.max ? detail.len : w.max));
    r->detail_len = (uint8_t)w.len;
}

/* Sections of the body that are known, beside 1 to 31. */
static bool sections_are_known(const struct pn_blob *blob)
{
    static const uint8_t known[] = { PN_SECTION_STRINGS,
                                     PN_SECTION_UPSTREAMS,
                                     PN_SECTION_MODELS,
                                     PN_SECTION_SERVERS,
                                     PN_SECTION_ORIGINS,
                                     PN_SECTION_ASSERTIONS,
                                     PN_SECTION_PASSES,
                                     PN_SECTION_OWNERS,
                                     PN_SECTION_KEYS,
                                     PN_SECTION_KEY_ATTRS,
                                     PN_SECTION_ISSUERS,
                                     PN_SECTION_ISSUER_TEXTS,
                                     PN_SECTION_ISSUER_KEYS,
                                     PN_SECTION_ISSUER_ROLES,
                                     PN_SECTION_ATTACHMENTS,
                                     PN_POLICY_SECTION_SCHEMA_BINDINGS,
                                     PN_POLICY_SECTION_SCHEMA_NODES,
                                     PN_POLICY_SECTION_SCHEMA_WORDS,
                                     PN_POLICY_SECTION_SELF_TESTS };
    uint64_t gateway = blob->present & ~((UINT64_C(1) << PN_POLICY_SECTION_GATEWAY_FIRST) - 1);

    for (size_t i = 0; i < sizeof known; i++) gateway &= ~(UINT64_C(1) << known[i]);
    return gateway == 0;
}

/* A role that only rules may give, derived from what a call says, is nobody's by key. */
static struct pn_install_result check_roles(const struct pn_active *a)
{
    struct pn_slice key_id;

    if (!pn_key_beyond_roles(&a->keys, a->policy.role_count, &key_id)) {
        return (struct pn_install_result){ .verdict = PN_INSTALL_DONE };
    }
    struct pn_install_result r =
        pn_opening_refused(PN_SLICE("key_roles"),
                           PN_SLICE("An API key has a role that is none of the policy's."), 422);
    name_it(&r, key_id);
    return r;
}

static struct pn_install_result check_tables(struct pn_active *a)
{
    const struct pn_slice *section = a->policy.blob.section;

    a->routes = pn_route_table_of(section);
    a->keys = pn_key_table_of(section);
    a->issuers = pn_issuer_table_of(section);
    a->attachments = pn_attachment_table_of(section);
    if (!sections_are_known(&a->policy.blob)) {
        return pn_opening_refused(
            PN_SLICE("section_unknown"),
            PN_SLICE("The policy has a section that this gateway does not know."), 422);
    }
    if (!pn_route_table_check(&a->routes) || !pn_route_texts_fit(&a->routes)) {
        return pn_opening_refused(PN_SLICE("routes"),
                                  PN_SLICE("The policy's routes are malformed."), 422);
    }
    if (!pn_key_table_check(&a->keys, a->policy.slot_count)) {
        return pn_opening_refused(PN_SLICE("keys"),
                                  PN_SLICE("The policy's API keys are malformed."), 422);
    }
    if (!pn_issuer_table_check(&a->issuers, a->policy.role_count)) {
        return pn_opening_refused(PN_SLICE("issuers"),
                                  PN_SLICE("The policy's token issuers are malformed."), 422);
    }
    if (!pn_attachment_table_check(&a->attachments)) {
        return pn_opening_refused(PN_SLICE("attachments"),
                                  PN_SLICE("What the policy attaches to callers is malformed."),
                                  422);
    }
    return check_roles(a);
}

static bool is_https(struct pn_slice url)
{
    return pn_slice_begins(url, PN_SLICE("https://"));
}

/* The name of an issuer that is asked through TLS, or nothing. */
static struct pn_slice issuer_through_tls(const struct pn_issuer_table *t)
{
    for (size_t i = 0; i < pn_issuer_count(t); i++) {
        const uint8_t *record = pn_issuer_at(t, i);
        if (is_https(pn_issuer_text(t, record + PN_ISSUER_KEYS_URL)) ||
            is_https(pn_issuer_text(t, record + PN_ISSUER_ASK_URL))) {
            return pn_issuer_text(t, record + PN_ISSUER_NAME);
        }
    }
    return PN_SLICE("");
}

/* An https upstream is refused by name where this gateway speaks no TLS; it is never downgraded. */
static struct pn_install_result check_upstreams(const struct pn_install *in,
                                                const struct pn_active *a)
{
    if (in->upstream_tls == PN_INSTALL_TLS)
        return (struct pn_install_result){ .verdict = PN_INSTALL_DONE };
    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        struct pn_upstream u = pn_upstream_at(&a->routes, i);
        if (u.scheme == PN_SCHEME_HTTP) continue;
        struct pn_install_result r = pn_opening_refused(
            PN_SLICE("upstream_tls"),
            PN_SLICE("An upstream has an https address, and this gateway trusts no roots."), 422);
        name_it(&r, u.name);
        return r;
    }
    struct pn_slice issuer = issuer_through_tls(&a->issuers);
    if (issuer.len == 0) return (struct pn_install_result){ .verdict = PN_INSTALL_DONE };
    struct pn_install_result r = pn_opening_refused(
        PN_SLICE("upstream_tls"),
        PN_SLICE("An issuer is asked at an https address, and this gateway trusts no roots."), 422);
    name_it(&r, issuer);
    return r;
}

/* Who wants it, and what: "crm: credential:crm-token". */
static struct pn_install_result credential_missing(struct pn_slice who, struct pn_slice name)
{
    struct pn_install_result r = pn_opening_refused(
        PN_SLICE("credential_missing"),
        PN_SLICE("The policy refers to a credential that this device does not hold."), 422);
    struct pn_writer w = pn_writer(r.detail_text, sizeof r.detail_text);

    pn_write(&w, pn_slice_head(who, who.len < 48 ? who.len : 48));
    pn_write_text(&w, ": credential:");
    pn_write(&w, pn_slice_head(name, name.len < 64 ? name.len : 64));
    r.detail_len = (uint8_t)w.len;
    return r;
}

static bool is_held(const struct pn_install *in, struct pn_slice name)
{
    return name.len == 0 || pn_credentials_know(in->credentials, name);
}

static struct pn_install_result check_credentials(const struct pn_install *in,
                                                  const struct pn_active *a)
{
    struct pn_install_result good = { .verdict = PN_INSTALL_DONE };

    if (in->credentials == NULL) return good;
    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        struct pn_slice name = pn_upstream_secret(&a->routes, i);
        if (is_held(in, name)) continue;
        return credential_missing(pn_upstream_at(&a->routes, i).name, name);
    }
    for (size_t i = 0; i < pn_issuer_count(&a->issuers); i++) {
        const uint8_t *record = pn_issuer_at(&a->issuers, i);
        struct pn_slice name = pn_issuer_text(&a->issuers, record + PN_ISSUER_CREDENTIAL);
        if (is_held(in, name)) continue;
        return credential_missing(pn_issuer_text(&a->issuers, record + PN_ISSUER_NAME), name);
    }
    return good;
}

/* What the author says of the policy holds on this device too. */
static struct pn_install_result check_self_tests(struct pn_install *in, const struct pn_policy *p)
{
    struct pn_self_test_result test = { .verdict = PN_SELF_TEST_UNREADABLE };

    if (pn_self_test_count(p) == 0) return (struct pn_install_result){ .verdict = PN_INSTALL_DONE };
    if (in->self_test_room != NULL) test = pn_self_tests_run(p, in->self_test_room);
    if (test.verdict == PN_SELF_TEST_PASSED) {
        return (struct pn_install_result){ .verdict = PN_INSTALL_DONE };
    }
    struct pn_install_result r =
        test.verdict == PN_SELF_TEST_FAILED
            ? pn_opening_refused(
                  PN_SLICE("self_test_failed"),
                  PN_SLICE("A self-test of the policy comes to another outcome here."), 422)
            : pn_opening_refused(
                  PN_SLICE("self_test_unreadable"),
                  PN_SLICE("A self-test of the policy is no request that can be read here."), 422);
    name_it(&r, pn_self_test_at(p, test.test).name);
    return r;
}

static void describe(struct pn_active *a, const struct pn_seal *seal)
{
    const struct pn_manifest *m = &seal->manifest;

    memcpy(a->identity, seal->identity, sizeof a->identity);
    memcpy(a->signer, seal->key_id, sizeof a->signer);
    a->sequence = m->sequence;
    a->issued_unix = (int64_t)m->issued_s;
    a->expires_unix = (int64_t)m->expires_s;
    a->grace_until_unix = (int64_t)(m->expires_s + m->grace_s);
    a->on_expiry = m->on_expiry;
}

struct pn_install_result pn_opening_run(struct pn_install *in, struct pn_active *a,
                                        const struct pn_seal *seal)
{
    enum pn_policy_fault fault = pn_policy_open(&a->policy, seal->body);

    if (fault != PN_POLICY_GOOD) {
        return pn_opening_refused(pn_policy_fault_name(fault), pn_policy_fault_sentence(fault),
                                  422);
    }
    if (a->policy.mode != (enum pn_mode)seal->manifest.mode) {
        return pn_opening_refused(
            PN_SLICE("mode"),
            PN_SLICE("The manifest was signed for another mode than the body has."), 422);
    }
    struct pn_install_result r = check_tables(a);
    if (r.verdict == PN_INSTALL_DONE) r = check_upstreams(in, a);
    if (r.verdict == PN_INSTALL_DONE) r = check_credentials(in, a);
    if (r.verdict == PN_INSTALL_DONE) r = check_self_tests(in, &a->policy);
    if (r.verdict == PN_INSTALL_DONE) describe(a, seal);
    return r;
}
