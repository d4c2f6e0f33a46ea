/* SPIFFE identifiers: what is one, whose it is, which matcher takes it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>

#include "test/policy/function_call.h"
#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct pn_call_row identifiers[] = {
    { "path(spiffeID(\"spiffe://example.org/ns/x\"))", "\"/ns/x\"" },
    { "path(spiffeID(\"spiffe://example.org\"))", "\"\"" },
    { "path(spiffeID(spiffeID(\"spiffe://example.org/a\")))", "\"/a\"" },
    { "path(spiffeID(\"spiffe://example.org/A-b_c.D9\"))", "\"/A-b_c.D9\"" },
    { "path(spiffeID(\"spiffe://example.org/...\"))", "\"/...\"" },
    { "path(\"spiffe://example.org/a\")", "!NO_SUCH_OVERLOAD" },
    { "spiffeID(\"\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"http://example.org/a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"SPIFFE://example.org/a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe:///a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://Example.org/a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org:80/a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://user@example.org/a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/a/\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org//a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/.\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/../a\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/a%20b\")", "!BAD_ARGUMENT" },
    { "spiffeID(\"spiffe://example.org/a?b\")", "!BAD_ARGUMENT" },
    { "spiffeID(1)", "!NO_SUCH_OVERLOAD" },
    { "spiffeID(spiffeTrustDomain(\"example.org\"))", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row domains[] = {
    { "name(spiffeTrustDomain(\"example.org\"))", "\"example.org\"" },
    { "name(spiffeTrustDomain(\"spiffe://example.org/a\"))", "\"example.org\"" },
    { "name(spiffeTrustDomain(spiffeID(\"spiffe://example.org/a\")))", "\"example.org\"" },
    { "name(spiffeTrustDomain(spiffeTrustDomain(\"example.org\")))", "\"example.org\"" },
    { "name(trustDomain(spiffeID(\"spiffe://example.org/a\")))", "\"example.org\"" },
    { "id(spiffeTrustDomain(\"example.org\"))", "\"spiffe://example.org\"" },
    { "name(\"example.org\")", "!NO_SUCH_OVERLOAD" },
    { "id(1)", "!NO_SUCH_OVERLOAD" },
    { "trustDomain(\"spiffe://example.org\")", "!NO_SUCH_OVERLOAD" },
    { "spiffeTrustDomain(\"\")", "!BAD_ARGUMENT" },
    { "spiffeTrustDomain(\"Example.org\")", "!BAD_ARGUMENT" },
    { "spiffeTrustDomain(\"spiffe://\")", "!BAD_ARGUMENT" },
    { "spiffeTrustDomain(null)", "!NO_SUCH_OVERLOAD" },
    { "isMemberOf(spiffeID(\"spiffe://example.org/a\"), spiffeTrustDomain(\"example.org\"))",
      "true" },
    { "isMemberOf(spiffeID(\"spiffe://example.org/a\"), spiffeTrustDomain(\"example.com\"))",
      "false" },
    { "isMemberOf(spiffeID(\"spiffe://example.org/a\"), \"example.org\")", "!NO_SUCH_OVERLOAD" },
    { "isMemberOf(\"spiffe://example.org/a\", spiffeTrustDomain(\"example.org\"))",
      "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row matchers[] = {
    { "matchesID(spiffeMatchAny(), \"spiffe://example.org/a\")", "true" },
    { "matchesID(spiffeMatchAny(), \"nonsense\")", "!BAD_ARGUMENT" },
    { "matchesID(spiffeMatchAny(), 1)", "!NO_SUCH_OVERLOAD" },
    { "matchesID(spiffeMatchExact(\"spiffe://example.org/a\"), \"spiffe://example.org/a\")",
      "true" },
    { "matchesID(spiffeMatchExact(\"spiffe://example.org/a\"), spiffeID(\"spiffe://example.org/b\"))",
      "false" },
    { "matchesID(spiffeMatchExact(spiffeID(\"spiffe://example.org/a\")), spiffeID(\"spiffe://example.org/a\"))",
      "true" },
    { "spiffeMatchExact(\"nonsense\")", "!BAD_ARGUMENT" },
    { "spiffeMatchExact(1)", "!NO_SUCH_OVERLOAD" },
    { "matchesID(spiffeMatchOneOf([\"spiffe://a/x\", \"spiffe://b/y\"]), \"spiffe://b/y\")",
      "true" },
    { "matchesID(spiffeMatchOneOf([\"spiffe://a/x\", \"spiffe://b/y\"]), \"spiffe://b/z\")",
      "false" },
    { "matchesID(spiffeMatchOneOf(list(spiffeID(\"spiffe://a/x\"))), \"spiffe://a/x\")", "true" },
    { "matchesID(spiffeMatchOneOf([]), \"spiffe://a/x\")", "false" },
    { "spiffeMatchOneOf([\"x\"])", "!BAD_ARGUMENT" },
    { "spiffeMatchOneOf([1])", "!NO_SUCH_OVERLOAD" },
    { "spiffeMatchOneOf(\"spiffe://a/x\")", "!NO_SUCH_OVERLOAD" },
    { "matchesID(spiffeMatchTrustDomain(\"example.org\"), \"spiffe://example.org/a\")", "true" },
    { "matchesID(spiffeMatchTrustDomain(spiffeTrustDomain(\"example.org\")), \"spiffe://example.com/a\")",
      "false" },
    { "spiffeMatchTrustDomain(\"A\")", "!BAD_ARGUMENT" },
    { "spiffeMatchTrustDomain([])", "!NO_SUCH_OVERLOAD" },
    { "matchesID(\"a\", \"spiffe://a/x\")", "!NO_SUCH_OVERLOAD" },
};

static void test_identifiers(void)
{
    PN_CALL_CHECK_ALL(identifiers);
}

static void test_domains(void)
{
    PN_CALL_CHECK_ALL(domains);
}

static void test_matchers(void)
{
    PN_CALL_CHECK_ALL(matchers);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_identifiers);
    RUN_TEST(test_domains);
    RUN_TEST(test_matchers);
    return UNITY_END();
}
