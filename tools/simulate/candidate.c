/* see candidate.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/candidate.h"

#include "policy/record.h"
#include "tools/simulate/recorded_call.h"

enum { VALUE_BYTES = 1 << 20 };

/* --- attributes --- */

/* Where the step that begins at `at` ends: ".name" or ["name"]. */
static size_t step_end(struct pn_slice path, size_t at)
{
    size_t end = at + 1;

    if (path.at[at] == '[') {
        while (end < path.len && !(path.at[end] == ']' && path.at[end - 1] == '"')) end++;
        return end < path.len ? end + 1 : path.len;
    }
    while (end < path.len && path.at[end] != '.' && path.at[end] != '[') end++;
    return end;
}

static struct pn_slice step_name(struct pn_slice step)
{
    if (step.at[0] == '.') return pn_slice_from(step, 1);
    return step.len >= 4 ? pn_slice(step.at + 2, step.len - 4) : step;
}

static void split(struct attribute *a)
{
    struct pn_slice path = a->path;
    size_t at = 0;

    while (at < path.len && path.at[at] != '.' && path.at[at] != '[') at++;
    while (at < path.len && a->step_count < ATTRIBUTE_STEPS_MAX) {
        size_t end = step_end(path, at);
        struct pn_slice above = pn_slice_head(path, at);
        struct pn_slice step = pn_slice(path.at + at, end - at);
        a->steps[a->step_count++] =
            (struct attribute_step){ above, step_name(step), recorded_hash(above) };
        at = end;
    }
}

static enum attribute_home home_of(const struct attribute *a)
{
    struct pn_slice arguments = PN_SLICE("R.attr.arguments");

    if (a->path.at[0] != 'R') return HOME_PRINCIPAL;
    if (pn_slice_begins(a->path, arguments) &&
        (a->path.len == arguments.len || a->path.at[arguments.len] == '.' ||
         a->path.at[arguments.len] == '[')) {
        return HOME_ARGUMENTS;
    }
    return a->fact != PN_FACT_NONE ? HOME_GATEWAY : HOME_NOWHERE;
}

static uint8_t trie_flags(const struct pn_policy *policy, uint16_t slot)
{
    struct pn_trie trie = pn_policy_trie(policy);

    for (uint16_t i = 0; i < trie.node_count; i++) {
        const uint8_t *node = trie.nodes + (size_t)PN_TRIE_NODE_BYTES * i;
        if (pn_trie_slot(node) == slot) return node[5];
    }
    return 0;
}

static uint16_t fact_of(const struct pn_policy *policy, uint16_t slot)
{
    for (uint16_t fact = PN_FACT_NONE + 1; fact < PN_FACT_COUNT; fact++) {
        if (policy->fact_slot[fact] == slot) return fact;
    }
    return PN_FACT_NONE;
}

static void read_attributes(struct candidate *c, struct arena *arena)
{
    const struct pn_policy *policy = &c->policy;

    c->attributes = arena_take(arena, sizeof *c->attributes * (policy->slot_count + 1u));
    for (uint16_t slot = 0; slot < policy->slot_count; slot++) {
        struct attribute *a = &c->attributes[slot];
        uint8_t flags = trie_flags(policy, slot);
        a->path = pn_policy_slot_path(policy, slot);
        a->hash = recorded_hash(a->path);
        a->fact = fact_of(policy, slot);
        a->home = (uint8_t)home_of(a);
        a->wants_raw = (flags & (PN_TRIE_RAW | PN_TRIE_NODES)) != 0;
        a->compares = (flags & PN_TRIE_COMPARED) != 0;
        split(a);
    }
}

/* --- predicates --- */

static bool code_asks_time(const struct pn_policy *policy)
{
    struct pn_slice code = policy->blob.section[PN_POLICY_SECTION_VALUE_CODE];

    for (size_t i = 0; i < code.len; i += PN_CODE_BYTES) {
        if (code.at[i + PN_CODE_OP] == PN_CODE_NOW) return true;
    }
    return false;
}

static void read_predicates(struct candidate *c, struct arena *arena)
{
    c->asks_time = code_asks_time(&c->policy);
    for (uint16_t i = 0; i < c->policy.predicate_count; i++) {
        uint8_t kind = pn_predicate_at(&c->policy, i)[PN_PREDICATE_KIND];
        if (kind == PN_PREDICATE_HAS) LIST_PUSH(arena, &c->has, i);
        if (kind == PN_PREDICATE_NOW) c->asks_time = true;
    }
}

/* --- tables --- */

static const char *read_tables(struct candidate *c, enum candidate_scope scope)
{
    const struct pn_slice *section = c->policy.blob.section;

    c->routes = pn_route_table_of(section);
    c->keys = pn_key_table_of(section);
    if (!pn_route_table_check(&c->routes)) return "its models and servers are malformed";
    if (!pn_key_table_check(&c->keys, c->policy.slot_count)) return "its API keys are malformed";
    struct pn_issuer_table issuers = pn_issuer_table_of(section);
    c->attachments = pn_attachment_table_of(section);
    if (!pn_issuer_table_check(&issuers, c->policy.role_count)) return "its issuers are malformed";
    if (!pn_attachment_table_check(&c->attachments)) return "its attachments are malformed";
    c->has_tables =
        scope == CANDIDATE_WHOLE && (pn_key_count(&c->keys) > 0 || pn_model_count(&c->routes) > 0 ||
                                     pn_server_count(&c->routes) > 0);
    return NULL;
}

const char *candidate_open(struct candidate *c, struct arena *arena, struct pn_slice body,
                           enum candidate_scope scope)
{
    memset(c, 0, sizeof *c);
    enum pn_policy_fault fault = pn_policy_open(&c->policy, body);
    if (fault != PN_POLICY_GOOD) {
        struct pn_slice sentence = pn_policy_fault_sentence(fault);
        return arena_format(arena, "%.*s", (int)sentence.len, (const char *)sentence.at);
    }
    const char *error = read_tables(c, scope);
    if (error != NULL) return error;
    read_attributes(c, arena);
    read_predicates(c, arena);
    c->scratch.values = pn_scratch(arena_take(arena, VALUE_BYTES), VALUE_BYTES);
    return NULL;
}

/* Keys are sorted by their digest and asked for by name; there are few. */
bool candidate_find_key(const struct candidate *c, struct pn_slice key_id, int64_t unix_ms,
                        struct pn_principal *who)
{
    for (size_t i = 0; i < pn_key_count(&c->keys); i++) {
        const uint8_t *key = c->keys.keys.at + i * PN_KEY_BYTES;
        struct pn_slice name = pn_slice(c->keys.strings.at + pn_load32(key + PN_KEY_ID),
                                        pn_load32(key + PN_KEY_ID + 4));
        if (!pn_slice_equal(name, key_id)) continue;
        memcpy(who->digest, key + PN_KEY_HASH, sizeof who->digest);
        who->proof = PN_PROOF_KEY;
        struct pn_identify by = { .keys = &c->keys, .time = { unix_ms / 1000, true, 0 } };
        return pn_identify_again(who, &by);
    }
    return false;
}
