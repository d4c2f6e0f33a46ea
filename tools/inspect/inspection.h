/* inspection.h - everything that a file with a policy says of itself.
 *
 * What can be read is shown, whatever is wrong with the rest: a seal that is refused does not hide
 * the body, a body that is refused still shows its sections.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_INSPECTION_H
#define TOOLS_INSPECTION_H

#include "core/seal/keyset.h"
#include "core/seal/seal.h"
#include "tools/inspect/action_cost.h"
#include "tools/inspect/body_fault.h"

enum signature_state {
    SIGNATURE_NONE,      /* a body without a seal */
    SIGNATURE_UNCHECKED, /* no key was given */
    SIGNATURE_GOOD,
    SIGNATURE_BAD,
};

struct inspection {
    struct arena arena;
    struct pn_slice file, body;
    bool sealed;
    enum pn_seal_refusal refusal; /* PN_SEAL_ACCEPTED: form and digest are in order */
    struct pn_seal seal;          /* where `sealed`, as far as it could be read */
    enum signature_state signature;
    struct body_fault fault;
    struct pn_policy policy; /* where fault.fault is PN_POLICY_GOOD */
    struct action_costs costs;
};

/* Look at the contents of a file, which must outlive `inspection`. */
void inspection_make(struct inspection *inspection, struct pn_slice file,
                     const struct pn_keyset *keys);
void inspection_free(struct inspection *inspection);

/* Is all in order: seal, signature where a key was given, body? */
bool inspection_is_good(const struct inspection *inspection);

void inspection_write_text(struct bytes *out, const struct inspection *inspection);
void inspection_write_json(struct bytes *out, const struct inspection *inspection);

/* What is wrong with a body, and where, as a sentence. */
void body_fault_write(struct bytes *out, const struct body_fault *fault);

#endif
