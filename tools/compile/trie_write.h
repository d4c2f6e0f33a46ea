/* trie_write.h - the attribute paths of a policy as the trie that the JSON scanner walks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TRIE_WRITE_H
#define TOOLS_TRIE_WRITE_H

#include "tools/compile/image.h"

/* Trie nodes of the places that HEADER names; 0 where nothing is read below. */
struct trie_places {
    uint16_t principal, resource, arguments, jwt, claims;
};

/* Append the nodes of all slots to `trie`. False, with an error, when two attributes of one map
 * differ in letter case only or there are too many. All their names are strings of the image. */
bool trie_write(struct image *image, struct bytes *trie, struct trie_places *places);

#endif
