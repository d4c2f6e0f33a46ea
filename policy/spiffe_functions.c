/* see builtin.h: SPIFFE identifiers, spiffe://domain/path, as the SPIFFE-ID standard has them: lower
 * case domains, no empty, `.` or `..` names in paths, nothing percent-encoded.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"

/* What a PN_SPIFFE_MATCHER accepts (`node`): every identifier, those of its items, or those of the
 * domains that are its items. */
enum { ANY, ONE_OF, MEMBERS };

enum { SCHEME_BYTES = 9 };

static const uint8_t scheme[] = "spiffe://";

static bool is_name_byte(uint8_t ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' ||
           ch == '_';
}

static bool is_domain(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_byte(text.at[i])) return false;
    }
    return text.len > 0;
}

/* One name of a path, its slash removed. */
static bool is_path_name(struct pn_slice name)
{
    bool dots = true;

    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_byte(pn_ascii_lower(name.at[i]))) return false;
        if (name.at[i] != '.') dots = false;
    }
    return name.len > 0 && !(dots && name.len <= 2);
}

static bool is_path(struct pn_slice path)
{
    while (path.len > 0) {
        path = pn_slice_from(path, 1);
        size_t len = pn_slice_find(path, '/');
        if (!is_path_name(pn_slice_head(path, len))) return false;
        path = pn_slice_from(path, len);
    }
    return true;
}

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
    if (!pn_slice_begins(text, pn_slice(scheme, SCHEME_BYTES))) return false;
    struct pn_slice rest = behind_scheme(text);
    size_t slash = pn_slice_find(rest, '/');
    return is_domain(pn_slice_head(rest, slash)) && is_path(pn_slice_from(rest, slash));
}

static struct pn_value of_text(enum pn_built_type type, struct pn_slice text)
{
    struct pn_value v = pn_value_string(text);

    v.type = (uint8_t)type;
    return v;
}

/* The identifier that an argument is, or that its text means. */
static struct pn_value id_of(struct pn_machine *m, const struct pn_value *arg)
{
    struct pn_slice text;
    struct pn_value fault;

    if (arg->type == PN_SPIFFE_ID) return *arg;
    if (!pn_argument_text(m, arg, &text, &fault)) return fault;
    return is_id(text) ? of_text(PN_SPIFFE_ID, text) : pn_value_fault(PN_FAULT_BAD_ARGUMENT);
}

/* A domain may be named by itself or by any of its identifiers. */
static struct pn_value domain(struct pn_machine *m, const struct pn_value *arg)
{
    struct pn_slice text = pn_value_text(arg);
    struct pn_value fault;

    if (arg->type == PN_SPIFFE_TRUST_DOMAIN) return *arg;
    if (arg->type != PN_SPIFFE_ID && !pn_argument_text(m, arg, &text, &fault)) return fault;
    if (is_id(text)) return of_text(PN_SPIFFE_TRUST_DOMAIN, domain_of(text));
    if (!is_domain(text)) return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    return of_text(PN_SPIFFE_TRUST_DOMAIN, text);
}

struct pn_value pn_fn_spiffe_id(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return id_of(m, args);
}

struct pn_value pn_fn_spiffe_trust_domain(struct pn_machine *m, const struct pn_value *args,
                                          uint32_t count)
{
    (void)count;
    return domain(m, args);
}

struct pn_value pn_fn_spiffe_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (args->type != PN_SPIFFE_ID) return pn_no_overload();
    struct pn_slice rest = behind_scheme(pn_value_text(args));
    return pn_value_string(pn_slice_from(rest, pn_slice_find(rest, '/')));
}

struct pn_value pn_fn_trust_domain(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    (void)m;
    (void)count;
    if (args->type != PN_SPIFFE_ID) return pn_no_overload();
    return of_text(PN_SPIFFE_TRUST_DOMAIN, domain_of(pn_value_text(args)));
}

static bool is_member(const struct pn_value *id, const struct pn_value *of)
{
    return pn_slice_equal(domain_of(pn_value_text(id)), pn_value_text(of));
}

struct pn_value pn_fn_is_member_of(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    (void)m;
    (void)count;
    if (args[0].type != PN_SPIFFE_ID || args[1].type != PN_SPIFFE_TRUST_DOMAIN) {
        return pn_no_overload();
    }
    return pn_value_bool(is_member(&args[0], &args[1]));
}

struct pn_value pn_fn_trust_domain_id(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count)
{
    struct pn_value id;

    (void)count;
    if (args->type != PN_SPIFFE_TRUST_DOMAIN) return pn_no_overload();
    uint8_t *at = pn_machine_string(m, SCHEME_BYTES + (size_t)args->len, &id);
    if (at == NULL) return id;
    memcpy(at, scheme, SCHEME_BYTES);
    memcpy(at + SCHEME_BYTES, args->as.text, args->len);
    return id;
}

struct pn_value pn_fn_trust_domain_name(struct pn_machine *m, const struct pn_value *args,
                                        uint32_t count)
{
    (void)m;
    (void)count;
    if (args->type != PN_SPIFFE_TRUST_DOMAIN) return pn_no_overload();
    return pn_value_string(pn_value_text(args));
}

/* A matcher that has one item, or none when it accepts all. */
static struct pn_value matcher(struct pn_machine *m, uint16_t accepts, const struct pn_value *item)
{
    struct pn_value v = pn_machine_list(m, 1);

    if (v.type == PN_ERROR || item->type == PN_ERROR) return item->type == PN_ERROR ? *item : v;
    if (accepts != ANY) v = pn_list_append(v, item);
    v.type = PN_SPIFFE_MATCHER;
    v.node = accepts;
    return v;
}

struct pn_value pn_fn_spiffe_match_any(struct pn_machine *m, const struct pn_value *args,
                                       uint32_t count)
{
    struct pn_value none = pn_value_of(PN_NULL);

    (void)args;
    (void)count;
    return matcher(m, ANY, &none);
}

struct pn_value pn_fn_spiffe_match_exact(struct pn_machine *m, const struct pn_value *args,
                                         uint32_t count)
{
    struct pn_value id = id_of(m, args);

    (void)count;
    return matcher(m, ONE_OF, &id);
}

struct pn_value pn_fn_spiffe_match_one_of(struct pn_machine *m, const struct pn_value *args,
                                          uint32_t count)
{
    struct pn_value ids = pn_argument_cells(m, args);

    (void)count;
    if (ids.type == PN_ERROR) return ids;
    for (uint32_t i = 0; i < ids.len; i++) {
        ids.as.items[i] = id_of(m, &ids.as.items[i]);
        if (ids.as.items[i].type == PN_ERROR) return ids.as.items[i];
    }
    ids.type = PN_SPIFFE_MATCHER;
    ids.node = ONE_OF;
    return ids;
}

struct pn_value pn_fn_spiffe_match_trust_domain(struct pn_machine *m, const struct pn_value *args,
                                                uint32_t count)
{
    struct pn_value name = domain(m, args);

    (void)count;
    return matcher(m, MEMBERS, &name);
}

struct pn_value pn_fn_matches_id(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    const struct pn_value *matcher = &args[0];
    bool accepted = matcher->node == ANY;

    (void)count;
    if (matcher->type != PN_SPIFFE_MATCHER) return pn_no_overload();
    struct pn_value id = id_of(m, &args[1]);
    if (id.type == PN_ERROR) return id;
    for (uint32_t i = 0; i < matcher->len && !accepted; i++) {
        const struct pn_value *item = &matcher->as.items[i];
        if (!pn_machine_spend(m, 1 + item->len / 16)) return pn_machine_spent(m);
        accepted = matcher->node == MEMBERS
                       ? is_member(&id, item)
                       : pn_slice_equal(pn_value_text(&id), pn_value_text(item));
    }
    return pn_value_bool(accepted);
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
