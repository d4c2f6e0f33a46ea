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

/* Past the number, true, false or null that starts at `at`. */
static const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
    while (at < end && *at != ',' && *at != ']' && *at != '}' && !is_space(*at)) at++;
    return at;
}

/* Past the value that starts at `at`. What is not a bracket inside it is skipped a byte at a time.
 */
static const uint8_t *value_end(const uint8_t *at, const uint8_t *end, bool *escaped)
{
    uint32_t depth = 0;

    if (*at != '"' && *at != '[' && *at != '{') return plain_end(at, end);
    do {
        uint8_t ch = *at;
        if (ch == '[' || ch == '{') depth++;
        if (ch == ']' || ch == '}') depth--;
        at = ch == '"' ? string_end(at, end, escaped) : at + 1;
    } while (depth > 0 && at < end);
    return at;
}

static bool is_integer(struct pn_slice text)
{
    return pn_slice_find(text, '.') == text.len && pn_slice_find(text, 'e') == text.len &&
           pn_slice_find(text, 'E') == text.len;
}

/* As the scanner makes values of numbers that are compared. */
static struct pn_value number_value(const struct pn_elements *it, struct pn_slice text)
{
    struct pn_value v = pn_value_of(PN_ERROR);

    if (!it->rounds && is_integer(text)) {
        if (pn_json_number_int(text, &v.as.i)) v.type = PN_INT;
    } else if (pn_json_number_double(text, &v.as.d)) {
        v.type = PN_DOUBLE;
    }
    return v;
}

static struct pn_value text_value(enum pn_type type, struct pn_slice text)
{
    struct pn_value v = pn_value_string(text);

    v.type = (uint8_t)type;
    return v;
}

static struct pn_value next_value(struct pn_elements *it)
{
    const uint8_t *begin = it->at;
    bool escaped = false;

    it->at = value_end(begin, it->end, &escaped);
    struct pn_slice text = pn_slice(begin, (size_t)(it->at - begin));
    switch (*begin) {
    case '[': return text_value(PN_LIST, text);
    case '{': return text_value(PN_MAP, text);
    case 't': return pn_value_bool(true);
    case 'f': return pn_value_bool(false);
    case 'n': return pn_value_of(PN_NULL);
    case '"': break;
    default: return number_value(it, text);
    }
    struct pn_value v = text_value(PN_STRING, pn_slice(begin + 1, text.len - 2));
    if (escaped) v.flags = PN_VALUE_ESCAPED;
    return v;
}

void pn_elements_begin(struct pn_elements *it, const struct pn_value *container)
{
    it->map = container->type == PN_MAP;
    it->rounds = false;
    it->at = container->as.text + 1;
    it->end = container->as.text + container->len - 1;
    skip_space(it);
}

bool pn_elements_next_entry(struct pn_elements *it, struct pn_value *key, struct pn_value *value)
{
    if (it->at >= it->end) return false;
    *value = next_value(it);
    skip_space(it);
    if (it->map && it->at < it->end) {
        *key = *value;
        it->at++; /* the colon */
        skip_space(it);
        if (it->at < it->end) *value = next_value(it);
        skip_space(it);
    }
    if (it->at < it->end) it->at++; /* the comma */
    skip_space(it);
    return true;
}

bool pn_elements_next(struct pn_elements *it, struct pn_value *element)
{
    struct pn_value key, value;

    if (!pn_elements_next_entry(it, &key, &value)) return false;
    *element = it->map ? key : value;
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
