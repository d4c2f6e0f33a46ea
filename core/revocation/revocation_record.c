/* see revocation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/revocation/revocation.h"

/* Where things are in a record; what is not named is zero. */
enum {
    AT_KIND = 0,
    AT_REASON_LEN = 1,
    AT_BY_LEN = 2,
    AT_NAME_LEN = 4,
    AT_ID = 8,
    AT_AT = 16,
    AT_UNTIL = 24,
    AT_NAME = 32,
    AT_REASON = AT_NAME + PN_REVOKED_NAME_BYTES,
    AT_BY = AT_REASON + PN_REVOCATION_REASON_BYTES,
};
_Static_assert(AT_BY + PN_REVOCATION_BY_BYTES == PN_REVOCATION_BYTES, "the record has its size");
_Static_assert(PN_REVOCATION_BYTES % PORT_STORE_UNIT_BYTES == 0, "records are whole units");

static void put(uint8_t *at, struct pn_slice text, size_t max)
{
    PN_ASSERT(text.len <= max);
    if (text.len > 0) memcpy(at, text.at, text.len);
}

void pn_revocation_write(uint8_t *record, const struct pn_revocation *e)
{
    uint8_t r[PN_REVOCATION_BYTES] = { 0 }; /* texts may lie in the record */

    r[AT_KIND] = e->kind;
    r[AT_REASON_LEN] = (uint8_t)e->reason.len;
    r[AT_BY_LEN] = (uint8_t)e->by.len;
    pn_store16(r + AT_NAME_LEN, (uint16_t)e->name.len);
    pn_store32(r + AT_ID, e->id);
    pn_store64(r + AT_AT, e->at_s);
    pn_store64(r + AT_UNTIL, e->until_s);
    put(r + AT_NAME, e->name, PN_REVOKED_NAME_BYTES);
    put(r + AT_REASON, e->reason, PN_REVOCATION_REASON_BYTES);
    put(r + AT_BY, e->by, PN_REVOCATION_BY_BYTES);
    memcpy(record, r, sizeof r);
}

bool pn_revocation_read(const uint8_t *r, struct pn_revocation *e)
{
    *e = (struct pn_revocation){
        .id = pn_load32(r + AT_ID),
        .kind = r[AT_KIND],
        .at_s = pn_load64(r + AT_AT),
        .until_s = pn_load64(r + AT_UNTIL),
        .name = pn_slice(r + AT_NAME, pn_load16(r + AT_NAME_LEN)),
        .reason = pn_slice(r + AT_REASON, r[AT_REASON_LEN]),
        .by = pn_slice(r + AT_BY, r[AT_BY_LEN]),
    };
    return e->id > 0 && e->kind > PN_REVOKED_NOTHING && e->kind < PN_REVOKED_KINDS &&
           e->name.len > 0 && e->name.len <= PN_REVOKED_NAME_BYTES &&
           e->reason.len <= PN_REVOCATION_REASON_BYTES && e->by.len <= PN_REVOCATION_BY_BYTES;
}
