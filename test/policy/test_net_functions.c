/* Addresses and networks: what is read, what is refused, what is within what.
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

static const struct pn_call_row addresses[] = {
    { "string(ip(\"127.0.0.1\"))", "\"127.0.0.1\"" },
    { "string(ip(\"::\"))", "\"::\"" },
    { "string(ip(\"::1\"))", "\"::1\"" },
    { "string(ip(\"1::\"))", "\"1::\"" },
    { "string(ip(\"2001:db8:0:0:1:0:0:1\"))", "\"2001:db8::1:0:0:1\"" },
    { "string(ip(\"2001:DB8::0001\"))", "\"2001:db8::1\"" },
    { "string(ip(\"1:0:2:0:0:0:3:4\"))", "\"1:0:2::3:4\"" },
    { "string(ip(\"0:0:1:0:0:0:0:0\"))", "\"0:0:1::\"" },
    { "string(ip(\"1:2:3:4:5:6:7:8\"))", "\"1:2:3:4:5:6:7:8\"" },
    { "string(ip(\"1:2:3:4:5:6:0:8\"))", "\"1:2:3:4:5:6:0:8\"" },
    { "string(ip(\"::1.2.3.4\"))", "\"::102:304\"" },
    { "string(ip(\"64:ff9b::1.2.3.4\"))", "\"64:ff9b::102:304\"" },
    { "string(ip(\"1:2:3:4:5:6:1.2.3.4\"))", "\"1:2:3:4:5:6:102:304\"" },
    { "string(ip(\"1:2:3:4:5:6:7::\"))", "\"1:2:3:4:5:6:7:0\"" },
    { "string(ip(\"::2:3:4:5:6:7:8\"))", "\"0:2:3:4:5:6:7:8\"" },
    { "isIP(\"1.2.3.4\")", "true" },
    { "isIP(\"::1\")", "true" },
    { "isIP(\"\")", "false" },
    { "isIP(\"1.2.3\")", "false" },
    { "isIP(\"1.2.3.4.5\")", "false" },
    { "isIP(\"1.2.3.256\")", "false" },
    { "isIP(\"01.2.3.4\")", "false" },
    { "isIP(\"1.2.3.+4\")", "false" },
    { "isIP(\"1.2.3.\")", "false" },
    { "isIP(\" 1.2.3.4\")", "false" },
    { "isIP(\":\")", "false" },
    { "isIP(\":::\")", "false" },
    { "isIP(\"1:2:3:4:5:6:7\")", "false" },
    { "isIP(\"1:2:3:4:5:6:7:8:9\")", "false" },
    { "isIP(\"1:2:3:4:5:6:7:8::\")", "false" }, /* two colons stand for one group at least */
    { "isIP(\"::1:2:3:4:5:6:7:8\")", "false" },
    { "isIP(\"1:2:3:4::5:6:7:8\")", "false" },
    { "isCIDR(\"1:2:3:4:5:6:7:8::/8\")", "false" },
    { "isIP(\"1:2:3:4::5:6:7:8\")", "false" },
    { "isIP(\"1::2::3\")", "false" },
    { "isIP(\"12345::\")", "false" },
    { "isIP(\"g::\")", "false" },
    { "isIP(\"1:\")", "false" },
    { "isIP(\":1\")", "false" },
    { "isIP(\"::1:\")", "false" },
    { "isIP(\"1.2.3.4::\")", "false" },
    { "isIP(\"::1.2.3.4:1\")", "false" },
    { "isIP(\"fe80::1%eth0\")", "false" },
    { "isIP(\"::ffff:1.2.3.4\")", "false" },
    { "isIP(\"1.2.3.4/8\")", "false" },
    { "isIP(5)", "!NO_SUCH_OVERLOAD" },
    { "ip(\"nonsense\")", "!BAD_ARGUMENT" },
    { "ip(1)", "!NO_SUCH_OVERLOAD" },
    { "ip(ip(\"::1\"))", "!NO_SUCH_OVERLOAD" },
    { "ip.isCanonical(\"127.0.0.1\")", "true" },
    { "ip.isCanonical(\"2001:db8::1\")", "true" },
    { "ip.isCanonical(\"2001:DB8::1\")", "false" },
    { "ip.isCanonical(\"2001:db8:0:0:0:0:0:1\")", "false" },
    { "ip.isCanonical(\"nonsense\")", "!BAD_ARGUMENT" },
    { "family(ip(\"1.2.3.4\"))", "4" },
    { "family(ip(\"::1\"))", "6" },
    { "family(\"::1\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row ranges[] = {
    { "isUnspecified(ip(\"0.0.0.0\"))", "true" },
    { "isUnspecified(ip(\"::\"))", "true" },
    { "isUnspecified(ip(\"0.0.0.1\"))", "false" },
    { "isUnspecified(\"::\")", "!NO_SUCH_OVERLOAD" },
    { "isLoopback(ip(\"127.9.9.9\"))", "true" },
    { "isLoopback(ip(\"128.0.0.1\"))", "false" },
    { "isLoopback(ip(\"::1\"))", "true" },
    { "isLoopback(ip(\"::2\"))", "false" },
    { "isLoopback(1)", "!NO_SUCH_OVERLOAD" },
    { "isLinkLocalMulticast(ip(\"224.0.0.1\"))", "true" },
    { "isLinkLocalMulticast(ip(\"224.0.1.1\"))", "false" },
    { "isLinkLocalMulticast(ip(\"ff02::1\"))", "true" },
    { "isLinkLocalMulticast(ip(\"ff12::1\"))", "true" },
    { "isLinkLocalMulticast(ip(\"ff05::1\"))", "false" },
    { "isLinkLocalMulticast(null)", "!NO_SUCH_OVERLOAD" },
    { "isLinkLocalUnicast(ip(\"169.254.1.1\"))", "true" },
    { "isLinkLocalUnicast(ip(\"169.255.1.1\"))", "false" },
    { "isLinkLocalUnicast(ip(\"fe80::1\"))", "true" },
    { "isLinkLocalUnicast(ip(\"febf::1\"))", "true" },
    { "isLinkLocalUnicast(ip(\"fec0::1\"))", "false" },
    { "isLinkLocalUnicast([])", "!NO_SUCH_OVERLOAD" },
    { "isGlobalUnicast(ip(\"8.8.8.8\"))", "true" },
    { "isGlobalUnicast(ip(\"10.0.0.1\"))", "true" },
    { "isGlobalUnicast(ip(\"255.255.255.255\"))", "false" },
    { "isGlobalUnicast(ip(\"0.0.0.0\"))", "false" },
    { "isGlobalUnicast(ip(\"127.0.0.1\"))", "false" },
    { "isGlobalUnicast(ip(\"239.1.1.1\"))", "false" },
    { "isGlobalUnicast(ip(\"169.254.0.1\"))", "false" },
    { "isGlobalUnicast(ip(\"2001:db8::1\"))", "true" },
    { "isGlobalUnicast(ip(\"ff0e::1\"))", "false" },
    { "isGlobalUnicast(ip(\"::1\"))", "false" },
    { "isGlobalUnicast(\"8.8.8.8\")", "!NO_SUCH_OVERLOAD" },
};

static const struct pn_call_row networks[] = {
    { "string(cidr(\"10.1.2.3/8\"))", "\"10.1.2.3/8\"" },
    { "string(cidr(\"2001:db8::/32\"))", "\"2001:db8::/32\"" },
    { "string(ip(cidr(\"10.1.2.3/8\")))", "\"10.1.2.3\"" },
    { "string(masked(cidr(\"10.1.2.3/8\")))", "\"10.0.0.0/8\"" },
    { "string(masked(cidr(\"10.255.2.3/9\")))", "\"10.128.0.0/9\"" },
    { "string(masked(cidr(\"1.2.3.4/0\")))", "\"0.0.0.0/0\"" },
    { "string(masked(cidr(\"1.2.3.4/32\")))", "\"1.2.3.4/32\"" },
    { "string(masked(cidr(\"ffff::ffff/120\")))", "\"ffff::ff00/120\"" },
    { "masked(1)", "!NO_SUCH_OVERLOAD" },
    { "prefixLength(cidr(\"10.1.2.3/8\"))", "8" },
    { "prefixLength(cidr(\"::/128\"))", "128" },
    { "prefixLength(\"::/128\")", "!NO_SUCH_OVERLOAD" },
    { "isCIDR(\"10.0.0.0/8\")", "true" },
    { "isCIDR(\"10.0.0.0/33\")", "false" },
    { "isCIDR(\"10.0.0.0/\")", "false" },
    { "isCIDR(\"10.0.0.0/08\")", "false" },
    { "isCIDR(\"10.0.0.0/+8\")", "false" },
    { "isCIDR(\"10.0.0.0/0\")", "true" },
    { "isCIDR(\"10.0.0.0\")", "false" },
    { "isCIDR(\"::/129\")", "false" },
    { "isCIDR(\"::ffff:1.2.3.4/100\")", "false" },
    { "isCIDR(\"10.0.0.0/8/8\")", "false" },
    { "isCIDR(1)", "!NO_SUCH_OVERLOAD" },
    { "cidr(\"x\")", "!BAD_ARGUMENT" },
    { "cidr(cidr(\"::/0\"))", "!NO_SUCH_OVERLOAD" },
    { "containsIP(cidr(\"10.0.0.0/8\"), ip(\"10.255.0.1\"))", "true" },
    { "containsIP(cidr(\"10.0.0.0/8\"), \"10.0.0.1\")", "true" },
    { "containsIP(cidr(\"10.9.9.9/8\"), \"10.0.0.1\")", "true" },
    { "containsIP(cidr(\"10.0.0.0/8\"), \"11.0.0.1\")", "false" },
    { "containsIP(cidr(\"10.0.0.0/9\"), \"10.128.0.1\")", "false" },
    { "containsIP(cidr(\"0.0.0.0/0\"), \"::1\")", "false" },
    { "containsIP(cidr(\"::/0\"), \"1.2.3.4\")", "false" },
    { "containsIP(cidr(\"2001:db8::/32\"), \"2001:db8:ffff::\")", "true" },
    { "containsIP(cidr(\"10.0.0.0/8\"), \"x\")", "!BAD_ARGUMENT" },
    { "containsIP(cidr(\"10.0.0.0/8\"), 1)", "!NO_SUCH_OVERLOAD" },
    { "containsIP(\"10.0.0.0/8\", \"10.0.0.1\")", "!NO_SUCH_OVERLOAD" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), cidr(\"10.1.0.0/16\"))", "true" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), \"10.1.0.0/16\")", "true" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), \"10.0.0.0/8\")", "true" },
    { "containsCIDR(cidr(\"10.0.0.0/16\"), \"10.0.0.0/8\")", "false" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), \"11.0.0.0/16\")", "false" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), \"::/16\")", "false" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), \"10.0.0.1\")", "!BAD_ARGUMENT" },
    { "containsCIDR(cidr(\"10.0.0.0/8\"), ip(\"10.0.0.1\"))", "!NO_SUCH_OVERLOAD" },
    { "inIPAddrRange(\"192.168.1.7\", \"192.168.0.0/16\")", "true" },
    { "inIPAddrRange(\"192.169.1.7\", \"192.168.0.0/16\")", "false" },
    { "inIPAddrRange(\"::ffff:10.0.0.1\", \"10.0.0.0/8\")", "true" },
    { "inIPAddrRange(\"10.0.0.1\", \"::ffff:10.0.0.0/104\")", "true" },
    { "inIPAddrRange(\"11.0.0.1\", \"::ffff:10.0.0.0/104\")", "false" },
    { "inIPAddrRange(\"10.0.0.1\", \"::ffff:10.0.0.0/80\")", "false" },
    { "inIPAddrRange(\"2001:db8::1\", \"2001:db8::/32\")", "true" },
    { "inIPAddrRange(\"10.0.0.1\", \"2001:db8::/32\")", "false" },
    { "inIPAddrRange(\"x\", \"10.0.0.0/8\")", "!BAD_ARGUMENT" },
    { "inIPAddrRange(\"10.0.0.1\", \"10.0.0.0\")", "!BAD_ARGUMENT" },
    { "inIPAddrRange(ip(\"10.0.0.1\"), \"10.0.0.0/8\")", "!NO_SUCH_OVERLOAD" },
    { "inIPAddrRange(\"10.0.0.1\", 8)", "!NO_SUCH_OVERLOAD" },
};

static void test_addresses(void)
{
    PN_CALL_CHECK_ALL(addresses);
}

static void test_ranges(void)
{
    PN_CALL_CHECK_ALL(ranges);
}

static void test_networks(void)
{
    PN_CALL_CHECK_ALL(networks);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_addresses);
    RUN_TEST(test_ranges);
    RUN_TEST(test_networks);
    return UNITY_END();
}
