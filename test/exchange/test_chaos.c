/* Thousands of calls while nothing goes smoothly: bytes come in pieces, connections stall and break,
 * clients leave, upstreams answer badly, the audit log is slow, policies are swapped. Whatever
 * happens, nothing is forwarded before its decision is on stable storage, no answer is passed off as
 * whole that is not, and in the end nobody holds anything.
 * links: sim
 * timeout: 300
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/exchange/desk.h"
#include "unity.h"

enum { SEEDS = 30, CLIENTS = 10, CALLS = 300, UPS_MAX = 64, AMOUNTS = 4999 };

#define KIND_JSON "Content-Type: application/json\r\n"
#define WHOLE     "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"from\":\"the upstream, whole\"}}"
#define REFUND \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"refund_issue\"," \
    "\"arguments\":{\"ticket_id\":\"T-1001\",\"amount_cents\":%u}}}"
#define EVENTS \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

struct caller {
    struct sim_conn *conn;
    bool busy, lazy; /* waits for an answer; does not read it */
    uint64_t until_ms;
};

struct chaos {
    struct desk *d;
    struct caller callers[CLIENTS];
    struct sim_conn *ups[UPS_MAX];
    bool answered[UPS_MAX]; /* the request at the front has its answer */
    unsigned up_count, calls, amount, forwarded, whole;
};

static struct chaos c;

void setUp(void)
{
}

void tearDown(void)
{
}

static unsigned roll(unsigned below)
{
    return (unsigned)sim_below(c.d->sim, below);
}

/* --- callers --- */

static const char *pick_request(void)
{
    static char body[512];

    switch (roll(8)) {
    case 0:
        return desk_post("/v1/chat/completions", TIER_1, "{\"model\":\"gpt-4o\",\"messages\":[]}");
    case 1:
        return desk_post("/v1/chat/completions", TIER_1, "{\"model\":\"gpt-4o\",\"stream\":true}");
    case 2: return desk_post("/v1/chat/completions", TIER_1, "{\"model\":\"o3\"}");
    case 3:
        return desk_post("/mcp/crm", TIER_1,
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
    case 4: return desk_post("/v1/chat/completions", "", "{}");
    case 5: return "GET /v1/models HTTP/1.1\r\nHost: x\r\n" TIER_1 "\r\n";
    default: break;
    }
    c.amount = c.amount % AMOUNTS + 1;
    snprintf(body, sizeof body, REFUND, c.amount);
    return desk_post("/mcp/payments", TIER_1, body);
}

static void begin_call(struct caller *who)
{
    const char *request = pick_request();
    size_t len = strlen(request);

    if (roll(40) == 0) len = roll((unsigned)len); /* and never the rest */
    if (roll(6) == 0) sim_chop(who->conn, 1 + roll(40), 0);
    sim_push(who->conn, pn_slice((const uint8_t *)request, len));
    who->busy = true;
    who->lazy = roll(40) == 0;
    if (who->lazy) sim_window(who->conn, 50);
    who->until_ms = sim_now_ms(c.d->sim) + 4000;
    c.calls++;
}

static void connect_anew(struct caller *who)
{
    if (who->conn) sim_close(who->conn);
    *who = (struct caller){ .conn = sim_connect(c.d->sim, DESK_PORT) };
}

/* The answer is whole by its own framing. One of status 200 that came from upstream must be what the
 * upstream sent, or a stream that says how it ended. */
static bool is_whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    const char *length = strstr(text, "content-length: ");

    if (!body) return false;
    body += 4;
    if (length && length < body) return strlen(body) >= strtoul(length + 16, NULL, 10);
    return strstr(text, "chunked\r\n") && strlen(body) >= 5 &&
           strcmp(body + strlen(body) - 5, "0\r\n\r\n") == 0;
}

/* Take the chunks off in place. */
static char *unchunked(char *body)
{
    char *to = body, *from = body;

    for (size_t left; (left = strtoul(from, &from, 16)) > 0; from += left + 2) {
        from += 2;
        memmove(to, from, left);
        to += left;
    }
    *to = '\0';
    return body;
}

static void check_whole(const char *answer)
{
    static char text[65536];

    snprintf(text, sizeof text, "%s", answer);
    if (strstr(text, "chunked\r\n")) unchunked(strstr(text, "\r\n\r\n") + 4);
    c.whole++;
    if (strncmp(text, "HTTP/1.1 200 ", 13) != 0) {
        desk_expect(text, "\"error\":{");
        return;
    }
    bool fine = strstr(text, "whole\"}}") || strstr(text, "\"error\":{") ||
                strstr(text, "data: end\n\n") || strstr(text, "\"object\":\"list\"") ||
                strstr(text, "\"isError\":true");
    if (!fine) fprintf(stderr, "%s\n", text);
    TEST_ASSERT_TRUE_MESSAGE(fine, "an answer looks whole and is not");
}

static void move_caller(struct caller *who)
{
    if (!who->conn || sim_end(who->conn) != SIM_OPEN) {
        if (who->conn && who->busy && is_whole(desk_text(who->conn)))
            check_whole(desk_text(who->conn));
        connect_anew(who);
    } else if (!who->busy) {
        if (c.calls < CALLS && roll(3) == 0) begin_call(who);
    } else if (!who->lazy && is_whole(desk_text(who->conn))) {
        check_whole(desk_text(who->conn));
        sim_drop(who->conn, sim_sent(who->conn).len);
        who->busy = false;
    } else if (sim_now_ms(c.d->sim) > who->until_ms || roll(300) == 0) {
        connect_anew(who);
    }
}

/* --- upstreams --- */

static void answer(struct sim_conn *up)
{
    switch (roll(14)) {
    case 0:
        sim_push_text(up, "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{");
        sim_fin(up);
        return;
    case 1: sim_push_text(up, "HTTP/1.1 2oo OK\r\n\r\n"); return;
    case 2: sim_reset(up); return;
    case 3: sim_fin(up); return;
    case 4:
        if (roll(3) == 0) return; /* silence */
        break;
    case 5:
        sim_push_text(
            up, "HTTP/1.1 413 No\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{\"error\":{}}");
        sim_fin(up);
        return;
    case 6:
        sim_push_text(up, EVENTS "9\r\ndata: a\n\n\r\nb\r\ndata: ");
        sim_fin(up);
        return;
    case 7:
    case 8: sim_push_text(up, EVENTS "9\r\ndata: a\n\n\r\nb\r\ndata: end\n\n\r\n0\r\n\r\n"); return;
    default: break;
    }
    char text[512];
    snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n" KIND_JSON "Content-Length: %zu\r\n\r\n" WHOLE,
             strlen(WHOLE));
    sim_push(up, pn_slice((const uint8_t *)text, strlen(text)));
}

/* The log as it was before this turn of the writer holds the decision. */
static void check_decided(const char *request)
{
    const char *amount = strstr(request, "\"amount_cents\":");
    struct port_audit *log = &c.d->audit;
    char mark[64], *end;

    if (!amount) return;
    unsigned long cents = strtoul(amount + 15, &end, 10);
    if (*end == '\0') return; /* not all digits are here */
    int len = snprintf(mark, sizeof mark, "R.attr.arguments.amount_cents\":%lu", cents);
    TEST_ASSERT_NOT_NULL_MESSAGE(memmem(log->log, log->synced_len, mark, (size_t)len),
                                 "forwarded before its decision was on stable storage");
}

static void move_up(unsigned i)
{
    struct sim_conn *up = c.ups[i];
    const char *text = desk_text(up);
    const char *body = strstr(text, "\r\n\r\n");

    if (sim_end(up) != SIM_OPEN) {
        sim_close(up);
        c.ups[i] = c.ups[--c.up_count];
        c.answered[i] = c.answered[c.up_count];
        return;
    }
    check_decided(text);
    if (!body) return;
    const char *length = strstr(text, "content-length: ");
    size_t whole = (size_t)(body + 4 - text) + (length ? strtoul(length + 16, NULL, 10) : 0);
    if (strlen(text) < whole && roll(200) > 0) return;
    c.forwarded++;
    sim_drop(up, whole);
    answer(up);
}

static void accept_all(void)
{
    for (int u = 0; u < DESK_UPSTREAMS; u++) {
        struct sim_conn *up;
        while (c.up_count < UPS_MAX && (up = desk_reached(c.d, (enum desk_upstream)u)) != NULL) {
            c.ups[c.up_count++] = up;
        }
    }
}

/* --- a run --- */

static void unkind(struct pn_config *config)
{
    struct pn_limits *l = &config->limits;

    config->audit.sync_each = 1;
    l->head_ms = 3000;
    l->idle_ms = 20000;
    l->answer_ms = 1000;
    l->stream_ms = 1000;
    l->send_ms = 3000;
    l->upstream_idle_ms = 3000;
    l->connections_max = 24;
    l->exchanges_max = 9;
    l->body_bytes_total = 600;
    l->swap_grace_ms = 100;
}

static void turn(void)
{
    c.d->writer_rests = roll(3) > 0;
    desk_turn(c.d);
    accept_all();
    for (unsigned i = c.up_count; i > 0; i--) move_up(i - 1);
    for (int i = 0; i < CLIENTS; i++) move_caller(&c.callers[i]);
    if (roll(3) == 0) sim_advance(c.d->sim, roll(80));
    if (roll(400) == 0 && pn_shared_free(&c.d->shared) != PN_GENERATION_NONE) {
        desk_install(c.d, DESK_FOLDER);
    }
}

static void leave_all(void)
{
    sim_set_chaos(c.d->sim, (struct sim_chaos){ 0 });
    for (int i = 0; i < CLIENTS; i++) {
        if (c.callers[i].conn) sim_close(c.callers[i].conn);
    }
    for (unsigned i = 0; i < c.up_count; i++) sim_close(c.ups[i]);
    c.d->writer_rests = false;
}

static void run(uint64_t seed)
{
    static const struct sim_chaos weather = { .short_permille = 300,
                                              .tight_permille = 100,
                                              .stall_permille = 10,
                                              .reset_permille = 1,
                                              .spurious_permille = 20,
                                              .stall_ms_max = 400 };

    c = (struct chaos){ .d = desk_open_seeded(DESK_FOLDER, unkind, seed) };
    sim_set_chaos(c.d->sim, weather);
    for (int turns = 0; turns < 60000 && c.calls < CALLS; turns++) turn();
    for (int turns = 0; turns < 300; turns++) turn();
    leave_all();
    const struct pn_stats *stats = pn_gateway_stats(c.d->gateway);
    fprintf(stderr, "seed %u: %u calls, %u forwarded, %u whole, %u retries, %u cut, %u gone\n",
            (unsigned)seed, c.calls, c.forwarded, c.whole, atomic_load(&stats->upstream_retries),
            atomic_load(&stats->answers_cut), atomic_load(&stats->clients_gone));
    TEST_ASSERT_EQUAL_UINT(CALLS, c.calls);
    TEST_ASSERT_GREATER_THAN_UINT(CALLS / 12, c.forwarded);
    TEST_ASSERT_GREATER_THAN_UINT(CALLS / 4, c.whole);
    TEST_ASSERT_LESS_OR_EQUAL_UINT(CALLS, atomic_load(&stats->refused[PN_REASON_EXCHANGES_FULL]));
    /* Who left with a full window looks like one who is slow to read. */
    desk_wait(c.d, c.d->config.limits.send_ms);
    desk_check_rest(c.d);
    size_t allowed = desk_count(desk_log(c.d), "\"outcome\":\"allow\"");
    TEST_ASSERT_LESS_OR_EQUAL_size_t(allowed + atomic_load(&stats->upstream_retries), c.forwarded);
    desk_close(c.d);
}

static void test_nothing_is_lost_forged_or_kept(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) run(seed);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_nothing_is_lost_forged_or_kept);
    return UNITY_END();
}
