/* see policy.h: an engine with everything.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

const struct pn_modules pn_modules_all = {
    .layers = &pn_layer_module,
    .cerbos54 = &pn_cerbos54_module,
    .values = &pn_value_module,
    .schemas = &pn_schema_module,
    .functions = { &pn_text_functions, &pn_math_functions, &pn_list_functions, &pn_time_functions,
                   &pn_network_functions, &pn_hierarchy_functions, &pn_spiffe_functions,
                   &pn_path_functions },
};

enum pn_policy_fault pn_policy_open(struct pn_policy *policy, struct pn_slice body)
{
    return pn_policy_open_with(policy, body, &pn_modules_all);
}
