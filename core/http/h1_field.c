/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_field.h */
#include "core/http/h1_field.h"

enum {
    LIST = 0,
    ONCE = PN_FIELD_ONCE,
    HOP = PN_FIELD_HOP,
    UP = PN_FIELD_UP,
    DOWN = PN_FIELD_DOWN,
};

struct known {
    const char *name;
    uint8_t len;
    uint8_t traits;
};

static const struct known known[PN_FIELD_COUNT] = {
    [PN_FIELD_OTHER] = { "", 0, 0 },
#define PN_H1_LENGTH(bytes)
#define PN_H1_FIELD(symbol, text, traits) [PN_FIELD_##symbol] = { text, sizeof(text) - 1, traits },
#include "core/http/h1_field.def"
#undef PN_H1_FIELD
#undef PN_H1_LENGTH
};

/* FIRST_n is the enum value of the first name in the group of length n: LENGTH_n takes its place in
 * the count and the line after steps back, so that the group's first field has the same value. */
enum {
    BEFORE_ALL,
#define PN_H1_LENGTH(bytes)               FIRST_##bytes, STEP_BACK_##bytes = FIRST_##bytes - 1,
#define PN_H1_FIELD(symbol, text, traits) AT_##symbol,
#include "core/http/h1_field.def"
#undef PN_H1_FIELD
#undef PN_H1_LENGTH
};

static const uint8_t first_of_length[] = {
#define PN_H1_LENGTH(bytes) [bytes] = FIRST_##bytes,
#define PN_H1_FIELD(symbol, text, traits)
#include "core/http/h1_field.def"
#undef PN_H1_FIELD
#undef PN_H1_LENGTH
};

_Static_assert(BEFORE_ALL == 0 && (int)AT_TE == (int)PN_FIELD_TE, "both lists count alike");

/* Known names are letters and "-", so a token of the same length is one of them when no bit differs
 * but the one of letter case: the byte that has it in place of "-" is CR, which no token holds. */
static bool is_name(struct pn_slice name, const char *lower)
{
    const size_t all_but_case = SIZE_MAX / 255 * 0xdf;
    size_t i = 0;

    for (; name.len - i >= sizeof(size_t); i += sizeof(size_t)) {
        size_t a, b;
        memcpy(&a, name.at + i, sizeof a);
        memcpy(&b, lower + i, sizeof b);
        if (((a ^ b) & all_but_case) != 0) return false;
    }
    for (; i < name.len; i++) {
        if (((name.at[i] ^ (uint8_t)lower[i]) & 0xdf) != 0) return false;
    }
    return true;
}

enum pn_field pn_field_find(struct pn_slice name)
{
    if (name.len >= sizeof first_of_length || first_of_length[name.len] == 0) return PN_FIELD_OTHER;

    for (unsigned i = first_of_length[name.len]; i < PN_FIELD_COUNT; i++) {
        if (known[i].len != name.len) break;
        if (is_name(name, known[i].name)) return (enum pn_field)i;
    }
    return PN_FIELD_OTHER;
}

struct pn_slice pn_field_name(enum pn_field field)
{
    return pn_slice(known[field].name, known[field].len);
}

unsigned pn_field_traits(enum pn_field field)
{
    return known[field].traits;
}

bool pn_field_list_next(struct pn_slice *rest, struct pn_slice *element)
{
    while (rest->len > 0) {
        size_t comma = pn_slice_find(*rest, ',');

        *element = pn_slice_trim(pn_slice_head(*rest, comma));
        *rest = pn_slice_from(*rest, comma < rest->len ? comma + 1 : comma);
        if (element->len > 0) return true;
    }
    return false;
}
