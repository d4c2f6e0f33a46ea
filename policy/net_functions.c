/* see builtin.h: addresses and networks. Where ip() and its like want an address, IPv4 in IPv6's
 * clothes is refused; inIPAddrRange() takes it for what it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/net_address.h"
#include "policy/result.h"

enum { ADDRESS = PN_FORM_ADDRESS, NETWORK = PN_FORM_NETWORK };

static bool read_text(const struct pn_value *v, uint8_t which, struct pn_address *a)
{
    return pn_address_read(pn_value_text(v), (enum pn_address_form)which, a);
}

static bool read_strictly(const struct pn_value *v, uint8_t which, struct pn_address *a)
{
    return read_text(v, which, a) && !pn_address_is_mapped(a);
}

/* An address or network, as a value or as text. PN_FAULT_COUNT: it is there. */
static enum pn_fault read_either(const struct pn_value *v, uint8_t which, struct pn_address *a)
{
    if (v->type == PN_STRING) {
        return read_strictly(v, which, a) ? PN_FAULT_COUNT : PN_FAULT_BAD_ARGUMENT;
    }
    if (v->type != (which == ADDRESS ? PN_IP : PN_CIDR)) return PN_FAULT_NO_SUCH_OVERLOAD;
    memcpy(a->bytes, v->as.text, v->len);
    a->len = (uint8_t)v->len;
    a->bits = (uint8_t)(which == ADDRESS ? v->len * 8 : v->node);
    return PN_FAULT_COUNT;
}

static void put_address(struct pn_machine *m, struct pn_value *v, uint8_t which,
                        const struct pn_address *a)
{
    uint8_t *at = pn_machine_string(m, a->len, v);

    if (at == NULL) return;
    memcpy(at, a->bytes, a->len);
    v->type = (uint8_t)(which == ADDRESS ? PN_IP : PN_CIDR);
    v->node = which == ADDRESS ? 0 : a->bits;
}

/* The address of a network is that which it was written with. */
void pn_fn_address(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_address a;

    if (v->type == PN_CIDR) {
        v->type = (uint8_t)PN_IP;
        v->node = 0;
    } else if (v->type != PN_STRING) {
        pn_put_no_overload(v);
    } else if (read_strictly(v, c->which, &a)) {
        put_address(m, v, c->which, &a);
    } else {
        pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
    }
}

void pn_fn_is_address(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_address a;

    (void)m;
    pn_put_bool(v, read_strictly(v, c->which, &a));
}

void pn_fn_is_canonical(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v);
    uint8_t canonical[40];
    struct pn_writer w = pn_writer(canonical, sizeof canonical);

    pn_fn_address(m, v, c);
    if (v->type == PN_ERROR) return;
    pn_write_address(&w, v);
    pn_put_bool(v, pn_slice_equal(text, pn_written(&w)));
}

void pn_fn_family(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    pn_put_int(v, v->len == 4 ? 4 : 6);
}

enum { UNSPECIFIED, LOOPBACK, LINK_LOCAL_MULTICAST, LINK_LOCAL_UNICAST, MULTICAST };

/* The first bytes of each range and how many bits of them count: IPv4, IPv6. Of a multicast address
 * the flags, half of the second byte, are ignored. */
static const struct {
    uint8_t four[3], four_bits, six[2], six_bits, last, ignored;
} ranges[] = {
    [UNSPECIFIED] = { { 0 }, 32, { 0 }, 128, 0, 0 },
    [LOOPBACK] = { { 127 }, 8, { 0 }, 128, 1, 0 },
    [LINK_LOCAL_MULTICAST] = { { 224, 0, 0 }, 24, { 0xFF, 0x02 }, 16, 0, 0xF0 },
    [LINK_LOCAL_UNICAST] = { { 169, 254 }, 16, { 0xFE, 0x80 }, 10, 0, 0 },
    [MULTICAST] = { { 224 }, 4, { 0xFF }, 8, 0, 0 },
};

static bool is_within(const struct pn_value *ip, uint8_t range)
{
    uint8_t prefix[16] = { 0 };

    if (ip->len == 4) {
        memcpy(prefix, ranges[range].four, 3);
        return pn_prefix_equal(ip->as.text, prefix, ranges[range].four_bits);
    }
    memcpy(prefix, ranges[range].six, 2);
    prefix[1] |= ip->as.text[1] & ranges[range].ignored;
    prefix[15] = ranges[range].last;
    return pn_prefix_equal(ip->as.text, prefix, ranges[range].six_bits);
}

void pn_fn_is_within(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    pn_put_bool(v, is_within(v, c->which));
}

/* Neither of the ranges above, nor the broadcast address. */
void pn_fn_is_global_unicast(struct pn_machine *m, struct pn_value *v,
                             const struct pn_builtin_call *c)
{
    static const uint8_t broadcast[4] = { 255, 255, 255, 255 };
    bool within = v->len == 4 && memcmp(v->as.text, broadcast, 4) == 0;

    (void)m;
    (void)c;
    for (uint8_t range = UNSPECIFIED; range <= MULTICAST; range++) within |= is_within(v, range);
    pn_put_bool(v, !within);
}

void pn_fn_contains_address(struct pn_machine *m, struct pn_value *v,
                            const struct pn_builtin_call *c)
{
    struct pn_address a;
    enum pn_fault fault = read_either(&v[1], c->which, &a);

    (void)m;
    if (fault != PN_FAULT_COUNT) pn_put_fault(v, fault);
    else
        pn_put_bool(v, v->len == a.len && v->node <= a.bits &&
                           pn_prefix_equal(v->as.text, a.bytes, v->node));
}

void pn_fn_masked(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_address a;

    (void)c;
    (void)read_either(v, NETWORK, &a);
    for (uint32_t bit = a.bits; bit < a.len * 8u; bit++) {
        a.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
    }
    put_address(m, v, NETWORK, &a);
}

void pn_fn_prefix_length(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    (void)m;
    (void)c;
    pn_put_int(v, v->node);
}

void pn_fn_in_ip_addr_range(struct pn_machine *m, struct pn_value *v,
                            const struct pn_builtin_call *c)
{
    struct pn_address address, network;

    (void)m;
    (void)c;
    if (!read_text(&v[0], ADDRESS, &address) || !read_text(&v[1], NETWORK, &network)) {
        pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
        return;
    }
    pn_address_unmap(&address);
    pn_address_unmap(&network);
    pn_put_bool(v, address.len == network.len &&
                       pn_prefix_equal(address.bytes, network.bytes, network.bits));
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_NETWORK PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_network_functions = { .functions = functions,
                                                        .count =
                                                            sizeof functions / sizeof functions[0],
                                                        .write = pn_write_address };
