/* kind_name.h - the name by which Cerbos knows a resource kind.
 *
 * Cerbos rewrites names of the form that its early versions asked for (letters, digits, _ @ . - /
 * in parts divided by ':', each part beginning with a letter): whatever is no letter, digit, '_' or
 * '.' becomes '_', a run of them one. So its policy for "mcp:pay-roll" answers for "mcp:pay_roll"
 * too. Names of any other form stay as they are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_KIND_NAME_H
#define PN_POLICY_KIND_NAME_H

#include "core/base/slice.h"

/* Write Cerbos's name for `kind` to `name`, which has room for as many bytes as `kind`. Returns how
 * many were written. */
size_t pn_kind_name(struct pn_slice kind, uint8_t *name);

#endif
