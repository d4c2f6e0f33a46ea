/* unicode_tables.h - what unicode_write.c writes and unicode_set.c reads; nobody else includes it.
 *
 * A number is in base 128, lowest digits first, the top bit set on all bytes but the last.
 *
 *   categories  from U+0000 on, run by run: a byte of the category in its low five bits and the
 *               length less one in its high three; 7 there means 8 and a number more
 *   scripts     from U+0000 on, run by run: the length, a byte of the script, 0 for none
 *   folds       run by run: the gap since the end of the run before, twice the count plus one where
 *               the run takes each second character, and by how much a character is moved, its sign
 *               in the lowest bit
 *   names       one after the other, each ended by NUL; an empty one ends them. Categories and
 *               scripts in the order of their numbers (scripts from 1 on), aliases in pairs
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_UNICODE_TABLES_H
#define TOOLS_UNICODE_TABLES_H

#include "core/base/slice.h"

extern const struct pn_slice unicode_category_runs, unicode_script_runs, unicode_fold_runs;
extern const char unicode_category_names[], unicode_script_names[], unicode_alias_names[];

#endif
