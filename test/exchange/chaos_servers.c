/* see chaos_servers.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/chaos_servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test/exchange/token_issuer.h"
#include "unity.h"

#define SERVERS \
    "servers:\n" \
    "  - {name: tickets, url: 'http://127.0.0.1:9202/mcp', credential: 'credential:tickets', " \
    "egress: [loopback]}\n" \
    "  - name: crm\n" \
    "    url: http://127.0.0.1:9201/mcp\n" \
    "    credential_from: {token_url: 'http://127.0.0.1:9302/token', client_id: gate, " \
    "credential: 'credential:crm', egress: [loopback]}\n" \
    "    egress: [loopback]\n" \
    "  - name: payments\n" \
    "    url: http://127.0.0.1:9203/mcp\n" \
    "    exchange: {token_url: 'http://127.0.0.1:9302/token', client_id: gate, " \
    "issuer: 'https://gate.example.com', egress: [loopback]}\n" \
    "    egress: [loopback]\n"

#define KEYS "jwks_uri: http://127.0.0.1:9301/jwks\n    " ISSUER_ASKED("")

const char *chaos_servers_folder(const char *desk)
{
    static char path[96];
    const char *folder = token_bundle_with(desk, KEYS, NULL);

    snprintf(path, sizeof path, "%s/servers.yaml", folder);
    unlink(path); /* a link to the desk's */
    FILE *out = fopen(path, "w");
    if (out == NULL) abort();
    fputs(SERVERS, out);
    fclose(out);
    return folder;
}

void chaos_servers_key(struct pn_config *config)
{
    uint8_t secret[32];

    memset(secret, 7, sizeof secret);
    TEST_ASSERT_TRUE(pn_token_key_of(config->token_key, secret));
}

void chaos_servers_open(struct chaos_servers *s, struct desk *d)
{
    *s = (struct chaos_servers){ .d = d };
    s->issuer = sim_listen(d->sim, sim_addr("127.0.0.1", 9301));
    s->giver = sim_listen(d->sim, sim_addr("127.0.0.1", 9302));
}

static unsigned roll(struct chaos_servers *s, unsigned below)
{
    return (unsigned)sim_below(s->d->sim, below);
}

static void answer(struct sim_conn *to, const char *status, const char *body)
{
    char text[4096];

    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\nContent-Type: application/json\r\nCache-Control: max-age=3600\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             status, strlen(body), body);
    sim_push(to, pn_slice(text, strlen(text)));
}

static void give(struct chaos_servers *s, struct sim_conn *to)
{
    char body[200];

    snprintf(body, sizeof body,
             "{\"access_token\":\"given-%u\",\"token_type\":\"Bearer\",\"expires_in\":%u}",
             ++s->given, 1 + roll(s, 5));
    answer(to, "200 OK", body);
}

static void answer_well(struct chaos_servers *s, struct sim_conn *to, const char *request)
{
    if (strncmp(request, "GET /jwks ", 10) == 0) {
        answer(to, "200 OK", tokens_jwks(TOKEN_ES_1));
    } else if (strncmp(request, "POST /oauth/ask ", 16) == 0) {
        answer(to, "200 OK", roll(s, 5) > 0 ? ISSUER_SAYS_TIER_1 "}" : "{\"active\":false}");
    } else {
        TEST_ASSERT_EQUAL_STRING_LEN("POST /token ", request, 12);
        give(s, to);
    }
}

static void answer_somehow(struct chaos_servers *s, struct sim_conn *to, const char *request)
{
    switch (s->calm ? 99 : roll(s, 30)) {
    case 0: sim_fin(to); return;
    case 1: sim_reset(to); return;
    case 2:
    case 3: return; /* silence */
    case 4: answer(to, "503 Not Now", ""); return;
    case 5: answer(to, "401 No", "{\"error\":\"invalid_client\"}"); return;
    case 6: answer(to, "200 OK", "{\"keys\":[{}],\"active\":1,\"access_token\":7}"); return;
    case 7:
        sim_push_text(to, "HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{\"active\":true,");
        sim_fin(to);
        return;
    case 8: sim_push_text(to, "HTTP/1.1 2oo OK\r\n\r\n"); return;
    default: answer_well(s, to, request);
    }
}

/* What a whole request takes; 0: there is none yet. */
static size_t whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "content-length: ");

    if (!body) return 0;
    size_t bytes = (size_t)(body + 4 - text);
    if (length && length < body) bytes += strtoul(length + 16, NULL, 10);
    return strlen(text) >= bytes ? bytes : 0;
}

static void move(struct chaos_servers *s, unsigned i)
{
    struct sim_conn *conn = s->conns[i];

    if (sim_end(conn) != SIM_OPEN) {
        sim_close(conn);
        s->conns[i] = s->conns[--s->conn_count];
        return;
    }
    const char *request = desk_text(conn);
    size_t bytes = whole(request);
    if (bytes == 0) return;
    s->asked++;
    answer_somehow(s, conn, request);
    if (sim_end(conn) == SIM_OPEN) sim_drop(conn, bytes);
}

static void accept_all(struct chaos_servers *s, struct sim_upstream *at)
{
    struct sim_conn *conn;

    while (s->conn_count < CHAOS_ASKED_MAX && (conn = sim_accept(at)) != NULL) {
        s->conns[s->conn_count++] = conn;
    }
}

void chaos_servers_turn(struct chaos_servers *s)
{
    accept_all(s, s->issuer);
    accept_all(s, s->giver);
    for (unsigned i = s->conn_count; i > 0; i--) move(s, i - 1);
}

void chaos_servers_close(struct chaos_servers *s)
{
    for (unsigned i = 0; i < s->conn_count; i++) sim_close(s->conns[i]);
    s->conn_count = 0;
}
