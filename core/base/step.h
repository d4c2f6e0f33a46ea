/* step.h - how a stage answers, and why a request is refused.
 *
 * Bytes from outside are never an error of ours. A stage wants more of them, is done, or refuses
 * with one of the reasons in reason.def; a stage that awaits an answer from elsewhere says so and
 * is called again with it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BASE_STEP_H
#define PN_BASE_STEP_H

#include "core/base/slice.h"

enum pn_step {
    PN_MORE,    /* all well so far; give the next bytes */
    PN_DONE,    /* finished; the result is in place */
    PN_REFUSED, /* will never be accepted; a reason says why */
    PN_WAIT,    /* an errand or a grant is awaited; call again with its answer */
};

/* One name per line of reason.def; PN_REASON_NONE is 0 and means: nothing was refused. */
enum pn_reason {
    PN_REASON_NONE,
#define PN_REASON(symbol, name, status, sentence) PN_REASON_##symbol,
#include "core/base/reason.def"
#undef PN_REASON
    PN_REASON_COUNT,
};

/* The reason's name in lower case as clients, metrics and audit see it, such as "body_too_large". */
struct pn_slice pn_reason_name(enum pn_reason reason);

/* The HTTP status that answers it (RFC 9110, 15), and one sentence that is safe to show anybody. */
uint16_t pn_reason_status(enum pn_reason reason);
struct pn_slice pn_reason_sentence(enum pn_reason reason);

#endif
