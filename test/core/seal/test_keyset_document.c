/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_keyset_document.c - which signed key sets may follow the one that is held. */
/* links: linux */
#include "core/seal/keyset_document.h"

#include <stdlib.h>

#include "test/core/seal/key_sets.h"
#include "unity.h"

static struct key_set set;
static struct pn_keyset_wish wish;
static struct pn_keyset held;

void setUp(void)
{
    sealed_crypto_init();
    held = *key_sets_provisioned();
    wish = key_sets_wish(1);
}

void tearDown(void)
{
}

static enum pn_seal_refusal judge(const char *roots)
{
    key_set_make(&set, &wish, roots);
    return key_set_verdict(&held, key_set_slice(&set));
}

/* Take what was judged last for the set that is held. */
static void hold(void)
{
    struct pn_keyset_document doc;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                      pn_keyset_document_check(&held, key_set_slice(&set), 0, &doc));
    held = doc.keys;
}

static void test_what_the_roots_sign_is_accepted(void)
{
    struct pn_keyset_document doc;

    key_sets_add(&wish, key_sets_worker(1), PN_KEY_POLICY | PN_KEY_TIME);
    wish.keys.keys[4].not_after_s = SEALED_NOW_S + 5;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("20"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("012"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                      pn_keyset_document_check(&held, key_set_slice(&set), SEALED_NOW_S, &doc));
    TEST_ASSERT_EQUAL(1, doc.keys.version);
    TEST_ASSERT_EQUAL(5, doc.keys.count);
    TEST_ASSERT_EQUAL(2, doc.keys.threshold);
    TEST_ASSERT_EQUAL(PN_KEY_POLICY | PN_KEY_TIME, doc.keys.keys[4].roles);
    TEST_ASSERT_EQUAL_UINT64(SEALED_NOW_S + 5, doc.keys.keys[4].not_after_s);
    TEST_ASSERT_EQUAL_MEMORY(key_sets_worker(1)->xy, doc.keys.keys[4].xy, 64);
    TEST_ASSERT_FALSE(doc.held);
    TEST_ASSERT_FALSE(doc.has_counters);
    TEST_ASSERT_EQUAL_PTR(set.bytes, doc.whole.at);
    TEST_ASSERT_EQUAL(set.len, doc.whole.len);
}

/* Signatures of keys that neither set knows are for other devices. */
static void test_unknown_signatures_count_for_nothing(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01s"));
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("0s5"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge("s45"));
}

static void test_who_may_not_sign(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge(""));
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("1"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_ROLE, judge("w"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_ROLE, judge("01w"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge("s"));
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE, judge("11")); /* one root is not two */
    memcpy(held.revoked[held.revoked_count++], key_sets_root(2)->id, 8);
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_REVOKED, judge("012"));
    held.revoked_count = 0;
    held.keys[1].not_after_s = SEALED_NOW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_EXPIRED, judge("01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("12"));
}

/* A device whose file names no root cannot be given key sets. */
static void test_without_roots_nobody_can(void)
{
    held = *sealed_keys();
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge("012"));
    held = *key_sets_provisioned();
    held.threshold = 0;
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("012"));
}

static void test_versions_grow(void)
{
    struct pn_keyset_document doc;

    wish.keys.version = 5;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    hold();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED,
                      pn_keyset_document_check(&held, key_set_slice(&set), 0, &doc));
    TEST_ASSERT_TRUE(doc.held);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("12")); /* other signatures, the same set */
    wish.keys.keys[0].not_after_s = 1;
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_CONFLICT, judge("01"));
    wish.keys.version = 4;
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_OLDER, judge("01"));
    wish.keys.version = 6;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    wish.keys.version = UINT32_MAX;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
}

/* What is held is not held because somebody says so. */
static void test_delivered_again_is_verified_again(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    hold();
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("0"));
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("s"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    set.bytes[set.len - 1] ^= 1;
    TEST_ASSERT_EQUAL(PN_SEAL_SIGNATURE, key_set_verdict(&held, key_set_slice(&set)));
}

/* New roots: enough of the old ones and enough of the new ones. */
static void test_roots_are_handed_over(void)
{
    key_sets_revoke(&wish, key_sets_root(2));
    key_sets_add(&wish, key_sets_root(3), PN_KEY_ROOT);
    key_sets_remove(&wish, key_sets_root(0));
    key_sets_add(&wish, key_sets_root(4), PN_KEY_ROOT); /* now 1, 3, 4 */
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("01"));  /* of its own, only 1 */
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("134")); /* of the old, only 1 */
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge("34"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("013"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("0234")); /* 2 signs its own dismissal */
    hold();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, key_set_verdict(&held, key_set_slice(&set)));
    wish.keys.version = 2;
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_UNKNOWN, judge("0"));
    TEST_ASSERT_EQUAL(PN_SEAL_KEY_REVOKED, judge("02"));
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("14"));
}

static void test_a_threshold_can_change(void)
{
    wish.keys.threshold = 3;
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("012"));
    wish.keys.threshold = 1; /* the old one still counts */
    TEST_ASSERT_EQUAL(PN_SEAL_THRESHOLD, judge("0"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    hold();
    wish.keys.version = 2;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("2"));
}

/* --- what roots sign by mistake --- */

static void no_root(void)
{
    for (int i = 0; i < 3; i++) key_sets_remove(&wish, key_sets_root(i));
}
static void no_threshold(void)
{
    wish.keys.threshold = 0;
}
static void threshold_out_of_reach(void)
{
    wish.keys.threshold = 4;
}
static void version_zero(void)
{
    wish.keys.version = 0;
}
static void five_roots(void)
{
    key_sets_add(&wish, key_sets_root(3), PN_KEY_ROOT);
    key_sets_add(&wish, key_sets_root(4), PN_KEY_ROOT);
}
static void a_root_that_signs_policies(void)
{
    wish.keys.keys[1].roles = PN_KEY_ROOT | PN_KEY_POLICY;
}
static void a_key_without_a_role(void)
{
    wish.keys.keys[0].roles = 0;
}
static void an_unknown_role(void)
{
    wish.keys.keys[0].roles = 32;
}
static void another_algorithm(void)
{
    wish.keys.keys[0].alg = -8;
}
static void the_id_of_another_key(void)
{
    wish.keys.keys[0].id[7] ^= 1;
}
static void a_point_beside_the_curve(void)
{
    wish.keys.keys[0].xy[63] ^= 1;
    pn_key_id(wish.keys.keys[0].xy, wish.keys.keys[0].id);
}
static void a_zero_key(void)
{
    memset(wish.keys.keys[0].xy, 0, 64);
    pn_key_id(wish.keys.keys[0].xy, wish.keys.keys[0].id);
}
static void a_key_twice(void)
{
    wish.keys.keys[wish.keys.count++] = wish.keys.keys[0];
}
static void a_key_in_two_roles(void)
{
    wish.keys.keys[wish.keys.count] = wish.keys.keys[1];
    wish.keys.keys[wish.keys.count++].roles = PN_KEY_POLICY;
}
static void a_key_that_it_revokes(void)
{
    memcpy(wish.keys.revoked[wish.keys.revoked_count++], sealed_author()->id, 8);
}
static void an_end_beyond_time(void)
{
    wish.keys.keys[0].not_after_s = (uint64_t)1 << 53;
}

struct mistake {
    const char *what;
    void (*make)(void);
};

static const struct mistake mistakes[] = {
    { "no root", no_root },
    { "no threshold", no_threshold },
    { "a threshold out of reach", threshold_out_of_reach },
    { "version 0", version_zero },
    { "five roots", five_roots },
    { "a root that signs policies", a_root_that_signs_policies },
    { "a key without a role", a_key_without_a_role },
    { "an unknown role", an_unknown_role },
    { "another algorithm", another_algorithm },
    { "the id of another key", the_id_of_another_key },
    { "a point beside the curve", a_point_beside_the_curve },
    { "a zero key", a_zero_key },
    { "a key twice", a_key_twice },
    { "a key in two roles", a_key_in_two_roles },
    { "a key that the set itself revokes", a_key_that_it_revokes },
    { "an end beyond time", an_end_beyond_time },
};

static void test_signed_mistakes_are_refused(void)
{
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        wish = key_sets_wish(1);
        mistakes[i].make();
        TEST_ASSERT_EQUAL_MESSAGE(PN_SEAL_KEYSET_MALFORMED, judge("012"), mistakes[i].what);
    }
}

/* --- payloads that no encoder of ours writes --- */

static void test_payloads_are_strict(void)
{
    static const struct {
        const char *what;
        struct pn_slice payload;
        enum pn_seal_refusal verdict;
    } rows[] = {
        { "nothing", PN_SLICE_INIT(""), PN_SEAL_KEYSET_MALFORMED },
        { "an array", PN_SLICE_INIT("\x80"), PN_SEAL_KEYSET_MALFORMED },
        { "an empty map", PN_SLICE_INIT("\xA0"), PN_SEAL_KEYSET_MALFORMED },
        { "format 2", PN_SLICE_INIT("\xA1\x01\x02"), PN_SEAL_FORMAT },
        { "format as text", PN_SLICE_INIT("\xA1\x01\x61\x31"), PN_SEAL_KEYSET_MALFORMED },
        { "format only", PN_SLICE_INIT("\xA1\x01\x01"), PN_SEAL_KEYSET_MALFORMED },
        { "no key 1", PN_SLICE_INIT("\xA1\x02\x01"), PN_SEAL_KEYSET_MALFORMED },
        { "13 keys",
          PN_SLICE_INIT("\xA5\x01\x01\x02\x01\x03\x8D\x01\x01\x01\x01\x01\x01\x01\x01"
                        "\x01\x01\x01\x01\x01\x04\x80\x05\x01"),
          PN_SEAL_KEYSET_MALFORMED },
        { "keys are numbers", PN_SLICE_INIT("\xA5\x01\x01\x02\x01\x03\x81\x01\x04\x80\x05\x01"),
          PN_SEAL_KEYSET_MALFORMED },
        { "17 revoked",
          PN_SLICE_INIT("\xA5\x01\x01\x02\x01\x03\x80\x04\x91\x40\x40\x40\x40\x40\x40"
                        "\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x05\x01"),
          PN_SEAL_KEYSET_MALFORMED },
        { "indefinite", PN_SLICE_INIT("\xBF\x01\x01\xFF"), PN_SEAL_KEYSET_MALFORMED },
        { "unsorted", PN_SLICE_INIT("\xA2\x02\x01\x01\x01"), PN_SEAL_KEYSET_MALFORMED },
        { "a key twice", PN_SLICE_INIT("\xA2\x01\x01\x01\x01"), PN_SEAL_KEYSET_MALFORMED },
        { "a long head", PN_SLICE_INIT("\xA1\x01\x18\x01"), PN_SEAL_KEYSET_MALFORMED },
        { "bytes behind", PN_SLICE_INIT("\xA1\x01\x01\x00"), PN_SEAL_KEYSET_MALFORMED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        key_set_raw(&set, rows[i].payload, "01");
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].verdict, key_set_verdict(&held, key_set_slice(&set)),
                                  rows[i].what);
    }
}

/* The payload with another map head, and `more` behind its last pair. */
static enum pn_seal_refusal with_more(struct pn_slice more)
{
    static uint8_t bytes[PN_KEYSET_BYTES_MAX];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);

    pn_write(&w, key_set_payload(&wish));
    bytes[0]++;
    pn_write(&w, more);
    key_set_raw(&set, pn_written(&w), "01");
    return key_set_verdict(&held, key_set_slice(&set));
}

static void test_keys_that_may_be_ignored(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, with_more(PN_SLICE("\x18\x40\x61x")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED, with_more(PN_SLICE("\x18\x3F\x61x")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED, with_more(PN_SLICE("\x07\x00")));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, with_more(PN_SLICE("\x06\x82\x03\x18\x64")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED, with_more(PN_SLICE("\x06\x81\x03")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED, with_more(PN_SLICE("\x06\x83\x03\x01\x01")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED,
                      with_more(PN_SLICE("\x06\x82\x1B\0\0\0\x01\0\0\0\0\x01")));
    TEST_ASSERT_EQUAL(PN_SEAL_KEYSET_MALFORMED, with_more(PN_SLICE("\x06\x03")));
}

/* --- bytes --- */

/* What a verifier goes by: who signed what, and the bytes of the signatures. */
struct signed_by {
    uint8_t id[2][8], digest[2][32], signature[2][64];
    size_t count;
};

static struct signed_by signed_by(const struct pn_keyset_document *doc)
{
    struct signed_by s = { .count = doc->signature_count };

    for (size_t i = 0; i < s.count && i < 2; i++) {
        const struct pn_keyset_signature *from = &doc->signatures[i];

        memcpy(s.id[i], from->key_id.at, 8);
        memcpy(s.signature[i], from->bytes.at, 64);
        pn_keyset_document_digest(from->protected_map, doc->payload, s.digest[i]);
    }
    return s;
}

static void flip(size_t bit)
{
    set.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

/* A bit that leaves a document readable changes what is verified. */
static void test_every_bit_counts(void)
{
    struct pn_keyset_document doc;

    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_keyset_document_read(key_set_slice(&set), &doc));
    struct signed_by before = signed_by(&doc);
    for (size_t bit = 0; bit < set.len * 8; bit++) {
        flip(bit);
        if (pn_keyset_document_read(key_set_slice(&set), &doc) == PN_SEAL_ACCEPTED) {
            struct signed_by now = signed_by(&doc);

            TEST_ASSERT_NOT_EQUAL(0, memcmp(&before, &now, sizeof now));
        }
        flip(bit);
    }
}

/* And what is verified then fails: one bit of each byte, each time another one. */
static void test_every_byte_is_verified(void)
{
    held.threshold = wish.keys.threshold = 1;
    key_sets_remove(&wish, key_sets_root(1));
    key_sets_remove(&wish, key_sets_root(2));
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("0"));
    for (size_t at = 0; at < set.len; at++) {
        flip(at * 8 + at % 8);
        TEST_ASSERT_NOT_EQUAL(PN_SEAL_ACCEPTED, key_set_verdict(&held, key_set_slice(&set)));
        flip(at * 8 + at % 8);
    }
}

static void test_every_cut_is_refused(void)
{
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, judge("01"));
    for (size_t len = 0; len < set.len; len++) {
        enum pn_seal_refusal wanted = len == 0  ? PN_SEAL_EMPTY
                                      : len < 2 ? PN_SEAL_UNSIGNED
                                                : PN_SEAL_CBOR;

        TEST_ASSERT_EQUAL(wanted, key_set_verdict(&held, pn_slice(set.bytes, len)));
    }
}

static void test_a_huge_document_is_named(void)
{
    static uint8_t huge[PN_KEYSET_BYTES_MAX + 100];
    struct pn_writer w = pn_writer(huge, sizeof huge);

    memset(huge, 0, sizeof huge);
    pn_write_text(&w, "\xD8\x62\x84\x58\x23");
    pn_write(&w, pn_keyset_document_protected());
    pn_write_text(&w, "\xA0\x59\x08\x00");
    TEST_ASSERT_EQUAL(PN_SEAL_ENVELOPE_OVERSIZE,
                      key_set_verdict(&held, pn_slice(huge, sizeof huge)));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_the_roots_sign_is_accepted);
    RUN_TEST(test_unknown_signatures_count_for_nothing);
    RUN_TEST(test_who_may_not_sign);
    RUN_TEST(test_without_roots_nobody_can);
    RUN_TEST(test_versions_grow);
    RUN_TEST(test_delivered_again_is_verified_again);
    RUN_TEST(test_roots_are_handed_over);
    RUN_TEST(test_a_threshold_can_change);
    RUN_TEST(test_signed_mistakes_are_refused);
    RUN_TEST(test_payloads_are_strict);
    RUN_TEST(test_keys_that_may_be_ignored);
    RUN_TEST(test_every_bit_counts);
    RUN_TEST(test_every_byte_is_verified);
    RUN_TEST(test_every_cut_is_refused);
    RUN_TEST(test_a_huge_document_is_named);
    return UNITY_END();
}
