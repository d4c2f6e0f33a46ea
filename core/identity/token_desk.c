/* see token_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/token_desk.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"

void pn_token_desk_init(struct pn_token_desk *desk, struct pn_token_seen *seen, uint32_t seen_max,
                        const uint8_t seed[16])
{
    desk->seen = seen;
    PN_ASSERT(seen_max >= PN_TOKEN_WAYS && (seen_max & (seen_max - 1)) == 0);
    desk->seen_max = seen_max;
    desk->seed[0] = pn_load64(seed);
    desk->seed[1] = pn_load64(seed + 8);
}

/* --- tokens --- */

/* The places where a token may be: digests are even, and nobody gains by choosing one. */
static struct pn_token_seen *places(struct pn_token_desk *desk, const uint8_t digest[32])
{
    return desk->seen + (pn_load32(digest) & (desk->seen_max - 1) & ~(uint32_t)(PN_TOKEN_WAYS - 1));
}

void pn_token_desk_forget(struct pn_token_desk *desk)
{
    memset(desk->seen, 0, desk->seen_max * sizeof *desk->seen);
}

bool pn_token_desk_knows(struct pn_token_desk *desk, const uint8_t policy[32],
                         const uint8_t digest[32])
{
    if (memcmp(desk->policy, policy, sizeof desk->policy) != 0) {
        pn_token_desk_forget(desk);
        memcpy(desk->policy, policy, sizeof desk->policy);
        return false;
    }
    const struct pn_token_seen *at = places(desk, digest);
    for (int way = 0; way < PN_TOKEN_WAYS; way++) {
        if (at[way].ends_s != 0 && memcmp(at[way].digest, digest, 32) == 0) return true;
    }
    return false;
}

/* The one that ends first makes room. */
void pn_token_desk_learn(struct pn_token_desk *desk, const uint8_t digest[32], int64_t ends_s)
{
    struct pn_token_seen *at = places(desk, digest), *first = at;
    for (int way = 1; way < PN_TOKEN_WAYS; way++) {
        if (at[way].ends_s < first->ends_s) first = &at[way];
    }
    memcpy(first->digest, digest, 32);
    first->ends_s = ends_s;
}

/* --- addresses --- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    a = (a ^ b) * 0x9E3779B97F4A7C15u;
    return a ^ a >> 29;
}

/* An address of IPv4 is in the first half too. Never 0. */
static uint64_t hash(const struct pn_token_desk *desk, const uint8_t address[16])
{
    return mix(mix(desk->seed[0], pn_load64(address)), desk->seed[1]) | 1;
}

static struct pn_token_source *set_of(struct pn_token_desk *desk, uint64_t address)
{
    size_t set = (size_t)(address >> 32) % (PN_TOKEN_SOURCES / PN_TOKEN_WAYS);

    return desk->sources + set * PN_TOKEN_WAYS;
}

/* The place of an address, or the one that it may take: free, of an earlier minute, or with the
 * fewest failures. */
static struct pn_token_source *place(struct pn_token_desk *desk, uint64_t address, uint32_t minute)
{
    struct pn_token_source *at = set_of(desk, address), *least = NULL;

    for (int way = 0; way < PN_TOKEN_WAYS; way++) {
        if (at[way].minute != minute) at[way].failures = 0;
        if (at[way].address == address) return &at[way];
        if (!least || at[way].failures < least->failures) least = &at[way];
    }
    return least;
}

bool pn_token_desk_may_try(struct pn_token_desk *desk, const uint8_t address[16], uint32_t mono_s)
{
    uint64_t wanted = hash(desk, address);
    const struct pn_token_source *at = place(desk, wanted, mono_s / 60);

    return at->address != wanted || at->failures < desk->failures_max;
}

void pn_token_desk_failed(struct pn_token_desk *desk, const uint8_t address[16], uint32_t mono_s)
{
    uint64_t wanted = hash(desk, address);
    struct pn_token_source *at = place(desk, wanted, mono_s / 60);

    if (at->address != wanted) at->failures = 0;
    at->address = wanted;
    at->minute = mono_s / 60;
    at->failures++;
}

void pn_token_desk_forgive(struct pn_token_desk *desk, const uint8_t address[16], uint32_t failed_s)
{
    uint64_t wanted = hash(desk, address);
    struct pn_token_source *at = set_of(desk, wanted);

    for (int way = 0; way < PN_TOKEN_WAYS; way++) {
        if (at[way].address != wanted || at[way].minute != failed_s / 60) continue;
        if (at[way].failures > 0) at[way].failures--;
    }
}
