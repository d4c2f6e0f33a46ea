/* see elements.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/elements.h"

#include "core/json/json_number.h"

static bool is_space(uint8_t ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

static void skip_space(struct pn_elements *it)
{
    while (it->at < it->end && is_space(*it->at)) it->at++;
}

/* Past the closing quote of the string that starts at `at`; tells of escapes on the way. */
static const uint8_t *string_end(const uint8_t *at, const uint8_t *end, bool *escaped)
{
    for (at++; at < end && *at != '"'; at++) {
        if (*at != '\\') continue;
        *escaped = true;
        at++;
    }
    return at < end ? at + 1 : end;
}

static const uint8_t *nested_end(const uint8_t *at, const uint8_t *end)
{
    uint32_t depth = 0;
    bool escaped = false;

    while (at < end) {
        uint8_t ch = *at;
        if (ch == '"') {
            at = string_end(at, end, &escaped);
            continue;
        }
        at++;
        if (ch == '[' || ch == '{') depth++;
        if ((ch == ']' || ch == '}') && --depth == 0) break;
    }
    return at;
}

static const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != ',' && *at != ']' && *at != '}' && !is_space(*at)) at++;
    return at;
}

static struct pn_value string_value(struct pn_elements *it)
{
    bool escaped = false;
    const uint8_t *begin = it->at + 1;

    it->at = string_end(it->at, it->end, &escaped);
    struct pn_value v = pn_value_string(pn_slice(begin, (size_t)(it->at - begin) - 1));
    if (escaped) v.flags = PN_VALUE_ESCAPED;
    return v;
}

static struct pn_value nested_value(struct pn_elements *it)
{
    const uint8_t *begin = it->at;

    it->at = nested_end(begin, it->end);
    struct pn_value v = pn_value_string(pn_slice(begin, (size_t)(it->at - begin)));
    v.type = *begin == '[' ? PN_LIST : PN_MAP;
    return v;
}

static bool is_integer(struct pn_slice text)
{
    return pn_slice_find(text, '.') == text.len && pn_slice_find(text, 'e') == text.len &&
           pn_slice_find(text, 'E') == text.len;
}

/* As the scanner makes values of numbers that are compared. */
static struct pn_value number_value(struct pn_slice text)
{
    struct pn_value v = pn_value_of(PN_ERROR);

    if (is_integer(text)) {
        if (pn_json_number_int(text, &v.as.i)) v.type = PN_INT;
    } else if (pn_json_number_double(text, &v.as.d)) {
        v.type = PN_DOUBLE;
    }
    return v;
}

static struct pn_value plain_value(struct pn_elements *it)
{
    const uint8_t *begin = it->at;

    it->at = plain_end(begin, it->end);
    switch (*begin) {
    case 't': return pn_value_bool(true);
    case 'f': return pn_value_bool(false);
    case 'n': return pn_value_of(PN_NULL);
    default: return number_value(pn_slice(begin, (size_t)(it->at - begin)));
    }
}

static struct pn_value next_value(struct pn_elements *it)
{
    if (*it->at == '"') return string_value(it);
    return *it->at == '[' || *it->at == '{' ? nested_value(it) : plain_value(it);
}

void pn_elements_begin(struct pn_elements *it, const struct pn_value *container)
{
    it->map = container->type == PN_MAP;
    it->at = container->as.text + 1;
    it->end = container->as.text + container->len - 1;
    skip_space(it);
}

bool pn_elements_next(struct pn_elements *it, struct pn_value *element)
{
    if (it->at >= it->end) return false;
    *element = next_value(it);
    skip_space(it);
    if (it->map && it->at < it->end) {
        it->at++; /* the colon */
        skip_space(it);
        if (it->at < it->end) (void)next_value(it);
        skip_space(it);
    }
    if (it->at < it->end) it->at++; /* the comma */
    skip_space(it);
    return true;
}

uint32_t pn_elements_count(const struct pn_value *container)
{
    struct pn_elements it;
    struct pn_value element;
    uint32_t count = 0;

    pn_elements_begin(&it, container);
    while (pn_elements_next(&it, &element)) count++;
    return count;
}
