/* policy_output.h - write what a rule says, also where it depends on the call.
 *
 * An output that is constant is a text of the policy. One that is not is computed after the
 * decision, from the same facts and with the memory lent for values, and written as compact JSON in
 * the way of Cerbos:
 *
 *   null, booleans     as they are
 *   int, uint          numbers up to 2^53 - 1 either way, beyond that text
 *   double             a number; "NaN", "Infinity" and "-Infinity" as text
 *   string             text
 *   bytes              text, base64
 *   timestamp          text, "2026-11-20T23:35:18Z"
 *   duration           text, "90s"
 *   list, map          likewise, if all they hold has such a form and all keys are strings; of a
 *                      list or map in another at most 16
 *
 * An expression that comes to an error, or needs more memory than was lent, says nothing: the rule
 * counts as before, its output has no value. A value without a form, such as a type or an address,
 * is the text "<failed to convert evaluation to protobuf value>". Both are as in Cerbos.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_POLICY_OUTPUT_H
#define PN_POLICY_POLICY_OUTPUT_H

#include "core/base/writer.h"
#include "policy/policy.h"

/* Whose output, after pn_policy_decide() with the same facts and scratch. */
struct pn_output_source {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_policy_scratch *scratch;
    struct pn_output_ref ref;
};

/* Append the whole output as JSON, its `reason` as plain text, its `remediation` as JSON. False, and
 * nothing appended, when the rule has no such thing or it comes to an error. What does not fit
 * leaves the writer full. */
bool pn_output_write(const struct pn_output_source *source, struct pn_writer *w);
bool pn_output_write_reason(const struct pn_output_source *source, struct pn_writer *w);
bool pn_output_write_remediation(const struct pn_output_source *source, struct pn_writer *w);

/* Complete `decision`, just made from the same facts and with the same scratch: `reason` and
 * `remediation` of the rule that decided, where it computes them, are written to `w` and lent to the
 * decision from there. What does not fit stays empty, as if the rule said nothing. */
void pn_output_complete(const struct pn_policy *policy, const struct pn_facts *facts,
                        struct pn_policy_scratch *scratch, struct pn_decision *decision,
                        struct pn_writer *w);

#endif
