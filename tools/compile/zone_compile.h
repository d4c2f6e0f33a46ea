/* zone_compile.h - a time zone by name, from the tz database to a table of policy/zone_table.h.
 *
 * Reads compiled zones (RFC 9636, the successor of RFC 8536) as every Unix carries them. A zone may
 * also be named by a link that a distribution has left out: the list in tzdata.zi knows them. What
 * the database knows only up to some year goes into the table entry by entry; from where the zone's
 * rule says the same, the rule alone goes in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ZONE_COMPILE_H
#define TOOLS_ZONE_COMPILE_H

#include "tools/compile/arena.h"

/* Where the tz database lies when nobody says otherwise. */
#define ZONE_FOLDER "/usr/share/zoneinfo"

/* Append the table of zone `name`. Names are spelled exactly: "Europe/Berlin". Returns NULL, or why
 * not, a sentence without its full stop that lives in `arena`; then nothing is appended. */
const char *zone_compile(struct arena *arena, const char *folder, struct pn_slice name,
                         struct bytes *table);

#endif
