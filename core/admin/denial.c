/* see denial.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/denial.h"

struct row {
    struct pn_slice name, sentence;
    uint16_t status;
};

static const struct row rows[PN_DENIAL_COUNT] = {
    { PN_SLICE_INIT(""), PN_SLICE_INIT(""), 500 },
#define PN_DENIAL(symbol, name, status, sentence) \
    { PN_SLICE_INIT(#name), PN_SLICE_INIT(sentence), status },
#include "core/admin/denial.def"
#undef PN_DENIAL
};

struct pn_slice pn_denial_name(enum pn_denial denial)
{
    return rows[denial].name;
}

struct pn_slice pn_denial_sentence(enum pn_denial denial)
{
    return rows[denial].sentence;
}

uint16_t pn_denial_status(enum pn_denial denial)
{
    return rows[denial].status;
}
