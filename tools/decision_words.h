/* decision_words.h - what a decision is called, in answers, reports and explanations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DECISION_WORDS_H
#define TOOLS_DECISION_WORDS_H

#include "policy/policy.h"

const char *outcome_word(enum pn_outcome outcome); /* "deny", "step_up", "redact", "allow" */
const char *effect_word(enum pn_outcome outcome);  /* "EFFECT_ALLOW", "EFFECT_DENY" */
const char *truth_word(enum pn_truth truth);       /* "false", "true", "error", "unknown" */
const char *why_word(enum pn_why why);             /* "default", "rule", "error" */
const char *mode_word(enum pn_mode mode);          /* "edge", "cerbos54" */
const char *type_word(enum pn_type type);          /* "int", "string", ...; "absent", "unknown" */

/* False when there is no such outcome. */
bool outcome_of_word(struct pn_slice word, enum pn_outcome *outcome);

#endif
