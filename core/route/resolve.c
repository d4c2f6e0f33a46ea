/* see resolve.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/resolve.h"

#include "core/postern.h"
#include "core/route/address.h"

struct pn_resolver {
    struct pn_resolver_config config;
};

size_t pn_resolver_bytes(void)
{
    return sizeof(struct pn_resolver);
}

struct pn_resolver *pn_resolver_init(void *memory, const struct pn_resolver_config *config)
{
    struct pn_resolver *r = memory;

    r->config = *config;
    return r;
}

static void add_address(struct pn_authority *a, const struct port_net_addr *address)
{
    if (a->address_count == PN_ADDRESSES_MAX) return;
    a->address[a->address_count] = *address;
    a->address[a->address_count++].port = a->port;
}

static bool add_known(const struct pn_resolver *r, struct pn_authority *a)
{
    struct pn_slice name = pn_slice(a->host, a->host_len);
    struct port_net_addr literal;

    if (name.len > 1 && name.at[name.len - 1] == '.') name.len--;
    if (pn_address_read(name, &literal)) add_address(a, &literal);
    for (uint32_t i = 0; i < r->config.host_count; i++) {
        const struct pn_host *host = &r->config.hosts[i];
        if (pn_slice_equal_fold(host->name, name)) add_address(a, &host->address);
    }
    return a->address_count > 0;
}

enum pn_step pn_resolve(struct pn_resolver *r, struct pn_authority *a, uint32_t now_ms)
{
    (void)now_ms;
    if (a->address_count > 0 || add_known(r, a)) return PN_DONE;
    return PN_REFUSED;
}

bool pn_resolver_ready(struct pn_resolver *r, int32_t socket, uint32_t now_ms)
{
    (void)r;
    (void)socket;
    (void)now_ms;
    return false;
}

uint32_t pn_resolver_tick(struct pn_resolver *r, uint32_t now_ms)
{
    (void)r;
    (void)now_ms;
    return UINT32_MAX;
}
