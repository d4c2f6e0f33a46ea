/* see audit.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit.h"

#include "core/audit/audit_value.h"
#include "core/base/assert.h"
#include "core/base/civil.h"

enum field {
#define PN_AUDIT_FIELD(symbol, group, name, type, kinds, bytes_max, says) FIELD_##symbol,
#include "core/audit/audit.def"
#undef PN_AUDIT_FIELD
    FIELD_COUNT,
};

struct field_spec {
    struct pn_slice group; /* `,"who":{` or empty */
    struct pn_slice name;  /* `,"user":` */
    uint16_t bytes_max;
    uint8_t kinds;
};

/* Members are only ever appended, so each begins with the comma that ends the one before; the first
 * of a group and of the record do without. */
static const struct field_spec fields[FIELD_COUNT] = {
#define PN_AUDIT_FIELD(symbol, in_group, in_name, type, in_kinds, in_bytes_max, says) \
    { .group = { (const uint8_t *)",\"" in_group "\":{", in_group[0] ? sizeof(in_group) + 4 : 0 }, \
      .name = PN_SLICE_INIT(",\"" in_name "\":"), \
      .bytes_max = in_bytes_max, \
      .kinds = in_kinds },
#include "core/audit/audit.def"
#undef PN_AUDIT_FIELD
};

/* Each member costs its name, quotes, colon and comma. Facts are bounded by the room that is left; the
 * figure in the list is what they have at the least. */
#define PN_AUDIT_FIELD(symbol, group, name, type, kinds, bytes_max, says) \
    +((((kinds) & (KIND)) != 0) ? (bytes_max) + (int)sizeof ",\"" name "\":" - 1 : 0)
#define KIND 1u << PN_AUDIT_DECISION
enum {
    /* Each group is opened once; the zero behind its text pays for the brace that closes it. */
    GROUPS_BYTES = sizeof ",\"who\":{" + sizeof ",\"client\":{" + sizeof ",\"policy\":{",
    DECISION_BYTES_MAX = GROUPS_BYTES
#include "core/audit/audit.def"
};
#undef KIND
#define KIND 1u << PN_AUDIT_END
enum {
    END_BYTES_MAX = 0
#include "core/audit/audit.def"
};
#undef KIND
#undef PN_AUDIT_FIELD

/* Of a tool and a model a record has one, and the room for one. */
enum { TOOL_BYTES_MAX = 264 + (int)sizeof ",\"tool\":" - 1 };
_Static_assert((int)DECISION_BYTES_MAX - (int)TOOL_BYTES_MAX <= (int)PN_AUDIT_BODY_BYTES,
               "You gave the fields of a decision more room than a line has.");
_Static_assert((int)END_BYTES_MAX <= (int)PN_AUDIT_END_BYTES,
               "You gave the fields of an end more room than an exchange reserves for it.");

static const struct pn_slice kind_texts[PN_AUDIT_KIND_COUNT] = {
#define PN_AUDIT_KIND(symbol, text) PN_SLICE_INIT(text),
#include "core/audit/audit.def"
#undef PN_AUDIT_KIND
};

static const struct pn_slice how_texts[PN_AUDIT_HOW_COUNT] = {
#define PN_AUDIT_HOW(symbol, text) PN_SLICE_INIT(text),
#include "core/audit/audit.def"
#undef PN_AUDIT_HOW
};

static const struct pn_slice state_texts[PN_AUDIT_FACT_STATE_COUNT] = {
#define PN_AUDIT_FACT_STATE(symbol, text) PN_SLICE_INIT(text),
#include "core/audit/audit.def"
#undef PN_AUDIT_FACT_STATE
};

static const struct pn_slice event_texts[PN_AUDIT_EVENT_COUNT] = {
#define PN_AUDIT_EVENT_NAME(symbol, text) PN_SLICE_INIT(text),
#include "core/audit/audit.def"
#undef PN_AUDIT_EVENT_NAME
};

struct pn_slice pn_audit_kind_text(enum pn_audit_kind kind)
{
    return kind_texts[kind];
}

struct pn_slice pn_audit_fact_state_text(enum pn_audit_fact_state state)
{
    return state_texts[state];
}

struct pn_slice pn_audit_event_text(enum pn_audit_event_name name)
{
    return event_texts[name];
}

/* A record being written: where, which kind, and the group of objects that stands open. */
struct record {
    struct pn_writer *w;
    enum pn_audit_kind kind;
    struct pn_slice group; /* the text of its opening, or empty */
};

static void close_group(struct record *r)
{
    if (r->group.len > 0) pn_write_byte(r->w, '}');
    r->group = pn_slice(NULL, 0);
}

/* Write what stands before the value of a field. */
static const struct field_spec *begin(struct record *r, enum field field)
{
    const struct field_spec *spec = &fields[field];
    bool stays = pn_slice_equal(spec->group, r->group);

    PN_ASSERT((spec->kinds & 1u << r->kind) != 0);
    if (!stays) close_group(r);
    r->group = spec->group;
    if (!stays && spec->group.len > 0) {
        pn_write(r->w, spec->group);
        pn_write(r->w, pn_slice_from(spec->name, 1));
    } else {
        pn_write(r->w, spec->name);
    }
    return spec;
}

static void put_text(struct record *r, enum field field, struct pn_slice text)
{
    if (text.len == 0) return;
    const struct field_spec *spec = begin(r, field);
    (void)pn_audit_write_text(r->w, text, spec->bytes_max);
}

static void put_number(struct record *r, enum field field, uint64_t value)
{
    (void)begin(r, field);
    pn_write_u64(r->w, value);
}

static void put_hex(struct record *r, enum field field, struct pn_slice label,
                    struct pn_slice bytes)
{
    (void)begin(r, field);
    pn_write_byte(r->w, '"');
    pn_write(r->w, label);
    pn_write_hex(r->w, bytes.at, bytes.len);
    pn_write_byte(r->w, '"');
}

/* Names between commas become a list. The mark needs 24 bytes behind the last name that fits. */
static void put_list(struct record *r, enum field field, struct pn_slice names)
{
    enum { MARK_BYTES = 24 };

    if (names.len == 0) return;
    const struct field_spec *spec = begin(r, field);
    size_t stop = r->w->len + spec->bytes_max - MARK_BYTES;
    char before = '[';
    while (names.len > 0) {
        struct pn_slice name = pn_slice_head(names, pn_slice_find(names, ','));
        struct pn_writer trial = *r->w;

        pn_write_byte(&trial, (uint8_t)before);
        pn_write_json_string(&trial, name);
        if (trial.full || trial.len >= stop) break;
        *r->w = trial;
        before = ',';
        names = pn_slice_from(names, name.len < names.len ? name.len + 1 : name.len);
    }
    if (names.len > 0) {
        pn_write_byte(r->w, (uint8_t)before);
        pn_write_byte(r->w, '"');
        pn_audit_write_mark(r->w, names.len);
        pn_write_byte(r->w, '"');
    }
    pn_write_byte(r->w, ']');
}

static void put_policy(struct record *r, const struct pn_audit_policy *policy)
{
    if (policy->identity == NULL) return;
    put_hex(r, FIELD_POLICY_ID, pn_slice(NULL, 0), pn_slice(policy->identity, 8));
    put_number(r, FIELD_POLICY_SEQUENCE, policy->sequence);
}

struct pn_slice pn_audit_id_text(const struct pn_audit_id *id, uint8_t out[PN_AUDIT_ID_BYTES])
{
    struct pn_writer w = pn_writer(out, PN_AUDIT_ID_BYTES);
    uint8_t bytes[8];
    size_t from = 0;

    for (size_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(id->nonce >> (24 - 8 * i));
    }
    pn_write_hex(&w, bytes, 4);
    pn_write_byte(&w, '-');
    pn_write_u64(&w, id->worker);
    pn_write_byte(&w, '-');
    for (size_t i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(id->counter >> (56 - 8 * i));
    }
    while (from < 7 && bytes[from] == 0) {
        from++;
    }
    pn_write_hex(&w, bytes + from, 8 - from);
    return pn_written(&w);
}

static struct record record_begin(struct pn_writer *w, enum pn_audit_kind kind,
                                  const struct pn_audit_id *id, int64_t unix_ms)
{
    struct record r = { .w = w, .kind = kind };
    uint8_t text[PN_AUDIT_ID_BYTES];

    pn_write(w, pn_slice_from(fields[FIELD_KIND].name, 1));
    pn_write_json_string(w, kind_texts[kind]);
    if (unix_ms >= 0) {
        (void)begin(&r, FIELD_TIME);
        pn_write_byte(w, '"');
        pn_write_civil(w, unix_ms);
        pn_write_byte(w, '"');
    }
    if (id->counter > 0) put_text(&r, FIELD_ID, pn_audit_id_text(id, text));
    return r;
}

static void put_caller(struct record *r, const struct pn_audit_decision *d)
{
    put_text(r, FIELD_WHO_ID, d->who.id);
    put_text(r, FIELD_WHO_USER, d->who.user);
    put_text(r, FIELD_WHO_AGENT, d->who.agent);
    put_text(r, FIELD_WHO_TEAM, d->who.team);
    put_text(r, FIELD_WHO_TASK, d->who.task);
    put_text(r, FIELD_WHO_KEY_ID, d->who.key_id);
    put_text(r, FIELD_WHO_ISSUER, d->who.issuer);
    put_text(r, FIELD_WHO_PROOF, d->who.proof);
    put_list(r, FIELD_WHO_ROLES, d->who.roles);
    put_text(r, FIELD_WHO_TOKEN_ID, d->who.token_id);
    put_text(r, FIELD_WHO_SPIFFE_ID, d->who.spiffe_id);
    put_text(r, FIELD_CLIENT_AGENT, d->client.user_agent);
    put_text(r, FIELD_CLIENT_NAME, d->client.name);
}

static void put_call(struct record *r, const struct pn_audit_decision *d)
{
    put_text(r, FIELD_SURFACE, d->surface);
    put_text(r, FIELD_SERVER, d->server);
    put_text(r, FIELD_SESSION, d->session);
    if (d->tool.len == 0) put_text(r, FIELD_MODEL, d->model);
    put_text(r, FIELD_TOOL, d->tool);
    put_text(r, FIELD_METHOD, d->method);
    put_text(r, FIELD_ACTION, d->action);
    if (d->args_mac == NULL) return;
    put_hex(r, FIELD_ARGS_HMAC, PN_SLICE("hmac-sha256:"), pn_slice(d->args_mac, 32));
}

/* Facts and their states share what room is left. States are gathered beside the facts that they
 * belong to: without its state a fact would be taken for what it is not. */
struct fact_list {
    struct pn_writer facts, states;
    size_t keep, left_out; /* bytes for what stands behind the facts; facts without room */
};

static void put_state(struct pn_writer *w, struct pn_slice path, enum pn_audit_fact_state state)
{
    if (w->len > 0) pn_write_byte(w, ',');
    (void)pn_audit_write_text(w, path, PN_AUDIT_PATH_BYTES);
    pn_write_byte(w, ':');
    pn_write_json_string(w, state_texts[state]);
}

/* Those that do not fit are counted, smaller ones behind may. */
static void put_fact(struct fact_list *l, const struct pn_audit_fact *fact)
{
    struct pn_writer facts = l->facts, states = l->states;
    enum pn_audit_fact_state state = PN_AUDIT_FACT_ABSENT;

    if (fact->value.type != PN_ABSENT) {
        if (facts.at[facts.len - 1] != '{') pn_write_byte(&facts, ',');
        state = pn_audit_write_fact(&facts, fact);
    }
    if (state != PN_AUDIT_FACT_WHOLE) put_state(&states, fact->path, state);
    if (facts.full || states.full || facts.len + states.len + l->keep > facts.max) {
        l->left_out++;
        return;
    }
    l->facts = facts;
    l->states = states;
}

/* Values come first: of what is absent less is lost. */
static void put_fact_list(struct fact_list *l, const struct pn_audit_decision *d)
{
    for (size_t i = 0; i < d->fact_count; i++) {
        if (d->facts[i].value.type != PN_ABSENT) put_fact(l, &d->facts[i]);
    }
    for (size_t i = 0; i < d->fact_count; i++) {
        if (d->facts[i].value.type == PN_ABSENT) put_fact(l, &d->facts[i]);
    }
}

static void put_facts(struct record *r, const struct pn_audit_decision *d)
{
    enum { STATES_BYTES = 1024 };
    const struct field_spec *states = &fields[FIELD_FACT_STATES];
    const struct field_spec *left_out = &fields[FIELD_FACTS_LEFT_OUT];
    uint8_t text[STATES_BYTES];

    if (d->fact_count == 0) return;
    (void)begin(r, FIELD_FACTS);
    pn_write_byte(r->w, '{');
    struct fact_list l = { .facts = *r->w, .states = pn_writer(text, sizeof text) };
    l.keep = states->name.len + left_out->name.len + left_out->bytes_max + 3;
    put_fact_list(&l, d);
    *r->w = l.facts;
    pn_write_byte(r->w, '}');
    if (l.states.len > 0) {
        (void)begin(r, FIELD_FACT_STATES);
        pn_write_byte(r->w, '{');
        pn_write(r->w, pn_written(&l.states));
        pn_write_byte(r->w, '}');
    }
    if (l.left_out > 0) put_number(r, FIELD_FACTS_LEFT_OUT, l.left_out);
}

void pn_audit_write_decision(struct pn_writer *w, const struct pn_audit_id *id,
                             const struct pn_audit_decision *d)
{
    struct record r = record_begin(w, PN_AUDIT_DECISION, id, d->unix_ms);

    put_caller(&r, d);
    put_call(&r, d);
    put_text(&r, FIELD_OUTCOME, d->outcome);
    put_text(&r, FIELD_RULE, d->rule);
    put_text(&r, FIELD_REASON, d->reason);
    put_text(&r, FIELD_ERROR, d->error);
    put_text(&r, FIELD_WARNING, d->warning);
    put_policy(&r, &d->policy);
    put_facts(&r, d);
    close_group(&r);
}

void pn_audit_write_end(struct pn_writer *w, const struct pn_audit_id *id,
                        const struct pn_audit_end *e)
{
    struct record r = record_begin(w, PN_AUDIT_END, id, e->unix_ms);

    put_text(&r, FIELD_ERROR, e->error);
    if (e->status > 0) put_number(&r, FIELD_STATUS, e->status);
    put_text(&r, FIELD_UPSTREAM, e->upstream);
    if (e->upstream_status > 0) put_number(&r, FIELD_UPSTREAM_STATUS, e->upstream_status);
    put_number(&r, FIELD_LATENCY_US, e->latency_us);
    put_number(&r, FIELD_BYTES_IN, e->bytes_in);
    put_number(&r, FIELD_BYTES_OUT, e->bytes_out);
    put_text(&r, FIELD_HOW, how_texts[e->how]);
}

void pn_audit_write_event(struct pn_writer *w, const struct pn_audit_id *id,
                          const struct pn_audit_event *e)
{
    struct record r = record_begin(w, PN_AUDIT_EVENT, id, e->unix_ms);

    put_text(&r, FIELD_EVENT, event_texts[e->name]);
    put_text(&r, FIELD_DETAIL, e->detail);
    put_text(&r, FIELD_WHO_ID, e->who.id);
    put_text(&r, FIELD_WHO_PROOF, e->who.proof);
    put_list(&r, FIELD_WHO_ROLES, e->who.roles);
    put_text(&r, FIELD_REASON, e->reason);
    put_policy(&r, &e->policy);
    close_group(&r);
}

static bool covers(struct pn_slice above, struct pn_slice path)
{
    if (above.len == 0 || !pn_slice_begins(path, above)) return false;
    return path.len == above.len || path.at[above.len] == '.' || path.at[above.len] == '[';
}

bool pn_audit_masked(const struct pn_slice *masks, size_t mask_count, struct pn_slice path)
{
    for (size_t i = 0; i < mask_count; i++) {
        if (covers(masks[i], path) || covers(path, masks[i])) return true;
    }
    return false;
}
