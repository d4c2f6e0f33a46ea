/* see builtin.h: addresses and networks. Where ip() and its like want an address, IPv4 in IPv6's
 * clothes is refused; inIPAddrRange() takes it for what it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/net_address.h"

/* Read an argument's text as what `type` says. False: `*fault` is the result. */
static bool read_text(struct pn_machine *m, const struct pn_value *arg, enum pn_built_type type,
                      struct pn_address *a, struct pn_value *fault)
{
    struct pn_slice text;

    if (!pn_argument_text(m, arg, &text, fault)) return false;
    *fault = pn_value_fault(PN_FAULT_BAD_ARGUMENT);
    return type == PN_IP ? pn_address_read(text, a) : pn_network_read(text, a);
}

static bool read_strictly(struct pn_machine *m, const struct pn_value *arg, enum pn_built_type type,
                          struct pn_address *a, struct pn_value *fault)
{
    return read_text(m, arg, type, a, fault) && !pn_address_is_mapped(a);
}

/* An address or network of that type, as a value or as text. */
static bool read_either(struct pn_machine *m, const struct pn_value *arg, enum pn_built_type type,
                        struct pn_address *a, struct pn_value *fault)
{
    if (arg->type != type) return read_strictly(m, arg, type, a, fault);
    memcpy(a->bytes, arg->as.text, arg->len);
    a->len = (uint8_t)arg->len;
    a->bits = (uint8_t)(type == PN_IP ? arg->len * 8 : arg->node);
    return true;
}

static struct pn_value made(struct pn_machine *m, enum pn_built_type type,
                            const struct pn_address *a)
{
    struct pn_value v;
    uint8_t *at = pn_machine_string(m, a->len, &v);

    if (at == NULL) return v;
    memcpy(at, a->bytes, a->len);
    v.type = (uint8_t)type;
    v.node = type == PN_CIDR ? a->bits : 0;
    return v;
}

static struct pn_value parsed(struct pn_machine *m, const struct pn_value *arg,
                              enum pn_built_type type)
{
    struct pn_address a;
    struct pn_value fault;

    return read_strictly(m, arg, type, &a, &fault) ? made(m, type, &a) : fault;
}

static struct pn_value parses(struct pn_machine *m, const struct pn_value *arg,
                              enum pn_built_type type)
{
    struct pn_address a;
    struct pn_value fault;

    if (read_strictly(m, arg, type, &a, &fault)) return pn_value_bool(true);
    return fault.as.i == PN_FAULT_BAD_ARGUMENT ? pn_value_bool(false) : fault;
}

struct pn_value pn_fn_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_value ip = args[0];

    (void)count;
    if (ip.type != PN_CIDR) return parsed(m, args, PN_IP);
    ip.type = PN_IP;
    ip.node = 0;
    return ip;
}

struct pn_value pn_fn_cidr(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return parsed(m, args, PN_CIDR);
}

struct pn_value pn_fn_is_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return parses(m, args, PN_IP);
}

struct pn_value pn_fn_is_cidr(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return parses(m, args, PN_CIDR);
}

struct pn_value pn_fn_is_canonical(struct pn_machine *m, const struct pn_value *args,
                                   uint32_t count)
{
    uint8_t canonical[40];
    struct pn_writer w = pn_writer(canonical, sizeof canonical);
    struct pn_value ip = parsed(m, args, PN_IP);

    (void)count;
    if (ip.type == PN_ERROR) return ip;
    pn_write_address(&w, &ip);
    return pn_value_bool(pn_value_is_text(args, pn_written(&w)));
}

struct pn_value pn_fn_family(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    if (args[0].type != PN_IP) return pn_no_overload();
    return pn_value_int(args[0].len == 4 ? 4 : 6);
}

enum range { UNSPECIFIED, LOOPBACK, LINK_LOCAL_MULTICAST, LINK_LOCAL_UNICAST, MULTICAST };

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

static bool is_within(const struct pn_value *ip, enum range range)
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

static struct pn_value within(const struct pn_value *ip, enum range range)
{
    return ip->type == PN_IP ? pn_value_bool(is_within(ip, range)) : pn_no_overload();
}

struct pn_value pn_fn_is_unspecified(struct pn_machine *m, const struct pn_value *args,
                                     uint32_t count)
{
    (void)m;
    (void)count;
    return within(args, UNSPECIFIED);
}

struct pn_value pn_fn_is_loopback(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)count;
    return within(args, LOOPBACK);
}

struct pn_value pn_fn_is_link_local_multicast(struct pn_machine *m, const struct pn_value *args,
                                              uint32_t count)
{
    (void)m;
    (void)count;
    return within(args, LINK_LOCAL_MULTICAST);
}

struct pn_value pn_fn_is_link_local_unicast(struct pn_machine *m, const struct pn_value *args,
                                            uint32_t count)
{
    (void)m;
    (void)count;
    return within(args, LINK_LOCAL_UNICAST);
}

/* Neither of the ranges above, nor the broadcast address. */
struct pn_value pn_fn_is_global_unicast(struct pn_machine *m, const struct pn_value *args,
                                        uint32_t count)
{
    static const uint8_t broadcast[4] = { 255, 255, 255, 255 };

    (void)m;
    (void)count;
    if (args[0].type != PN_IP) return pn_no_overload();
    for (int range = UNSPECIFIED; range <= MULTICAST; range++) {
        if (is_within(args, (enum range)range)) return pn_value_bool(false);
    }
    return pn_value_bool(args[0].len != 4 || memcmp(args[0].as.text, broadcast, 4) != 0);
}

static struct pn_value contains(struct pn_machine *m, const struct pn_value *args,
                                enum pn_built_type type)
{
    struct pn_address a;
    struct pn_value fault;

    if (args[0].type != PN_CIDR) return pn_no_overload();
    if (!read_either(m, &args[1], type, &a, &fault)) return fault;
    return pn_value_bool(args[0].len == a.len && args[0].node <= a.bits &&
                         pn_prefix_equal(args[0].as.text, a.bytes, args[0].node));
}

struct pn_value pn_fn_contains_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)count;
    return contains(m, args, PN_IP);
}

struct pn_value pn_fn_contains_cidr(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    (void)count;
    return contains(m, args, PN_CIDR);
}

struct pn_value pn_fn_masked(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_address a;
    struct pn_value fault;

    (void)count;
    if (args[0].type != PN_CIDR) return pn_no_overload();
    (void)read_either(m, args, PN_CIDR, &a, &fault);
    for (uint32_t bit = a.bits; bit < a.len * 8u; bit++) {
        a.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
    }
    return made(m, PN_CIDR, &a);
}

struct pn_value pn_fn_prefix_length(struct pn_machine *m, const struct pn_value *args,
                                    uint32_t count)
{
    (void)m;
    (void)count;
    return args[0].type == PN_CIDR ? pn_value_int(args[0].node) : pn_no_overload();
}

struct pn_value pn_fn_in_ip_addr_range(struct pn_machine *m, const struct pn_value *args,
                                       uint32_t count)
{
    struct pn_address address, network;
    struct pn_value fault;

    (void)count;
    if (!read_text(m, &args[0], PN_IP, &address, &fault)) return fault;
    if (!read_text(m, &args[1], PN_CIDR, &network, &fault)) return fault;
    pn_address_unmap(&address);
    pn_address_unmap(&network);
    return pn_value_bool(address.len == network.len &&
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
