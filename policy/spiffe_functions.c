/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

struct pn_value pn_fn_spiffe_id(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_trust_domain(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_trust_domain(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_is_member_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_trust_domain_id(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_trust_domain_name(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_match_any(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_match_exact(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_match_one_of(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_spiffe_match_trust_domain(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_matches_id(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}
