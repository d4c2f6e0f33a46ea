/* see device_values.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_values.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "tools/device/device_file.h"

static bool read_ip(struct pn_slice text, struct port_net_addr *address)
{
    char ip[64];

    if (text.len == 0 || text.len >= sizeof ip) return false;
    memcpy(ip, text.at, text.len);
    ip[text.len] = '\0';
    memset(address->ip, 0, sizeof address->ip);
    address->family = 4;
    if (inet_pton(AF_INET, ip, address->ip) == 1) return true;
    address->family = 6;
    return inet_pton(AF_INET6, ip, address->ip) == 1;
}

static bool read_port(struct pn_slice text, struct port_net_addr *address)
{
    uint64_t port;

    if (!pn_slice_decimal(text, 65535, &port)) return false;
    address->port = (uint16_t)port;
    return true;
}

/* "[::1]:53" */
static bool read_bracketed(struct pn_slice text, struct port_net_addr *address)
{
    size_t end = pn_slice_find(text, ']');

    if (end == text.len || !read_ip(pn_slice(text.at + 1, end - 1), address)) return false;
    struct pn_slice rest = pn_slice_from(text, end + 1);
    return rest.len > 1 && rest.at[0] == ':' && read_port(pn_slice_from(rest, 1), address);
}

bool device_read_address(struct pn_slice text, struct port_net_addr *address)
{
    size_t colon = pn_slice_find(text, ':');

    if (text.len > 0 && text.at[0] == '[') return read_bracketed(text, address);
    if (colon == text.len || !read_ip(pn_slice_head(text, colon), address)) return false;
    return read_port(pn_slice_from(text, colon + 1), address);
}

bool device_read_host(struct pn_slice text, uint16_t port, struct port_net_addr *address)
{
    address->port = port;
    return read_ip(text, address) || device_read_address(text, address);
}

bool device_is_loopback(const struct port_net_addr *address)
{
    static const uint8_t one[16] = { [15] = 1 };

    if (address->family == 4) return address->ip[0] == 127;
    return memcmp(address->ip, one, sizeof one) == 0;
}

bool device_read_small_file(struct arena *arena, const char *path, struct pn_slice *text)
{
    enum { BYTES_MAX = 8192 };
    uint8_t *bytes = arena_take(arena, BYTES_MAX + 1);
    FILE *file = fopen(path, "rb");

    if (!file) return false;
    size_t len = fread(bytes, 1, BYTES_MAX + 1, file);
    bool good = !ferror(file) && len <= BYTES_MAX;
    fclose(file);
    *text = pn_slice(bytes, len);
    return good;
}
