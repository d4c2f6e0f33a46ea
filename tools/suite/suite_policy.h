/* suite_policy.h - the policy under test, as the options of a suite want it.
 *
 * Suites may set globals, and that the scope of a request need not exist. A bundle folder is then
 * compiled anew with them; a compiled policy can only be made lenient. Each variant is made once,
 * when a test first asks for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_POLICY_H
#define TOOLS_SUITE_POLICY_H

#include "policy/policy.h"
#include "tools/compile/yaml.h"
#include "tools/policy_load.h"

/* One variant. Those of a bundle have the same rules, but may number them otherwise: a global may
 * make a condition constant. */
struct suite_policy {
    struct pn_policy policy;
    const struct yaml_node *globals;
    bool lenient;
    const char *fault; /* why it is not to be used; NULL: it is */
    struct pn_slice body;
    uint16_t *rule_of;      /* by rule: the same in the first variant, or PN_NONE16 */
    uint16_t *predicate_of; /* likewise */
};

struct suite_policies {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct policy_source source;
    struct suite_policy *first; /* the first that is good; NULL: none was made */
    LIST(struct suite_policy *) list;
};

/* The policy with these options. Where it does not compile, `diagnostics` say why, once, and its
 * `fault` is set. */
const struct suite_policy *suite_policy(struct suite_policies *policies,
                                        const struct yaml_node *globals, bool lenient);

#endif
