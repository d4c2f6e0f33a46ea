/* see step.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/step.h"

struct reason_row {
    struct pn_slice name, sentence;
    uint16_t status;
};

static const struct reason_row rows[PN_REASON_COUNT] = {
    [PN_REASON_NONE] = { PN_SLICE_INIT("none"), PN_SLICE_INIT("Nothing was refused."), 200 },
#define PN_REASON(symbol, name, status, sentence) \
    [PN_REASON_##symbol] = { PN_SLICE_INIT(#name), PN_SLICE_INIT(sentence), status },
#include "core/base/reason.def"
#undef PN_REASON
};

struct pn_slice pn_reason_name(enum pn_reason reason)
{
    return rows[reason].name;
}

uint16_t pn_reason_status(enum pn_reason reason)
{
    return rows[reason].status;
}

struct pn_slice pn_reason_sentence(enum pn_reason reason)
{
    return rows[reason].sentence;
}
