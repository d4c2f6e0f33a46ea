/* field_name.h - header fields that a bundle names for what the gateway shows an upstream.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_FIELD_NAME_H
#define TOOLS_FIELD_NAME_H

#include "tools/bundle/bundle.h"

/* The name of a field, in lower case as the head writer wants it. Told when it is none, or one that
 * the gateway writes for something else. */
struct pn_slice field_name_read(struct bundle *bundle, const struct yaml_node *node);

/* The word before a field's value, such as Bearer, with the blank behind it. Told when it is none. */
struct pn_slice field_scheme_read(struct bundle *bundle, const struct yaml_node *node);

#endif
