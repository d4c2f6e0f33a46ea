/* see recorded_call.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/recorded_call.h"

#include "core/json/json_scan.h"
#include "policy/civil_time.h"
#include "policy/elements.h"

enum slot {
    SEQ = RECORDED_TEXT_COUNT,
    ROLES,
    FACTS,
    STATES,
    SLOT_COUNT,
};

#define CALL_TRIE(NODE) \
    NODE(call, root, "", 0, PN_TRIE_NO_SLOT, call_seq, 0) \
    NODE(call, seq, "seq", 0, SEQ, 0, call_kind) \
    NODE(call, kind, "kind", 0, RECORDED_KIND, 0, call_time) \
    NODE(call, time, "time", 0, RECORDED_TIME, 0, call_id) \
    NODE(call, id, "id", 0, RECORDED_ID, 0, call_who) \
    NODE(call, who, "who", 0, PN_TRIE_NO_SLOT, call_who_id, call_client) \
    NODE(call, client, "client", 0, PN_TRIE_NO_SLOT, call_client_name, call_surface) \
    NODE(call, surface, "surface", 0, RECORDED_SURFACE, 0, call_server) \
    NODE(call, server, "server", 0, RECORDED_SERVER, 0, call_model) \
    NODE(call, model, "model", 0, RECORDED_MODEL, 0, call_tool) \
    NODE(call, tool, "tool", 0, RECORDED_TOOL, 0, call_method) \
    NODE(call, method, "method", 0, RECORDED_METHOD, 0, call_action) \
    NODE(call, action, "action", 0, RECORDED_ACTION, 0, call_args_hmac) \
    NODE(call, args_hmac, "args_hmac", 0, RECORDED_ARGS_HMAC, 0, call_outcome) \
    NODE(call, outcome, "outcome", 0, RECORDED_OUTCOME, 0, call_rule) \
    NODE(call, rule, "rule", 0, RECORDED_RULE, 0, call_error) \
    NODE(call, error, "error", 0, RECORDED_ERROR, 0, call_facts) \
    NODE(call, facts, "facts", PN_TRIE_RAW, FACTS, 0, call_states) \
    NODE(call, states, "fact_states", PN_TRIE_RAW, STATES, 0, 0) \
    NODE(call, who_id, "id", 0, RECORDED_WHO_ID, 0, call_who_user) \
    NODE(call, who_user, "user", 0, RECORDED_WHO_USER, 0, call_who_agent) \
    NODE(call, who_agent, "agent", 0, RECORDED_WHO_AGENT, 0, call_who_team) \
    NODE(call, who_team, "team", 0, RECORDED_WHO_TEAM, 0, call_who_task) \
    NODE(call, who_task, "task", 0, RECORDED_WHO_TASK, 0, call_who_key_id) \
    NODE(call, who_key_id, "key_id", 0, RECORDED_WHO_KEY_ID, 0, call_who_issuer) \
    NODE(call, who_issuer, "issuer", 0, RECORDED_WHO_ISSUER, 0, call_who_proof) \
    NODE(call, who_proof, "proof", 0, RECORDED_WHO_PROOF, 0, call_who_roles) \
    NODE(call, who_roles, "roles", PN_TRIE_RAW, ROLES, 0, 0) \
    NODE(call, client_name, "name", 0, RECORDED_CLIENT_NAME, 0, 0)
PN_TRIE_DEFINE(call, SLOT_COUNT, CALL_TRIE)

uint32_t recorded_hash(struct pn_slice path)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < path.len; i++) hash = (hash ^ path.at[i]) * 16777619u;
    return hash;
}

/* A string without its escapes; false when there is no room or it is none. */
static bool plain(struct recorded_call *call, const struct pn_value *v, struct pn_slice *text)
{
    uint8_t *at = call->room + call->room_len;

    if (v->type != PN_STRING) return false;
    *text = pn_value_text(v);
    if ((v->flags & PN_VALUE_ESCAPED) == 0) return true;
    size_t len = pn_value_copy_text(v, at, sizeof call->room - call->room_len);
    if (len == SIZE_MAX) return false;
    call->room_len += len;
    *text = pn_slice(at, len);
    return true;
}

/* It ends as the writer ends what it cuts: an ellipsis and "[+N]". A text that a client ended so
 * itself is taken for cut too, which is the safe side. */
static bool ends_in_mark(struct pn_slice text)
{
    static const uint8_t mark[] = { 0xE2, 0x80, 0xA6, '[', '+' };
    size_t at = text.len;

    if (at == 0 || text.at[--at] != ']') return false;
    while (at > 0 && text.at[at - 1] >= '0' && text.at[at - 1] <= '9') at--;
    return at >= sizeof mark && memcmp(text.at + at - sizeof mark, mark, sizeof mark) == 0;
}

static bool take_texts(struct recorded_call *call, const struct pn_value *slots)
{
    call->cut = 0;
    call->room_len = 0;
    for (size_t i = 0; i < RECORDED_TEXT_COUNT; i++) {
        call->text[i] = pn_slice(NULL, 0);
        if (slots[i].type == PN_ABSENT) continue;
        if (!plain(call, &slots[i], &call->text[i])) return false;
        if (ends_in_mark(call->text[i])) call->cut |= (uint64_t)1 << i;
    }
    return true;
}

static bool take_time(struct recorded_call *call)
{
    struct pn_instant instant;

    call->unix_ms = -1;
    if (call->text[RECORDED_TIME].len == 0) return true;
    if (pn_instant_read(call->text[RECORDED_TIME], &instant) != PN_INSTANT_READ) return false;
    call->unix_ms = instant.seconds * 1000 + instant.nanos / 1000000;
    return true;
}

static bool take_roles(struct recorded_call *call, const struct pn_value *roles)
{
    struct pn_elements it;
    struct pn_value role;
    struct pn_slice name;

    call->roles = *roles;
    call->roles_cut = false;
    if (roles->type == PN_ABSENT) return true;
    if (roles->type != PN_LIST) return false;
    pn_elements_begin(&it, roles);
    while (pn_elements_next(&it, &role)) {
        if (!plain(call, &role, &name)) return false;
        if (ends_in_mark(name)) call->roles_cut = true;
    }
    return true;
}

/* A new fact at the end of the list; NULL when there is no room. */
static struct recorded_fact *new_fact(struct recorded_call *call, const struct pn_value *path)
{
    struct recorded_fact *fact = &call->facts[call->fact_count];

    if (call->fact_count == RECORDED_FACTS_MAX || !plain(call, path, &fact->path)) return NULL;
    call->fact_count++;
    fact->hash = recorded_hash(fact->path);
    fact->state = PN_AUDIT_FACT_WHOLE;
    return fact;
}

static bool take_facts(struct recorded_call *call, const struct pn_value *facts)
{
    struct pn_elements it;
    struct pn_value path, value;

    call->fact_count = 0;
    if (facts->type == PN_ABSENT) return true;
    if (facts->type != PN_MAP) return false;
    pn_elements_begin(&it, facts);
    while (pn_elements_next_entry(&it, &path, &value)) {
        struct recorded_fact *fact = new_fact(call, &path);
        if (fact == NULL) return false;
        fact->value = value;
    }
    return true;
}

/* A state that a later gateway may write, and that is not known here, is "unknown". */
static uint8_t state_of(const struct pn_value *word)
{
    for (int state = PN_AUDIT_FACT_ABSENT; state < PN_AUDIT_FACT_STATE_COUNT; state++) {
        struct pn_slice text = pn_audit_fact_state_text((enum pn_audit_fact_state)state);
        if (pn_value_is_text(word, text)) return (uint8_t)state;
    }
    return PN_AUDIT_FACT_UNKNOWN;
}

static bool take_states(struct recorded_call *call, const struct pn_value *states)
{
    struct pn_elements it;
    struct pn_value path, word;
    struct pn_slice name;

    if (states->type == PN_ABSENT) return true;
    if (states->type != PN_MAP) return false;
    pn_elements_begin(&it, states);
    while (pn_elements_next_entry(&it, &path, &word)) {
        if (!plain(call, &path, &name) || word.type != PN_STRING) return false;
        struct recorded_fact *fact =
            (struct recorded_fact *)(uintptr_t)recorded_fact_find(call, name, recorded_hash(name));
        if (fact == NULL && (fact = new_fact(call, &path)) == NULL) return false;
        fact->state = state_of(&word);
    }
    return true;
}

const struct recorded_fact *recorded_fact_find(const struct recorded_call *call,
                                               struct pn_slice path, uint32_t hash)
{
    for (size_t i = 0; i < call->fact_count; i++) {
        const struct recorded_fact *fact = &call->facts[i];
        if (fact->hash == hash && pn_slice_equal(fact->path, path)) return fact;
    }
    return NULL;
}

static bool scan(struct recorded_call *call, struct pn_slice line, struct pn_value *slots)
{
    static const uint8_t seed[16]; /* a log is no place to provoke collisions for long */
    struct pn_json_scan scan;
    struct pn_json_pick pick = { .wire = call_trie, .slots = slots, .base = line.at };

    if (line.len == 0 || line.at[0] != '{') return false;
    if (!call->has_keys) pn_json_keys_init(&call->keys, call->places, RECORDED_KEYS_MAX, seed);
    call->has_keys = true;
    pn_json_keys_reset(&call->keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, &call->keys, NULL);
    return pn_json_scan_step(&scan, line, PN_JSON_LAST, &pick) == PN_DONE;
}

static enum recorded_kind kind_of(const struct recorded_call *call)
{
    struct pn_slice kind = call->text[RECORDED_KIND], action = call->text[RECORDED_ACTION];

    if (pn_slice_equal(kind, PN_SLICE("end")) || pn_slice_equal(kind, PN_SLICE("event"))) {
        return RECORDED_OTHER;
    }
    if (!pn_slice_equal(kind, PN_SLICE("decision"))) return RECORDED_BROKEN;
    bool lists = pn_slice_equal(call->text[RECORDED_SURFACE], PN_SLICE("llm")) &&
                 pn_slice_equal(action, PN_SLICE("list"));
    return action.len == 0 || lists ? RECORDED_UNDECIDED : RECORDED_DECISION;
}

enum recorded_kind recorded_call_read(struct recorded_call *call, struct pn_slice line)
{
    struct pn_value slots[SLOT_COUNT];

    if (!scan(call, line, slots) || slots[SEQ].type != PN_INT) return RECORDED_BROKEN;
    call->seq = (uint64_t)slots[SEQ].as.i;
    if (!take_texts(call, slots)) return RECORDED_BROKEN;
    enum recorded_kind kind = kind_of(call);
    if (kind < RECORDED_UNDECIDED) return kind;
    bool good = take_time(call) && take_roles(call, &slots[ROLES]) &&
                take_facts(call, &slots[FACTS]) && take_states(call, &slots[STATES]);
    return good ? kind : RECORDED_BROKEN;
}
