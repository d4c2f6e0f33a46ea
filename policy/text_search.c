/* see text_search.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/text_search.h"

#include "policy/result.h"

static bool continues(uint8_t byte)
{
    return (byte & 0xC0) == 0x80;
}

size_t pn_character_bytes(struct pn_slice text)
{
    size_t bytes = 1;

    while (bytes < text.len && continues(text.at[bytes])) bytes++;
    return bytes;
}

uint32_t pn_character_count(struct pn_slice text)
{
    uint32_t count = 0;

    for (size_t i = 0; i < text.len; i++) count += !continues(text.at[i]);
    return count;
}

size_t pn_character_offset(struct pn_slice text, const struct pn_value *index)
{
    uint64_t left = (uint64_t)index->as.i; /* a negative one is far beyond the end */
    size_t at = 0;

    if (left > text.len) return PN_NOWHERE;
    for (size_t i = (size_t)left; i > 0; i--) {
        if (at == text.len) return PN_NOWHERE;
        at += pn_character_bytes(pn_slice_from(text, at));
    }
    return at;
}

size_t pn_text_search(struct pn_machine *m, struct pn_slice text, struct pn_slice part, size_t from,
                      size_t to)
{
    size_t step = from <= to ? 1 : (size_t)-1;

    if (part.len == 0) return from;
    for (size_t at = from;; at += step) {
        if (text.at[at] == part.at[0]) {
            if (!pn_machine_spend(m, 1 + part.len / 16)) return PN_NOWHERE;
            if (memcmp(text.at + at, part.at, part.len) == 0) return at;
        }
        if (at == to) return PN_NOWHERE;
    }
}

size_t pn_text_find(struct pn_machine *m, struct pn_slice text, struct pn_slice part)
{
    return part.len > text.len ? PN_NOWHERE : pn_text_search(m, text, part, 0, text.len - part.len);
}

uint32_t pn_pieces_limit(const struct pn_value *limit)
{
    uint64_t most = (uint64_t)limit->as.i;

    return most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}

bool pn_pieces_next(struct pn_pieces *p, struct pn_slice *piece)
{
    size_t at = PN_NOWHERE;

    if (p->left == 0 || p->ended) return false;
    if (p->separator.len == 0 && p->rest.len == 0) return false;
    if (--p->left > 0) {
        at = p->separator.len > 0 ? pn_text_find(p->machine, p->rest, p->separator)
                                  : pn_character_bytes(p->rest);
    }
    p->ended = at == PN_NOWHERE;
    *piece = p->ended ? p->rest : pn_slice_head(p->rest, at);
    if (!p->ended) p->rest = pn_slice_from(p->rest, at + p->separator.len);
    return pn_machine_spend(p->machine, 1);
}

void pn_text_split(struct pn_machine *m, struct pn_value *text, struct pn_slice separator,
                   uint32_t limit)
{
    const struct pn_pieces start = { m, pn_value_text(text), separator, limit, false };
    struct pn_pieces p = start;
    struct pn_slice piece;
    size_t count = 0;

    while (pn_pieces_next(&p, &piece)) count++;
    p = start;
    for (bool room = pn_machine_list(m, count, text); room && pn_pieces_next(&p, &piece);) {
        struct pn_value string = pn_value_string(piece);
        room = pn_list_append(text, &string);
    }
    if (m->steps_left == 0) pn_put_spent(text, m);
}
