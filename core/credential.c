/* see credential.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/credential.h"

#include "core/base/assert.h"

void pn_credentials_init(struct pn_credentials *c, const struct pn_credential *set, uint32_t count)
{
    for (int s = 0; s < PN_CREDENTIAL_SETS; s++) {
        c->sets[s] = set;
        for (int w = 0; w < PN_WORKERS_MAX; w++) atomic_init(&c->holds[s][w], 0);
    }
    c->count = count;
    atomic_init(&c->current, 0);
}

bool pn_credential_is_usable(struct pn_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] < 0x20 || value.at[i] > 0x7E) return false;
    }
    return value.len > 0 && value.len <= PN_CREDENTIAL_BYTES_MAX;
}

/* Names are the same in each set; the count when there is no such name. */
static uint32_t index_of(const struct pn_credentials *c, struct pn_slice name)
{
    uint32_t i = 0;

    while (i < c->count && !pn_slice_equal(c->sets[0][i].name, name)) i++;
    return i;
}

bool pn_credentials_know(const struct pn_credentials *c, struct pn_slice name)
{
    return c && index_of(c, name) < c->count;
}

/* As in pn_shared_pin(): either who replaces sees our hold, or we see that the set is not current any
 * more. */
uint32_t pn_credentials_hold(struct pn_credentials *c, uint32_t worker)
{
    PN_ASSERT(worker < PN_WORKERS_MAX);
    for (;;) {
        uint32_t set = atomic_load(&c->current);
        atomic_fetch_add(&c->holds[set][worker], 1);
        if (atomic_load(&c->current) == set) return set;
        atomic_fetch_sub(&c->holds[set][worker], 1);
    }
}

void pn_credentials_let_go(struct pn_credentials *c, uint32_t worker, uint32_t set)
{
    uint32_t before = atomic_fetch_sub_explicit(&c->holds[set][worker], 1, memory_order_release);

    PN_ASSERT(before > 0);
}

struct pn_slice pn_credential_value(const struct pn_credentials *c, uint32_t set,
                                    struct pn_slice name)
{
    uint32_t i = index_of(c, name);

    return i < c->count ? c->sets[set][i].value : PN_SLICE("");
}

uint32_t pn_credentials_free(struct pn_credentials *c)
{
    uint32_t other = 1 - atomic_load(&c->current);

    for (int w = 0; w < PN_WORKERS_MAX; w++) {
        if (atomic_load(&c->holds[other][w]) > 0) return PN_CREDENTIAL_SET_NONE;
    }
    return other;
}

void pn_credentials_publish(struct pn_credentials *c, uint32_t set)
{
    atomic_store(&c->current, set);
}
