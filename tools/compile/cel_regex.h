/* cel_regex.h - regex.replace, regex.extract and regex.extractAll, while building.
 *
 * A table says whether a text matches, not where, so a device cannot run these: their texts are
 * constants, and what they come to is found out here, as cel-go finds it out. An extracted text is
 * an optional value; this engine has none, so it is taken with .orValue(x), .hasValue() or .value()
 * at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_CEL_REGEX_H
#define TOOLS_CEL_REGEX_H

#include "tools/compile/cel_code.h"

enum cel_regex {
    CEL_REGEX_REPLACE,
    CEL_REGEX_EXTRACT,
    CEL_REGEX_EXTRACT_ALL,
    /* of regex.extract(...), which is args[0] */
    CEL_REGEX_OR_VALUE,
    CEL_REGEX_HAS_VALUE,
    CEL_REGEX_VALUE,
};

/* Append what computes the call `node`. */
void cel_code_regex(struct coding *c, const struct cel_node *node, enum cel_regex which);

#endif
