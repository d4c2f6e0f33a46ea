/* see owner_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/owner_table.h"

#include "core/base/bytes.h"

/* What a record is sorted by. */
static uint32_t rank(const uint8_t *record)
{
    return (uint32_t)record[PN_OWNER_WHAT] << 16 | pn_load16(record + PN_OWNER_INDEX);
}

static bool record_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    size_t count = record[PN_OWNER_WHAT] == PN_OWNS_MODEL    ? pn_model_count(table)
                   : record[PN_OWNER_WHAT] == PN_OWNS_SERVER ? pn_server_count(table)
                                                             : 0;

    return pn_load16(record + PN_OWNER_INDEX) < count && record[PN_OWNER_ZERO] == 0 &&
           pn_route_texts_are_valid(table, record + PN_OWNER_NAME, 1);
}

bool pn_owner_table_check(const struct pn_route_table *table)
{
    uint32_t least = 0;

    if (table->owners.len % PN_OWNER_BYTES != 0) return false;
    for (size_t at = 0; at < table->owners.len; at += PN_OWNER_BYTES) {
        const uint8_t *record = table->owners.at + at;
        if (!record_is_valid(table, record) || rank(record) < least) return false;
        least = rank(record) + 1;
    }
    return true;
}

struct pn_slice pn_owner_of(const struct pn_route_table *table, enum pn_owns what, size_t index)
{
    uint32_t wanted = (uint32_t)what << 16 | (uint32_t)index;
    size_t low = 0, high = table->owners.len / PN_OWNER_BYTES;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint8_t *record = table->owners.at + middle * PN_OWNER_BYTES;
        if (rank(record) == wanted) return pn_route_text_at(table, record + PN_OWNER_NAME);
        if (rank(record) < wanted) low = middle + 1;
        else high = middle;
    }
    return PN_SLICE("");
}
