/* sample.h - a policy that uses every kind of record once or more, for tests that damage it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TEST_POLICY_SAMPLE_H
#define PN_TEST_POLICY_SAMPLE_H

#include "test/policy/assemble_body.h"

/* Assemble it. Kinds "mcp:crm" and "llm"; actions "tools/call/lookup", "completion" and a glob over
 * all of tools/call. */
struct pn_slice pn_sample_policy(struct pn_asm *a);

/* One with layers, in either mode: resource policies for "doc" in three scopes, one of which wants
 * consent, and in two versions; a principal's policy in two, a role's in one, with a parent. */
struct pn_slice pn_sample_layers(struct pn_asm *a, enum pn_mode mode);

/* Decide a few calls by `policy` with values of every type in its slots, in both phases. The facts
 * come from `seed`. Nothing is asserted but what holds for any policy. */
void pn_sample_decide(const struct pn_policy *policy, uint32_t seed);

#endif
