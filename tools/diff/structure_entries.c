/* see structure_entries.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/structure_entries.h"

#include <inttypes.h>

#include "core/identity/attachment_table.h"
#include "core/route/assertion_table.h"
#include "core/route/owner_table.h"
#include "core/route/pass_table.h"
#include "policy/condition.h"
#include "policy/record.h"
#include "tools/compile/diagnostics.h"
#include "tools/decision_words.h"
#include "tools/diff/predicate_key.h"
#include "tools/diff/subjects.h"
#include "tools/print_bytes.h"

const char STRUCTURE_KEY[] = "API key", STRUCTURE_MODEL[] = "model", STRUCTURE_SERVER[] = "server";
const char STRUCTURE_ISSUER[] = "token issuer", STRUCTURE_ATTACHMENT[] = "attachment";

static const char rule_word[] = "rule", action_word[] = "action", role_word[] = "role",
                  derived_word[] = "derived role", setting_word[] = "setting",
                  upstream_word[] = "upstream", policy_word[] = "policy";

struct listing {
    struct arena *arena;
    const struct candidate *c;
    const struct pn_policy *policy;
    struct structure_entries *out;
    struct bytes text; /* of a part being written */
};

static struct structure_entry *add(struct listing *l, const char *what, struct pn_slice name)
{
    LIST_PUSH(l->arena, l->out, ((struct structure_entry){ .what = what, .name = name }));
    return &l->out->items[l->out->count - 1];
}

/* End the part that was written. */
static void part(struct listing *l, struct structure_entry *entry, const char *name)
{
    size_t i = 0;

    while (entry->part_names[i] != NULL) i++;
    entry->part_names[i] = name;
    entry->parts[i] = arena_copy(l->arena, bytes_slice(&l->text));
    l->text.len = 0;
}

static void put(struct listing *l, struct pn_slice text)
{
    bytes_append(&l->text, text);
    bytes_append_u8(&l->text, ' ');
}

/* --- conditions --- */

static void put_mask(struct listing *l, uint32_t index)
{
    const uint8_t *mask = pn_record(l->policy, PN_POLICY_SECTION_MASKS, PN_MASK_BYTES, index);
    uint64_t yes = pn_load64(mask + PN_MASK_NEED_TRUE), no = pn_load64(mask + PN_MASK_NEED_FALSE);

    for (uint32_t bit = 0; bit < 64; bit++) {
        uint16_t predicate = (uint16_t)(64 * pn_load32(mask + PN_MASK_WORD) + bit);
        if ((yes >> bit & 1) != 0) predicate_key(&l->text, l->policy, predicate);
        if ((no >> bit & 1) == 0) continue;
        put(l, PN_SLICE("not"));
        predicate_key(&l->text, l->policy, predicate);
    }
}

static void put_program(struct listing *l, uint32_t first, uint32_t count)
{
    for (uint32_t i = first; i < first + count; i++) {
        const uint8_t *insn = pn_record(l->policy, PN_POLICY_SECTION_PROGRAM, PN_INSN_BYTES, i);
        uint16_t arg = pn_load16(insn + PN_INSN_ARG);
        if (insn[PN_INSN_OP] == PN_OP_PUSH) predicate_key(&l->text, l->policy, arg);
        else print_bytes(&l->text, "%u/%u ", insn[PN_INSN_OP], arg);
    }
}

/* As text that is the same where the condition is; the order of predicates is that of the blob. */
static void put_condition(struct listing *l, uint32_t index)
{
    if (index == PN_NONE32) return;
    const uint8_t *at =
        pn_record(l->policy, PN_POLICY_SECTION_CONDITIONS, PN_CONDITION_BYTES, index);
    uint32_t first = pn_load32(at + PN_CONDITION_FIRST);
    uint32_t count = pn_load16(at + PN_CONDITION_COUNT);

    switch ((enum pn_condition_kind)at[PN_CONDITION_KIND]) {
    case PN_CONDITION_MASK:
        for (uint32_t i = 0; i < count; i++) put_mask(l, first + i);
        return;
    case PN_CONDITION_PROGRAM: put_program(l, first, count); return;
    case PN_CONDITION_DNF: break;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *term =
            pn_record(l->policy, PN_POLICY_SECTION_CONJUNCTIONS, PN_CONJUNCTION_BYTES, first + i);
        put(l, PN_SLICE("or"));
        for (uint32_t k = 0; k < pn_load16(term + PN_CONJUNCTION_COUNT); k++) {
            put_mask(l, pn_load32(term + PN_CONJUNCTION_FIRST) + k);
        }
    }
}

/* --- rules --- */

static void put_roles(struct listing *l, uint32_t mask)
{
    const struct pn_policy *p = l->policy;

    if (mask == PN_NONE32) {
        put(l, PN_SLICE("*"));
        return;
    }
    for (uint16_t bit = 0; bit < p->role_count + p->derived_count; bit++) {
        uint64_t word = pn_load64(pn_role_mask_at(p, mask) + 8 * (size_t)(bit / 64));
        if ((word >> bit % 64 & 1) == 0) continue;
        if (bit < p->role_count) {
            put(l, pn_policy_role_name(p, bit));
            continue;
        }
        const uint8_t *derived =
            pn_record(p, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, (size_t)bit - p->role_count);
        put(l, pn_string(p, pn_load32(derived + PN_DERIVED_NAME)));
    }
}

static void put_output(struct listing *l, uint32_t index)
{
    if (index == PN_NONE32) return;
    const uint8_t *at = pn_record(l->policy, PN_POLICY_SECTION_OUTPUTS, PN_OUTPUT_BYTES, index);

    put(l, pn_string(l->policy, pn_load32(at + PN_OUTPUT_JSON)));
    put(l, pn_string(l->policy, pn_load32(at + PN_OUTPUT_REASON)));
    put(l, pn_string(l->policy, pn_load32(at + PN_OUTPUT_REMEDIATION)));
}

/* Rules of one name stand in the order of their files. */
static struct pn_slice own_name(struct listing *l, const char *what, struct pn_slice name)
{
    unsigned same = 0;

    for (size_t i = 0; i < l->out->count; i++) {
        const struct structure_entry *entry = &l->out->items[i];
        same += entry->what == what && pn_slice_begins(entry->name, name) &&
                (entry->name.len == name.len || entry->name.at[name.len] == ' ');
    }
    if (same == 0) return name;
    const char *text =
        arena_format(l->arena, "%.*s (%u)", (int)name.len, (const char *)name.at, same + 1);
    return pn_slice(text, strlen(text));
}

static void list_rules(struct listing *l)
{
    for (uint16_t i = 0; i < l->policy->rule_count; i++) {
        const uint8_t *rule = pn_rule_at(l->policy, i);
        struct pn_slice name = own_name(l, rule_word, pn_policy_rule_name(l->policy, i));
        struct structure_entry *entry = add(l, rule_word, name);
        print_bytes(&l->text, "%s", outcome_word((enum pn_outcome)rule[PN_RULE_OUTCOME]));
        part(l, entry, "outcome");
        put_roles(l, pn_load32(rule + PN_RULE_ROLES));
        part(l, entry, "roles");
        put_condition(l, pn_load32(rule + PN_RULE_CONDITION));
        part(l, entry, "condition");
        put_output(l, pn_load32(rule + PN_RULE_ACTIVATED));
        put_output(l, pn_load32(rule + PN_RULE_UNMET));
        part(l, entry, "output");
    }
}

static void add_action(struct listing *l, struct pn_slice kind, struct pn_slice action)
{
    const char *text = arena_format(l->arena, "%.*s on %.*s", (int)action.len,
                                    (const char *)action.at, (int)kind.len, (const char *)kind.at);
    struct pn_slice name = pn_slice(text, strlen(text));

    for (size_t i = 0; i < l->out->count; i++) {
        const struct structure_entry *entry = &l->out->items[i];
        if (entry->what == action_word && pn_slice_equal(entry->name, name)) return;
    }
    (void)add(l, action_word, name);
}

static void list_actions(struct listing *l)
{
    const struct pn_policy *p = l->policy;
    size_t kinds = p->blob.section[PN_POLICY_SECTION_KINDS].len / PN_KIND_BYTES;

    for (size_t k = 0; k < kinds; k++) {
        const uint8_t *kind = pn_record(p, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, k);
        struct pn_slice name = pn_string(p, pn_load32(kind + PN_KIND_NAME));
        for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_ACTION_COUNT); i++) {
            const uint8_t *at = pn_record(p, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES,
                                          pn_load32(kind + PN_KIND_ACTIONS) + i);
            add_action(l, name, pn_string(p, pn_load32(at + PN_ACTION_NAME)));
        }
        for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_GLOB_COUNT); i++) {
            const uint8_t *at = pn_record(p, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES,
                                          pn_load32(kind + PN_KIND_GLOBS) + i);
            add_action(l, name, pattern_text(l->arena, p, at));
        }
    }
}

static void list_roles(struct listing *l)
{
    const struct pn_policy *p = l->policy;

    for (uint16_t i = 0; i < p->role_count; i++) (void)add(l, role_word, pn_policy_role_name(p, i));
    for (uint16_t i = 0; i < p->derived_count; i++) {
        const uint8_t *at = pn_record(p, PN_POLICY_SECTION_DERIVED, PN_DERIVED_BYTES, i);
        struct pn_slice name =
            own_name(l, derived_word, pn_string(p, pn_load32(at + PN_DERIVED_NAME)));
        struct structure_entry *entry = add(l, derived_word, name);
        put_roles(l, pn_load32(at + PN_DERIVED_PARENTS));
        part(l, entry, "parents");
        put_condition(l, pn_load32(at + PN_DERIVED_CONDITION));
        part(l, entry, "condition");
    }
}

/* --- tables --- */

static void list_keys(struct listing *l)
{
    const struct candidate *c = l->c;

    for (size_t i = 0; i < pn_key_count(&c->keys); i++) {
        struct pn_key key;
        if (!pn_key_find(&c->keys, c->keys.keys.at + i * PN_KEY_BYTES + PN_KEY_HASH, 0, &key)) {
            continue;
        }
        struct structure_entry *entry = add(l, STRUCTURE_KEY, key.key_id);
        bytes_append(&l->text, pn_slice(c->keys.keys.at + i * PN_KEY_BYTES + PN_KEY_HASH, 32));
        part(l, entry, "key");
        put(l, key.role_names);
        part(l, entry, "roles");
        put(l, key.user);
        put(l, key.agent);
        put(l, key.team);
        put(l, key.task);
        part(l, entry, "who");
        print_bytes(&l->text, "%" PRIu64, key.expires_s);
        part(l, entry, "expiry");
        for (uint32_t a = 0; a < key.attr_count; a++) {
            uint16_t slot;
            struct pn_value value = pn_key_attr(&c->keys, &key, a, &slot);
            put(l, pn_policy_slot_path(l->policy, slot));
            if (value.type == PN_STRING) put(l, pn_value_text(&value));
            else print_bytes(&l->text, "%d:%" PRId64 " ", value.type, value.as.i);
        }
        part(l, entry, "attributes");
    }
}

static struct pn_slice section(const struct listing *l, unsigned number)
{
    return l->policy->blob.section[number];
}

static struct pn_slice route_text(const struct listing *l, const uint8_t *at)
{
    return pn_slice(section(l, PN_SECTION_STRINGS).at + pn_load32(at), pn_load32(at + 4));
}

/* The records that `range` of an issuer's names, each by its texts and its last bytes. */
static void put_records(struct listing *l, const uint8_t *range, unsigned number, size_t bytes)
{
    size_t texts = number == PN_SECTION_ISSUER_KEYS ? 2 : number == PN_SECTION_ISSUER_ROLES ? 3 : 1;

    for (uint32_t i = 0; i < pn_load32(range + 4); i++) {
        const uint8_t *record = section(l, number).at + (pn_load32(range) + i) * bytes;
        for (size_t t = 0; t < texts; t++) put(l, route_text(l, record + 8 * t));
        if (number == PN_SECTION_ISSUER_KEYS) {
            bytes_append(&l->text, pn_slice(record + 16, bytes - 16));
        }
    }
}

/* Where it is asked, and how. */
static void put_places(struct listing *l, const uint8_t *issuer)
{
    for (size_t at = PN_ISSUER_KEYS_URL; at <= PN_ISSUER_CREDENTIAL; at += 8) {
        put(l, route_text(l, issuer + at));
    }
    bytes_append(&l->text,
                 pn_slice(issuer + PN_ISSUER_FETCH, PN_ISSUER_KEYS_URL - PN_ISSUER_FETCH));
    bytes_append(&l->text, pn_slice(issuer + PN_ISSUER_ASK_S, PN_ISSUER_BYTES - PN_ISSUER_ASK_S));
}

static void list_issuers(struct listing *l)
{
    struct pn_slice issuers = section(l, PN_SECTION_ISSUERS);

    for (size_t at = 0; at < issuers.len; at += PN_ISSUER_BYTES) {
        const uint8_t *issuer = issuers.at + at;
        struct structure_entry *entry =
            add(l, STRUCTURE_ISSUER, route_text(l, issuer + PN_ISSUER_NAME));
        put_records(l, issuer + PN_ISSUER_AUDIENCE_FIRST, PN_SECTION_ISSUER_TEXTS, 8);
        part(l, entry, "audiences");
        put_records(l, issuer + PN_ISSUER_KEY_FIRST, PN_SECTION_ISSUER_KEYS, PN_ISSUER_KEY_BYTES);
        part(l, entry, "keys");
        for (size_t claim = PN_ISSUER_USER; claim <= PN_ISSUER_TASK; claim += 8) {
            put(l, route_text(l, issuer + claim));
        }
        part(l, entry, "claims");
        put_records(l, issuer + PN_ISSUER_ROLE_FIRST, PN_SECTION_ISSUER_ROLES,
                    PN_ISSUER_ROLE_BYTES);
        part(l, entry, "roles");
        bytes_append(&l->text,
                     pn_slice(issuer + PN_ISSUER_SKEW_S, PN_ISSUER_FETCH - PN_ISSUER_SKEW_S));
        part(l, entry, "limits");
        put_places(l, issuer);
        part(l, entry, "places");
    }
}

/* One entry for each thing, so that what came and what went is told by name. */
static void list_attachments(struct listing *l)
{
    static const char *const whom[] = { "?", "user", "agent", "team" };
    static const char *const what[] = { "?", "server", "tool", "model" };
    struct pn_slice records = section(l, PN_SECTION_ATTACHMENTS);

    for (size_t at = 0; at < records.len; at += PN_ATTACHMENT_BYTES) {
        const uint8_t *r = records.at + at;
        struct pn_slice tool = route_text(l, r + PN_ATTACHMENT_TOOL);
        const char *name = arena_format(
            l->arena, "%s %.*s: %s %.*s%s%.*s", whom[r[PN_ATTACHMENT_WHO_KIND] & 3],
            SLICE_ARGS(route_text(l, r + PN_ATTACHMENT_WHO)), what[r[PN_ATTACHMENT_WHAT] & 3],
            SLICE_ARGS(route_text(l, r + PN_ATTACHMENT_NAME)), tool.len > 0 ? "/" : "",
            SLICE_ARGS(tool));
        (void)add(l, STRUCTURE_ATTACHMENT, pn_slice(name, strlen(name)));
    }
}

static void list_pass(struct listing *l, size_t upstream)
{
    const struct pn_route_table *routes = &l->c->routes;
    struct pn_pass g = pn_pass_of(routes, upstream);

    if (g.kind == PN_PASS_NONE) return;
    put(l, g.kind == PN_PASS_CLIENT ? PN_SLICE("client") : PN_SLICE("exchange"));
    put(l, pn_upstream_at(routes, g.at).authority);
    put(l, pn_upstream_at(routes, g.at).path);
    put(l, g.client_id);
    put(l, g.credential);
    put(l, g.scope);
    put(l, g.resource);
    put(l, g.audience);
    put(l, g.issuer);
    put(l, g.subject_audience);
}

static void list_routes(struct listing *l)
{
    const struct pn_route_table *routes = &l->c->routes;

    for (size_t i = 0; i < pn_model_count(routes); i++) {
        struct pn_model model = pn_model_at(routes, i);
        struct structure_entry *entry = add(l, STRUCTURE_MODEL, model.name);
        put(l, model.group);
        part(l, entry, "stands for");
        put(l, model.provider);
        put(l, model.upstream_name);
        put(l, pn_upstream_at(routes, model.upstream).name);
        part(l, entry, "upstream");
        put(l, pn_owner_of(routes, PN_OWNS_MODEL, i));
        part(l, entry, "owner");
    }
    for (size_t i = 0; i < pn_server_count(routes); i++) {
        struct pn_server server = pn_server_at(routes, i);
        struct structure_entry *entry = add(l, STRUCTURE_SERVER, server.name);
        put(l, server.path);
        put(l, pn_upstream_at(routes, server.upstream).name);
        part(l, entry, "upstream");
        print_bytes(&l->text, "%u", server.revisions);
        part(l, entry, "revisions");
        print_bytes(&l->text, "%u", server.origin_count);
        part(l, entry, "origins");
        put(l, pn_owner_of(routes, PN_OWNS_SERVER, i));
        part(l, entry, "owner");
    }
    for (size_t i = 0; i < pn_upstream_count(routes); i++) {
        struct pn_upstream up = pn_upstream_at(routes, i);
        struct structure_entry *entry = add(l, upstream_word, own_name(l, upstream_word, up.name));
        put(l, up.authority);
        put(l, up.path);
        part(l, entry, "address");
        put(l, up.credential);
        put(l, up.auth_header);
        put(l, up.auth_prefix);
        part(l, entry, "credential");
        struct pn_assertion a = pn_assertion_of(routes, i);
        put(l, a.issuer);
        put(l, a.audience);
        put(l, a.header);
        put(l, a.prefix);
        print_bytes(&l->text, "%u %d", a.lifetime_s, a.per_call);
        part(l, entry, "assertion");
        list_pass(l, i);
        part(l, entry, "token");
        print_bytes(&l->text, "%u %u %u %u", up.egress, up.connect_ms, up.answer_ms, up.idle_ms);
        part(l, entry, "limits");
    }
}

static void list_settings(struct listing *l)
{
    struct structure_entry *entry = add(l, setting_word, PN_SLICE("mode"));

    print_bytes(&l->text, "%s", mode_word(l->policy->mode));
    part(l, entry, "value");
}

static const char *layer_words(uint8_t kind)
{
    static const char *const words[] = { "principal", "role", "resource", "parents of" };

    return words[kind & 3];
}

static void list_layers(struct listing *l)
{
    const struct pn_policy *p = l->policy;

    for (uint16_t i = 0; i < p->layer_count; i++) {
        const uint8_t *at = pn_record(p, PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, i);
        const uint8_t *scope =
            pn_record(p, PN_POLICY_SECTION_SCOPES, PN_SCOPE_BYTES, pn_load16(at + PN_LAYER_SCOPE));
        struct pn_slice subject = pn_string(p, pn_load32(at + PN_LAYER_SUBJECT));
        struct pn_slice version = pn_string(p, pn_load32(at + PN_LAYER_VERSION));
        struct pn_slice name = pn_string(p, pn_load32(scope + PN_SCOPE_NAME));
        const char *text =
            arena_format(l->arena, "%s %.*s, version %.*s%s%.*s", layer_words(at[PN_LAYER_KIND]),
                         SLICE_ARGS(subject), SLICE_ARGS(version), name.len > 0 ? ", scope " : "",
                         SLICE_ARGS(name));
        (void)add(l, policy_word, pn_slice(text, strlen(text)));
    }
}

void structure_entries(struct arena *arena, const struct candidate *c,
                       struct structure_entries *entries)
{
    struct listing l = { .arena = arena, .c = c, .policy = &c->policy, .out = entries };

    list_settings(&l);
    list_layers(&l);
    list_actions(&l);
    list_rules(&l);
    list_roles(&l);
    list_keys(&l);
    list_issuers(&l);
    list_attachments(&l);
    list_routes(&l);
    bytes_free(&l.text);
}
