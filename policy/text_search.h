/* text_search.h - find a part of a text, and take a text apart at a separator. For the files of
 * this folder only.
 *
 * Work is paid for where a part might begin, so a text made to look like its separator costs its
 * sender steps and not the gateway time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_TEXT_SEARCH_H
#define PN_POLICY_TEXT_SEARCH_H

#include "policy/machine.h"

#define PN_NOWHERE SIZE_MAX

/* Bytes of the character that `text`, which is not empty, begins with. */
size_t pn_character_bytes(struct pn_slice text);

/* How many characters `text` has. */
uint32_t pn_character_count(struct pn_slice text);

/* Offset of the character with that index, a PN_INT; of the end for the index behind the last one, and
 * PN_NOWHERE for others. */
size_t pn_character_offset(struct pn_slice text, const struct pn_value *index);

/* Where `part` first is in `text` among the offsets from `from` to `to`, upwards or downwards; both
 * leave room for it. PN_NOWHERE also when steps ran out: none is left then. */
size_t pn_text_search(struct pn_machine *m, struct pn_slice text, struct pn_slice part, size_t from,
                      size_t to);

/* Where `part` first is in `text`, likewise. */
size_t pn_text_find(struct pn_machine *m, struct pn_slice text, struct pn_slice part);

/* The pieces of a text between separators: at most `left` of them, the last with all that remains.
 * Without a separator every character is a piece. */
struct pn_pieces {
    struct pn_machine *machine;
    struct pn_slice rest, separator;
    uint32_t left; /* UINT32_MAX: as many as there are */
    bool ended;
};

/* How many that may be, by a PN_INT: when it is negative, as many as there are. */
uint32_t pn_pieces_limit(const struct pn_value *limit);

/* The next piece; false after the last, or when steps ran out. */
bool pn_pieces_next(struct pn_pieces *p, struct pn_slice *piece);

/* All pieces of a plain text, as a list in its place. Its strings borrow from the text. */
void pn_text_split(struct pn_machine *m, struct pn_value *text, struct pn_slice separator,
                   uint32_t limit);

#endif
