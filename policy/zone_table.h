/* zone_table.h - how far the clocks of a named time zone are from UTC at an instant.
 *
 * The compiler reads the zone from the tz database and writes a table into the policy, so that a
 * device needs no database and every device that runs a policy agrees. The table ends in the rule
 * that the zone follows from its last entry on, and so has no end.
 *
 * All numbers are little-endian; instants are seconds since 1970, offsets seconds ahead of UTC.
 *
 *     u16 entry_count
 *     u8  offset_count                1 or more
 *     u8  switch_count                2: the rule below follows the last entry; 0: nothing changes
 *     switch_count times a switch of every year, 12 bytes:
 *         i32 offset                  from this switch on
 *         i32 time                    seconds from midnight, on the clock as it is until then
 *         u8  month, week, week_day   1 to 12; 1 to 5, where 5 is the last; 0 is Sunday
 *         u8  0
 *     offset_count times i32 offset   the first one holds before the first entry
 *     entry_count times 6 bytes, instants ascending:
 *         u32, i8 instant             low 32 bits, then the rest
 *         u8  offset                  which of them holds from then on
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_ZONE_TABLE_H
#define PN_POLICY_ZONE_TABLE_H

#include "core/base/slice.h"

enum {
    PN_ZONE_HEAD_BYTES = 4,
    PN_ZONE_SWITCH_BYTES = 12,
    PN_ZONE_OFFSET_BYTES = 4,
    PN_ZONE_ENTRY_BYTES = 6,
    PN_ZONE_OFFSET_MOST_S = 26 * 3600,  /* of every offset, either way */
    PN_ZONE_SWITCH_MOST_S = 168 * 3600, /* of every switch's time, either way */
};

/* True when `table` is exactly one table, every number of which is in its range. */
bool pn_zone_is_sound(struct pn_slice table);

/* The offset at `seconds`, an instant of the range in civil_time.h, by a table that is sound. */
int32_t pn_zone_offset(struct pn_slice table, int64_t seconds);

#endif
