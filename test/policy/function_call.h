/* function_call.h - call built-in functions by text, for tests of the functions.
 *
 *   charAt("tacocat", 3)           calls by name, arguments in brackets, nested as one likes
 *   null true 5 5u 2.5 NaN inf -inf "text" b"ab\xff" [1,"a"] {"a":1}
 *   list(1, b"a")  map("k", 1)     built of cells, where JSON text will not do
 *
 * Strings are JSON strings without escapes, but \" \\ \n and their like; lists and maps are JSON
 * text. All of it lies in heap buffers of its exact size.
 *
 * A row is evaluated whole; with every string escaped as a request may bring it; with lists and maps
 * built of cells; with every scratch that is too small; and with too few steps. The result must be
 * as written in the first three, and that or the fault in the others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TEST_POLICY_FUNCTION_CALL_H
#define PN_TEST_POLICY_FUNCTION_CALL_H

struct pn_call_row {
    const char *call, *result; /* the result as above, or ! and a fault's symbol */
};

/* Evaluate a row in all ways, with Unity's assertions. */
void pn_call_check(const struct pn_call_row *row);

#define PN_CALL_CHECK_ALL(rows) \
    for (size_t row_index = 0; row_index < sizeof(rows) / sizeof((rows)[0]); row_index++) { \
        pn_call_check(&(rows)[row_index]); \
    }

#endif
