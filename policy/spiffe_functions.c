/* see builtin.h: SPIFFE identifiers, spiffe://domain/path, as the SPIFFE-ID standard has them: lower
 * case domains, no empty, `.` or `..` names in paths, nothing percent-encoded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/spiffe_id.h"
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/result.h"

/* What a PN_SPIFFE_MATCHER accepts (`node`): every identifier, those of its items, or those of the
 * domains that are its items. */
enum { ANY, ONE_OF, MEMBERS };

enum { SCHEME_BYTES = 9 };

/* What stands behind the scheme of an identifier. */
static struct pn_slice behind_scheme(struct pn_slice id)
{
    return pn_slice_from(id, SCHEME_BYTES);
}

static struct pn_slice domain_of(struct pn_slice id)
{
    struct pn_slice rest = behind_scheme(id);

    return pn_slice_head(rest, pn_slice_find(rest, '/'));
}

static bool is_id(struct pn_slice text)
{
    struct pn_spiffe_id id;

    return pn_spiffe_read(text, &id);
}

/* The identifier that a value is, or that its text, which is plain, means. False: a fault is in its place. */
static bool make_id(struct pn_value *v)
{
    if (v->type == PN_SPIFFE_ID) return true;
    if (v->type != PN_STRING) pn_put_no_overload(v);
    else if (!is_id(pn_value_text(v))) pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
    else v->type = (uint8_t)PN_SPIFFE_ID;
    return v->type == PN_SPIFFE_ID;
}

void pn_fn_spiffe_id(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    (void)make_id(v);
}

/* A domain may be named by itself or by any of its identifiers. */
void pn_fn_spiffe_trust_domain(struct pn_machine *m, struct pn_value *v,
                               const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v);

    (void)m;
    (void)c;
    if (v->type == PN_SPIFFE_TRUST_DOMAIN) return;
    if (v->type != PN_SPIFFE_ID && v->type != PN_STRING) {
        pn_put_no_overload(v);
        return;
    }
    if (is_id(text)) text = domain_of(text);
    pn_put_text_as(v, PN_SPIFFE_TRUST_DOMAIN, text);
    if (!pn_spiffe_is_domain(text)) pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
}

void pn_fn_spiffe_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice rest = behind_scheme(pn_value_text(v));

    (void)m;
    (void)c;
    pn_put_text(v, pn_slice_from(rest, pn_slice_find(rest, '/')));
}

void pn_fn_trust_domain(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    pn_put_text_as(v, PN_SPIFFE_TRUST_DOMAIN, domain_of(pn_value_text(v)));
}

static bool is_member(const struct pn_value *id, const struct pn_value *of)
{
    return pn_slice_equal(domain_of(pn_value_text(id)), pn_value_text(of));
}

void pn_fn_is_member_of(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    pn_put_bool(v, is_member(&v[0], &v[1]));
}

void pn_fn_trust_domain_id(struct pn_machine *m, struct pn_value *v,
                           const struct pn_builtin_call *c)
{
    struct pn_slice name = pn_value_text(v);
    uint8_t *at = pn_machine_string(m, SCHEME_BYTES + name.len, v);

    (void)c;
    if (at == NULL) return;
    memcpy(at, "spiffe://", SCHEME_BYTES);
    memcpy(at + SCHEME_BYTES, name.at, name.len);
}

void pn_fn_trust_domain_name(struct pn_machine *m, struct pn_value *v,
                             const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    v->type = PN_STRING;
}

/* A matcher that has one item, or none when it accepts all. */
void pn_fn_spiffe_match(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_value item = *v;

    if (c->which == ONE_OF) (void)make_id(&item);
    if (c->which == MEMBERS) pn_fn_spiffe_trust_domain(m, &item, c);
    *v = item;
    if (c->which != ANY && item.type == PN_ERROR) return;
    if (!pn_machine_list(m, 1, v)) return;
    if (c->which != ANY) (void)pn_list_append(v, &item);
    v->type = (uint8_t)PN_SPIFFE_MATCHER;
    v->node = c->which;
}

void pn_fn_spiffe_match_one_of(struct pn_machine *m, struct pn_value *v,
                               const struct pn_builtin_call *c)
{
    (void)c;
    if (!pn_argument_cells(m, v)) return;
    for (uint32_t i = 0; i < v->len; i++) {
        struct pn_value *item = &v->as.items[i];
        if ((item->type != PN_STRING || pn_argument_text(m, item)) && make_id(item)) continue;
        *v = *item;
        return;
    }
    v->type = (uint8_t)PN_SPIFFE_MATCHER;
    v->node = ONE_OF;
}

static bool accepts(const struct pn_value *matcher, const struct pn_value *item,
                    const struct pn_value *id)
{
    return matcher->node == MEMBERS ? is_member(id, item)
                                    : pn_slice_equal(pn_value_text(id), pn_value_text(item));
}

void pn_fn_matches_id(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    bool accepted = v->node == ANY;

    (void)c;
    if (!make_id(&v[1])) {
        *v = v[1];
        return;
    }
    for (uint32_t i = 0; i < v->len && !accepted; i++) {
        const struct pn_value *item = &v->as.items[i];
        if (!pn_machine_spend(m, 1 + item->len / 16)) {
            pn_put_spent(v, m);
            return;
        }
        accepted = accepts(v, item, &v[1]);
    }
    pn_put_bool(v, accepted);
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_SPIFFE PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_spiffe_functions = { .functions = functions,
                                                       .count =
                                                           sizeof functions / sizeof functions[0] };
