/* seal_show.h - `postern policy show`: what a sealed policy says about itself.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOOLS_SEAL_SHOW_H
#define PN_TOOLS_SEAL_SHOW_H

#include <stdio.h>

#include "core/seal/keyset.h"
#include "core/seal/seal.h"

/* Run the command; argv[0] is not looked at. port_crypto_init() has been called. Returns the
 * program's exit status: 0, 1 when the policy is not in order, 2 when it was called wrongly. */
int tool_policy_show(int argc, char **argv);

/* Print manifest, identity and signer of a checked seal, one `name: value` a line. */
void pn_seal_print(FILE *to, const struct pn_seal *seal);

/* Add a public key of `postern key new` to `keys`. False, told under the name of `tool`, when the
 * file holds none or there are too many. */
bool pn_keyset_add_file(const char *tool, struct pn_keyset *keys, const char *path);

#endif
