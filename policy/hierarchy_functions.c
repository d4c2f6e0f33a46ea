/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

struct pn_value pn_fn_hierarchy(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_ancestor_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_descendent_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_immediate_child_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_immediate_parent_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_sibling_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_overlaps(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_common_ancestors(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}
