/* Code of the value machine that no policy may bring: malformed, unbounded, too dear, of a module that is
 * not there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "test/policy/assemble_body.h"
#include "test/policy/assemble_words.h"
#include "unity.h"

#define S(name) PN_POLICY_SECTION_##name

static struct pn_asm a;
static struct pn_policy policy;

void setUp(void)
{
    pn_asm_begin(&a);
}

void tearDown(void)
{
}

static void refuse(const char *program, uint16_t loop_items)
{
    setUp();
    (void)pn_asm_slot(&a, "R.attr.x");
    (void)pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, 0, PN_NONE16, PN_NONE32, "x");
    (void)pn_asm_predicate(&a, PN_PREDICATE_CODE, 0, PN_NONE16, PN_NONE16, 0, "code");
    pn_asm_words(&a, program, loop_items);
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_finish(&a));
    TEST_ASSERT_EQUAL_MESSAGE(PN_POLICY_BAD_CODE, fault, program);
}

static void malformed_code_is_refused(void)
{
    static const char *const bad[] = {
        "1 1",
        "add",
        "1 add",
        "1 not:0:1",
        "1 not:1:0",
        "1 slide:1",
        "1 2 slide:0",
        "const:99",
        "slot:7",
        "pred:1",
        "pred:9",
        "1 select:1",
        "inset:0",
        "1 inset:0",
        "1 match:0",
        "1 call:1:0",
        "1 call:1:999",
        "1 call:2:1",
        "1 1 call:2:1",
        "1 1 add:2:0",
        "local:0",
        "1 local:1",
        "jump:0",
        "jump:5 1",
        "1 jump:1 2",
        "true iff:9",
        "true branch:0 1",
        "true branch:1 1 2",
        "true branch:2 1 2 3",
        "true branch:2 1 jump:9 2",
        "true iff:1 2 add",
        /* loops */
        "1 step:1:1",
        "1 again:0:1",
        "1 end:1:0",
        "slot:0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0",
        "slot:0 0 loop:0:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0",
        "slot:0 0 loop:3:6 step:3:5 local:1 local:3 add again:0x33:4 end:3:0",
        "slot:0 0 loop:1:7 step:1:5 local:1 local:3 add again:0x31:4 end:1:0",
        "slot:0 0 loop:1:6 step:1:4 local:1 local:3 add again:0x31:3 end:1:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x41:4 end:1:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:2 end:1:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x32:4 end:1:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:2:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 local:2 add again:0x31:4 end:1:0", /* the loop's cell */
        "slot:0 0 loop:1:6 step:1:5 add local:1 local:1 again:0x31:4 end:1:0", /* below the floor */
        "slot:0 0 loop:1:6 step:1:5 local:1 local:3 local:3 again:0x31:4 end:1:0",
        "slot:0 0 loop:1:6 step:1:5 local:1 jump:2 add again:0x31:4 end:1:0", /* out of the loop */
        "true iff:4 slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0 or",
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) refuse(bad[i], 64);
}

static void a_loop_needs_a_bound(void)
{
    refuse("slot:0 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0", 0);
}

static void too_dear_is_refused(void)
{
    static const char two[] = "slot:0 0 loop:1:16 step:1:15 local:1 slot:0 0 loop:1:8 step:1:7 "
                              "local:6 local:8 local:3 mul add again:0x31:6 end:1:0 add "
                              "again:0x31:14 end:1:0";

    refuse(two, 1024); /* 1024 * 1024 * 7 steps */
    setUp();
    (void)pn_asm_slot(&a, "R.attr.x");
    pn_asm_words(&a, two, 128);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_finish(&a)));
}

static void stated_depth_and_cost_must_be_right(void)
{
    for (unsigned field = PN_BLOCK_STACK; field <= PN_BLOCK_COST; field += 2) {
        setUp();
        pn_asm_words(&a, "1 2 add", 0);
        a.section[S(CODE_BLOCKS)].bytes[field]++;
        TEST_ASSERT_EQUAL(PN_POLICY_BAD_CODE, pn_policy_open(&policy, pn_asm_finish(&a)));
    }
}

static void constants_of_built_types_are_checked(void)
{
    static const struct {
        uint8_t type;
        uint32_t nanos;
        int64_t value;
    } bad[] = {
        { PN_UINT, 1, 0 },
        { PN_TIMESTAMP, 1000000000, 0 },
        { PN_TIMESTAMP, 0, 253402300800 },
        { PN_TIMESTAMP, 0, -62135596801 },
        { PN_DURATION, 0, INT64_MAX },
        { PN_DURATION, 1000000000, 0 },
        { PN_DURATION, 854775808, 9223372036 },
        { PN_DURATION, 0, -9223372037 },
        { PN_TYPE, 0, 0 },
        { PN_TYPE, 0, PN_BUILT_TYPE_COUNT },
        { PN_BYTES, 1000000, 0 },
        { PN_BYTES, 0, 100000000 },
        { PN_IP, 4, 0 },
        { PN_LOOP_CELL, 0, 0 },
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        setUp();
        pn_asm_words(&a, "1", 0);
        (void)pn_asm_constant(&a, bad[i].type, bad[i].nanos, bad[i].value);
        TEST_ASSERT_EQUAL(PN_POLICY_BAD_CONSTANT, pn_policy_open(&policy, pn_asm_finish(&a)));
    }
}

static void a_device_without_the_module_refuses_by_name(void)
{
    setUp();
    pn_asm_words(&a, "true", 0);
    struct pn_slice body = pn_asm_finish(&a);
    struct pn_modules modules = pn_modules_all;
    modules.values = NULL;
    TEST_ASSERT_EQUAL(PN_POLICY_LACKS_VALUE_CODE, pn_policy_open_with(&policy, body, &modules));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, body));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(malformed_code_is_refused);
    RUN_TEST(a_loop_needs_a_bound);
    RUN_TEST(too_dear_is_refused);
    RUN_TEST(stated_depth_and_cost_must_be_right);
    RUN_TEST(constants_of_built_types_are_checked);
    RUN_TEST(a_device_without_the_module_refuses_by_name);
    return UNITY_END();
}
