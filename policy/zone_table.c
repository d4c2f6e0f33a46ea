/* see zone_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/zone_table.h"

#include "core/base/bytes.h"
#include "core/base/civil.h"

/* Where the parts of a table lie. */
struct zone {
    const uint8_t *switches, *offsets, *entries;
    uint32_t entry_count, offset_count, switch_count;
};

static struct zone zone_of(const uint8_t *table)
{
    struct zone z = { .entry_count = pn_load16(table),
                      .offset_count = table[2],
                      .switch_count = table[3] };

    z.switches = table + PN_ZONE_HEAD_BYTES;
    z.offsets = z.switches + z.switch_count * PN_ZONE_SWITCH_BYTES;
    z.entries = z.offsets + z.offset_count * PN_ZONE_OFFSET_BYTES;
    return z;
}

static const uint8_t *entry_at(const struct zone *z, uint32_t i)
{
    return z->entries + i * PN_ZONE_ENTRY_BYTES;
}

static int64_t entry_instant(const uint8_t *entry)
{
    return (int64_t)(int8_t)entry[4] * ((int64_t)1 << 32) + pn_load32(entry);
}

static int32_t load_i32(const uint8_t *at)
{
    return (int32_t)pn_load32(at);
}

/* --- Checking --- */

static bool is_within(int32_t value, int32_t most)
{
    return value >= -most && value <= most;
}

static bool is_switch(const uint8_t *at)
{
    return is_within(load_i32(at), PN_ZONE_OFFSET_MOST_S) &&
           is_within(load_i32(at + 4), PN_ZONE_SWITCH_MOST_S) && (uint8_t)(at[8] - 1) < 12 &&
           (uint8_t)(at[9] - 1) < 5 && at[10] < 7 && at[11] == 0;
}

static bool are_entries(const struct zone *z)
{
    int64_t before = INT64_MIN;

    for (uint32_t i = 0; i < z->entry_count; i++) {
        const uint8_t *entry = entry_at(z, i);
        int64_t instant = entry_instant(entry);
        if (instant <= before || entry[5] >= z->offset_count) return false;
        before = instant;
    }
    return true;
}

bool pn_zone_is_sound(struct pn_slice table)
{
    if (table.len < PN_ZONE_HEAD_BYTES) return false;
    struct zone z = zone_of(table.at);
    if (z.offset_count == 0 || (z.switch_count != 0 && z.switch_count != 2)) return false;
    size_t len = PN_ZONE_HEAD_BYTES + z.switch_count * PN_ZONE_SWITCH_BYTES +
                 z.offset_count * PN_ZONE_OFFSET_BYTES + z.entry_count * PN_ZONE_ENTRY_BYTES;
    if (table.len != len) return false;
    for (uint32_t i = 0; i < z.switch_count; i++) {
        if (!is_switch(z.switches + i * PN_ZONE_SWITCH_BYTES)) return false;
    }
    for (uint32_t i = 0; i < z.offset_count; i++) {
        if (!is_within(load_i32(z.offsets + i * PN_ZONE_OFFSET_BYTES), PN_ZONE_OFFSET_MOST_S)) {
            return false;
        }
    }
    return are_entries(&z);
}

/* --- Asking --- */

/* The day of `year` on which a switch falls: so many of its weekdays into the month, or one week
 * less when the month ends before. */
static int32_t switch_day(const uint8_t *at, uint32_t year)
{
    int32_t first = pn_date_days((struct pn_date){ year, at[8], 1 });
    int32_t week_day = (first + 4 + 7 * 200000) % 7; /* 1970-01-01 was a Thursday */
    int32_t day = first + (at[10] - week_day + 7) % 7 + 7 * (at[9] - 1);

    return pn_date_of_days(day).month == at[8] ? day : day - 7;
}

static int32_t offset_by_rule(const struct zone *z, int64_t seconds)
{
    uint32_t year = pn_date_of_days(pn_civil_parts(seconds).days).year;
    const uint8_t *a = z->switches, *b = a + PN_ZONE_SWITCH_BYTES;
    int64_t at_a = (int64_t)switch_day(a, year) * 86400 + load_i32(a + 4) - load_i32(b);
    int64_t at_b = (int64_t)switch_day(b, year) * 86400 + load_i32(b + 4) - load_i32(a);

    /* In force is the later of those that have come; before both, the one that ended last year. */
    bool has_a = seconds >= at_a, has_b = seconds >= at_b;
    bool is_a = has_a == has_b ? at_a > at_b : has_a;
    return load_i32(is_a ? a : b);
}

int32_t pn_zone_offset(struct pn_slice table, int64_t seconds)
{
    struct zone z = zone_of(table.at);
    uint32_t low = 0, high = z.entry_count; /* the entries that have come are those before `low` */

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (entry_instant(entry_at(&z, middle)) <= seconds) low = middle + 1;
        else high = middle;
    }
    if (low == z.entry_count && z.switch_count > 0) return offset_by_rule(&z, seconds);
    uint32_t offset = low > 0 ? entry_at(&z, low - 1)[5] : 0;
    return load_i32(z.offsets + offset * PN_ZONE_OFFSET_BYTES);
}
