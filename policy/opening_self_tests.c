/* see opening.h: section SELF_TESTS.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/opening.h"

static bool is_sound(const struct pn_opening *o, const uint8_t *at)
{
    uint32_t name = pn_load32(at + PN_SELF_TEST_NAME);
    uint32_t input = pn_load32(at + PN_SELF_TEST_INPUT);

    return pn_index_fits(o, PN_POLICY_SECTION_STRINGS, name) && name != 0 &&
           pn_index_fits(o, PN_POLICY_SECTION_STRINGS, input) &&
           pn_string(o->policy, input).len <= PN_POLICY_TEST_BYTES_MAX &&
           at[PN_SELF_TEST_OUTCOME] <= PN_ALLOW && pn_all_zero(at + PN_SELF_TEST_ZERO, 3);
}

bool pn_self_tests_are_sound(const struct pn_opening *o)
{
    struct pn_slice tests = o->policy->blob.section[PN_POLICY_SECTION_SELF_TESTS];

    if (tests.len % PN_SELF_TEST_BYTES != 0) return false;
    if (tests.len / PN_SELF_TEST_BYTES > PN_POLICY_SELF_TESTS_MAX) return false;
    for (size_t at = 0; at < tests.len; at += PN_SELF_TEST_BYTES) {
        if (!is_sound(o, tests.at + at)) return false;
    }
    return true;
}
