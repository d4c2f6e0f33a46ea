/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolve.c - names, and name servers that behave, over the simulator. */
#include <string.h>

#include "test/core/route/name_desk.h"
#include "unity.h"

static struct name_desk n;

void setUp(void)
{
    name_desk_open(&n);
}

void tearDown(void)
{
    name_desk_shut(&n);
}

/* --- without asking --- */

static void test_addresses_and_listed_names_need_no_server(void)
{
    static const struct {
        const char *host, *first, *second;
    } rows[] = {
        { "192.0.2.7", "192.0.2.7", NULL },         { "2001:db8::7", "2001:db8::7", NULL },
        { "[2001:db8::7]", "2001:db8::7", NULL },   { "crm.internal", "10.0.0.7", "fd00::7" },
        { "Crm.Internal.", "10.0.0.7", "fd00::7" }, { "db", "10.0.0.8", NULL },
        { "localhost", "127.0.0.1", "::1" },        { "LOCALHOST.", "127.0.0.1", "::1" },
        { "a.localhost", "127.0.0.1", "::1" },
    };

    name_desk_begin(&n, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        name_desk_name(&n.authority, rows[i].host);
        TEST_ASSERT_EQUAL_MESSAGE(PN_DONE, name_desk_resolve(&n), rows[i].host);
        TEST_ASSERT_EQUAL(rows[i].second ? 2 : 1, n.authority.address_count);
        name_desk_address_is(&n, 0, rows[i].first);
        if (rows[i].second) name_desk_address_is(&n, 1, rows[i].second);
        sim_advance(n.sim, 24 * 3600 * 1000);
        TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    }
}

static void test_what_is_no_name_is_refused_unasked(void)
{
    static const char *const names[] = { "", "a..b", "127.1", "0177.0.0.1", "x-", "::g" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        name_desk_name(&n.authority, names[i]);
        TEST_ASSERT_EQUAL_MESSAGE(PN_REFUSED, name_desk_resolve(&n), names[i]);
        TEST_ASSERT_EQUAL(0, n.authority.question);
    }
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
}

static void test_without_a_name_server_nothing_resolves(void)
{
    name_desk_begin(&n, 0);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(UINT32_MAX, name_desk_turn(&n));
}

/* --- with servers that behave --- */

static void test_both_families_are_asked_for_at_once(void)
{
    struct name_query one, other;

    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &one) && name_desk_next_query(&n, 0, &other));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
    TEST_ASSERT_EQUAL(DNS_A + DNS_AAAA,
                      dns_type(name_desk_query(&one)) + dns_type(name_desk_query(&other)));
    TEST_ASSERT_NOT_EQUAL(one.from.port, other.from.port);
    TEST_ASSERT_FALSE(memcmp(one.bytes, other.bytes, 2) == 0);
    TEST_ASSERT_FALSE(memcmp(one.bytes + 12, other.bytes + 12, 17) == 0); /* random case */
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0));

    struct dns_message m = dns_reply(name_desk_query(&one), DNS_ANSWER);
    name_desk_answer(&n, 0, &one, &m);
    m = dns_reply(name_desk_query(&other), DNS_ANSWER);
    name_desk_answer(&n, 0, &other, &m);
    name_desk_turn(&n);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
}

static void test_families_take_turns(void)
{
    struct name_query q;

    name_desk_resolve(&n);
    for (int i = 0; i < 2; i++) {
        TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &q));
        struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
        bool four = dns_type(name_desk_query(&q)) == DNS_A;
        dns_address(&m, four ? "192.0.2.1" : "2001:db8::1", 60);
        dns_address(&m, four ? "192.0.2.2" : "2001:db8::2", 60);
        dns_address(&m, four ? "192.0.2.3" : "2001:db8::2", 60);
        name_desk_answer(&n, 0, &q, &m);
    }
    name_desk_turn(&n);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(5, n.authority.address_count);
    name_desk_address_is(&n, 0, "192.0.2.1");
    name_desk_address_is(&n, 1, "2001:db8::1");
    name_desk_address_is(&n, 2, "192.0.2.2");
    name_desk_address_is(&n, 3, "2001:db8::2");
    name_desk_address_is(&n, 4, "192.0.2.3");
    TEST_ASSERT_EQUAL(0, n.authority.first);
}

static void test_what_worked_last_comes_first(void)
{
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, "192.0.2.1", "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    n.authority.first = 1;

    name_desk_pass(&n, 60000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, "192.0.2.9", "2001:db8::9", 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, n.authority.first);
    name_desk_address_is(&n, 0, "2001:db8::9");
    name_desk_address_is(&n, 1, "192.0.2.9");

    n.authority.first = 1;
    name_desk_pass(&n, 60000);
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, "192.0.2.9", "2001:db8::9", 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_address_is(&n, n.authority.first, "192.0.2.9");
}

static void test_one_family_is_enough(void)
{
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, NULL, "2001:db8::1", 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(1, n.authority.address_count);
    name_desk_address_is(&n, 0, "2001:db8::1");
}

static void test_a_slow_family_is_not_awaited_for_long(void)
{
    struct name_query q;

    name_desk_resolve(&n);
    TEST_ASSERT_TRUE(name_desk_next_query(&n, 0, &q));
    struct dns_message m = dns_reply(name_desk_query(&q), DNS_ANSWER);
    dns_address(&m, "192.0.2.1", 60);
    name_desk_pass(&n, 30);
    name_desk_answer(&n, 0, &q, &m);
    TEST_ASSERT_EQUAL(100, name_desk_turn(&n));
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(1, name_desk_pass(&n, 99));
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_pass(&n, 1);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(1, n.authority.address_count);
    TEST_ASSERT_EQUAL(1, name_desk_drain(&n, 0));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 1));
}

static void ttl_keeps(uint32_t ttl_s, uint32_t kept_ms)
{
    name_desk_name(&n.authority, "api.example.com");
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, ttl_s);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_pass(&n, kept_ms - 1);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0));
    name_desk_pass(&n, 1);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, NULL, NULL, 0);
}

static void test_answers_are_kept_for_their_time(void)
{
    ttl_keeps(60, 60000);
    ttl_keeps(5, 5000);
    ttl_keeps(0, 5000);
    ttl_keeps(3600, 3600000);
    ttl_keeps(86400, 3600000);
    ttl_keeps(INT32_MAX, 3600000);
}

static void test_the_clock_may_wrap(void)
{
    n.clock_base_ms = (uint32_t)-1500;
    ttl_keeps(60, 60000);

    n.clock_base_ms = 0u - (uint32_t)sim_now_ms(n.sim) - 1500;
    name_desk_name(&n.authority, "api.example.com");
    name_desk_resolve(&n);
    TEST_ASSERT_EQUAL(2, name_desk_drain(&n, 0));
    name_desk_pass(&n, 1000);
    TEST_ASSERT_EQUAL(2, name_desk_drain(&n, 1));
    name_desk_pass(&n, 1000); /* wraps, and begins the second pass */
    TEST_ASSERT_EQUAL(2, name_desk_drain(&n, 0));
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    name_desk_pass(&n, 3000);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
}

static void test_entries_untouched_for_weeks_are_asked_for(void)
{
    static const uint32_t past_ms[] = { 3600001,    0x40000000, 0x7FFFFFFF,
                                        0x80000000, 0x80000005, 0xC0000000 };

    for (size_t i = 0; i < sizeof past_ms / sizeof past_ms[0]; i++) {
        name_desk_name(&n.authority, "api.example.com");
        name_desk_resolve(&n);
        name_desk_serve(&n, 0, "192.0.2.1", NULL, 10);
        TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
        n.clock_base_ms += past_ms[i];
        TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
        name_desk_serve(&n, 0, NULL, NULL, 0);
        TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
        n.clock_base_ms += past_ms[i];
        TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
        name_desk_serve(&n, 0, NULL, NULL, 0);
        n.clock_base_ms -= 1800000; /* all of the clock's range but half an hour */
        TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
        name_desk_serve(&n, 0, NULL, NULL, 0);
    }
}

/* --- no such name --- */

static void test_no_such_name_is_believed_for_a_second(void)
{
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve_flags(&n, 0, DNS_NO_NAME);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    name_desk_pass(&n, 999);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0));
    name_desk_pass(&n, 1);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
}

static void test_a_name_that_is_gone_loses_its_addresses(void)
{
    name_desk_resolve(&n);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 5);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
    name_desk_pass(&n, 5000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve_flags(&n, 0, DNS_NO_NAME);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, n.authority.address_count);
}

/* --- limits --- */

static void test_eight_names_are_asked_for_at_once(void)
{
    static struct pn_authority many[PN_QUESTIONS_MAX + 2];
    char name[] = "n0.example";

    for (int i = 0; i < PN_QUESTIONS_MAX + 2; i++) {
        name[1] = (char)('0' + i);
        name_desk_name(&many[i], name);
        TEST_ASSERT_EQUAL(PN_WAIT, pn_resolve(n.resolver, &many[i], name_desk_now_ms(&n)));
        TEST_ASSERT_EQUAL(i < PN_QUESTIONS_MAX ? i + 1 : 0, many[i].question);
    }
    name_desk_turn(&n);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    for (int i = 0; i < PN_QUESTIONS_MAX; i++)
        TEST_ASSERT_EQUAL(PN_DONE, pn_resolve(n.resolver, &many[i], name_desk_now_ms(&n)));
    for (int i = PN_QUESTIONS_MAX; i < PN_QUESTIONS_MAX + 2; i++) {
        TEST_ASSERT_EQUAL(PN_WAIT, pn_resolve(n.resolver, &many[i], name_desk_now_ms(&n)));
        TEST_ASSERT_NOT_EQUAL(0, many[i].question);
    }
    name_desk_turn(&n);
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE,
                      pn_resolve(n.resolver, &many[PN_QUESTIONS_MAX], name_desk_now_ms(&n)));
    TEST_ASSERT_EQUAL(UINT32_MAX, name_desk_turn(&n));
}

static void test_without_entropy_nothing_is_asked(void)
{
    sim_drain_entropy(n.sim);
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    TEST_ASSERT_EQUAL(0, name_desk_drain(&n, 0) + name_desk_drain(&n, 1));
    sim_refill_entropy(n.sim);
    name_desk_pass(&n, 1000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
}

static void test_without_sockets_nothing_is_asked(void)
{
    sim_limit_sockets(n.sim, sim_sockets_held(n.sim));
    TEST_ASSERT_EQUAL(PN_REFUSED, name_desk_resolve(&n));
    sim_limit_sockets(n.sim, UINT32_MAX);
    name_desk_pass(&n, 1000);
    TEST_ASSERT_EQUAL(PN_WAIT, name_desk_resolve(&n));
    name_desk_serve(&n, 0, "192.0.2.1", NULL, 60);
    TEST_ASSERT_EQUAL(PN_DONE, name_desk_resolve(&n));
}

static void test_sockets_of_others_are_left_to_them(void)
{
    int32_t other = port_net_udp_open(n.net);

    name_desk_resolve(&n);
    TEST_ASSERT_FALSE(pn_resolver_ready(n.resolver, other, name_desk_now_ms(&n)));
    port_net_close(n.net, other);
    name_desk_serve(&n, 0, NULL, NULL, 0);
    TEST_ASSERT_FALSE(pn_resolver_ready(n.resolver, 0, name_desk_now_ms(&n)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_addresses_and_listed_names_need_no_server);
    RUN_TEST(test_what_is_no_name_is_refused_unasked);
    RUN_TEST(test_without_a_name_server_nothing_resolves);
    RUN_TEST(test_both_families_are_asked_for_at_once);
    RUN_TEST(test_families_take_turns);
    RUN_TEST(test_what_worked_last_comes_first);
    RUN_TEST(test_one_family_is_enough);
    RUN_TEST(test_a_slow_family_is_not_awaited_for_long);
    RUN_TEST(test_answers_are_kept_for_their_time);
    RUN_TEST(test_the_clock_may_wrap);
    RUN_TEST(test_entries_untouched_for_weeks_are_asked_for);
    RUN_TEST(test_no_such_name_is_believed_for_a_second);
    RUN_TEST(test_a_name_that_is_gone_loses_its_addresses);
    RUN_TEST(test_eight_names_are_asked_for_at_once);
    RUN_TEST(test_without_entropy_nothing_is_asked);
    RUN_TEST(test_without_sockets_nothing_is_asked);
    RUN_TEST(test_sockets_of_others_are_left_to_them);
    return UNITY_END();
}
