/* value.h - one attribute value: what a rule compares.
 *
 * Scanners fill values, facts hand them to the policy, the policy compares them. A string borrows
 * its bytes from where it was found (request body, blob, key record); while its ESCAPED flag is set
 * those bytes still hold JSON escapes, and comparing goes through an iterator that unescapes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_VALUE_H
#define PN_BASE_VALUE_H

#include "core/base/slice.h"

enum pn_type {
    PN_ABSENT,  /* zeroed memory is absent: reading it is an error, as a missing attribute is */
    PN_ERROR,   /* present but not usable: a number outside int64 and double, a full table */
    PN_UNKNOWN, /* cannot be known yet: the arguments of a tool that is only being listed */
    PN_NULL,
    PN_BOOL,
    PN_INT,
    PN_DOUBLE,
    PN_STRING,
    PN_LIST, /* raw JSON text, and the nodes recorded for it if a rule looks inside */
    PN_MAP,
};

enum pn_value_flag {
    PN_VALUE_ESCAPED = 1, /* a string whose bytes hold JSON escapes */
    PN_VALUE_BUILT = 2,   /* a list or map that a rule's expression built: `items`, not text */
};

struct pn_value {
    uint8_t type;  /* enum pn_type */
    uint8_t flags; /* enum pn_value_flag */
    uint16_t node; /* PN_LIST, PN_MAP: index of its first recorded node plus 1, or 0 */
    uint32_t len;  /* bytes at `text` (strings without quotes, lists and maps with brackets) */
    union {
        int64_t i;              /* PN_INT */
        double d;               /* PN_DOUBLE */
        bool b;                 /* PN_BOOL */
        const uint8_t *text;    /* PN_STRING, PN_LIST, PN_MAP; a scanner may set it for all types */
        struct pn_value *items; /* PN_VALUE_BUILT: `len` elements, or keys and values by turns */
    } as;
};

static inline struct pn_value pn_value_of(enum pn_type type)
{
    return (struct pn_value){ .type = (uint8_t)type };
}

static inline struct pn_value pn_value_string(struct pn_slice s)
{
    return (struct pn_value){ .type = PN_STRING, .len = (uint32_t)s.len, .as.text = s.at };
}

static inline struct pn_value pn_value_int(int64_t i)
{
    return (struct pn_value){ .type = PN_INT, .as.i = i };
}

static inline struct pn_value pn_value_bool(bool b)
{
    return (struct pn_value){ .type = PN_BOOL, .as.b = b };
}

static inline struct pn_slice pn_value_text(const struct pn_value *v)
{
    return (struct pn_slice){ v->as.text, v->len };
}

/* Walks the unescaped bytes of a string value without copying it. */
struct pn_text_iter {
    const uint8_t *at, *end;
    uint8_t pending[4]; /* rest of a character that one escape stood for */
    uint8_t pending_len, pending_at;
    bool escaped;
};

void pn_text_begin(struct pn_text_iter *it, const struct pn_value *string);

/* The next byte, or -1 at the end. The escapes were validated by the scanner that made the value. */
int pn_text_next(struct pn_text_iter *it);

/* True when the string value, unescaped, is exactly `text`. */
bool pn_value_is_text(const struct pn_value *string, struct pn_slice text);

/* Copy the unescaped string to `out`; returns its length, or SIZE_MAX when it does not fit. */
size_t pn_value_copy_text(const struct pn_value *string, uint8_t *out, size_t max);

#endif
