/* fuzz_number_text.c - texts of doubles, instants, durations and zones, and zone tables.
 *
 * The first byte says what the rest is. What is read must be written so that it reads back the
 * same.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/double_text.h"
#include "policy/duration.h"
#include "policy/zone_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) abort();
}

static void try_double(struct pn_slice text)
{
    uint8_t out[400];
    struct pn_writer w = pn_writer(out, sizeof out);
    double value, back;

    if (!pn_double_read(text, &value)) return;
    pn_double_plain(&w, value);
    must(!w.full && pn_double_read(pn_written(&w), &back));
    must(memcmp(&value, &back, sizeof value) == 0 || (value != value && back != back));
    w = pn_writer(out, sizeof out);
    pn_double_round(&w, value, (uint16_t)text.len, PN_DOUBLE_FIXED);
    pn_double_round(&w, value, (uint16_t)text.len, PN_DOUBLE_SCIENTIFIC);
}

static void try_instant(struct pn_slice text)
{
    uint8_t out[32];
    struct pn_writer w = pn_writer(out, sizeof out);
    struct pn_instant at, back;

    if (pn_instant_read(text, &at) != PN_INSTANT_READ) return;
    must(pn_instant_is_second(at.seconds) && at.nanos < PN_SECOND_NS);
    pn_instant_write(&w, &at);
    must(pn_instant_read(pn_written(&w), &back) == PN_INSTANT_READ);
    must(at.seconds == back.seconds && at.nanos == back.nanos);
    must(pn_civil_of(at.seconds, at.nanos).part[PN_CIVIL_YEAR] >= 1 &&
         pn_civil_of(at.seconds, at.nanos).part[PN_CIVIL_YEAR] <= 9999);
}

static void try_duration(struct pn_slice text)
{
    uint8_t out[40];
    struct pn_writer w = pn_writer(out, sizeof out);
    struct pn_duration d, back;

    if (!pn_duration_read(text, &d)) return;
    must(pn_duration_is_sound(d));
    pn_duration_write(&w, d);
    must(!w.full);
    /* The text passes through a double: a nanosecond may be lost, and the largest no longer fit. */
    if (d.seconds > -1000000 && d.seconds < 1000000) {
        must(pn_duration_read(pn_written(&w), &back));
        int64_t lost = pn_duration_nanos(d) - pn_duration_nanos(back);
        must(lost >= -1 && lost <= 1);
    }
}

static void try_table(struct pn_slice table)
{
    if (!pn_zone_is_sound(table)) return;
    for (int64_t at = PN_INSTANT_SECONDS_MIN; at <= PN_INSTANT_SECONDS_MAX; at += 3000000007) {
        int32_t offset_s = pn_zone_offset(table, at);
        must(offset_s >= -PN_ZONE_OFFSET_MOST_S && offset_s <= PN_ZONE_OFFSET_MOST_S);
        pn_civil_of(at + offset_s, 0);
    }
}

static void try_offset(struct pn_slice text)
{
    int32_t offset_s;

    if (!pn_zone_offset_read(text, &offset_s)) return;
    pn_civil_of(PN_INSTANT_SECONDS_MIN + offset_s, 0);
    pn_civil_of(PN_INSTANT_SECONDS_MAX + offset_s, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    struct pn_slice rest = pn_slice(data + 1, size - 1);

    switch (data[0]) {
    case 'f': try_double(rest); break;
    case 't': try_instant(rest); break;
    case 'd': try_duration(rest); break;
    case 'z': try_table(rest); break;
    case 'o': try_offset(rest); break;
    default: break;
    }
    return 0;
}
