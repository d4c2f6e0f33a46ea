/* see schema_format.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/schema_format.h"

#define LEAP_YEAR "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
#define DATE \
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|" \
    "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|" LEAP_YEAR "-02-29)"
#define TIME \
    "(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?" \
    "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])|" \
    "23:59:60(?:\\.[0-9]+)?(?:[Zz]|[+-]00:00))"
#define HEX   "[0-9A-Fa-f]"
#define OCTET "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"

static const struct format {
    struct pn_slice name, pattern;
} formats[] = {
    { PN_SLICE_INIT("date-time"), PN_SLICE_INIT(DATE "[Tt]" TIME) },
    { PN_SLICE_INIT("date"), PN_SLICE_INIT(DATE) },
    { PN_SLICE_INIT("time"), PN_SLICE_INIT(TIME) },
    { PN_SLICE_INIT("uuid"),
      PN_SLICE_INIT(HEX "{8}-" HEX "{4}-" HEX "{4}-" HEX "{4}-" HEX "{12}") },
    { PN_SLICE_INIT("ipv4"), PN_SLICE_INIT(OCTET "(?:\\." OCTET "){3}") },
};

struct pn_slice schema_format(struct pn_slice name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (pn_slice_equal(formats[i].name, name)) return formats[i].pattern;
    }
    return PN_SLICE("");
}
