/* see known_facts.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/known_facts.h"

#include "policy/elements.h"

/* --- what the gateway states --- */

static void state(struct replay *r, enum pn_fact fact, struct pn_value value)
{
    r->stated[fact] = value;
    r->is_stated[fact] = true;
}

static void state_text(struct replay *r, enum pn_fact fact, struct pn_slice text)
{
    state(r, fact, text.len > 0 ? pn_value_string(text) : pn_value_of(PN_ABSENT));
}

/* A text of the record, if it is whole. */
static void state_recorded(struct replay *r, enum pn_fact fact, const struct recorded_call *call,
                           enum recorded_text text)
{
    if (recorded_whole(call, text)) state_text(r, fact, call->text[text]);
}

static void state_absent(struct replay *r, const enum pn_fact *facts, size_t count)
{
    for (size_t i = 0; i < count; i++) state(r, facts[i], pn_value_of(PN_ABSENT));
}

static bool method_is(const struct recorded_call *call, const char *method)
{
    struct pn_slice text = call->text[RECORDED_METHOD];

    return pn_slice_equal(text, pn_slice(method, strlen(method)));
}

/* What the message is about: a tool, a prompt, else the server. Of a resource the name is its URI,
 * which is a fact like others. */
static void state_item(struct replay *r, const struct recorded_call *call)
{
    const struct pn_slice *text = call->text;
    struct pn_slice prompt = PN_SLICE("prompts/get/");

    if (method_is(call, "tools/call")) {
        state_recorded(r, PN_FACT_TOOL, call, RECORDED_TOOL);
        state_recorded(r, PN_FACT_RESOURCE_ID, call, RECORDED_TOOL);
        return;
    }
    state(r, PN_FACT_TOOL, pn_value_of(PN_ABSENT));
    if (method_is(call, "resources/read")) return;
    if (method_is(call, "prompts/get") && pn_slice_begins(text[RECORDED_ACTION], prompt)) {
        state_text(r, PN_FACT_RESOURCE_ID, pn_slice_from(text[RECORDED_ACTION], prompt.len));
    } else {
        state_recorded(r, PN_FACT_RESOURCE_ID, call, RECORDED_SERVER);
    }
}

/* The name is recorded as it stood in the message, so one with escapes says too little. */
static void state_client(struct replay *r, const struct recorded_call *call)
{
    struct pn_slice name = call->text[RECORDED_CLIENT_NAME];
    bool escaped = pn_slice_find(name, '\\') < name.len;

    if (!method_is(call, "initialize")) name.len = 0;
    else if (escaped || !recorded_whole(call, RECORDED_CLIENT_NAME)) return;
    state_text(r, PN_FACT_CLIENT_NAME, name);
}

static void state_mcp(struct replay *r, const struct recorded_call *call, struct pn_slice *refused)
{
    static const enum pn_fact absent[] = {
        PN_FACT_MODEL,      PN_FACT_PROVIDER, PN_FACT_API,           PN_FACT_STREAM,
        PN_FACT_MAX_TOKENS, PN_FACT_TOOLS,    PN_FACT_MESSAGE_COUNT, PN_FACT_INPUT_BYTES,
    };
    struct pn_server server;

    state_absent(r, absent, sizeof absent / sizeof absent[0]);
    state_recorded(r, PN_FACT_SERVER, call, RECORDED_SERVER);
    state_item(r, call);
    state_client(r, call);
    if (!method_is(call, "resources/read")) state(r, PN_FACT_URI, pn_value_of(PN_ABSENT));
    if (r->candidate->has_tables &&
        !pn_server_find(&r->candidate->routes, call->text[RECORDED_SERVER], &server)) {
        *refused = PN_SLICE("route_unknown");
    }
}

/* What a model stands for is the candidate's to say. Without tables the record's facts say what it
 * stood for. */
static void state_llm(struct replay *r, const struct recorded_call *call, struct pn_slice *refused)
{
    static const enum pn_fact absent[] = {
        PN_FACT_SERVER, PN_FACT_TOOL, PN_FACT_URI, PN_FACT_CLIENT_NAME, PN_FACT_ARGUMENTS,
    };
    struct pn_slice asked = call->text[RECORDED_MODEL];
    struct pn_model model = { .group = asked };

    state_absent(r, absent, sizeof absent / sizeof absent[0]);
    state_text(r, PN_FACT_API, PN_SLICE("openai.chat"));
    if (!r->candidate->has_tables || !recorded_whole(call, RECORDED_MODEL)) return;
    if (!pn_model_find(&r->candidate->routes, asked, &model)) *refused = PN_SLICE("model_unknown");
    state_text(r, PN_FACT_MODEL, model.group);
    state_text(r, PN_FACT_RESOURCE_ID, model.group);
    state_text(r, PN_FACT_PROVIDER, model.provider);
}

/* With a key, or with a token made from one and not from an issuer's. */
static bool is_by_key(const struct recorded_call *call)
{
    struct pn_slice proof = call->text[RECORDED_WHO_PROOF];

    return call->text[RECORDED_WHO_ISSUER].len == 0 &&
           (pn_slice_equal(proof, PN_SLICE("api_key")) ||
            pn_slice_equal(proof, PN_SLICE("sub_token")));
}

/* As it was when the call was recorded: an API key states these and nothing else of its own accord;
 * what else its record held is among the facts, and so is the identifier of a certificate beside it. */
static void state_principal(struct replay *r, const struct recorded_call *call)
{
    static const enum pn_fact absent[] = { PN_FACT_PRINCIPAL_SESSION };

    if (call->text[RECORDED_WHO_ID].len == 0) return;
    state_recorded(r, PN_FACT_PRINCIPAL_ID, call, RECORDED_WHO_ID);
    state_recorded(r, PN_FACT_PRINCIPAL_USER, call, RECORDED_WHO_USER);
    state_recorded(r, PN_FACT_PRINCIPAL_AGENT, call, RECORDED_WHO_AGENT);
    state_recorded(r, PN_FACT_PRINCIPAL_TEAM, call, RECORDED_WHO_TEAM);
    state_recorded(r, PN_FACT_PRINCIPAL_TASK, call, RECORDED_WHO_TASK);
    state_recorded(r, PN_FACT_PRINCIPAL_KEY_ID, call, RECORDED_WHO_KEY_ID);
    state_recorded(r, PN_FACT_PRINCIPAL_PROOF, call, RECORDED_WHO_PROOF);
    if (!is_by_key(call)) return;
    state_absent(r, absent, sizeof absent / sizeof absent[0]);
}

void known_facts_state(struct replay *r, const struct recorded_call *call, struct pn_slice *refused)
{
    struct pn_value none = pn_value_string(pn_slice(NULL, 0));

    memset(r->is_stated, 0, sizeof r->is_stated);
    for (int fact = PN_FACT_PRINCIPAL_VERSION; fact <= PN_FACT_RESOURCE_SCOPE; fact++) {
        state(r, (enum pn_fact)fact, none);
    }
    state(r, PN_FACT_PATH, pn_value_of(PN_ABSENT));
    state_text(r, PN_FACT_RESOURCE_KIND, r->facts.kind);
    state_text(r, PN_FACT_PHASE, PN_SLICE("call"));
    if (!r->has_who) state_principal(r, call);
    if (pn_slice_equal(call->text[RECORDED_SURFACE], PN_SLICE("mcp"))) state_mcp(r, call, refused);
    else state_llm(r, call, refused);
}

/* --- what was recorded --- */

static bool is_container(const struct pn_value *v)
{
    return v->type == PN_LIST || v->type == PN_MAP;
}

/* A value as this attribute's slot would have been given it. */
static enum knowledge take_whole(const struct attribute *a, const struct pn_value *found,
                                 struct pn_value *value)
{
    const double exact = 9223372036854775808.0; /* from here on it may have been an integer */

    if (found->type == PN_DOUBLE && a->compares &&
        (found->as.d >= exact || found->as.d <= -exact)) {
        return KNOWN_THERE;
    }
    *value = *found;
    if (is_container(found) && !a->wants_raw) *value = pn_value_of((enum pn_type)found->type);
    return KNOWN_VALUE;
}

static enum knowledge take_fact(const struct attribute *a, const struct recorded_fact *fact,
                                struct pn_value *value)
{
    switch ((enum pn_audit_fact_state)fact->state) {
    case PN_AUDIT_FACT_WHOLE: return take_whole(a, &fact->value, value);
    case PN_AUDIT_FACT_ABSENT: *value = pn_value_of(PN_ABSENT); return KNOWN_VALUE;
    case PN_AUDIT_FACT_ERROR:
        /* An integer beyond int64 is one where it is compared exactly, and a double elsewhere. */
        *value = pn_value_of(PN_ERROR);
        return a->compares ? KNOWN_VALUE : KNOWN_THERE;
    case PN_AUDIT_FACT_TYPE:
        if (a->wants_raw) return fact->value.type == PN_MAP ? KNOWN_MAP : KNOWN_THERE;
        *value = pn_value_of((enum pn_type)fact->value.type);
        return KNOWN_VALUE;
    case PN_AUDIT_FACT_MASKED:
    case PN_AUDIT_FACT_CUT: return KNOWN_THERE;
    case PN_AUDIT_FACT_UNKNOWN:
    case PN_AUDIT_FACT_STATE_COUNT: break;
    }
    return KNOWN_NOT;
}

static struct pn_value member(const struct pn_value *map, struct pn_slice name)
{
    struct pn_elements it;
    struct pn_value key, value;

    if (map->type != PN_MAP || map->len < 2) return pn_value_of(PN_ABSENT);
    pn_elements_begin(&it, map);
    while (pn_elements_next_entry(&it, &key, &value)) {
        if (pn_value_is_text(&key, name)) return value;
    }
    return pn_value_of(PN_ABSENT);
}

/* Below something that was recorded: what is in it, or that there is nothing. */
static enum knowledge take_below(const struct attribute *a, size_t step,
                                 const struct recorded_fact *above, struct pn_value *value)
{
    struct pn_value found = above->value;

    *value = pn_value_of(PN_ABSENT);
    switch ((enum pn_audit_fact_state)above->state) {
    case PN_AUDIT_FACT_ABSENT: return KNOWN_VALUE;
    case PN_AUDIT_FACT_TYPE: return found.type == PN_MAP ? KNOWN_NOT : KNOWN_VALUE;
    case PN_AUDIT_FACT_WHOLE: break;
    case PN_AUDIT_FACT_MASKED:
    case PN_AUDIT_FACT_CUT:
    case PN_AUDIT_FACT_ERROR:
    case PN_AUDIT_FACT_UNKNOWN:
    case PN_AUDIT_FACT_STATE_COUNT: return KNOWN_NOT;
    }
    for (; step < a->step_count; step++) found = member(&found, a->steps[step].name);
    return take_whole(a, &found, value);
}

/* Something below it was there, so it is a map. */
static bool has_parts(const struct recorded_call *call, const struct attribute *a)
{
    for (size_t i = 0; i < call->fact_count; i++) {
        const struct recorded_fact *fact = &call->facts[i];
        if (fact->state == PN_AUDIT_FACT_ABSENT || fact->path.len <= a->path.len) continue;
        uint8_t next = fact->path.at[a->path.len];
        if ((next == '.' || next == '[') && pn_slice_begins(fact->path, a->path)) return true;
    }
    return false;
}

static enum knowledge look_up(const struct recorded_call *call, const struct attribute *a,
                              struct pn_value *value)
{
    const struct recorded_fact *fact = recorded_fact_find(call, a->path, a->hash);

    if (fact != NULL) return take_fact(a, fact, value);
    for (size_t step = a->step_count; step-- > 1;) {
        fact = recorded_fact_find(call, a->steps[step].above, a->steps[step].hash);
        if (fact == NULL) continue;
        enum knowledge known = take_below(a, step, fact, value);
        if (known != KNOWN_NOT) return known;
    }
    return has_parts(call, a) ? KNOWN_MAP : KNOWN_NOT;
}

/* A message whose arguments are no map leaves none of their members; the digest is of a map. */
static enum knowledge take_argument(const struct recorded_call *call, const struct attribute *a,
                                    struct pn_value *value)
{
    enum knowledge known = look_up(call, a, value);
    bool whole = a->path.len == sizeof "R.attr.arguments" - 1;
    bool had_map = call->text[RECORDED_ARGS_HMAC].len > 0;

    if (known != KNOWN_NOT || (whole && !had_map)) return known;
    if (whole && a->wants_raw) return KNOWN_MAP;
    if (!whole && had_map) return KNOWN_NOT;
    *value = pn_value_of(whole ? PN_MAP : PN_ABSENT);
    return KNOWN_VALUE;
}

/* Of an API key everything hangs below P.attr; there are no claims. */
static enum knowledge take_principal(const struct recorded_call *call, const struct attribute *a,
                                     struct pn_value *value)
{
    bool is_key = is_by_key(call);
    bool claims = a->path.at[0] != 'P' || pn_slice_begins(a->path, PN_SLICE("P.attr.claims"));
    enum knowledge known = look_up(call, a, value);

    if (known != KNOWN_NOT || !is_key || !claims) return known;
    *value = pn_value_of(PN_ABSENT);
    return KNOWN_VALUE;
}

static enum knowledge find(struct replay *r, const struct recorded_call *call,
                           const struct attribute *a, struct pn_value *value)
{
    if (a->fact != PN_FACT_NONE && r->is_stated[a->fact]) {
        *value = r->stated[a->fact];
        return KNOWN_VALUE;
    }
    switch ((enum attribute_home)a->home) {
    case HOME_PRINCIPAL:
        if (!r->has_who) return take_principal(call, a, value);
        *value = pn_value_of(PN_ABSENT); /* unless the key's record says otherwise */
        return KNOWN_VALUE;
    case HOME_ARGUMENTS:
        if (pn_slice_equal(call->text[RECORDED_SURFACE], PN_SLICE("mcp"))) {
            return take_argument(call, a, value);
        }
        *value = pn_value_of(PN_ABSENT);
        return KNOWN_VALUE;
    case HOME_GATEWAY: return look_up(call, a, value);
    case HOME_NOWHERE: break;
    }
    enum knowledge known = look_up(call, a, value);
    if (known != KNOWN_NOT) return known;
    *value = pn_value_of(PN_ABSENT);
    return KNOWN_VALUE;
}

/* Without tables a model's facts are the record's; R.id and R.attr.model are the same then. */
static void fill_model(struct replay *r, const struct recorded_call *call)
{
    static const enum pn_fact same[] = { PN_FACT_MODEL, PN_FACT_RESOURCE_ID };

    if (r->candidate->has_tables || pn_slice_equal(call->text[RECORDED_SURFACE], PN_SLICE("mcp"))) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        struct pn_slice path = pn_fact_path(same[i]);
        const struct recorded_fact *fact = recorded_fact_find(call, path, recorded_hash(path));
        if (fact == NULL || fact->state != PN_AUDIT_FACT_WHOLE) continue;
        state(r, PN_FACT_MODEL, fact->value);
        state(r, PN_FACT_RESOURCE_ID, fact->value);
    }
}

void known_facts_fill(struct replay *r, const struct recorded_call *call)
{
    const struct pn_policy *policy = &r->candidate->policy;

    fill_model(r, call);
    for (uint16_t slot = 0; slot < policy->slot_count; slot++) {
        struct pn_value value = pn_value_of(PN_UNKNOWN);
        r->known[slot] = (uint8_t)find(r, call, &r->candidate->attributes[slot], &value);
        if (r->known[slot] != KNOWN_VALUE) value = pn_value_of(PN_UNKNOWN);
        r->slots[slot] = value;
    }
    if (r->has_who) pn_principal_facts(&r->who, &r->candidate->keys, policy, &r->facts);
}
