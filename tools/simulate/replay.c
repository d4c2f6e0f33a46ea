/* see replay.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/replay.h"

#include "policy/elements.h"
#include "policy/record.h"
#include "tools/decision_words.h"
#include "tools/simulate/assume.h"
#include "tools/simulate/known_facts.h"
#include "tools/simulate/schema_facts.h"
#include "tools/slot_list.h"

static bool is_surface(const struct recorded_call *call, const char *surface)
{
    return text_is(call->text[RECORDED_SURFACE], surface);
}

/* --- what is not known --- */

static void tell_other(struct replayed *result, const char *what)
{
    if (result->other_count < REPLAY_WORDS_MAX) {
        result->others[result->other_count++] = pn_slice(what, strlen(what));
    }
}

static void tell_predicate(const struct replay *r, uint16_t predicate, struct replayed *result)
{
    struct slot_list list = { .count = 0 };

    slot_list_of_predicate(&r->candidate->policy, predicate, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (r->known[list.slots[i]] != KNOWN_VALUE) result->told[list.slots[i]] = true;
    }
}

/* --- who and what --- */

static bool is_by_sub_token(const struct recorded_call *call)
{
    return text_is(call->text[RECORDED_WHO_PROOF], "sub_token");
}

/* Where the key's record says no agent or task, a token made from it does. Where it says another one
 * than was recorded, nobody knows whether the token said that or the key did then. */
static void take_said(struct replay *r, const struct recorded_call *call)
{
    struct pn_slice agent = call->text[RECORDED_WHO_AGENT], task = call->text[RECORDED_WHO_TASK];
    struct pn_key *key = &r->who.key;

    r->who.proof = PN_PROOF_SUB_TOKEN;
    r->who.narrowed.agent = key->agent;
    if (agent.len > 0 && key->agent.len == 0) r->who.id = key->agent = agent;
    if (task.len > 0 && key->task.len == 0) key->task = task;
}

static bool said_otherwise(const struct replay *r, const struct recorded_call *call)
{
    const struct pn_key *key = &r->who.key;

    return r->has_who && (!pn_slice_equal(key->agent, call->text[RECORDED_WHO_AGENT]) ||
                          !pn_slice_equal(key->task, call->text[RECORDED_WHO_TASK]));
}

/* The caller by the candidate's own record of the key; false: it would be turned away. */
static bool find_who(struct replay *r, const struct recorded_call *call)
{
    const struct pn_slice *text = call->text;
    bool by_key = text[RECORDED_WHO_ISSUER].len == 0 &&
                  (text_is(text[RECORDED_WHO_PROOF], "api_key") || is_by_sub_token(call));
    r->has_who = false;
    if (!r->candidate->has_tables || !by_key) return true;
    if (text[RECORDED_WHO_KEY_ID].len == 0 || !recorded_whole(call, RECORDED_WHO_KEY_ID)) {
        return true;
    }
    int64_t then_ms = call->unix_ms >= 0 ? call->unix_ms : 0;
    r->has_who = candidate_find_key(r->candidate, text[RECORDED_WHO_KEY_ID], then_ms, &r->who);
    if (r->has_who && is_by_sub_token(call)) take_said(r, call);
    return r->has_who;
}

static struct pn_slice kind_of(struct replay *r, const struct recorded_call *call)
{
    struct pn_writer w = pn_writer(r->text, sizeof r->text);

    if (is_surface(call, "llm")) return PN_SLICE("llm");
    pn_write_text(&w, "mcp:");
    pn_write(&w, call->text[RECORDED_SERVER]);
    return pn_written(&w);
}

static void give_roles(struct replay *r, const struct recorded_call *call)
{
    struct pn_elements it;
    struct pn_value role;

    if (r->has_who || call->roles.type != PN_LIST) return;
    pn_elements_begin(&it, &call->roles);
    while (pn_elements_next(&it, &role)) {
        size_t len = pn_value_copy_text(&role, r->role, sizeof r->role);
        if (len == SIZE_MAX) continue;
        pn_facts_role(&r->facts, &r->candidate->policy, pn_slice(r->role, len));
    }
}

/* What the decision needs and cannot do without. */
static bool lacks_ground(const struct replay *r, const struct recorded_call *call,
                         struct replayed *result)
{
    if (!is_surface(call, "llm") && !is_surface(call, "mcp")) tell_other(result, "surface");
    /* What it was narrowed to is not recorded. */
    bool unattached = text_is(call->text[RECORDED_ERROR], "not_attached");
    if (is_by_sub_token(call) && (unattached || said_otherwise(r, call))) {
        tell_other(result, "token");
    }
    if (!recorded_whole(call, RECORDED_ACTION)) tell_other(result, "action");
    if (is_surface(call, "mcp") &&
        (!recorded_whole(call, RECORDED_SERVER) || call->text[RECORDED_SERVER].len == 0)) {
        tell_other(result, "server");
    }
    if (call->roles_cut && !r->has_who) tell_other(result, "P.roles");
    if (r->candidate->policy.layer_count > 0 && !r->has_who &&
        (call->text[RECORDED_WHO_ID].len == 0 || !recorded_whole(call, RECORDED_WHO_ID))) {
        tell_other(result, "P.id");
    }
    if (r->candidate->asks_time && call->unix_ms < 0) tell_other(result, "time");
    return result->other_count > 0;
}

/* has() can often be told where the value cannot: something masked was there. */
static void assume_presence(struct replay *r)
{
    const struct pn_policy *policy = &r->candidate->policy;

    for (size_t i = 0; i < r->candidate->has.count; i++) {
        uint16_t predicate = r->candidate->has.items[i];
        const uint8_t *at = pn_predicate_at(policy, predicate);
        uint16_t slot = pn_load16(at + PN_PREDICATE_SLOT);
        uint16_t parent = pn_load16(at + PN_PREDICATE_PEER);
        bool there = r->known[slot] == KNOWN_THERE || r->known[slot] == KNOWN_MAP;
        bool gone = r->known[slot] == KNOWN_VALUE && r->slots[slot].type == PN_ABSENT &&
                    parent != PN_NONE16 && r->known[parent] == KNOWN_MAP;
        if (there || gone) assume(&r->assumed, predicate, there ? PN_TRUE : PN_FALSE);
    }
}

/* --- deciding --- */

/* A tree of decisions; see assume.h. */
struct exploring {
    struct replay *r;
    struct replayed *result;
    unsigned left; /* decisions that may still be tried */
    bool begun, differs;
    enum pn_outcome outcome;
};

static void reach(struct exploring *x, const struct pn_decision *decision)
{
    if (!x->begun) {
        x->begun = true;
        x->outcome = decision->outcome;
        x->result->rule = decision->name;
        return;
    }
    if (decision->outcome != x->outcome) x->differs = true;
    if (!pn_slice_equal(decision->name, x->result->rule)) x->result->rule_open = true;
}

static void explore(struct exploring *x)
{
    static const enum pn_truth values[] = { PN_TRUE, PN_FALSE, PN_FAULTY };
    struct candidate *c = x->r->candidate;
    struct pn_decision decision;

    if (x->differs) return;
    if (x->left-- == 0) {
        x->differs = true;
        x->left = 0;
        return;
    }
    assume_begin(&x->r->assumed);
    pn_policy_decide(&c->policy, &x->r->facts, &c->scratch, &decision);
    uint16_t next = assume_next(&c->policy, &x->r->assumed);
    if (next == PN_NONE16) {
        reach(x, &decision);
        return;
    }
    if (next == ASSUME_CANNOT) {
        tell_other(x->result, "R.derivedRoles");
        x->differs = true;
        return;
    }
    tell_predicate(x->r, next, x->result);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assume(&x->r->assumed, next, values[i]);
        explore(x);
    }
    assume(&x->r->assumed, next, PN_UNDECIDED);
}

static void decide(struct replay *r, struct replayed *result)
{
    struct exploring x = { .r = r, .result = result, .left = REPLAY_DECISIONS_MAX };

    explore(&x);
    result->known = !x.differs;
    if (!result->known) return;
    result->outcome = pn_slice(outcome_word(x.outcome), strlen(outcome_word(x.outcome)));
    if (!result->rule_open) return;
    result->rule = pn_slice(NULL, 0);
}

/* Whom things are attached to: the key's names, or the record's. */
static struct pn_key attached_to(const struct replay *r, const struct recorded_call *call)
{
    if (r->has_who) {
        struct pn_key who = r->who.key;
        if (is_by_sub_token(call)) who.agent = r->who.narrowed.agent;
        return who;
    }
    return (struct pn_key){ .user = call->text[RECORDED_WHO_USER],
                            .agent = call->text[RECORDED_WHO_AGENT],
                            .team = call->text[RECORDED_WHO_TEAM] };
}

/* As core/judge.c has it. What follows an opening is judged as one. */
static bool is_attached(const struct replay *r, const struct recorded_call *call)
{
    const struct pn_attachment_table *table = &r->candidate->attachments;
    struct pn_slice server = call->text[RECORDED_SERVER], action = call->text[RECORDED_ACTION];
    struct pn_key who = attached_to(r, call);
    struct pn_model model = { .group = call->text[RECORDED_MODEL] };

    if (is_surface(call, "llm")) {
        (void)pn_model_find(&r->candidate->routes, call->text[RECORDED_MODEL], &model);
        return pn_attached_model(table, &who, model.group);
    }
    if (pn_slice_begins(action, PN_SLICE("tools/call/"))) {
        return pn_attached_tool(table, &who, server, pn_slice_from(action, 11));
    }
    enum pn_attached attached = pn_attached_server(table, &who, server);
    return attached == PN_ATTACHED_WHOLE ||
           (attached == PN_ATTACHED_TOOLS && text_is(action, "initialize"));
}

static void refuse(struct replayed *result, struct pn_slice error)
{
    result->known = true;
    result->outcome = PN_SLICE("refused");
    result->rule = pn_slice(NULL, 0);
    result->error = error;
}

void replay_call(struct replay *r, struct candidate *candidate, const struct recorded_call *call,
                 enum recorded_kind kind, struct replayed *result)
{
    struct pn_slice refused = { 0 };

    memset(result, 0, sizeof *result);
    r->candidate = candidate;
    if (!find_who(r, call)) {
        refuse(result, PN_SLICE("key_unknown"));
        return;
    }
    if (kind == RECORDED_UNDECIDED || is_surface(call, "oauth")) {
        result->known = true;
        result->outcome = call->text[RECORDED_OUTCOME];
        return;
    }
    if (lacks_ground(r, call, result)) return;

    memset(&r->assumed, 0, sizeof r->assumed);
    pn_facts_begin(&r->facts, &candidate->policy, r->slots, PN_PHASE_LIST);
    r->facts.assumed = &r->assumed;
    r->facts.now_ms = call->unix_ms;
    r->facts.kind = kind_of(r, call);
    r->facts.action = call->text[RECORDED_ACTION];
    known_facts_state(r, call, &refused);
    if (pn_slice_equal(refused, PN_SLICE("route_unknown"))) {
        refuse(result, refused);
        return;
    }
    if (text_is(call->text[RECORDED_ERROR], "revoked")) { /* no policy changes that */
        refuse(result, PN_SLICE("revoked"));
        return;
    }
    if (!is_attached(r, call)) {
        refuse(result, PN_SLICE("not_attached"));
        return;
    }
    known_facts_fill(r, call);
    give_roles(r, call);
    assume_presence(r);
    decide(r, result);
    if (result->known && !text_is(result->outcome, "deny") && schema_facts_lacking(r)) {
        result->known = false;
        tell_other(result, "schema");
    }
    if (result->known && refused.len > 0 && text_is(result->outcome, "allow")) {
        struct pn_slice rule = result->rule;
        refuse(result, refused);
        result->rule = rule;
    }
}

struct pn_slice replay_outcome_then(const struct candidate *candidate,
                                    const struct recorded_call *call)
{
    struct pn_slice outcome = call->text[RECORDED_OUTCOME];

    if (!candidate->has_tables && text_is(outcome, "refused") &&
        text_is(call->text[RECORDED_ERROR], "model_unknown")) {
        return PN_SLICE("allow");
    }
    return outcome;
}
