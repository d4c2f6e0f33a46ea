/* type_name.h - what CEL calls the types of values.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_TYPE_NAME_H
#define PN_POLICY_TYPE_NAME_H

#include "policy/machine.h"

/* The name of enum pn_type or enum pn_built_type `type`, such as "google.protobuf.Timestamp"; empty
 * when no expression can ask for it. */
struct pn_slice pn_type_name(int64_t type);

#endif
