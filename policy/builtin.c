/* see builtin.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"

const struct pn_builtin *pn_builtin_at(const struct pn_modules *modules, uint32_t number)
{
    uint32_t group = number / PN_GROUP_NUMBERS, at = number % PN_GROUP_NUMBERS;
    const struct pn_function_group *g = &pn_basic_functions;

    if (group > PN_FUNCTION_GROUPS) return NULL;
    if (group > 0) g = modules->functions[group - 1];
    if (g == NULL || at >= g->count || g->functions[at].call == NULL) return NULL;
    return &g->functions[at];
}
