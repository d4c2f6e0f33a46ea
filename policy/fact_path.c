/* see policy.h: what each fact is called. For the compiler and for people; deciding needs numbers
 * only. SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

static const struct pn_slice paths[PN_FACT_COUNT] = {
    [PN_FACT_NONE] = PN_SLICE_INIT(""),
#define PN_FACT(symbol, path) [PN_FACT_##symbol] = PN_SLICE_INIT(path),
#include "policy/facts.def"
#undef PN_FACT
};

struct pn_slice pn_fact_path(enum pn_fact fact)
{
    return paths[fact];
}
