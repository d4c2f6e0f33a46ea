/* Upstreams that are not reached, or do not answer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/mint.h"
#include "test/exchange/provocation.h"
#include "test/exchange/tls_desk.h"

#define ODD_FOLDER    PN_SOURCE_DIR "/test/exchange/bundles/odd-desk"
#define PASSES_FOLDER PN_SOURCE_DIR "/test/exchange/bundles/passes-desk"

static struct sim_conn *ask_crm(struct desk *d)
{
    return desk_ask(d, desk_post("/mcp/crm", TIER_1, CALL_BARE("look")));
}

static struct sim_conn *server_down(struct desk *d)
{
    sim_upstream_refuse(d->upstream[DESK_MAIN]);
    return ask_crm(d);
}

static struct sim_conn *server_refuses(struct desk *d)
{
    struct sim_conn *client = ask_crm(d);
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    sim_push_text(up, "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}");
    desk_run(d);
    return client;
}

static void one_token(struct pn_config *config)
{
    mint_with(config);
    config->limits.upstream_tokens_max = 1;
}

/* The only place is held by a call that waits for its token. */
static struct sim_conn *second_token(struct desk *d)
{
    desk_ask(d, desk_post("/mcp/tickets", TIER_1, CALL_BARE("look")));
    return ask_crm(d);
}

static struct sim_conn *unresolved(struct desk *d)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"nowhere\"}"));
}

static struct sim_conn *forbidden(struct desk *d)
{
    return desk_ask(d, desk_post(CHAT, TIER_1, "{\"model\":\"forbidden\"}"));
}

static struct sim_conn *refused_connect(struct desk *d)
{
    sim_upstream_refuse(d->upstream[DESK_MAIN]);
    return provoke_hello(d);
}

static struct sim_conn *reset_upstream(struct desk *d)
{
    struct sim_conn *client;

    sim_reset(provoke_main(d, &client));
    desk_run(d);
    return client;
}

static struct sim_conn *malformed_answer(struct desk *d)
{
    struct sim_conn *client;

    sim_push_text(provoke_main(d, &client), "HTTP/2 200\r\n\r\n");
    desk_run(d);
    return client;
}

static struct sim_conn *cut_answer(struct desk *d)
{
    struct sim_conn *client, *up = provoke_main(d, &client);

    sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-");
    sim_fin(up);
    desk_run(d);
    return client;
}

static void quick_answers(struct pn_config *config)
{
    config->limits.answer_ms = 1000;
}

static struct sim_conn *silent_upstream(struct desk *d)
{
    struct sim_conn *client;

    provoke_main(d, &client);
    desk_wait(d, 1100);
    return client;
}

static void no_credentials(struct pn_config *config)
{
    config->credentials = NULL;
}

static struct sim_conn *behind_tls(struct desk *d, enum tls_desk_pair pair)
{
    tls_desk_listen(d);
    return tls_desk_ask(d, pair);
}

static struct sim_conn *no_tls(struct desk *d)
{
    return behind_tls(d, TLS_GARBAGE);
}

static struct sim_conn *untrusted(struct desk *d)
{
    return behind_tls(d, TLS_STRANGER);
}

static struct sim_conn *expired(struct desk *d)
{
    return behind_tls(d, TLS_EXPIRED);
}

static struct sim_conn *misnamed(struct desk *d)
{
    return behind_tls(d, TLS_MISNAMED);
}

#define TLS(what, of) \
    { \
        .act = what, .change = tls_desk_configure, .folder = TLS_DESK_FOLDER, .detail = of \
    }

const struct provocation provocations_of_upstreams[PN_REASON_COUNT] = {
    [PN_REASON_UPSTREAM_UNRESOLVED] = { .act = unresolved,
                                        .folder = ODD_FOLDER,
                                        .detail = "(nowhere)" },
    [PN_REASON_UPSTREAM_FORBIDDEN] = { .act = forbidden,
                                       .folder = ODD_FOLDER,
                                       .detail = "(forbidden)" },
    [PN_REASON_UPSTREAM_REFUSED] = { .act = refused_connect, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_TLS] = TLS(no_tls, "(garbage)"),
    [PN_REASON_UPSTREAM_UNTRUSTED] = TLS(untrusted, "(stranger)"),
    [PN_REASON_UPSTREAM_EXPIRED] = TLS(expired, "(expired)"),
    [PN_REASON_UPSTREAM_MISNAMED] = TLS(misnamed, "(misnamed)"),
    [PN_REASON_UPSTREAM_RESET] = { .act = reset_upstream, .heard = true, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_MALFORMED] = { .act = malformed_answer,
                                       .heard = true,
                                       .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_CUT] = { .act = cut_answer, .heard = true, .detail = "(gpt-4o)" },
    [PN_REASON_UPSTREAM_TIMEOUT] = { .act = silent_upstream,
                                     .change = quick_answers,
                                     .heard = true,
                                     .detail = "(gpt-4o)" },
    [PN_REASON_CREDENTIAL_MISSING] = { .chat = HELLO,
                                       .change = no_credentials,
                                       .detail = "(openai-main)" },
    [PN_REASON_UPSTREAM_TOKEN_AWAITED] = { .act = server_down,
                                           .folder = PASSES_FOLDER,
                                           .detail = "(crm)" },
    [PN_REASON_UPSTREAM_TOKEN_REFUSED] = { .act = server_refuses,
                                           .folder = PASSES_FOLDER,
                                           .detail = "(crm)" },
    [PN_REASON_UPSTREAM_TOKENS_FULL] = { .act = second_token,
                                         .folder = PASSES_FOLDER,
                                         .change = one_token,
                                         .heard = true,
                                         .detail = "(crm)" },
    [PN_REASON_ASSERTION_UNAVAILABLE] = { .chat = HELLO,
                                          .folder =
                                              PN_SOURCE_DIR "/test/exchange/bundles/told-desk",
                                          .detail = "(gpt-4o)" },
};
