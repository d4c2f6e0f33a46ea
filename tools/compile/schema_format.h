/* schema_format.h - what the formats of JSON Schema mean, as patterns in RE2's syntax.
 *
 * As Cerbos checks them: dates are days that there are, also in leap years; a leap second is one
 * only at the end of a day in UTC, which is asked for here by offset zero.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SCHEMA_FORMAT_H
#define TOOLS_SCHEMA_FORMAT_H

#include "core/base/slice.h"

/* The pattern that a whole text of this format matches; empty: the format is not known here. */
struct pn_slice schema_format(struct pn_slice name);

#endif
