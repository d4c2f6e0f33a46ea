/* opening.h - the body of an accepted seal becomes a policy that this device can be under.
 *
 * The seal says that the bytes are the signer's; here is found out whether they are a policy, and one
 * whose upstreams, credentials, roles and self-tests this device can honour. All of it is asked before
 * anything changes: a policy in force is never half a policy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_OPENING_H
#define PN_OPENING_H

#include "core/install.h"

/* A refusal with its name, sentence and HTTP status, and no detail. */
struct pn_install_result pn_opening_refused(struct pn_slice name, struct pn_slice sentence,
                                            uint16_t status);

/* Open the body of `seal` in the place `a`, which nobody uses. DONE: `a` is ready to be published; it
 * refers to the bytes of the body. REFUSED with 422: the name, sentence and detail say why, and `a` is
 * worth nothing. Sections are known, tables well formed, roles of keys the policy's, https only where
 * `in` speaks TLS, credentials held where `in` knows which are, self-tests passed. */
struct pn_install_result pn_opening_run(struct pn_install *in, struct pn_active *a,
                                        const struct pn_seal *seal);

#endif
