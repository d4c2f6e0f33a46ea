/* judge.h - from a request that is whole to a decision that is on record.
 *
 * The only place where a call is decided. Facts are stated from the request, the principal and the
 * routes; the policy decides; the decision's record is put into the audit ring; and only then may
 * the exchange go on, to an upstream or to a refusal. What is refused before a decision is possible
 * (an unknown key, a body that can be read two ways) leaves a record too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JUDGE_H
#define PN_JUDGE_H

#include "core/exchange.h"

/* ASK_JUDGE: decide and record. True when the exchange has moved on; false while the audit ring has
 * no room. */
bool pn_judge(struct pn_exchange *x);

/* ASK_RECORD: true once the record is accepted, and the exchange has moved on. */
bool pn_judge_recorded(struct pn_exchange *x);

/* Refuse what never came to a decision: record it and answer. Without room for a record the answer
 * is AUDIT_UNAVAILABLE instead. */
void pn_judge_refuse(struct pn_exchange *x, enum pn_reason reason);

/* Close the exchange's record, if it has one. */
void pn_judge_end(struct pn_exchange *x);

/* May the caller see this entry of a list? Decided with arguments unknown, optimistically: hidden
 * only where no arguments could make it less than denied. By the policy that is pinned. */
enum pn_shown pn_judge_item(struct pn_exchange *x, enum pn_list list, struct pn_slice name);

/* The same by the newest policy, for lists in an answer. */
enum pn_shown pn_judge_entry(struct pn_exchange *x, enum pn_list list, struct pn_slice name);

/* May the caller see this model in the list of models? */
enum pn_shown pn_judge_model(struct pn_exchange *x, const struct pn_model *model);

#endif
