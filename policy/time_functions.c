/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

struct pn_value pn_fn_full_year(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_month(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_date(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_day_of_month(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_day_of_week(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_day_of_year(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_hours(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_minutes(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_seconds(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}

struct pn_value pn_fn_milliseconds(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    (void)m;
    (void)args;
    (void)count;
    return pn_value_fault(PN_FAULT_NO_SUCH_OVERLOAD);
}
