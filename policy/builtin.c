/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

#include "policy/argument.h"
#include "policy/result.h"

const struct pn_builtin *pn_builtin_at(const struct pn_modules *modules, uint32_t number)
{
    uint32_t group = number / PN_GROUP_NUMBERS, at = number % PN_GROUP_NUMBERS;
    const struct pn_function_group *g = &pn_basic_functions;

    if (group > PN_FUNCTION_GROUPS) return NULL;
    if (group > 0) g = modules->functions[group - 1];
    if (g == NULL || at >= g->count || g->functions[at].call == NULL) return NULL;
    return &g->functions[at];
}

/* By enum pn_takes; 0: any. */
static const uint8_t types[] = {
    [PN_TAKES_TEXT] = PN_STRING,
    [PN_TAKES_STRING] = PN_STRING,
    [PN_TAKES_BYTES] = PN_BYTES,
    [PN_TAKES_INT] = PN_INT,
    [PN_TAKES_DOUBLE] = PN_DOUBLE,
    [PN_TAKES_LIST] = PN_LIST,
    [PN_TAKES_IP] = PN_IP,
    [PN_TAKES_CIDR] = PN_CIDR,
    [PN_TAKES_HIERARCHY] = PN_HIERARCHY,
    [PN_TAKES_ID] = PN_SPIFFE_ID,
    [PN_TAKES_DOMAIN] = PN_SPIFFE_TRUST_DOMAIN,
    [PN_TAKES_MATCHER] = PN_SPIFFE_MATCHER,
};

/* From the fourth on they are whole numbers, but where there may be any number of them. */
static unsigned takes_of(const struct pn_builtin *f)
{
    return f->args_max > 4 ? PN_TAKES_ANY : f->takes | (unsigned)PN_TAKES_INT << 12;
}

void pn_builtin_call(struct pn_machine *m, const struct pn_builtin *f, struct pn_value *v,
                     uint32_t count)
{
    unsigned takes = takes_of(f);

    for (uint32_t i = 0; i < count && takes != 0; i++, takes >>= 4) {
        unsigned kind = takes & 15;
        bool plain = (kind == PN_TAKES_TEXT || kind == PN_TAKES_EITHER) && v[i].type == PN_STRING;
        if (types[kind] != 0 && v[i].type != types[kind]) {
            pn_put_no_overload(v);
            return;
        }
        if (plain && !pn_argument_text(m, &v[i])) {
            *v = v[i];
            return;
        }
    }
    f->call(m, v, &(struct pn_builtin_call){ (uint8_t)count, (uint8_t)f->which });
}
