/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

struct pn_value pn_fn_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_cidr(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_cidr(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_canonical(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_family(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_unspecified(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_loopback(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_global_unicast(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_link_local_multicast(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_link_local_unicast(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_contains_ip(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_contains_cidr(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_masked(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_prefix_length(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_in_ip_addr_range(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}
