/* credential.h - secrets of the device, and how they are replaced while workers write them into heads.
 *
 * There are two sets of values for the same names. One is current; the other is filled by the control
 * thread and then made current, so that what a worker copies is one value, whole. A worker holds the
 * set for as long as it copies, which is no longer than a head is written: nothing waits for it but
 * the next replacement. Requests whose head is written go on with what is in it; the next head has the new
 * value.
 *
 * 32-bit atomics only, as in shared.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_CREDENTIAL_H
#define PN_CREDENTIAL_H

#include <stdatomic.h>

#include "core/base/slice.h"
#include "core/limits.h"

enum { PN_CREDENTIAL_SETS = 2, PN_CREDENTIAL_BYTES_MAX = 4096 };
#define PN_CREDENTIAL_SET_NONE UINT32_MAX

/* A secret by the name that bundles refer to. Copied nowhere but into the upstream head that needs
 * it. */
struct pn_credential {
    struct pn_slice name, value;
};

struct pn_credentials {
    const struct pn_credential
        *sets[PN_CREDENTIAL_SETS]; /* the same names in the same order, for good */
    uint32_t count;                /* of each */
    _Atomic uint32_t current;      /* index of a set */
    _Atomic uint32_t holds[PN_CREDENTIAL_SETS][PN_WORKERS_MAX];
};

/* `set` is current and may be the only one. */
void pn_credentials_init(struct pn_credentials *c, const struct pn_credential *set, uint32_t count);

/* Can it go into a header: 1 to PN_CREDENTIAL_BYTES_MAX bytes of printable ASCII? */
bool pn_credential_is_usable(struct pn_slice value);

/* Does the device know a credential of that name? `c` NULL: it knows none. */
bool pn_credentials_know(const struct pn_credentials *c, struct pn_slice name);

/* Hold the current set for `worker`: its index. What pn_credential_value() gives is as it is until the
 * set is let go. */
uint32_t pn_credentials_hold(struct pn_credentials *c, uint32_t worker);
void pn_credentials_let_go(struct pn_credentials *c, uint32_t worker, uint32_t set);

/* The value in a set that is held; empty when the name is not known. */
struct pn_slice pn_credential_value(const struct pn_credentials *c, uint32_t set,
                                    struct pn_slice name);

/* For the one who replaces: the set that is not current, once nobody holds it, or
 * PN_CREDENTIAL_SET_NONE: soon. */
uint32_t pn_credentials_free(struct pn_credentials *c);

/* Make a filled set the current one. */
void pn_credentials_publish(struct pn_credentials *c, uint32_t set);

#endif
