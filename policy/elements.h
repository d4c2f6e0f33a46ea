/* elements.h - look into a list or map that is still JSON text.
 *
 * The text was validated when it was scanned, so walking it only has to find where an element ends.
 * Elements come as values; lists and maps among them as text again. For this folder and
 * for core/identity, which walks claims.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_ELEMENTS_H
#define PN_POLICY_ELEMENTS_H

#include "core/base/value.h"

struct pn_elements {
    const uint8_t *at, *end; /* what is left of the text, brackets removed */
    bool map;
    bool rounds; /* numbers are doubles, as in Cerbos; else integers that int64 holds, or errors */
};

/* Start walking `container`, a PN_LIST or PN_MAP whose text was recorded (len is at least 2). */
void pn_elements_begin(struct pn_elements *it, const struct pn_value *container);

/* The next element of a list, or the next key of a map (always a string). False at the end. */
bool pn_elements_next(struct pn_elements *it, struct pn_value *element);

/* The next element of a list in `value`, or the next entry of a map in both. False at the end. */
bool pn_elements_next_entry(struct pn_elements *it, struct pn_value *key, struct pn_value *value);

/* Elements of a list or entries of a map, likewise. */
uint32_t pn_elements_count(const struct pn_value *container);

#endif
