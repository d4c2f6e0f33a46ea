/* refusal.h - what came of checking a sealed policy.
 *
 * One name per line of refusal.def, between two that are no refusals: zero says that nothing has
 * been checked, so zeroed memory accepts nothing, and PN_SEAL_ACCEPTED is far from every other
 * value. Code asks `== PN_SEAL_ACCEPTED` and never `!= something`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_SEAL_REFUSAL_H
#define PN_SEAL_REFUSAL_H

#include "core/base/slice.h"

enum pn_seal_refusal {
    PN_SEAL_UNCHECKED,
#define PN_SEAL_REFUSAL(symbol, name, status, sentence) PN_SEAL_##symbol,
#include "core/seal/refusal.def"
#undef PN_SEAL_REFUSAL
    PN_SEAL_REFUSAL_COUNT,
    PN_SEAL_ACCEPTED = 0x5EA1ED
};

/* The name as answers, metrics and audit show it, such as "seal_signature". PN_SEAL_UNCHECKED is
 * "seal_unchecked", PN_SEAL_ACCEPTED is "seal_accepted". */
struct pn_slice pn_seal_refusal_name(enum pn_seal_refusal refusal);

/* The HTTP status for who pushed the policy (200 for ACCEPTED), and one sentence for anybody. */
uint16_t pn_seal_refusal_status(enum pn_seal_refusal refusal);
struct pn_slice pn_seal_refusal_sentence(enum pn_seal_refusal refusal);

#endif
