/* policy_report.h - how large a compiled policy is and what it takes at worst, as text and as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_REPORT_H
#define TOOLS_POLICY_REPORT_H

#include "tools/compile/arena.h"
#include "tools/inspect/action_cost.h"

/* The sections of `body`: bytes, records, and the rest that is the container or passed over. */
void report_sections_text(struct bytes *out, struct pn_slice body);
void report_sections_json(struct bytes *out, struct pn_slice body); /* an array */

/* By policy file: rules, predicates, bytes. By action: the worst case, the budget, and the rule
 * that takes most. */
void report_costs_text(struct bytes *out, const struct pn_policy *policy,
                       const struct action_costs *costs);
void report_costs_json(struct bytes *out, const struct pn_policy *policy,
                       const struct action_costs *costs); /* members of an object */

/* Sections and costs: what `postern policy build --report` prints. */
void policy_report_text(struct bytes *out, const struct pn_policy *policy, struct pn_slice body);
void policy_report_json(struct bytes *out, const struct pn_policy *policy, struct pn_slice body);

/* The action that takes most, in one line; nothing where there is none. */
void policy_report_line(struct bytes *out, const struct pn_policy *policy);

#endif
