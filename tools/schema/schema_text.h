/* schema_text.h - the JSON Schemas of bundle files, as they are in this folder.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_TEXT_H
#define TOOLS_SCHEMA_TEXT_H

#include "core/base/slice.h"

struct schema_text {
    const char *name; /* "policy" of policy.schema.json */
    struct pn_slice text;
};

/* In the order of their names; the last has no name. Written while building (schema.cmake). */
extern const struct schema_text schema_texts[];

#endif
