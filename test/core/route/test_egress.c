/* SPDX-License-Identifier: Apache-2.0 */
/* test_egress.c - addresses, and what may be connected to. */
#include "core/route/address.h"
#include "core/route/egress.h"
#include "core/route/route_format.h"
#include "unity.h"

#include <arpa/inet.h>

enum { NEVER, ROUTE, ALWAYS }; /* ROUTE: with PN_EGRESS_LOOPBACK */

struct row {
    const char *address;
    int when;
};

static const struct row rows[] = {
    { "127.0.0.1", ROUTE },
    { "127.255.255.255", ROUTE },
    { "::1", ROUTE },
    { "::ffff:127.0.0.1", ROUTE },
    { "::ffff:0:127.0.0.1", ROUTE },
    { "::127.0.0.1", ROUTE },
    { "64:ff9b::127.0.0.1", ROUTE },
    { "2002:7f00:1::", ROUTE },
    { "2002:7f00:1::5", ROUTE },

    { "0.0.0.0", NEVER },
    { "0.1.2.3", NEVER },
    { "169.254.0.1", NEVER },
    { "169.254.169.254", NEVER },
    { "169.254.170.2", NEVER },
    { "100.100.100.200", NEVER },
    { "168.63.129.16", NEVER },
    { "192.0.0.192", NEVER },
    { "224.0.0.1", NEVER },
    { "239.255.255.250", NEVER },
    { "240.0.0.1", NEVER },
    { "255.255.255.255", NEVER },
    { "::", NEVER },
    { "::ffff:0.0.0.0", NEVER },
    { "::ffff:169.254.169.254", NEVER },
    { "::ffff:0:169.254.169.254", NEVER },
    { "::169.254.169.254", NEVER },
    { "::ffff:224.0.0.1", NEVER },
    { "64:ff9b::169.254.169.254", NEVER },
    { "64:ff9b:1::1", NEVER },
    { "2002:a9fe:a9fe::1", NEVER },
    { "2001:0:1234::1", NEVER },
    { "2001::", NEVER },
    { "fe80::1", NEVER },
    { "febf::1", NEVER },
    { "fec0::1", NEVER },
    { "ff02::1", NEVER },
    { "ff05::1:3", NEVER },
    { "fd00:ec2::254", NEVER },
    { "fd20:ce::254", NEVER },

    { "1.0.0.1", ALWAYS },
    { "8.8.8.8", ALWAYS },
    { "10.0.0.1", ALWAYS },
    { "172.16.0.1", ALWAYS },
    { "192.168.1.1", ALWAYS },
    { "100.64.0.1", ALWAYS },
    { "100.100.100.199", ALWAYS },
    { "126.255.255.255", ALWAYS },
    { "128.0.0.0", ALWAYS },
    { "168.63.129.17", ALWAYS },
    { "169.253.255.255", ALWAYS },
    { "169.255.0.0", ALWAYS },
    { "192.0.0.191", ALWAYS },
    { "223.255.255.255", ALWAYS },
    { "::ffff:10.0.0.1", ALWAYS },
    { "::ffff:8.8.8.8", ALWAYS },
    { "64:ff9b::8.8.8.8", ALWAYS },
    { "64:ff9c::127.0.0.1", ALWAYS },
    { "2002:808:808::1", ALWAYS },
    { "2001:1::1", ALWAYS },
    { "2001:db8::7f00:1", ALWAYS },
    { "2606:4700::1111", ALWAYS },
    { "fd00:ec2::253", ALWAYS },
    { "fd12:3456::1", ALWAYS },
    { "fc00::1", ALWAYS },
};

void setUp(void)
{
}
void tearDown(void)
{
}

static struct pn_slice text_of(const char *text)
{
    return pn_slice(text, strlen(text));
}

static void test_each_address_is_judged(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct port_net_addr a;
        if (!pn_address_parse(text_of(rows[i].address), &a)) {
            TEST_FAIL_MESSAGE(rows[i].address);
        }
        bool with = rows[i].when != NEVER, without = rows[i].when == ALWAYS;
        TEST_ASSERT_EQUAL_MESSAGE(without, pn_egress_allows(0, &a), rows[i].address);
        TEST_ASSERT_EQUAL_MESSAGE(with, pn_egress_allows(PN_EGRESS_LOOPBACK, &a), rows[i].address);
    }
}

static void test_what_is_no_family_is_refused(void)
{
    struct port_net_addr a = { .family = 0, .ip = { 8, 8, 8, 8 } };

    TEST_ASSERT_FALSE(pn_egress_allows(PN_EGRESS_LOOPBACK, &a));
    a.family = 5;
    TEST_ASSERT_FALSE(pn_egress_allows(PN_EGRESS_LOOPBACK, &a));
}

/* Texts that are addresses here are what inet_pton() says they are. */
static const char *const texts[] = {
    "1.2.3.4",
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::8",
    "A:b:C::d",
    "fe80::0001",
    "::1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1::1.2.3.4",
};

static void test_addresses_are_read_as_the_system_reads_them(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t ip[16] = { 0 };
        struct port_net_addr a;
        int family = strchr(texts[i], ':') ? 6 : 4;
        TEST_ASSERT_EQUAL_MESSAGE(1, inet_pton(family == 6 ? AF_INET6 : AF_INET, texts[i], ip),
                                  texts[i]);
        TEST_ASSERT_TRUE_MESSAGE(pn_address_parse(text_of(texts[i]), &a), texts[i]);
        TEST_ASSERT_EQUAL_MESSAGE(family, a.family, texts[i]);
        TEST_ASSERT_EQUAL_MESSAGE(0, a.port, texts[i]);
        TEST_ASSERT_EQUAL_MEMORY_MESSAGE(ip, a.ip, 16, texts[i]);
    }
}

static const char *const strangers[] = {
    "",
    "1",
    "1.2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    ".1.2.3.4",
    "1..3.4",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.256",
    "1.2.3.1000",
    "0x7f.0.0.1",
    "127.1",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.a",
    "-1.2.3.4",
    "[1.2.3.4]",
    ":",
    ":1",
    "1:",
    ":::",
    "1:::2",
    "1::2::3",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "fe80::1%eth0",
    "[::1",
    "::1]",
    "[]",
    "1.2.3.4::",
    "::1.2.3",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "[[::1]]",
    "::1.2.3.4.5",
};

static void test_other_texts_are_no_addresses(void)
{
    struct port_net_addr a = { .family = 9 };

    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        TEST_ASSERT_FALSE_MESSAGE(pn_address_parse(text_of(strangers[i]), &a), strangers[i]);
        TEST_ASSERT_EQUAL(9, a.family);
    }
}

static void test_brackets_hold_ipv6(void)
{
    struct port_net_addr a, b;

    TEST_ASSERT_TRUE(pn_address_parse(PN_SLICE("[2001:db8::5]"), &a));
    TEST_ASSERT_TRUE(pn_address_parse(PN_SLICE("2001:db8:0::5"), &b));
    TEST_ASSERT_TRUE(pn_address_equal(&a, &b));
    b.port = 1;
    TEST_ASSERT_FALSE(pn_address_equal(&a, &b));
    b = (struct port_net_addr){ .family = 4 };
    a = (struct port_net_addr){ .family = 6 };
    TEST_ASSERT_FALSE(pn_address_equal(&a, &b));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_each_address_is_judged);
    RUN_TEST(test_what_is_no_family_is_refused);
    RUN_TEST(test_addresses_are_read_as_the_system_reads_them);
    RUN_TEST(test_other_texts_are_no_addresses);
    RUN_TEST(test_brackets_hold_ipv6);
    return UNITY_END();
}
