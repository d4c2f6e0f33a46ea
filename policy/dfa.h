/* dfa.h - does a text match a pattern that was compiled to a table?
 *
 * One table step for each byte, no back-tracking: time is the length of the text. The tables were
 * checked when the policy was opened. For the files of this folder only.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_DFA_H
#define PN_POLICY_DFA_H

#include "policy/policy.h"

/* True when table `index` accepts the unescaped `text`, a string. */
bool pn_dfa_accepts(const struct pn_policy *policy, uint32_t index, const struct pn_value *text);

/* Check record `index` of DFAS against the bytes of DFA_BYTES. */
bool pn_dfa_is_sound(const struct pn_policy *policy, uint32_t index);

#endif
