/* value_spec.h - write a value as a test row's text.
 *
 *   -  absent    !  error    ?  unknown    null true false 5 -7 2.5 nan    "text"    [1,2] {"a":1}
 *
 * A string whose text holds a backslash is marked as escaped.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TEST_POLICY_VALUE_SPEC_H
#define PN_TEST_POLICY_VALUE_SPEC_H

#include "core/base/value.h"

/* The value that `spec` stands for; strings, lists and maps borrow from it. */
struct pn_value pn_value_spec(const char *spec);

#endif
