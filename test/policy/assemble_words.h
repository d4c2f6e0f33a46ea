/* assemble_words.h - code of the value machine, written in a few words.
 *
 * A program is operations as word, word:b or word:a:b, and constants by their spelling: 5, 5u, 1.5, 'text',
 * true, null, @5 (an instant), ~5.000000001 (a duration). What `select` and `has` take is a text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_ASSEMBLE_WORDS_H
#define TEST_ASSEMBLE_WORDS_H

#include "test/policy/assemble.h"

/* Add a program as a block, with the depth and the cost that are measured, where loops visit at most
 * that many elements. */
void pn_asm_words(struct pn_asm *a, const char *program, uint16_t loop_items);

/* Add a constant of any type, as its record has it; its index. */
uint32_t pn_asm_constant(struct pn_asm *a, uint8_t type, uint32_t nanos, int64_t value);

#endif
