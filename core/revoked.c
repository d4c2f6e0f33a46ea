/* see revoked.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revoked.h"

#include "core/answer.h"
#include "core/reply.h"
#include "core/route/session.h"

/* Of an actor behind them: an agent. */
static enum pn_revoked_kind kind_of(int index)
{
    static const uint8_t kinds[PN_REVOKED_NAMES] = {
        PN_REVOKED_TASK, PN_REVOKED_AGENT, PN_REVOKED_AGENT,   PN_REVOKED_USER,
        PN_REVOKED_KEY,  PN_REVOKED_TOKEN, PN_REVOKED_SESSION, PN_REVOKED_TOKEN,
    };

    return index < PN_REVOKED_NAMES ? (enum pn_revoked_kind)kinds[index] : PN_REVOKED_AGENT;
}

static const struct pn_revoked_set *set_of(const struct pn_exchange *x)
{
    return &x->config->shared->revoked;
}

static struct pn_slice session_of(const struct pn_exchange *x)
{
    if (x->session.len == 0) return PN_SLICE("");
    return pn_session_code(pn_h1_field(&x->head, PN_FIELD_MCP_SESSION_ID));
}

static void mark_one(struct pn_exchange *x, int index, struct pn_slice name)
{
    if (name.len == 0) return;
    x->marks[index] = pn_revoked_mark_of(set_of(x), kind_of(index), name);
}

/* What an agent sets others to do is not done either: whoever is on the way to the call counts. */
static void mark_actors(struct pn_exchange *x)
{
    struct pn_actors actors;
    uint8_t room[PN_ACTOR_NAME_BYTES];

    (void)pn_actors_read(&pn_principal_stated(&x->principal)->act,
                         &actors); /* good, or the token was not believed */
    for (uint32_t i = 0; i < actors.count; i++) {
        size_t len = pn_value_copy_text(&actors.names[i], room, sizeof room);
        mark_one(x, PN_REVOKED_NAMES + (int)i, pn_slice(room, len));
    }
}

/* The id of the token that a sub-token was made from. */
static struct pn_slice parent_id(const struct pn_principal *who, uint8_t room[PN_TOKEN_ID_BYTES])
{
    const struct pn_value *jti = &who->parent.jti;
    size_t len = jti->type == PN_STRING ? pn_value_copy_text(jti, room, PN_TOKEN_ID_BYTES) : 0;

    return pn_slice(room,
                    len <= PN_TOKEN_ID_BYTES ? len : 0); /* it was no longer when it was made */
}

static void mark(struct pn_exchange *x)
{
    const struct pn_principal *who = &x->principal;
    uint8_t room[PN_TOKEN_ID_BYTES];
    const struct pn_slice names[PN_REVOKED_NAMES] = {
        who->key.task,   who->key.agent, who->spiffe_id, who->key.user,
        who->key.key_id, who->token_id,  session_of(x),  parent_id(who, room),
    };

    memset(x->marks, 0, sizeof x->marks);
    for (int i = 0; i < PN_REVOKED_NAMES; i++) mark_one(x, i, names[i]);
    mark_actors(x);
}

/* Which of its marks is revoked, or PN_REVOKED_MARKS. */
static int find(const struct pn_exchange *x)
{
    int i = 0;

    while (i < PN_REVOKED_MARKS &&
           (x->marks[i].high == 0 || !pn_revoked_has(set_of(x), x->marks[i]))) {
        i++;
    }
    return i;
}

bool pn_revoked_is(const struct pn_exchange *x)
{
    return find(x) < PN_REVOKED_MARKS;
}

/* No rule says so; the agent learns what of it was revoked, not by whom or why. */
static void blame(struct pn_exchange *x, int index)
{
    x->call.decision = (struct pn_decision){ .rule = PN_NONE16,
                                             .error_predicate = PN_NONE16,
                                             .error_slot = PN_NONE16,
                                             .error_rule = PN_NONE16 };
    x->subject = pn_revoked_kind_name(kind_of(index));
}

enum pn_reason pn_revoked_at_decision(struct pn_exchange *x)
{
    if (set_of(x)->places == NULL) return PN_REASON_NONE;
    if (atomic_load_explicit(&set_of(x)->lost, memory_order_acquire)) {
        return PN_REASON_REVOCATIONS_LOST;
    }
    x->revision = pn_revoked_revision(set_of(x));
    mark(x);
    int index = find(x);
    if (index == PN_REVOKED_MARKS) return PN_REASON_NONE;
    blame(x, index);
    return PN_REASON_REVOKED;
}

bool pn_revoked_since(struct pn_exchange *x)
{
    uint32_t revision = pn_revoked_revision(set_of(x));

    if (revision == x->revision) return false;
    x->revision = revision;
    return pn_revoked_is(x);
}

void pn_revoked_end(struct pn_exchange *x)
{
    int index = find(x);

    if (x->answer == ANSWER_END || index == PN_REVOKED_MARKS) return;
    blame(x, index);
    if (x->answer == ANSWER_BODY) pn_answer_break(x, PN_REASON_REVOKED);
    else pn_reply_refusal(x, PN_REASON_REVOKED);
}
