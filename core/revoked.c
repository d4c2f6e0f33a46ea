/* see revoked.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revoked.h"

#include "core/answer.h"
#include "core/reply.h"
#include "core/route/session.h"

static const uint8_t kinds[PN_REVOKED_MARKS] = {
    PN_REVOKED_TASK, PN_REVOKED_AGENT, PN_REVOKED_AGENT,   PN_REVOKED_USER,
    PN_REVOKED_KEY,  PN_REVOKED_TOKEN, PN_REVOKED_SESSION,
};

static const struct pn_revoked_set *set_of(const struct pn_exchange *x)
{
    return &x->config->shared->revoked;
}

static struct pn_slice session_of(const struct pn_exchange *x)
{
    if (x->session.len == 0) return PN_SLICE("");
    return pn_session_code(pn_h1_field(&x->head, PN_FIELD_MCP_SESSION_ID));
}

static void mark(struct pn_exchange *x)
{
    const struct pn_principal *who = &x->principal;
    const struct pn_slice names[PN_REVOKED_MARKS] = {
        who->key.task,   who->key.agent, who->spiffe_id, who->key.user,
        who->key.key_id, who->token_id,  session_of(x),
    };

    for (int i = 0; i < PN_REVOKED_MARKS; i++) {
        if (names[i].len == 0) continue;
        x->marks[i] = pn_revoked_mark_of(set_of(x), (enum pn_revoked_kind)kinds[i], names[i]);
    }
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
    x->subject = pn_revoked_kind_name((enum pn_revoked_kind)kinds[index]);
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
