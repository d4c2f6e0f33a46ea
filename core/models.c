/* see models.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/models.h"

#include "core/judge.h"
#include "core/reply.h"

static void write_model(struct pn_writer *w, const struct pn_exchange *x,
                        const struct pn_model *model)
{
    pn_write_text(w, "{\"id\":");
    pn_write_json_string(w, model->name);
    pn_write_text(w, ",\"object\":\"model\",\"created\":");
    pn_write_i64(w, pn_exchange_policy(x)->issued_unix);
    pn_write_text(w, ",\"owned_by\":");
    pn_write_json_string(w, model->provider);
    pn_write_text(w, "}");
}

static void answer_one(struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_active *active = pn_exchange_policy(x);
    struct pn_model model;

    if (!pn_model_find(&active->routes, x->route.name, &model) ||
        pn_judge_model(x, &model) == PN_HIDDEN) {
        pn_reply_refusal(x, PN_REASON_MODEL_UNKNOWN);
        return;
    }
    write_model(w, x, &model);
    pn_reply_json(x, pn_written(w));
}

static void answer_all(struct pn_exchange *x, struct pn_writer *w)
{
    const struct pn_active *active = pn_exchange_policy(x);
    size_t count = pn_model_count(&active->routes);
    bool any = false;

    pn_write_text(w, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < count; i++) {
        struct pn_model model = pn_model_at(&active->routes, i);
        if (pn_judge_model(x, &model) == PN_HIDDEN) continue;
        if (any) pn_write_text(w, ",");
        write_model(w, x, &model);
        any = true;
    }
    pn_write_text(w, "]}");
    if (w->full) pn_reply_refusal(x, PN_REASON_BODY_POOL_FULL);
    else pn_reply_json(x, pn_written(w));
}

void pn_models_answer(struct pn_exchange *x)
{
    /* The request had no body, so the window is free for the answer. */
    struct pn_writer w = pn_writer(x->window, x->config->limits.body_bytes_max);

    if (x->route.name.len > 0) answer_one(x, &w);
    else answer_all(x, &w);
}
