/* SPDX-License-Identifier: Apache-2.0 */
/* test_attacks_meaning.c - attacks with a genuine signature: the wrong time, order, device or body.
 * One row each. */
/* links: linux */
#include "test/core/seal/attack.h"
#include "test/policy/sample.h"
#include "unity.h"

void setUp(void)
{
    sealed_crypto_init();
    attack_begin();
}

void tearDown(void)
{
}

static void hold(void)
{
    attack_build();
    attack_hold();
}

/* --- order --- */

static void sequence_before(void)
{
    hold();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x06");
}
static void sequence_zero(void)
{
    hold();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x00");
}
static void sequence_equal_other_identity(void)
{
    hold();
    attack.pairs[PAIR_EXPIRES] = PN_SLICE("\x04\x1A\x6B\x4B\x23\x81");
}
static void sequence_equal_other_body(void)
{
    static uint8_t digest[35] = { 0x08, 0x58, 0x20 };

    hold();
    attack.body = PN_SLICE("THE BODY");
    port_sha256("THE BODY", 8, digest + 3);
    attack.pairs[PAIR_DIGEST] = pn_slice(digest, sizeof digest);
}
static void after_a_fast_forward(void)
{
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    hold();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFE");
}
static void beside_a_fast_forward(void)
{
    after_a_fast_forward();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    attack.pairs[PAIR_EPOCH] = PN_SLICE("\x07\x03");
}
static void sequence_of_2_64(void)
{
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\xC2\x49\x01\0\0\0\0\0\0\0\0");
}
static void epoch_lower(void)
{
    hold();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x08");
    attack.pairs[PAIR_EPOCH] = PN_SLICE("\x07\x01");
}
static void epoch_lower_sequence_much_higher(void)
{
    epoch_lower();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
}
static void epoch_higher_sequence_older(void)
{
    hold();
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x06");
    attack.pairs[PAIR_EPOCH] = PN_SLICE("\x07\x03");
}
static void epoch_of_2_32(void)
{
    attack.pairs[PAIR_EPOCH] = PN_SLICE("\x07\x1B\0\0\0\x01\0\0\0\0");
}

/* --- time --- */

static void expired(void)
{
    attack.expect.now_s = SEALED_NOW_S + 86400;
}
static void expired_kept_by_a_grace(void)
{
    expired();
    attack.pairs[PAIR_ON_EXPIRY] = PN_SLICE("\x0B\x01\x0C\x19\x0E\x10");
    attack.map_head = PN_SLICE("\xAE");
}
static void issued_in_the_future(void)
{
    attack.expect.now_s = SEALED_NOW_S - PN_SEAL_SKEW_S - 1;
}
static void clock_jumps_back(void)
{
    attack.expect.time_floor_s = SEALED_NOW_S + 86400;
}
static void clock_is_lost(void)
{
    clock_jumps_back();
    attack.expect.now_s = 0;
}
static void expires_before_issued(void)
{
    attack.pairs[PAIR_EXPIRES] = PN_SLICE("\x04\x1A\x6B\x49\xD1\xFF");
}
static void expires_when_issued(void)
{
    attack.pairs[PAIR_EXPIRES] = PN_SLICE("\x04\x1A\x6B\x49\xD2\x00");
}
static void expires_beyond_time(void)
{
    attack.pairs[PAIR_EXPIRES] = PN_SLICE("\x04\x1B\0\x20\0\0\0\0\0\0");
}
static void a_grace_without_keep(void)
{
    attack.pairs[PAIR_ON_EXPIRY] = PN_SLICE("\x0B\x00\x0C\x19\x0E\x10");
    attack.map_head = PN_SLICE("\xAE");
}
static void keep_without_a_grace(void)
{
    attack.pairs[PAIR_ON_EXPIRY] = PN_SLICE("\x0B\x01");
}

/* --- for whom --- */

static void wrong_tenant(void)
{
    attack.pairs[PAIR_TENANT] = PN_SLICE("\x05\x50\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01");
}
static void no_tenant_for_one_of_many(void)
{
    attack.expect.tenant[0] = 1;
}
static void wrong_device(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x81\x62"
                                          "d2");
}
static void device_in_capitals(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x81\x62"
                                          "D1");
}
static void device_with_more_behind(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x81\x63"
                                          "d1\0");
}
static void wrong_group(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x02\x81\x65"
                                          "fleet");
}
static void our_group_as_a_device(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x81\x64"
                                          "edge");
}
static void our_device_as_a_group(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x02\x81\x62"
                                          "d1");
}
static void empty_targets(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA0");
}
static void empty_devices(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x80");
}
static void empty_name(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x01\x81\x60");
}
static void any_and_a_device(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA2\x01\x81\x62"
                                          "d2"
                                          "\x03\xF5");
}
static void any_is_false(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x03\xF4");
}
static void a_profile(void)
{
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x04\x01");
}
static void a_device_without_a_name(void)
{
    wrong_device();
    attack.expect.device = PN_SLICE("");
}

/* --- what it needs, what it is --- */

static void engine_too_high(void)
{
    attack.pairs[PAIR_ENGINE] = PN_SLICE("\x0A\x04");
}
static void engine_at_its_highest(void)
{
    attack.pairs[PAIR_ENGINE] = PN_SLICE("\x0A\x19\xFF\xFF");
}
static void before_its_key_set(void)
{
    attack.keys.version = 4;
    attack.pairs[PAIR_KEYSET_MIN] = PN_SLICE("\x0D\x05");
}
static void another_format(void)
{
    attack.pairs[PAIR_FORMAT] = PN_SLICE("\x01\x02");
}
static void unknown_mode(void)
{
    attack.pairs[PAIR_MODE] = PN_SLICE("\x11\x02");
}
static void unknown_flag(void)
{
    attack.pairs[PAIR_KEYSET_MIN] = PN_SLICE("\x0D\x00\x0F\x04");
    attack.map_head = PN_SLICE("\xAE");
}
static void unknown_on_expiry(void)
{
    attack.pairs[PAIR_ON_EXPIRY] = PN_SLICE("\x0B\x02");
}
static void previous_of_31_bytes(void)
{
    static uint8_t pair[2 + 3 + 31] = { 0x0D, 0x00, 0x0E, 0x58, 0x1F };

    attack.pairs[PAIR_KEYSET_MIN] = pn_slice(pair, sizeof pair);
    attack.map_head = PN_SLICE("\xAE");
}

/* A manifest without one of the pairs it has to have. */
static void without(enum attack_pair pair)
{
    attack.pairs[pair] = PN_SLICE("");
    attack.map_head = PN_SLICE("\xAC");
}
static void without_sequence(void)
{
    without(PAIR_SEQUENCE);
}
static void without_expiry(void)
{
    without(PAIR_EXPIRES);
}
static void without_tenant(void)
{
    without(PAIR_TENANT);
}
static void without_targets(void)
{
    without(PAIR_TARGETS);
}
static void without_epoch(void)
{
    without(PAIR_EPOCH);
}
static void without_digest(void)
{
    without(PAIR_DIGEST);
}
static void without_length(void)
{
    without(PAIR_BYTES);
}
static void without_on_expiry(void)
{
    without(PAIR_ON_EXPIRY);
}
static void without_keyset_min(void)
{
    without(PAIR_KEYSET_MIN);
}

/* --- the body --- */

static void body_of_another(void)
{
    attack.body = PN_SLICE("THE BODY");
}
static void body_shorter(void)
{
    attack.body = PN_SLICE("the bod");
}
static void body_longer(void)
{
    attack.body = PN_SLICE("the body!");
}
static void body_missing(void)
{
    attack.body = PN_SLICE("");
}
static void length_of_another_body(void)
{
    attack.pairs[PAIR_BYTES] = PN_SLICE("\x09\x07");
}
static void length_and_body_shorter(void)
{
    attack.pairs[PAIR_BYTES] = PN_SLICE("\x09\x07");
    attack.body = PN_SLICE("the bod");
}
static void digest_of_another_body(void)
{
    attack.digest[34] ^= 1;
}
static void digest_of_31_bytes(void)
{
    memcpy(attack.digest, "\x08\x58\x1F", 3);
    attack.pairs[PAIR_DIGEST] = pn_slice(attack.digest, 34);
}
static void larger_than_the_slot(void)
{
    attack.pairs[PAIR_BYTES] = PN_SLICE("\x09\x19\x0B\xB9"); /* 3001 */
}
static void four_gb_of_body(void)
{
    attack.pairs[PAIR_BYTES] = PN_SLICE("\x09\x1A\xFF\xFF\xFF\xFF");
}

static const struct attack_row rows[] = {
    { "the sequence before", sequence_before, PN_SEAL_SEQUENCE_OLDER },
    { "sequence 0", sequence_zero, PN_SEAL_SEQUENCE_OLDER },
    { "the same sequence, another identity", sequence_equal_other_identity,
      PN_SEAL_SEQUENCE_CONFLICT },
    { "the same sequence, another body", sequence_equal_other_body, PN_SEAL_SEQUENCE_CONFLICT },
    { "after sequence 2^64-1", after_a_fast_forward, PN_SEAL_SEQUENCE_OLDER },
    { "sequence 2^64-1 again, in a new epoch", beside_a_fast_forward, PN_SEAL_SEQUENCE_CONFLICT },
    { "sequence 2^64", sequence_of_2_64, PN_SEAL_MANIFEST },
    { "a lower epoch", epoch_lower, PN_SEAL_EPOCH },
    { "a lower epoch with the greatest sequence", epoch_lower_sequence_much_higher, PN_SEAL_EPOCH },
    { "a higher epoch with an older sequence", epoch_higher_sequence_older,
      PN_SEAL_SEQUENCE_OLDER },
    { "epoch 2^32", epoch_of_2_32, PN_SEAL_MANIFEST },
    { "expired", expired, PN_SEAL_EXPIRED },
    { "expired, and would be kept", expired_kept_by_a_grace, PN_SEAL_EXPIRED },
    { "issued in the future", issued_in_the_future, PN_SEAL_NOT_YET },
    { "the clock jumps back", clock_jumps_back, PN_SEAL_EXPIRED },
    { "the clock is lost", clock_is_lost, PN_SEAL_EXPIRED },
    { "expires before it was issued", expires_before_issued, PN_SEAL_MANIFEST },
    { "expires when it was issued", expires_when_issued, PN_SEAL_MANIFEST },
    { "expires at 2^53", expires_beyond_time, PN_SEAL_MANIFEST },
    { "a grace and nothing is kept", a_grace_without_keep, PN_SEAL_MANIFEST },
    { "kept without a grace", keep_without_a_grace, PN_SEAL_MANIFEST },
    { "another tenant's", wrong_tenant, PN_SEAL_TENANT },
    { "nobody's, for a device that has a tenant", no_tenant_for_one_of_many, PN_SEAL_TENANT },
    { "another device's", wrong_device, PN_SEAL_TARGET },
    { "the device in capitals", device_in_capitals, PN_SEAL_TARGET },
    { "the device and a zero byte", device_with_more_behind, PN_SEAL_TARGET },
    { "a group it is not in", wrong_group, PN_SEAL_TARGET },
    { "its group as a device", our_group_as_a_device, PN_SEAL_TARGET },
    { "its name as a group", our_device_as_a_group, PN_SEAL_TARGET },
    { "a device that has no name", a_device_without_a_name, PN_SEAL_TARGET },
    { "no targets", empty_targets, PN_SEAL_MANIFEST },
    { "no devices", empty_devices, PN_SEAL_MANIFEST },
    { "an empty name", empty_name, PN_SEAL_MANIFEST },
    { "every device, and one", any_and_a_device, PN_SEAL_MANIFEST },
    { "every device: false", any_is_false, PN_SEAL_MANIFEST },
    { "targets by profile", a_profile, PN_SEAL_MANIFEST },
    { "a newer engine", engine_too_high, PN_SEAL_ENGINE },
    { "the newest engine there can be", engine_at_its_highest, PN_SEAL_ENGINE },
    { "before its key set", before_its_key_set, PN_SEAL_KEYSET },
    { "another format", another_format, PN_SEAL_FORMAT },
    { "an unknown mode", unknown_mode, PN_SEAL_MANIFEST },
    { "an unknown flag", unknown_flag, PN_SEAL_MANIFEST },
    { "an unknown way to expire", unknown_on_expiry, PN_SEAL_MANIFEST },
    { "an identity before it of 31 bytes", previous_of_31_bytes, PN_SEAL_MANIFEST },
    { "without a sequence", without_sequence, PN_SEAL_MANIFEST },
    { "without an expiry", without_expiry, PN_SEAL_MANIFEST },
    { "without a tenant", without_tenant, PN_SEAL_MANIFEST },
    { "without targets", without_targets, PN_SEAL_MANIFEST },
    { "without an epoch", without_epoch, PN_SEAL_MANIFEST },
    { "without a digest", without_digest, PN_SEAL_MANIFEST },
    { "without a length", without_length, PN_SEAL_MANIFEST },
    { "without what to do on expiry", without_on_expiry, PN_SEAL_MANIFEST },
    { "without a key set", without_keyset_min, PN_SEAL_MANIFEST },
    { "manifest of one, body of another", body_of_another, PN_SEAL_DIGEST },
    { "a shorter body", body_shorter, PN_SEAL_BODY_LENGTH },
    { "a longer body", body_longer, PN_SEAL_BODY_LENGTH },
    { "no body", body_missing, PN_SEAL_BODY_LENGTH },
    { "the length of another body", length_of_another_body, PN_SEAL_BODY_LENGTH },
    { "length and body both shorter", length_and_body_shorter, PN_SEAL_DIGEST },
    { "the digest of another body", digest_of_another_body, PN_SEAL_DIGEST },
    { "a digest of 31 bytes", digest_of_31_bytes, PN_SEAL_MANIFEST },
    { "a byte more than the slot takes", larger_than_the_slot, PN_SEAL_BODY_OVERSIZE },
    { "4 GB of body are declared", four_gb_of_body, PN_SEAL_BODY_OVERSIZE },
};

static void test_meaning(void)
{
    ATTACK_RUN(rows);
}

/* The rows beside which an honest policy passes: what is refused above is refused for its value. */
static void test_what_is_next_to_the_attacks(void)
{
    hold();
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict()); /* the same again */
    attack.pairs[PAIR_SEQUENCE] = PN_SLICE("\x02\x08");
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    attack.pairs[PAIR_EPOCH] = PN_SLICE("\x07\x03");
    attack.signature = pn_slice(NULL, 0);
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    attack_begin();
    attack.expect.now_s = SEALED_NOW_S - PN_SEAL_SKEW_S;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    attack_begin();
    attack.pairs[PAIR_TARGETS] = PN_SLICE("\x06\xA1\x02\x81\x64"
                                          "edge");
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    attack_begin();
    attack.keys.version = 5;
    attack.pairs[PAIR_KEYSET_MIN] = PN_SLICE("\x0D\x05");
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
}

/* Somebody keeps every newer policy from the device, and sets its clock back at each start: the
 * one it holds ends all the same, as it was signed to, by the time that was seen before. */
static void test_a_freeze_ends_with_the_policy(void)
{
    struct pn_seal seal;

    attack_build();
    attack.expect.moment = PN_SEAL_BOOT;
    attack.expect.now_s = 5;
    attack.expect.time_floor_s = SEALED_NOW_S + 86399;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&attack.expect, attack_bytes(), &seal));
    TEST_ASSERT_EQUAL(PN_LIFE_CURRENT,
                      pn_manifest_life(&seal.manifest, pn_seal_now(&attack.expect)));
    attack.expect.time_floor_s++;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&attack.expect, attack_bytes(), &seal));
    TEST_ASSERT_EQUAL(PN_LIFE_EXPIRED,
                      pn_manifest_life(&seal.manifest, pn_seal_now(&attack.expect)));
}

/* Signed and whole, and the body is a policy in all but one record: opening it refuses. */
static void test_a_signed_body_with_an_unknown_rule(void)
{
    static struct pn_asm assembly;
    static uint8_t body[sizeof attack.bytes];
    static uint8_t digest[35] = { 0x08, 0x58, 0x20 };
    struct pn_slice sample = pn_sample_policy(&assembly);
    uint8_t length[4] = { 0x09, 0x19 };
    struct pn_policy policy;
    struct pn_seal seal;
    size_t effect;

    TEST_ASSERT_TRUE(sample.len <= sizeof body - 1024);
    memcpy(body, sample.at, sample.len);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_slice(body, sample.len)));
    effect = (size_t)(policy.blob.section[PN_POLICY_SECTION_RULES].at - body) + PN_RULE_EFFECT;
    body[effect] = 7;

    port_sha256(body, sample.len, digest + 3);
    attack.pairs[PAIR_DIGEST] = pn_slice(digest, sizeof digest);
    length[2] = (uint8_t)(sample.len >> 8);
    length[3] = (uint8_t)sample.len;
    attack.pairs[PAIR_BYTES] = pn_slice(length, sizeof length);
    attack.body = pn_slice(body, sample.len);
    attack.expect.body_bytes_max = sizeof body;
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, attack_verdict());
    TEST_ASSERT_EQUAL(PN_SEAL_ACCEPTED, pn_seal_check(&attack.expect, attack_bytes(), &seal));
    TEST_ASSERT_EQUAL(PN_POLICY_BAD_RULE, pn_policy_open(&policy, seal.body));
    TEST_ASSERT_EQUAL(0, policy.rule_count);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_meaning);
    RUN_TEST(test_what_is_next_to_the_attacks);
    RUN_TEST(test_a_freeze_ends_with_the_policy);
    RUN_TEST(test_a_signed_body_with_an_unknown_rule);
    return UNITY_END();
}
