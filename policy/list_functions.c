/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

struct pn_value pn_fn_distinct(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_flatten(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_range(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_slice(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sort(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sort_by_keys(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sets_contains(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sets_equivalent(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sets_intersects(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_intersect(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_except(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}
