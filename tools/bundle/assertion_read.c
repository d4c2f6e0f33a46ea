/* What an upstream is told of the caller: `assertion` of a server or a model
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/http/h1_field.h"
#include "tools/bundle/bundle.h"
#include "tools/bundle/field_name.h"
#include "tools/compile/yaml_fields.h"

enum { TEXT_BYTES_MAX = 256, LIFETIME_USUAL_S = 60 };

static struct pn_slice read_name(struct bundle *bundle, const struct yaml_node *node)
{
    bool good = node->text.len > 0 && node->text.len <= TEXT_BYTES_MAX;

    for (size_t i = 0; i < node->text.len; i++) {
        if (node->text.at[i] <= ' ' || node->text.at[i] >= 0x7F) good = false;
    }
    if (!good) {
        diag_error(
            bundle->diagnostics, node->mark,
            "this names one side of an assertion: 1 to %d characters without blanks, such as "
            "https://gate.example.com",
            TEXT_BYTES_MAX);
    }
    return node->text;
}

static uint32_t read_lifetime(struct bundle *bundle, const struct yaml_node *node)
{
    uint64_t seconds = 0;

    if (!yaml_read_seconds(bundle->diagnostics, node, &seconds)) return LIFETIME_USUAL_S;
    if (seconds >= PN_ASSERTION_LIFETIME_MIN_S && seconds <= PN_ASSERTION_LIFETIME_MAX_S) {
        return (uint32_t)seconds;
    }
    diag_error(bundle->diagnostics, node->mark, "an assertion lives for %ds to %ds",
               PN_ASSERTION_LIFETIME_MIN_S, PN_ASSERTION_LIFETIME_MAX_S);
    return LIFETIME_USUAL_S;
}

/* A field that the client may send too, or the credential is in. */
static void check_header(struct bundle *bundle, const struct yaml_node *node,
                         const struct bundle_upstream *upstream)
{
    struct pn_slice header = upstream->assertion.header;
    enum pn_field field = pn_field_find(header);

    if (field != PN_FIELD_OTHER && field != PN_FIELD_AUTHORIZATION) {
        diag_error(bundle->diagnostics, node->mark, "'%.*s' is a field of something else",
                   SLICE_ARGS(header));
    }
    bool token = upstream->pass.kind != PN_PASS_NONE && field == PN_FIELD_AUTHORIZATION;
    bool secret = upstream->credential.len > 0 && pn_slice_equal(header, upstream->auth_header);
    if (token || secret) {
        diag_error(bundle->diagnostics, node->mark, "the credential is in '%.*s' already",
                   SLICE_ARGS(header));
    }
}

void bundle_read_assertion(struct bundle *bundle, const struct yaml_node *node,
                           struct bundle_upstream *upstream)
{
    struct yaml_node *issuer = NULL, *audience = NULL, *header = NULL, *lifetime = NULL;
    struct yaml_node *per_call = NULL;
    struct yaml_field fields[] = { { "issuer", YAML_WANT_TEXT, &issuer },
                                   { "audience", YAML_WANT_TEXT | YAML_REQUIRED, &audience },
                                   { "header", YAML_WANT_TEXT, &header },
                                   { "lifetime", YAML_WANT_TEXT, &lifetime },
                                   { "per_call", YAML_WANT_TEXT, &per_call } };
    struct bundle_assertion *a = &upstream->assertion;

    a->lifetime_s = LIFETIME_USUAL_S;
    a->header = PN_SLICE("x-postern-assertion");
    yaml_fields(bundle->diagnostics, node, "assertion", fields, sizeof fields / sizeof fields[0]);
    if (issuer != NULL) a->issuer = read_name(bundle, issuer);
    if (audience != NULL) a->audience = read_name(bundle, audience);
    if (lifetime != NULL) a->lifetime_s = read_lifetime(bundle, lifetime);
    if (per_call != NULL) (void)yaml_read_bool(bundle->diagnostics, per_call, &a->per_call);
    if (header == NULL) return;
    a->header = field_name_read(bundle, header);
    if (pn_slice_equal(a->header, PN_SLICE("authorization"))) a->prefix = PN_SLICE("Bearer ");
    check_header(bundle, header, upstream);
}

bool bundle_same_assertion(const struct bundle_assertion *a, const struct bundle_assertion *b)
{
    return a->lifetime_s == b->lifetime_s && a->per_call == b->per_call &&
           pn_slice_equal(a->issuer, b->issuer) && pn_slice_equal(a->audience, b->audience) &&
           pn_slice_equal(a->header, b->header) && pn_slice_equal(a->prefix, b->prefix);
}
