/* Thousands of calls while nothing goes smoothly: bytes come in pieces, connections stall and break,
 * clients leave, upstreams answer badly, the audit log is slow, policies are swapped; and once more
 * where callers bring tokens that somebody is asked about, and upstreams want tokens that somebody is
 * asked for. Whatever happens, nothing is forwarded before its decision is on stable storage, no answer is passed off as
 * whole that is not, and in the end nobody holds anything.
 * links: sim
 * timeout: 300
 * cost: 15
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/gateway.h"
#include "test/exchange/chaos_servers.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

enum { SEEDS = 30, ASKING_SEEDS = 20, CLIENTS = 10, CALLS = 300, UPS_MAX = 64, AMOUNTS = 4999 };

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
    bool asks; /* who is calling, and for upstreams' tokens */
    struct chaos_servers servers;
    unsigned callers_awaited, tokens_awaited; /* exchanges that waited for either, in each turn */
    char jwts[3][3000];                       /* fields: a good one, of a key never seen, forged */
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

/* Somebody whom the gateway does not know by itself; opaque tokens come again, but not soon. */
static const char *pick_credential(void)
{
    static char field[100];

    if (!c.asks) return TIER_1;
    switch (roll(8)) {
    case 0: return TIER_1;
    case 1: return TIER_2;
    case 2: return c.jwts[1];
    case 3: return c.jwts[2];
    case 4:
    case 5: return c.jwts[0];
    default: break;
    }
    snprintf(field, sizeof field, "Authorization: Bearer opaque-%u\r\n", roll(200));
    return field;
}

static const char *pick_call(void)
{
    static char body[512];

    if (c.asks && roll(4) == 0) {
        return desk_post("/mcp/crm", pick_credential(),
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
                         "\"name\":\"customer_lookup\",\"arguments\":{}}}");
    }
    c.amount = c.amount % AMOUNTS + 1;
    snprintf(body, sizeof body, REFUND, c.amount);
    return desk_post("/mcp/payments", pick_credential(), body);
}

static const char *pick_request(void)
{
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
    default: return pick_call();
    }
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

/* What a server is shown is what was given for it, and never what the caller brought. */
static void check_shown(const char *request)
{
    TEST_ASSERT_NULL(strstr(request, "opaque-"));
    TEST_ASSERT_NULL(strstr(request, "eyJ"));
    bool wants = strstr(request, "\r\nhost: 127.0.0.1:9201\r\n") ||
                 strstr(request, "\r\nhost: 127.0.0.1:9203\r\n");
    if (c.asks && wants) desk_expect(request, "\r\nauthorization: Bearer given-");
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
    check_shown(text);
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

static void unkind_and_asking(struct pn_config *config)
{
    unkind(config);
    chaos_servers_key(config);
    config->limits.errand_ms = 600;
    config->limits.errands_max = 2;
    config->limits.upstream_tokens_max = 4;
    config->limits.token_failures_max = 1000;
}

static void count_awaiting(void)
{
    for (uint32_t i = 0; i < c.d->config.limits.exchanges_max; i++) {
        const struct pn_exchange *x = c.d->gateway->exchanges[i];
        if (!x) continue;
        c.callers_awaited += x->ask == ASK_CALLER;
        c.tokens_awaited += x->ask == ASK_TOKEN;
    }
}

static void turn(void)
{
    c.d->writer_rests = roll(3) > 0;
    desk_turn(c.d);
    accept_all();
    for (unsigned i = c.up_count; i > 0; i--) move_up(i - 1);
    if (c.asks) chaos_servers_turn(&c.servers);
    for (int i = 0; i < CLIENTS; i++) move_caller(&c.callers[i]);
    if (c.asks) count_awaiting();
    if (roll(3) == 0) sim_advance(c.d->sim, roll(80));
    if (roll(400) == 0 && pn_shared_free(&c.d->shared) != PN_GENERATION_NONE) {
        desk_install(c.d, c.asks ? chaos_servers_folder(DESK_FOLDER) : DESK_FOLDER);
    }
}

/* What was not answered is asked again, up to a minute later. */
static void calm_servers(void)
{
    c.servers.calm = true;
    for (int i = 0; i < 700; i++) {
        chaos_servers_turn(&c.servers);
        desk_wait(c.d, 100);
    }
    chaos_servers_close(&c.servers);
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

static void write_jwts(void)
{
    static const char stranger[] = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"never\"}";

    snprintf(c.jwts[0], sizeof c.jwts[0], "%s", token_of(TOKEN_TIER_1));
    snprintf(c.jwts[1], sizeof c.jwts[1], "%s",
             token_field(tokens_sign(stranger, TOKEN_TIER_1, TOKEN_ES_1)));
    snprintf(c.jwts[2], sizeof c.jwts[2], "%s",
             token_field(tokens_sign(TOKEN_HEADER, TOKEN_TIER_1, TOKEN_ES_2)));
}

static void begin_asking(void)
{
    c.asks = true;
    tokens_begin();
    write_jwts();
    chaos_servers_open(&c.servers, c.d);
    desk_install(c.d, chaos_servers_folder(DESK_FOLDER));
}

static void run(uint64_t seed, bool asks)
{
    static const struct sim_chaos weather = { .short_permille = 300,
                                              .tight_permille = 100,
                                              .stall_permille = 10,
                                              .reset_permille = 1,
                                              .spurious_permille = 20,
                                              .stall_ms_max = 400 };

    if (asks) tokens_begin();
    c = (struct chaos){ .d = desk_open_seeded(DESK_FOLDER, asks ? unkind_and_asking : unkind,
                                              seed) };
    if (asks) begin_asking();
    sim_set_chaos(c.d->sim, weather);
    for (int turns = 0; turns < 60000 && c.calls < CALLS; turns++) turn();
    for (int turns = 0; turns < 300; turns++) turn();
    leave_all();
    if (asks) calm_servers();
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
    for (uint64_t seed = 1; seed <= SEEDS; seed++) run(seed, false);
}

/* Also while it is asked who is calling, and for what upstreams are shown. */
static void test_nor_where_others_are_asked(void)
{
    unsigned given = 0;

    for (uint64_t seed = 1; seed <= ASKING_SEEDS; seed++) {
        run(seed, true);
        given += c.servers.given;
        fprintf(stderr, "  %u asked, %u tokens given; %u callers and %u tokens awaited in turns\n",
                c.servers.asked, c.servers.given, c.callers_awaited, c.tokens_awaited);
        TEST_ASSERT_GREATER_THAN_UINT(0, c.callers_awaited);
        TEST_ASSERT_GREATER_THAN_UINT(0, c.tokens_awaited);
    }
    TEST_ASSERT_GREATER_THAN_UINT(3 * ASKING_SEEDS, given);
    token_bundle_remove();
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_nothing_is_lost_forged_or_kept);
    RUN_TEST(test_nor_where_others_are_asked);
    return UNITY_END();
}
