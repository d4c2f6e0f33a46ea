/* secret_name.h - names of attributes whose values nobody wants to see on a screen.
 *
 * A slot of such a name is marked when the policy is built, so that whoever shows values masks it;
 * bundle.yaml marks others by its `secrets`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SECRET_NAME_H
#define TOOLS_SECRET_NAME_H

#include "core/base/slice.h"

/* Is it one of the usual names: password, token, api_key, Authorization and their like, in any
 * spelling of upper and lower case, `-` and `_`? */
bool secret_name(struct pn_slice name);

#endif
