/* see refusal.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/refusal.h"

struct refusal_row {
    struct pn_slice name, sentence;
    uint16_t status;
};

static const struct refusal_row accepted = { PN_SLICE_INIT("seal_accepted"),
                                             PN_SLICE_INIT("The policy is accepted."), 200 };

static const struct refusal_row rows[PN_SEAL_REFUSAL_COUNT] = {
    [PN_SEAL_UNCHECKED] = { PN_SLICE_INIT("seal_unchecked"),
                            PN_SLICE_INIT("The policy has not been checked."), 503 },
#define PN_SEAL_REFUSAL(symbol, name, status, sentence) \
    [PN_SEAL_##symbol] = { PN_SLICE_INIT(#name), PN_SLICE_INIT(sentence), status },
#include "core/seal/refusal.def"
#undef PN_SEAL_REFUSAL
};

static const struct refusal_row *row_of(enum pn_seal_refusal refusal)
{
    if (refusal == PN_SEAL_ACCEPTED) return &accepted;
    return &rows[refusal < PN_SEAL_REFUSAL_COUNT ? refusal : PN_SEAL_UNCHECKED];
}

struct pn_slice pn_seal_refusal_name(enum pn_seal_refusal refusal)
{
    return row_of(refusal)->name;
}

uint16_t pn_seal_refusal_status(enum pn_seal_refusal refusal)
{
    return row_of(refusal)->status;
}

struct pn_slice pn_seal_refusal_sentence(enum pn_seal_refusal refusal)
{
    return row_of(refusal)->sentence;
}
