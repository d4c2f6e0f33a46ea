/* see token_issuer.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/token_issuer.h"

#include <stdio.h>
#include <string.h>

#include "unity.h"

static struct desk *d;
static struct sim_upstream *issuer;

struct desk *issuer_listens_at(const char *folder, void (*change)(struct pn_config *config))
{
    d = desk_open_at(folder, change);
    tokens_begin();
    issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    return d;
}

struct desk *issuer_opens_at(const char *folder, const char *keys, const char *more,
                             void (*change)(struct pn_config *config))
{
    issuer_listens_at(folder, change);
    desk_install(d, token_bundle_with(folder, keys, more));
    desk_run(d);
    return d;
}

void issuer_few_places(struct pn_config *config)
{
    config->limits.tokens_asked_max = 4;
    config->limits.errands_max = 1;
}

struct sim_conn *issuer_asked(void)
{
    struct sim_conn *up = sim_accept(issuer);

    TEST_ASSERT_NOT_NULL_MESSAGE(up, "nobody asks");
    return up;
}

void issuer_not_asked(void)
{
    TEST_ASSERT_NULL_MESSAGE(sim_accept(issuer), "somebody asks");
}

void issuer_answers(struct sim_conn *up, const char *status, const char *fields, const char *body)
{
    static char text[16384];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 %s\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                       status, fields, strlen(body), body);

    TEST_ASSERT_LESS_THAN((int)sizeof text, len);
    sim_push(up, pn_slice(text, (size_t)len));
    sim_fin(up);
    desk_run(d);
}

void issuer_says(const char *body)
{
    issuer_answers(issuer_asked(), "200 OK", "", body);
}

struct sim_conn *issuer_client(const char *token)
{
    return desk_ask(d, desk_post(CHAT, token_field(token), HELLO));
}

static void leave(struct sim_conn *client)
{
    sim_close(client);
    desk_run(d);
}

bool issuer_client_passes(struct sim_conn *client)
{
    struct sim_conn *up = desk_reached(d, DESK_MAIN);

    if (up == NULL) return false;
    TEST_ASSERT_EQUAL_STRING("", desk_text(client));
    sim_close(up);
    leave(client);
    return true;
}

void issuer_client_gets(struct sim_conn *client, const char *text)
{
    desk_expect(desk_text(client), text);
    TEST_ASSERT_NULL(desk_reached(d, DESK_MAIN));
    leave(client);
}
