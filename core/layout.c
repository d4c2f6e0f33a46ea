/* see layout.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/layout.h"

struct region {
    uint8_t *at; /* NULL while only measuring */
    size_t used;
};

enum align { ALIGN_LINE = 64, ALIGN_PAGE = 4096 };

static void *cut(struct region *r, size_t bytes, enum align align)
{
    r->used = (r->used + (size_t)align - 1) & ~((size_t)align - 1);
    void *at = r->at ? r->at + r->used : NULL;
    r->used += bytes;
    return at;
}

static size_t page_whole(size_t bytes)
{
    return (bytes + ALIGN_PAGE - 1) & ~(size_t)(ALIGN_PAGE - 1);
}

static uint32_t power_of_two(uint32_t least)
{
    uint32_t power = 1;

    while (power < least) power *= 2;
    return power;
}

/* The parts of one exchange lie together on pages of its own, the windows of all apart from them. */
static struct pn_exchange *cut_exchange(struct region *r, const struct pn_limits *limits)
{
    uint32_t keys_max = power_of_two(limits->json_keys_max);
    struct pn_exchange *x = cut(r, sizeof *x, ALIGN_PAGE);
    struct pn_json_key *keys = cut(r, keys_max * sizeof *keys, ALIGN_LINE);
    uint8_t *head_bytes = cut(r, PN_HEAD_BYTES, ALIGN_LINE);
    uint8_t *rx = cut(r, PN_RELAY_BYTES, ALIGN_LINE);
    uint8_t *out = cut(r, PN_OUTBOX_BYTES, ALIGN_LINE);
    uint8_t *up = cut(r, PN_OUTBOX_BYTES, ALIGN_LINE);

    cut(r, 0, ALIGN_PAGE);
    if (!x) return NULL;
    x->keys.at = keys;
    x->keys.max = keys_max;
    x->head_bytes = head_bytes;
    x->rx = rx;
    x->out.at = out;
    x->up.at = up;
    return x;
}

static size_t exchange_bytes(const struct pn_limits *limits)
{
    struct region r = { NULL, 0 };

    cut_exchange(&r, limits);
    return r.used;
}

void pn_layout_exchange(struct pn_gateway *g, uint32_t index)
{
    struct region r = { (uint8_t *)g->exchanges[index], 0 };
    struct pn_exchange *x = cut_exchange(&r, &g->config.limits);

    pn_json_keys_init_zeroed(&x->keys, x->keys.at, x->keys.max, g->config.json_seed);
    x->window = g->windows + (size_t)index * g->window_bytes;
    x->config = &g->config;
    x->stats = &g->stats;
    x->bench = g->bench;
    x->body_bytes_held = &g->body_bytes_held;
    x->index = index;
}

/* The caches and desks of a worker, each with what it keeps. */
static struct pn_bench *cut_bench(struct region *r, const struct pn_config *config)
{
    const struct pn_limits *limits = &config->limits;
    struct pn_bench *bench = cut(r, sizeof *bench, ALIGN_LINE);
    uint32_t tokens_max = power_of_two(limits->tokens_cached_max / 2 + 1); /* rounded down */
    struct pn_token_seen *tokens = cut(r, tokens_max * sizeof *tokens, ALIGN_LINE);
    uint32_t kept_max = power_of_two(limits->assertions_cached_max / 2 + 1);
    struct pn_assertion_kept *kept = cut(r, kept_max * sizeof *kept, ALIGN_LINE);
    uint32_t passes_max = limits->upstream_tokens_max;
    struct pn_pass_token *passes = cut(r, passes_max * sizeof *passes, ALIGN_LINE);
    struct pn_pass_digest *digests = cut(r, passes_max * sizeof *digests, ALIGN_LINE);
    uint32_t asked_max = power_of_two(limits->tokens_asked_max / 2 + 1);
    struct pn_asked *asked = cut(r, asked_max * sizeof *asked, ALIGN_LINE);
    struct pn_issuer_file *files = cut(r, limits->issuers_fetched_max * sizeof *files, ALIGN_LINE);
    void *values = cut(r, limits->value_scratch_bytes, ALIGN_LINE);

    if (!bench) return NULL;
    pn_token_desk_init(&bench->tokens, tokens, tokens_max, config->json_seed);
    bench->tokens.failures_max = limits->token_failures_max;
    pn_assertion_desk_init(&bench->assertions, kept, kept_max, config->token_key);
    pn_pass_desk_init(&bench->passes, passes, digests, passes_max);
    pn_asked_desk_init(&bench->asked, asked, asked_max);
    pn_issuer_desk_init(&bench->issuers, files, limits->issuers_fetched_max);
    pn_json_keys_init_zeroed(&bench->token_keys, bench->token_key_places, PN_TOKEN_KEYS,
                             config->json_seed);
    bench->scratch.values = pn_scratch(values, limits->value_scratch_bytes);
    return bench;
}

static struct pn_errand *cut_errands(struct region *r, const struct pn_limits *limits)
{
    struct pn_errand *errands = cut(r, limits->errands_max * sizeof *errands, ALIGN_LINE);
    size_t bytes = pn_errand_bytes(limits);
    uint8_t *memory = cut(r, limits->errands_max * bytes, ALIGN_LINE);

    if (!errands) return NULL;
    for (uint32_t i = 0; i < limits->errands_max; i++) {
        pn_errand_init(&errands[i], memory + i * bytes, limits);
    }
    return errands;
}

static void cut_exchanges(struct region *r, const struct pn_limits *limits, struct pn_gateway *g)
{
    size_t bytes = exchange_bytes(limits);
    size_t window_bytes = page_whole(limits->body_bytes_max);

    for (uint32_t i = 0; i < limits->exchanges_max; i++) {
        struct pn_exchange *x = cut(r, bytes, ALIGN_PAGE);
        if (g) g->exchanges[i] = x;
    }
    uint8_t *windows = cut(r, limits->exchanges_max * window_bytes, ALIGN_PAGE);
    if (!g) return;
    g->exchange_bytes = bytes;
    g->windows = windows;
    g->window_bytes = window_bytes;
}

static struct pn_gateway *lay_out(struct region *r, const struct pn_config *config)
{
    const struct pn_limits *limits = &config->limits;
    struct pn_gateway *g = cut(r, sizeof *g, ALIGN_LINE);
    struct pn_conn *conns = cut(r, limits->connections_max * sizeof *conns, ALIGN_LINE);
    struct pn_exchange **exchanges = cut(r, limits->exchanges_max * sizeof *exchanges, ALIGN_LINE);
    struct pn_pipe *pipes = cut(r, limits->exchanges_max * sizeof *pipes, ALIGN_LINE);
    uint32_t *free_exchanges = cut(r, limits->exchanges_max * sizeof *free_exchanges, ALIGN_LINE);
    struct pn_bench *bench = cut_bench(r, config);
    void *resolver = cut(r, pn_resolver_bytes(), ALIGN_LINE);
    struct pn_errand *errands = cut_errands(r, limits);
    void *tls = config->tls ? cut(r, limits->tls_arena_bytes, ALIGN_PAGE) : NULL;

    if (g) {
        g->conns = conns;
        g->exchanges = exchanges;
        g->pipes = pipes;
        g->free_exchanges = free_exchanges;
        g->bench = bench;
        g->resolver = resolver;
        g->errands = errands;
        g->tls_memory = tls;
    }
    cut_exchanges(r, limits, g);
    return g;
}

size_t pn_layout_bytes(const struct pn_config *config)
{
    struct region r = { NULL, 0 };

    lay_out(&r, config);
    return r.used + ALIGN_PAGE;
}

struct pn_gateway *pn_layout_make(void *memory, const struct pn_config *config)
{
    uintptr_t at = ((uintptr_t)memory + ALIGN_PAGE - 1) & ~(uintptr_t)(ALIGN_PAGE - 1);
    struct region r = { (uint8_t *)at, 0 };
    struct pn_gateway *g = lay_out(&r, config);

    g->config = *config;
    return g;
}
