/* see value_spec.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/value_spec.h"

#include <stdlib.h>

static struct pn_value of_text(enum pn_type type, const char *text, size_t len)
{
    struct pn_value v = pn_value_string(pn_slice(text, len));

    v.type = (uint8_t)type;
    if (type == PN_STRING && memchr(text, '\\', len) != NULL) v.flags = PN_VALUE_ESCAPED;
    return v;
}

static struct pn_value of_number(const char *spec)
{
    struct pn_value v = pn_value_of(PN_DOUBLE);

    if (strpbrk(spec, ".en") == NULL) return pn_value_int(strtoll(spec, NULL, 10));
    v.as.d = strtod(spec, NULL);
    return v;
}

struct pn_value pn_value_spec(const char *spec)
{
    size_t len = strlen(spec);

    if (strcmp(spec, "-") == 0) return pn_value_of(PN_ABSENT);
    if (strcmp(spec, "null") == 0) return pn_value_of(PN_NULL);
    switch (spec[0]) {
    case '!': return pn_value_of(PN_ERROR);
    case '?': return pn_value_of(PN_UNKNOWN);
    case 't': return pn_value_bool(true);
    case 'f': return pn_value_bool(false);
    case '"': return of_text(PN_STRING, spec + 1, len - 2);
    case '[': return of_text(PN_LIST, spec, len);
    case '{': return of_text(PN_MAP, spec, len);
    default: return of_number(spec);
    }
}
