/* see assertion_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/assertion_table.h"

#include "core/base/bytes.h"

enum { TEXTS = (PN_ASSERTION_BYTES - PN_ASSERTION_ISSUER) / PN_TEXT_BYTES };

static bool record_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    uint32_t lifetime_s = pn_load32(record + PN_ASSERTION_LIFETIME_S);

    if (!pn_route_texts_are_valid(table, record + PN_ASSERTION_ISSUER, TEXTS)) return false;
    if (pn_load32(record + PN_ASSERTION_HEADER + 4) == 0) return false;
    if ((record[PN_ASSERTION_FLAGS] & ~PN_ASSERTION_PER_CALL) != 0) return false;
    return record[PN_ASSERTION_ZERO] == 0 && lifetime_s >= PN_ASSERTION_LIFETIME_MIN_S &&
           lifetime_s <= PN_ASSERTION_LIFETIME_MAX_S;
}

bool pn_assertion_table_check(const struct pn_route_table *table)
{
    struct pn_slice all = table->assertions;

    if (!pn_route_is_by_upstream(table, all, PN_ASSERTION_BYTES)) return false;
    for (size_t at = 0; at < all.len; at += PN_ASSERTION_BYTES) {
        if (!record_is_valid(table, all.at + at)) return false;
    }
    return true;
}

struct pn_assertion pn_assertion_of(const struct pn_route_table *table, size_t upstream)
{
    struct pn_slice all = table->assertions;

    for (size_t at = 0; at < all.len; at += PN_ASSERTION_BYTES) {
        const uint8_t *record = all.at + at;
        if (pn_load16(record + PN_ASSERTION_UPSTREAM) != upstream) continue;
        return (struct pn_assertion){
            .issuer = pn_route_text_at(table, record + PN_ASSERTION_ISSUER),
            .audience = pn_route_text_at(table, record + PN_ASSERTION_AUDIENCE),
            .header = pn_route_text_at(table, record + PN_ASSERTION_HEADER),
            .prefix = pn_route_text_at(table, record + PN_ASSERTION_PREFIX),
            .lifetime_s = pn_load32(record + PN_ASSERTION_LIFETIME_S),
            .per_call = (record[PN_ASSERTION_FLAGS] & PN_ASSERTION_PER_CALL) != 0,
        };
    }
    return (struct pn_assertion){ .lifetime_s = 0 };
}
