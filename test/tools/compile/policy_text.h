/* policy_text.h - policies written in a test, compiled and asked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_POLICY_TEXT_H
#define TEST_POLICY_TEXT_H

#include "policy/check_input.h"
#include "tools/compile/policy_compile.h"

/* A compiled policy and what was said while compiling. */
struct policy_text {
    struct diagnostics diagnostics;
    struct bytes body; /* empty when it did not compile */
    struct pn_policy policy;
};

/* Compile policy files given as text; file n is called "n.yaml" from 0 on. True when that went
 * well and the engine opens the result. */
bool policy_text_compile(struct policy_text *p, enum pn_mode mode, const char *const *files,
                         size_t count);

/* The usual policy around one condition: ALLOW or DENY of action "act" on kind "k" for role "r". In
 * an ALLOW the condition begins at line 11, column 13. */
bool policy_text_allow_when(struct policy_text *p, const char *condition);
bool policy_text_deny_when(struct policy_text *p, const char *condition);

void policy_text_free(struct policy_text *p);

/* Decide action "act" on kind "k" for role "r" with these attributes, each a JSON object's inside.
 */
struct pn_decision policy_text_decide(const struct policy_text *p, const char *principal_attr,
                                      const char *resource_attr);

/* All messages, one a line, in a buffer that the next call reuses. */
const char *policy_text_messages(const struct policy_text *p);

#endif
