/* SPDX-License-Identifier: Apache-2.0 */
/* test_dns.c - questions and answers, honest and forged. */
#include "core/route/dns.h"
#include "dns_message.h"
#include "unity.h"

#include <stdlib.h>

static struct pn_dns_question question;
static uint8_t query_bytes[PN_DNS_QUERY_BYTES];

void setUp(void)
{
    question = (struct pn_dns_question){ .id = 0x1234, .type = PN_DNS_A };
    TEST_ASSERT_TRUE(pn_dns_set_name(&question, PN_SLICE("api.example.com")));
}

void tearDown(void)
{
}

static struct pn_slice query(void)
{
    struct pn_writer w = pn_writer(query_bytes, sizeof query_bytes);

    pn_dns_write_query(&w, &question, PN_DNS_EDNS);
    return pn_written(&w);
}

/* From an exact-size buffer, so that reading too far is seen. */
static enum pn_dns_verdict read_exact(struct pn_slice bytes, struct pn_dns_answer *answer)
{
    uint8_t *copy = malloc(bytes.len > 0 ? bytes.len : 1);

    if (!copy) abort();
    memcpy(copy, bytes.at, bytes.len);
    enum pn_dns_verdict verdict = pn_dns_read(&question, pn_slice(copy, bytes.len), answer);
    free(copy);
    return verdict;
}

static enum pn_dns_verdict read_message(const struct dns_message *m, struct pn_dns_answer *answer)
{
    return read_exact(dns_bytes(m), answer);
}

/* --- names --- */

#define A63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void test_names_become_labels(void)
{
    static const struct {
        struct pn_slice host, wire;
    } rows[] = {
        { PN_SLICE_INIT("a"), PN_SLICE_INIT("\1a\0") },
        { PN_SLICE_INIT("Api.EXAMPLE.com"), PN_SLICE_INIT("\3api\7example\3com\0") },
        { PN_SLICE_INIT("api.example.com."), PN_SLICE_INIT("\3api\7example\3com\0") },
        { PN_SLICE_INIT("my_service"), PN_SLICE_INIT("\12my_service\0") },
        { PN_SLICE_INIT("1.2.3.4x"), PN_SLICE_INIT("\1"
                                                   "1\1"
                                                   "2\1"
                                                   "3\2"
                                                   "4x\0") },
        { PN_SLICE_INIT("xn--bcher-kva.example"), PN_SLICE_INIT("\15xn--bcher-kva\7example\0") },
        { PN_SLICE_INIT(A63 ".b"), PN_SLICE_INIT("\77" A63 "\1b\0") },
        { PN_SLICE_INIT(A63 "." A63 "." A63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
          PN_SLICE_INIT("\77" A63 "\77" A63 "\77" A63 "\75aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0") },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_dns_question q;
        TEST_ASSERT_TRUE(pn_dns_set_name(&q, rows[i].host));
        TEST_ASSERT_EQUAL(rows[i].wire.len, q.name_len);
        TEST_ASSERT_EQUAL_MEMORY(rows[i].wire.at, q.name, q.name_len);
    }
}

static void test_what_is_no_name_is_refused(void)
{
    static const struct pn_slice hosts[] = {
        PN_SLICE_INIT(""),
        PN_SLICE_INIT("."),
        PN_SLICE_INIT(".."),
        PN_SLICE_INIT("a..b"),
        PN_SLICE_INIT(".a"),
        PN_SLICE_INIT("a.."),
        PN_SLICE_INIT("-a"),
        PN_SLICE_INIT("a-"),
        PN_SLICE_INIT("a.-b.c"),
        PN_SLICE_INIT("a b"),
        PN_SLICE_INIT("a/b"),
        PN_SLICE_INIT("a:1"),
        PN_SLICE_INIT("a\0b"),
        PN_SLICE_INIT("b\xC3\xBC"),
        PN_SLICE_INIT("*.a"),
        PN_SLICE_INIT("127.1"),
        PN_SLICE_INIT("1.2.3.4"),
        PN_SLICE_INIT("2130706433"),
        PN_SLICE_INIT("a.5."),
        PN_SLICE_INIT("a" A63),
        PN_SLICE_INIT("x.a" A63 ".b"),
        PN_SLICE_INIT(A63 "." A63 "." A63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    };

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct pn_dns_question q;
        TEST_ASSERT_FALSE_MESSAGE(pn_dns_set_name(&q, hosts[i]), (const char *)hosts[i].at);
    }
}

static void test_letters_take_the_case_of_their_bits(void)
{
    uint8_t chance[PN_DNS_CASE_BYTES] = { 0 };

    memset(chance, 0xFF, sizeof chance);
    pn_dns_mix_case(&question, chance);
    TEST_ASSERT_EQUAL_MEMORY("\3API\7EXAMPLE\3COM", question.name, 17);
    memset(chance, 0, sizeof chance);
    chance[0] = 1 << 2;
    chance[1] = 1 << 0;
    pn_dns_mix_case(&question, chance);
    TEST_ASSERT_EQUAL_MEMORY("\3aPi\7exaMple\3com", question.name, 17);
}

static void test_queries_are_written_to_the_byte(void)
{
    static const char plain[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\3api\7example\3com\0\0\1\0\1";
    static const char edns[] = "\x12\x34\1\0\0\1\0\0\0\0\0\1\3api\7example\3com\0\0\1\0\1"
                               "\0\0\x29\x04\xD0\0\0\0\0\0\0";
    uint8_t bytes[sizeof edns - 1];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_dns_write_query(&w, &question, PN_DNS_PLAIN);
    TEST_ASSERT_EQUAL(sizeof plain - 1, w.len);
    TEST_ASSERT_EQUAL_MEMORY(plain, bytes, w.len);
    w = pn_writer(bytes, sizeof bytes);
    pn_dns_write_query(&w, &question, PN_DNS_EDNS);
    TEST_ASSERT_FALSE(w.full);
    TEST_ASSERT_EQUAL(sizeof edns - 1, w.len);
    TEST_ASSERT_EQUAL_MEMORY(edns, bytes, w.len);
}

/* --- honest answers --- */

static void test_addresses_are_found(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);

    dns_address(&m, "192.0.2.1", 300);
    dns_address(&m, "192.0.2.2", 60);
    dns_address(&m, "192.0.2.1", 120);
    dns_address(&m, "2001:db8::1", 10); /* not what was asked for */
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
    TEST_ASSERT_EQUAL(2, answer.count);
    TEST_ASSERT_EQUAL_MEMORY("\xC0\0\2\1", answer.ip[0], 4);
    TEST_ASSERT_EQUAL_MEMORY("\xC0\0\2\2", answer.ip[1], 4);
    TEST_ASSERT_EQUAL(60, answer.ttl_s);
}

static void test_ipv6_addresses_are_found(void)
{
    struct pn_dns_answer answer;

    question.type = PN_DNS_AAAA;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);
    dns_address(&m, "192.0.2.1", 1);
    dns_address(&m, "2001:db8::1", 0x80000000); /* RFC 2181: no time at all */
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
    TEST_ASSERT_EQUAL(1, answer.count);
    TEST_ASSERT_EQUAL_MEMORY("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", answer.ip[0], 16);
    TEST_ASSERT_EQUAL(0, answer.ttl_s);
}

static void test_more_addresses_than_places_are_left_out(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);

    for (uint8_t i = 0; i < PN_ADDRESSES_MAX + 3; i++) {
        uint8_t ip[4] = { 10, 0, 0, i };
        dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_A, 60, pn_slice(ip, 4));
    }
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
    TEST_ASSERT_EQUAL(PN_ADDRESSES_MAX, answer.count);
    TEST_ASSERT_EQUAL(PN_ADDRESSES_MAX - 1, answer.ip[PN_ADDRESSES_MAX - 1][3]);
}

/* In the order of the chain and turned around; owners spelled out, pointed to and in other case. */
static void test_aliases_are_followed(void)
{
    static const struct pn_slice www = PN_SLICE_INIT("\3www\7example\3com\0");
    static const struct pn_slice edge = PN_SLICE_INIT("\4eDGe\3net\0");
    static const struct pn_slice ip = PN_SLICE_INIT("\xC0\0\2\7");

    for (int turned = 0; turned < 2; turned++) {
        struct pn_dns_answer answer;
        struct dns_message m = dns_reply(query(), DNS_ANSWER);
        if (turned) {
            dns_record(&m, PN_SLICE("\4edge\3NET\0"), DNS_A, 20, ip);
            dns_record(&m, PN_SLICE("\3www\xC0\x10"), DNS_CNAME, 30, edge);
            dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_CNAME, 40, www);
        } else {
            dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_CNAME, 40, PN_SLICE("\3www\xC0\x10"));
            dns_record(&m, www, DNS_CNAME, 30, edge);
            dns_record(&m, PN_SLICE("\4edge\3NET\0"), DNS_A, 20, ip);
        }
        TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
        TEST_ASSERT_EQUAL(1, answer.count);
        TEST_ASSERT_EQUAL(20, answer.ttl_s);
    }
}

static enum pn_dns_verdict read_chain(int aliases, struct pn_dns_answer *answer)
{
    struct dns_message m = dns_reply(query(), DNS_ANSWER);
    uint8_t from[] = "\2a0", to[] = "\2a0";

    dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_CNAME, 100, pn_slice(to, 4));
    for (int i = 1; i < aliases; i++) {
        from[2] = (uint8_t)('0' + i - 1);
        to[2] = (uint8_t)('0' + i);
        dns_record(&m, pn_slice(from, 4), DNS_CNAME, 100, pn_slice(to, 4));
    }
    dns_record(&m, pn_slice(to, 4), DNS_A, 200, PN_SLICE("\xC0\0\2\7"));
    return read_message(&m, answer);
}

static void test_chains_of_aliases_are_bounded(void)
{
    struct pn_dns_answer answer;

    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_chain(1, &answer));
    TEST_ASSERT_EQUAL(100, answer.ttl_s);
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_chain(PN_DNS_ALIASES_MAX, &answer));
    TEST_ASSERT_EQUAL(PN_DNS_FAILED, read_chain(PN_DNS_ALIASES_MAX + 1, &answer));

    struct dns_message loop = dns_reply(query(), DNS_ANSWER);
    dns_record(&loop, PN_SLICE("\xC0\x0C"), DNS_CNAME, 1, PN_SLICE("\xC0\x0C"));
    TEST_ASSERT_EQUAL(PN_DNS_FAILED, read_message(&loop, &answer));
}

static void test_answers_without_addresses(void)
{
    static const struct {
        uint16_t flags;
        enum pn_dns_verdict verdict;
    } rows[] = {
        { DNS_ANSWER, PN_DNS_NOTHING },
        { DNS_NO_NAME, PN_DNS_NOTHING },
        { DNS_SERVER_FAILURE, PN_DNS_FAILED },
        { DNS_REFUSAL, PN_DNS_FAILED },
        { 0x8181, PN_DNS_FAILED },
        { 0x8184, PN_DNS_FAILED },
        { 0x818F, PN_DNS_FAILED },
        { DNS_CUT, PN_DNS_TRUNCATED },
        { 0x8000, PN_DNS_NOTHING },
        { 0x8580, PN_DNS_NOTHING },
        { 0x0180, PN_DNS_STRANGE }, /* no response */
        { 0x8980, PN_DNS_STRANGE }, /* another opcode */
        { 0xF980, PN_DNS_STRANGE },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_dns_answer answer;
        struct dns_message m = dns_reply(query(), rows[i].flags);
        TEST_ASSERT_EQUAL(rows[i].verdict, read_message(&m, &answer));
    }
}

/* --- strangers --- */

static void test_addresses_of_other_names_are_not_taken(void)
{
    static const struct pn_slice owners[] = {
        PN_SLICE_INIT("\4evil\7example\3com\0"),
        PN_SLICE_INIT("\xC0\x10"),
        PN_SLICE_INIT("\0"),
        PN_SLICE_INIT("\3api\7example\0"),
        PN_SLICE_INIT("\3api\7example\3com\1x\0"),
    };

    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        struct pn_dns_answer answer;
        struct dns_message m = dns_reply(query(), DNS_ANSWER);
        dns_record(&m, owners[i], DNS_A, 60, PN_SLICE("\xC0\0\2\7"));
        TEST_ASSERT_EQUAL(PN_DNS_NOTHING, read_message(&m, &answer));
    }
}

static void test_records_of_another_class_are_not_taken(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);

    dns_address(&m, "192.0.2.1", 60);
    m.bytes[m.len - 4 - 2 - 4 - 1] = 3; /* CHAOS */
    TEST_ASSERT_EQUAL(PN_DNS_NOTHING, read_message(&m, &answer));

    /* What its data looks like there is not for us to say. */
    dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_A, 60, PN_SLICE("abc"));
    m.bytes[m.len - 3 - 2 - 4 - 1] = 3;
    TEST_ASSERT_EQUAL(PN_DNS_NOTHING, read_message(&m, &answer));
}

static void test_every_bit_of_id_and_question_must_come_back(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);
    size_t end = m.len;

    dns_address(&m, "192.0.2.1", 60);
    for (size_t i = 0; i < end; i++) {
        if (i >= 2 && i < 12 && i != 5) continue; /* flags, and counts other than questions */
        for (int bit = 0; bit < 8; bit++) {
            m.bytes[i] ^= (uint8_t)(1 << bit);
            TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_message(&m, &answer));
            m.bytes[i] ^= (uint8_t)(1 << bit);
        }
    }
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
}

static void test_answers_cut_anywhere_are_strange(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);

    dns_record(&m, PN_SLICE("\xC0\x0C"), DNS_CNAME, 40, PN_SLICE("\3www\xC0\x10"));
    dns_record(&m, PN_SLICE("\3www\7example\3com\0"), DNS_A, 20, PN_SLICE("\xC0\0\2\7"));
    TEST_ASSERT_EQUAL(PN_DNS_FOUND, read_message(&m, &answer));
    for (size_t cut = 0; cut < m.len; cut++)
        TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_exact(pn_slice(m.bytes, cut), &answer));
}

/* The query's own question ends at offset 33, where the first record begins. */
static void test_names_that_are_not_well_formed_are_strange(void)
{
    static const struct pn_slice owners[] = {
        PN_SLICE_INIT("\xC0\x21"), /* a pointer to itself */
        PN_SLICE_INIT("\xC0\x23"), /* forwards */
        PN_SLICE_INIT("\xFF\xFF"), /* out of the message */
        PN_SLICE_INIT("\xC0\x00"), /* into the header */
        PN_SLICE_INIT("\xC0\x0B"),
        PN_SLICE_INIT("\1a\xC0\x21"), /* a loop through a label */
        PN_SLICE_INIT("\x40"
                      "a"), /* kinds of labels that were given up */
        PN_SLICE_INIT("\x80"
                      "a"),
        PN_SLICE_INIT("\x3F"
                      "a"), /* a label longer than the message */
    };

    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        struct pn_dns_answer answer;
        struct dns_message m = dns_reply(query(), DNS_ANSWER);
        TEST_ASSERT_EQUAL(33, m.len);
        dns_record(&m, owners[i], DNS_A, 60, PN_SLICE("\xC0\0\2\7"));
        TEST_ASSERT_EQUAL_MESSAGE(PN_DNS_STRANGE, read_message(&m, &answer), "owner");
    }
}

/* Each pointer is fine, and the whole is longer than a name may be. */
static void test_long_names_are_strange(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);
    uint8_t label[66] = { 63 };

    memset(label + 1, 'a', 63);
    size_t to = 12;
    for (int i = 0; i < 4; i++) {
        label[64] = (uint8_t)(0xC0 | to >> 8);
        label[65] = (uint8_t)to;
        to = m.len;
        dns_record(&m, pn_slice(label, 66), DNS_A, 60, PN_SLICE("\xC0\0\2\7"));
        TEST_ASSERT_EQUAL(i < 3 ? PN_DNS_NOTHING : PN_DNS_STRANGE, read_message(&m, &answer));
    }
}

static void test_data_of_the_wrong_length_is_strange(void)
{
    static const struct {
        uint16_t type;
        struct pn_slice data;
    } rows[] = {
        { DNS_A, PN_SLICE_INIT("") },
        { DNS_A, PN_SLICE_INIT("\1\2\3") },
        { DNS_A, PN_SLICE_INIT("\1\2\3\4\5") },
        { DNS_AAAA, PN_SLICE_INIT("\1\2\3\4") },
        { DNS_AAAA, PN_SLICE_INIT("0123456789abcdefg") },
        { DNS_CNAME, PN_SLICE_INIT("") },
        { DNS_CNAME, PN_SLICE_INIT("\1a") },
        { DNS_CNAME, PN_SLICE_INIT("\1a\0x") },
        { DNS_CNAME, PN_SLICE_INIT("\xC0\x0Cx") },
        { DNS_CNAME, PN_SLICE_INIT("\xC0\x2D") }, /* to itself */
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_dns_answer answer;
        struct dns_message m = dns_reply(query(), DNS_ANSWER);
        dns_record(&m, PN_SLICE("\xC0\x0C"), rows[i].type, 60, rows[i].data);
        TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_message(&m, &answer));
    }
}

static void test_counts_that_promise_more_are_strange(void)
{
    struct pn_dns_answer answer;
    struct dns_message m = dns_reply(query(), DNS_ANSWER);

    dns_address(&m, "192.0.2.1", 60);
    m.bytes[7] = 2;
    TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_message(&m, &answer));
    m.bytes[6] = m.bytes[7] = 0xFF;
    TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_message(&m, &answer));
    m.bytes[6] = 0;
    m.bytes[7] = 1;
    m.bytes[m.len - 5] = 200; /* the length of the data */
    TEST_ASSERT_EQUAL(PN_DNS_STRANGE, read_message(&m, &answer));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_names_become_labels);
    RUN_TEST(test_what_is_no_name_is_refused);
    RUN_TEST(test_letters_take_the_case_of_their_bits);
    RUN_TEST(test_queries_are_written_to_the_byte);
    RUN_TEST(test_addresses_are_found);
    RUN_TEST(test_ipv6_addresses_are_found);
    RUN_TEST(test_more_addresses_than_places_are_left_out);
    RUN_TEST(test_aliases_are_followed);
    RUN_TEST(test_chains_of_aliases_are_bounded);
    RUN_TEST(test_answers_without_addresses);
    RUN_TEST(test_addresses_of_other_names_are_not_taken);
    RUN_TEST(test_records_of_another_class_are_not_taken);
    RUN_TEST(test_every_bit_of_id_and_question_must_come_back);
    RUN_TEST(test_answers_cut_anywhere_are_strange);
    RUN_TEST(test_names_that_are_not_well_formed_are_strange);
    RUN_TEST(test_long_names_are_strange);
    RUN_TEST(test_data_of_the_wrong_length_is_strange);
    RUN_TEST(test_counts_that_promise_more_are_strange);
    return UNITY_END();
}
