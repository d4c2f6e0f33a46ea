/* An engine with some modules: what it opens, and by which name it refuses the rest.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/builtin.h"
#include "policy/code_flow.h"
#include "test/policy/assemble_body.h"
#include "test/policy/sample.h"
#include "unity.h"

static struct pn_asm a;
static struct pn_policy policy;

void setUp(void)
{
}

void tearDown(void)
{
}

static void put_insn(uint8_t op, uint8_t count, uint16_t b)
{
    pn_asm_put16(&a, PN_POLICY_SECTION_VALUE_CODE, (uint16_t)(op | count << 8));
    pn_asm_put16(&a, PN_POLICY_SECTION_VALUE_CODE, b);
}

/* A policy whose code is one constant, or now(), and the call of a function with it; 0: no call. */
static struct pn_slice calling(uint8_t op, uint16_t constant, uint16_t function)
{
    struct pn_code_size size = { 1, 1 };

    pn_asm_begin(&a);
    (void)pn_asm_text(&a, "text");
    pn_asm_put64(&a, PN_POLICY_SECTION_CONSTANTS, PN_DURATION);
    pn_asm_put64(&a, PN_POLICY_SECTION_CONSTANTS, 5);
    put_insn(op, 0, constant);
    if (function != 0) put_insn(PN_CODE_CALL, 1, function);
    struct pn_slice code = pn_slice(a.section[PN_POLICY_SECTION_VALUE_CODE].bytes,
                                    a.section[PN_POLICY_SECTION_VALUE_CODE].len);
    TEST_ASSERT_TRUE(pn_code_measure(&pn_modules_all, code, 0, &size));
    pn_asm_put32(&a, PN_POLICY_SECTION_CODE_BLOCKS, 0);
    pn_asm_put16(&a, PN_POLICY_SECTION_CODE_BLOCKS, (uint16_t)(code.len / PN_CODE_BYTES));
    pn_asm_put16(&a, PN_POLICY_SECTION_CODE_BLOCKS, size.stack);
    pn_asm_put32(&a, PN_POLICY_SECTION_CODE_BLOCKS, size.cost);
    pn_asm_put32(&a, PN_POLICY_SECTION_CODE_BLOCKS, 0);
    return pn_asm_finish(&a);
}

static uint32_t stated(void)
{
    return pn_load32(a.section[PN_POLICY_SECTION_HEADER].bytes + PN_HEADER_FEATURES);
}

static void state(uint32_t features)
{
    pn_store32(a.section[PN_POLICY_SECTION_HEADER].bytes + PN_HEADER_FEATURES, features);
}

/* A table with the modules of these features. */
static struct pn_modules modules_of(uint32_t features)
{
    struct pn_modules m = pn_modules_all;

    if ((features & PN_FEATURE_VALUE_CODE) == 0) m.values = NULL;
    if ((features & PN_FEATURE_SCHEMAS) == 0) m.schemas = NULL;
    if ((features & PN_FEATURE_LAYERS) == 0) m.layers = NULL;
    if ((features & PN_FEATURE_CERBOS54) == 0) m.cerbos54 = NULL;
    for (uint32_t i = 0; i < PN_FUNCTION_GROUPS; i++) {
        if ((features >> (PN_FEATURE_BIT_TEXTS + i) & 1) == 0) m.functions[i] = NULL;
    }
    return m;
}

/* It opens with exactly what it names, and without any one of those it is refused by that name. */
static void expect_needs(struct pn_slice body, uint32_t features)
{
    struct pn_modules exact = modules_of(features);

    TEST_ASSERT_EQUAL_HEX32(features, stated());
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open_with(&policy, body, &exact));
    for (uint32_t bit = 0; bit < PN_FEATURE_BIT_COUNT; bit++) {
        struct pn_modules fewer = modules_of(~(UINT32_C(1) << bit));
        bool needed = (features >> bit & 1) != 0;
        enum pn_policy_fault fault = pn_policy_open_with(&policy, body, &fewer);
        TEST_ASSERT_EQUAL(needed ? PN_POLICY_LACKS_VALUE_CODE + (int)bit : PN_POLICY_GOOD, fault);
    }
}

/* One bit more or less is no policy for anybody. */
static void expect_exactness(uint32_t features)
{
    for (uint32_t bit = 0; bit < 32; bit++) {
        state(features ^ UINT32_C(1) << bit);
        enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_wrap(&a));
        TEST_ASSERT_EQUAL_MESSAGE(PN_POLICY_BAD_FEATURE, fault, "a bit turned");
    }
    state(features);
}

static const uint16_t functions[] = { 0,
                                      PN_BUILTIN_TRIM,
                                      PN_BUILTIN_ABS,
                                      PN_BUILTIN_DISTINCT,
                                      PN_BUILTIN_HOURS,
                                      PN_BUILTIN_IP,
                                      PN_BUILTIN_HIERARCHY,
                                      PN_BUILTIN_SPIFFE_ID,
                                      PN_BUILTIN_BASE_PATH };

static void test_groups_of_functions(void)
{
    expect_needs(calling(PN_CODE_CONST, 0, PN_BUILTIN_SIZE), PN_FEATURE_VALUE_CODE);
    for (uint32_t group = 0; group <= PN_FUNCTION_GROUPS; group++) {
        uint32_t features = PN_FEATURE_VALUE_CODE;
        if (group > 0) features |= (uint32_t)PN_FEATURE_TEXTS << (group - 1);
        expect_needs(calling(PN_CODE_CONST, 0, functions[group]), features);
        expect_exactness(features);
    }
}

static void test_moments_need_the_functions_of_time(void)
{
    expect_needs(calling(PN_CODE_NOW, 0, 0), PN_FEATURE_VALUE_CODE | PN_FEATURE_TIME);
    expect_needs(calling(PN_CODE_CONST, 1, 0), PN_FEATURE_VALUE_CODE | PN_FEATURE_TIME);
    expect_exactness(PN_FEATURE_VALUE_CODE | PN_FEATURE_TIME);
}

static void test_layers(void)
{
    expect_needs(pn_sample_layers(&a, PN_MODE_EDGE), PN_FEATURE_LAYERS);
    expect_exactness(PN_FEATURE_LAYERS);
    expect_needs(pn_sample_layers(&a, PN_MODE_CERBOS54), PN_FEATURE_CERBOS54);
    expect_exactness(PN_FEATURE_CERBOS54);
    expect_needs(pn_sample_policy(&a), 0);
    expect_exactness(0);
}

static void test_names(void)
{
    TEST_ASSERT_EQUAL_STRING("lacks_value_code",
                             pn_policy_fault_name(PN_POLICY_LACKS_VALUE_CODE).at);
    TEST_ASSERT_EQUAL_STRING("lacks_paths", pn_policy_fault_name(PN_POLICY_LACKS_PATHS).at);
    TEST_ASSERT_EQUAL_STRING(
        "The policy needs timestamps and durations, which this engine is built without.",
        pn_policy_fault_sentence(PN_POLICY_LACKS_TIME).at);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_groups_of_functions);
    RUN_TEST(test_moments_need_the_functions_of_time);
    RUN_TEST(test_layers);
    RUN_TEST(test_names);
    return UNITY_END();
}
