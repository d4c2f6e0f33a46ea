/* see resolve.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/resolve.h"

#include "core/base/assert.h"
#include "core/postern.h"
#include "core/route/address.h"
#include "core/route/lookup.h"

enum authority_state {
    NEW,     /* nothing is known */
    FIXED,   /* an address, or a line of the hosts table: never asked for */
    CURRENT, /* what the last question brought: addresses, or none */
    STALE,   /* the last question failed: the addresses before it serve while it is asked again */
};

enum {
    TTL_MS_MIN = 5000,
    TTL_MS_MAX = 3600 * 1000,
    NEGATIVE_MS = 1000,    /* how long "no" is believed */
    RETRY_MS = 5000,       /* after a failure with addresses to serve on */
    OTHER_FAMILY_MS = 100, /* how long one family's addresses wait for the other's */
    ATTEMPT_MS_MAX = 1000,
};

enum { FOUR, SIX, FAMILIES };

/* One name that is asked for. */
struct errand {
    struct pn_authority *authority; /* NULL: free */
    uint32_t begin_ms;
    uint32_t limit_ms; /* how long it may take */
    struct pn_lookup lookups[FAMILIES];
};

struct pn_resolver {
    struct pn_resolver_config config;
    struct pn_lookup_servers servers;
    uint32_t busy_count; /* errands in use */
    struct errand errands[PN_QUESTIONS_MAX];
    uint8_t datagram[PN_DNS_UDP_BYTES];
};

size_t pn_resolver_bytes(void)
{
    return sizeof(struct pn_resolver);
}

/* A fifth of the whole, so that there is time to repeat and to double. */
static uint32_t first_attempt_ms(uint32_t resolve_ms)
{
    uint32_t fifth_ms = resolve_ms / 5;

    if (fifth_ms > ATTEMPT_MS_MAX) return ATTEMPT_MS_MAX;
    return fifth_ms > 0 ? fifth_ms : 1;
}

struct pn_resolver *pn_resolver_init(void *memory, const struct pn_resolver_config *config)
{
    struct pn_resolver *r = memory;

    r->config = *config;
    r->servers = (struct pn_lookup_servers){
        .net = config->net,
        .at = config->nameservers,
        .count = config->nameserver_count,
        .first_ms = first_attempt_ms(config->resolve_ms),
        .datagram = r->datagram,
    };
    return r;
}

/* --- what is known without asking --- */

static void add_address(struct pn_authority *a, const struct port_net_addr *address)
{
    if (a->address_count == PN_ADDRESSES_MAX) return;
    a->address[a->address_count] = *address;
    a->address[a->address_count++].port = a->port;
}

static bool is_localhost(struct pn_slice name)
{
    static const struct pn_slice tail = PN_SLICE_INIT(".localhost");

    if (pn_slice_equal_fold(name, PN_SLICE("localhost"))) return true;
    return name.len > tail.len &&
           pn_slice_equal_fold(pn_slice_from(name, name.len - tail.len), tail);
}

static void add_loopback(struct pn_authority *a)
{
    add_address(a, &(struct port_net_addr){ .family = 4, .ip = { 127, 0, 0, 1 } });
    add_address(a, &(struct port_net_addr){ .family = 6, .ip = { [15] = 1 } });
}

/* The hosts table comes before the rule that localhost is this machine (RFC 6761, 6.3). */
static bool add_known(const struct pn_resolver *r, struct pn_authority *a)
{
    struct pn_slice name = pn_slice(a->host, a->host_len);
    struct port_net_addr literal;

    if (pn_address_parse(name, &literal)) {
        add_address(a, &literal);
        return true;
    }
    if (name.len > 1 && name.at[name.len - 1] == '.') name.len--;
    for (uint32_t i = 0; i < r->config.host_count; i++) {
        const struct pn_host *host = &r->config.hosts[i];
        if (pn_slice_equal_fold(host->name, name)) add_address(a, &host->address);
    }
    if (a->address_count == 0 && is_localhost(name)) add_loopback(a);
    return a->address_count > 0;
}

/* --- what a question came to --- */

/* The clock wraps: an entry is fresh for as long as one can be, and not for half of the clock's
 * range, or one that nobody used for weeks would be. */
static bool is_fresh(const struct pn_authority *a, uint32_t now_ms)
{
    uint32_t fresh_ms_max = a->address_count > 0 ? TTL_MS_MAX : NEGATIVE_MS;

    if (a->state == NEW || a->state == FIXED) return a->state == FIXED;
    return a->fresh_ms - now_ms - 1 < fresh_ms_max;
}

static void settle(struct pn_authority *a, enum authority_state state, uint32_t until_ms)
{
    a->state = (uint8_t)state;
    a->fresh_ms = until_ms;
    a->question = 0;
}

static void settle_failed(struct pn_authority *a, uint32_t now_ms)
{
    if (a->address_count > 0) settle(a, STALE, now_ms + RETRY_MS);
    else settle(a, CURRENT, now_ms + NEGATIVE_MS);
}

static void settle_nothing(struct pn_authority *a, uint32_t now_ms)
{
    a->address_count = 0;
    settle(a, CURRENT, now_ms + NEGATIVE_MS);
}

static uint8_t found_count(const struct pn_lookup *l)
{
    return l->outcome == PN_LOOKUP_FOUND ? l->answer.count : 0;
}

static void add_found(struct pn_authority *a, const struct pn_lookup *l, uint8_t index)
{
    struct port_net_addr address = { .family = l->question.type == PN_DNS_A ? 4 : 6 };

    if (index >= found_count(l)) return;
    memcpy(address.ip, l->answer.ip[index], address.family == 4 ? 4 : 16);
    add_address(a, &address);
}

/* Where `address` stands now, or 0. */
static uint8_t index_of(const struct pn_authority *a, const struct port_net_addr *address)
{
    for (uint8_t i = 0; i < a->address_count; i++) {
        if (pn_address_equal(&a->address[i], address)) return i;
    }
    return 0;
}

/* Families take turns, that of the address that worked last first; IPv4 when none has. */
static void settle_found(struct pn_authority *a, const struct errand *e, uint32_t now_ms)
{
    struct port_net_addr worked = { .family = 4 };
    uint32_t ttl_s = TTL_MS_MAX / 1000;

    if (a->first < a->address_count) worked = a->address[a->first];
    int lead = worked.family == 6 ? SIX : FOUR;
    a->address_count = 0;
    for (uint8_t i = 0; i < PN_ADDRESSES_MAX; i++) {
        add_found(a, &e->lookups[lead], i);
        add_found(a, &e->lookups[FAMILIES - 1 - lead], i);
    }
    a->first = index_of(a, &worked);
    for (int i = 0; i < FAMILIES; i++) {
        const struct pn_lookup *l = &e->lookups[i];
        if (found_count(l) > 0 && l->answer.ttl_s < ttl_s) ttl_s = l->answer.ttl_s;
    }
    uint32_t ttl_ms = ttl_s * 1000 < TTL_MS_MIN ? TTL_MS_MIN : ttl_s * 1000;
    settle(a, CURRENT, now_ms + ttl_ms);
}

static void finish(struct pn_resolver *r, struct errand *e, uint32_t now_ms)
{
    struct pn_authority *a = e->authority;
    const struct pn_lookup *four = &e->lookups[FOUR], *six = &e->lookups[SIX];

    PN_ASSERT(a->question == (uint8_t)(e - r->errands) + 1);
    if (found_count(four) + found_count(six) > 0) settle_found(a, e, now_ms);
    else if (four->outcome == PN_LOOKUP_FAILED || six->outcome == PN_LOOKUP_FAILED)
        settle_failed(a, now_ms);
    else settle_nothing(a, now_ms);
    e->authority = NULL;
    r->busy_count--;
}

/* --- errands --- */

static bool is_pending(const struct pn_lookup *l)
{
    return l->outcome == PN_LOOKUP_PENDING;
}

/* One family is there: the other has little time left. */
static void hurry(struct errand *e, uint32_t now_ms)
{
    uint32_t hurried_ms = now_ms - e->begin_ms + OTHER_FAMILY_MS;

    if (found_count(&e->lookups[FOUR]) + found_count(&e->lookups[SIX]) == 0) return;
    if (hurried_ms < e->limit_ms) e->limit_ms = hurried_ms;
}

static void look(struct pn_resolver *r, struct errand *e, uint32_t now_ms)
{
    bool pending = is_pending(&e->lookups[FOUR]) || is_pending(&e->lookups[SIX]);

    if (pending) hurry(e, now_ms);
    else finish(r, e, now_ms);
}

static struct errand *free_errand(struct pn_resolver *r)
{
    for (int i = 0; i < PN_QUESTIONS_MAX; i++) {
        if (!r->errands[i].authority) return &r->errands[i];
    }
    return NULL;
}

/* Ask for the name, unless as many are being asked for as can be. */
static void ask(struct pn_resolver *r, struct pn_authority *a, uint32_t now_ms)
{
    struct pn_slice name = pn_slice(a->host, a->host_len);

    if (r->servers.count == 0) {
        settle_failed(a, now_ms);
        return;
    }
    struct errand *e = free_errand(r);
    if (!e) return;
    e->authority = a;
    e->begin_ms = now_ms;
    e->limit_ms = r->config.resolve_ms;
    a->question = (uint8_t)(e - r->errands + 1);
    r->busy_count++;
    pn_lookup_begin(&e->lookups[FOUR], &r->servers, name, PN_DNS_A, now_ms);
    pn_lookup_begin(&e->lookups[SIX], &r->servers, name, PN_DNS_AAAA, now_ms);
    look(r, e, now_ms);
}

enum pn_step pn_resolve(struct pn_resolver *r, struct pn_authority *a, uint32_t now_ms)
{
    if (a->state == NEW && a->question == 0 && add_known(r, a)) a->state = FIXED;
    if (a->question == 0 && !is_fresh(a, now_ms)) ask(r, a, now_ms);
    if (is_fresh(a, now_ms)) return a->address_count > 0 ? PN_DONE : PN_REFUSED;
    return a->state == STALE ? PN_DONE : PN_WAIT;
}

bool pn_resolver_ready(struct pn_resolver *r, int32_t socket, uint32_t now_ms)
{
    for (int i = 0; r->busy_count > 0 && i < PN_QUESTIONS_MAX; i++) {
        struct errand *e = &r->errands[i];
        for (int family = 0; e->authority && family < FAMILIES; family++) {
            struct pn_lookup *l = &e->lookups[family];
            if (!pn_lookup_owns(l, socket)) continue;
            pn_lookup_ready(l, &r->servers, now_ms);
            look(r, e, now_ms);
            return true;
        }
    }
    return false;
}

/* Milliseconds until the errand needs another tick. */
static uint32_t tick(struct pn_resolver *r, struct errand *e, uint32_t now_ms)
{
    uint32_t past_ms = now_ms - e->begin_ms, next_ms = UINT32_MAX;

    for (int i = 0; i < FAMILIES; i++) {
        if (past_ms >= e->limit_ms) pn_lookup_stop(&e->lookups[i], &r->servers);
        uint32_t ms = pn_lookup_tick(&e->lookups[i], &r->servers, now_ms);
        if (ms < next_ms) next_ms = ms;
    }
    look(r, e, now_ms);
    if (!e->authority) return UINT32_MAX;
    uint32_t left_ms = e->limit_ms - past_ms;
    return left_ms < next_ms ? left_ms : next_ms;
}

uint32_t pn_resolver_tick(struct pn_resolver *r, uint32_t now_ms)
{
    uint32_t next_ms = UINT32_MAX;

    for (int i = 0; r->busy_count > 0 && i < PN_QUESTIONS_MAX; i++) {
        if (!r->errands[i].authority) continue;
        uint32_t ms = tick(r, &r->errands[i], now_ms);
        if (ms < next_ms) next_ms = ms;
    }
    return next_ms;
}
