/* The value machine: every operation over every sort of operand, loops, and memory.
 *
 * A row is a program in a few words, the operands by name, and the value it comes to.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builtin.h"
#include "test/policy/assemble_body.h"
#include "test/policy/assemble_words.h"
#include "test/policy/value_spec.h"
#include "unity.h"

#define S(name) PN_POLICY_SECTION_##name

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_facts facts;
static uint64_t memory[2048];
static struct pn_scratch scratch;
static struct pn_machine machine;

void setUp(void)
{
    pn_asm_begin(&a);
    scratch = pn_scratch(memory, sizeof memory);
}

void tearDown(void)
{
}

static void begin(void)
{
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_finish(&a)));
    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    facts.now_ms = 1500;
    machine = (struct pn_machine){ .policy = &policy, .facts = &facts, .scratch = &scratch };
}

static void show(char *out, size_t max, const struct pn_value *v);

static void show_sequence(char *out, size_t max, const struct pn_value *v)
{
    struct pn_sequence s;
    struct pn_value key, element;
    size_t len = (size_t)snprintf(out, max, v->type == PN_MAP ? "{" : "[");

    pn_sequence_begin(&s, &machine, v);
    while (pn_sequence_next(&s, &key, &element)) {
        if (out[len - 1] != '[' && out[len - 1] != '{') out[len++] = ',';
        if (v->type == PN_MAP) {
            show(out + len, max - len, &key);
            len += strlen(out + len);
            out[len++] = ':';
        }
        show(out + len, max - len, &element);
        len += strlen(out + len);
    }
    snprintf(out + len, max - len, v->type == PN_MAP ? "}" : "]");
}

static void show(char *out, size_t max, const struct pn_value *v)
{
    struct pn_slice text;

    switch (v->type) {
    case PN_ERROR:
        text = pn_fault_sentence((enum pn_fault)v->as.i);
        snprintf(out, max, "! %.*s", (int)text.len, text.at);
        break;
    case PN_UNKNOWN: snprintf(out, max, "?"); break;
    case PN_NULL: snprintf(out, max, "null"); break;
    case PN_BOOL: snprintf(out, max, v->as.b ? "true" : "false"); break;
    case PN_INT: snprintf(out, max, "%lld", (long long)v->as.i); break;
    case PN_UINT: snprintf(out, max, "%lluu", (unsigned long long)v->as.i); break;
    case PN_DOUBLE: snprintf(out, max, "%.17g.", v->as.d); break;
    case PN_TIMESTAMP:
    case PN_DURATION:
        snprintf(out, max, "%c%lld.%09u", v->type == PN_TIMESTAMP ? '@' : '~', (long long)v->as.i,
                 v->len);
        break;
    case PN_STRING:
        TEST_ASSERT_TRUE(pn_machine_text(&machine, v, &text));
        snprintf(out, max, "'%.*s'", (int)text.len, text.at);
        break;
    case PN_LIST:
    case PN_MAP: show_sequence(out, max, v); break;
    default: snprintf(out, max, "type %d", v->type); break;
    }
}

static void expect(const char *program, const char *expected, uint16_t loop_items)
{
    char got[512];

    setUp();
    (void)pn_asm_slot(&a, "R.attr.x");
    (void)pn_asm_slot(&a, "R.attr.y");
    pn_asm_words(&a, program, loop_items);
    begin();
    slots[0] = pn_value_spec("{\"a\":1,\"v\":[1,2.5,\"\\u0041\"],\"B\":3,\"b\":4,\"big\":1e999}");
    slots[1] = pn_value_spec("[1,2,3]");
    struct pn_value v = pn_machine_run(&machine, 0);
    show(got, sizeof got, &v);
    if (strcmp(got, expected) != 0) fprintf(stderr, "%s\n", program);
    TEST_ASSERT_EQUAL_STRING(expected, got);
}

struct row {
    const char *program, *expected;
};

#define OVERLOAD "! no such overload"
#define RANGE    "! the result is out of range"

static const struct row rows[] = {
    { "1 2 add", "3" },
    { "9223372036854775807 1 add", RANGE },
    { "-9223372036854775808 neg", RANGE },
    { "-9223372036854775808 -1 div", RANGE },
    { "-9223372036854775808 -1 mul", RANGE },
    { "-9223372036854775808 -1 rem", RANGE },
    { "7 -2 div", "-3" },
    { "7 -2 rem", "1" },
    { "7 0 div", "! division by zero" },
    { "7u 0u rem", "! division by zero" },
    { "1u 2u sub", RANGE },
    { "18446744073709551615u 1u add", RANGE },
    { "9223372036854775807u 2u mul", "18446744073709551614u" },
    { "1.5 2.0 mul", "3." },
    { "1.0 0.0 div", "inf." },
    { "1.0 2.0 rem", OVERLOAD },
    { "1 2.0 add", OVERLOAD },
    { "1 2.5 add:1:0", "3.5." },
    { "2.5 1 sub:1:0", "1.5." },
    { "1u 2.5 add:1:0", OVERLOAD },
    { "'ab' 'cd' add", "'abcd'" },
    { "'ab' 'cd' sub", OVERLOAD },
    { "'ab' 1 add", OVERLOAD },
    { "1.5 neg", "-1.5." },
    { "'x' neg", OVERLOAD },
    { "@5.600000000 ~1.500000000 add", "@7.100000000" },
    { "~1.500000000 @5.600000000 add", "@7.100000000" },
    { "@5.100000000 ~1.500000000 sub", "@3.600000000" },
    { "@5.100000000 @1.500000000 sub", "~3.600000000" },
    { "~1 ~2.500000000 sub", "~-2.500000000" },
    { "@5 @5 add", OVERLOAD },
    { "~5 @5 sub", OVERLOAD },
    { "@253402300799 ~1 add", RANGE },
    { "@-62135596800 ~1 sub", RANGE },
    { "@253402300799 @-62135596800 sub", RANGE },
    { "@-62135596800 @253402300799 sub", RANGE },
    { "~9223372036 ~1 add", RANGE },
    { "~-9223372036 ~2 sub", RANGE },
    { "@5 ~1 div", OVERLOAD },
    { "~5 ~1 mul", OVERLOAD },
    { "~1.500000000 neg", "~-2.500000000" },
    { "~-9223372037.145224192 neg", RANGE },
    { "@5 neg", OVERLOAD },
    { "now", "@1.500000000" },
    /* comparison */
    { "1 1.0 eq", "true" },
    { "1 1u eq", "true" },
    { "18446744073709551615u -1 gt", "true" },
    { "18446744073709551615u 18446744073709551616.0 lt", "true" },
    { "18446744073709551614u 18446744073709551615u lt", "true" },
    { "9223372036854775808u 9223372036854775808.0 eq", "true" },
    { "1.0 nan lt", "false" },
    { "nan nan eq", "false" },
    { "nan nan ne", "true" },
    { "18446744073709551615u nan gt", "false" },
    { "1 '1' eq", "false" },
    { "1 '1' lt", OVERLOAD },
    { "'a' 'b' le", "true" },
    { "false true lt", "true" },
    { "@1 @2 ge", "false" },
    { "~1 @1 lt", OVERLOAD },
    { "null null eq", "true" },
    { "null null lt", OVERLOAD },
    { "list:2 1 append 'a' append list:2 1.0 append 'a' append eq", "true" },
    { "list:1 1 append list:2 1 append 1 append eq", "false" },
    { "map:1 'k' 1 put map:1 'k' 1u put eq", "true" },
    { "map:1 'k' 1 put map:1 'l' 1 put eq", "false" },
    { "map:1 'k' 1 put map:2 'k' 1 put 'l' 1 put eq", "false" },
    { "slot:0 slot:0 eq", "! lists are nested too deeply to be compared" }, /* big is unusable */
    { "slot:1 list:3 1 append 2 append 3 append eq", "true" },
    { "2 slot:1 in", "true" },
    { "2.0 slot:1 in", "true" },
    { "'2' slot:1 in", "false" },
    { "'a' slot:0 in", "true" },
    { "'z' slot:0 in", "false" },
    { "1 1 in", OVERLOAD },
    /* looking into */
    { "slot:0 select:'a'", "1" },
    { "slot:0 select:'v' 1 index", "2.5." },
    { "slot:0 select:'v' 2 index", "'A'" },
    { "slot:0 select:'b'", "! the key is there in another spelling" },
    { "slot:1 2 index", "3" },
    { "slot:1 2.0 index", "3" },
    { "slot:1 2u index", "3" },
    { "slot:1 2.5 index", OVERLOAD },
    { "slot:1 3 index", "! index out of range" },
    { "slot:1 -1 index", "! index out of range" },
    { "slot:1 18446744073709551615u index", "! index out of range" },
    { "slot:1 'a' index", OVERLOAD },
    { "slot:0 'nope' index", "! no such key" },
    { "slot:0 null index", OVERLOAD },
    { "slot:0 has:'a'", "true" },
    { "slot:0 has:'nope'", "false" },
    { "slot:0 has:'A'", "! the key is there in another spelling" },
    { "slot:0 has:'big'", "true" },
    { "slot:1 has:'a'", OVERLOAD },
    { "slot:0 select:'big'",
      "! the attribute's value cannot be used, such as a number out of range" },
    { "1 select:'a'", OVERLOAD },
    { "map:2 'k' 1 put 'K' 2 put select:'k'", "1" },
    { "map:2 'k' 1 put 'k' 2 put", "! a map key is given twice" },
    { "map:2 1 1 put 1u 2 put", "! a map key is given twice" },
    { "map:1 null 1 put", OVERLOAD },
    { "map:1 'k' 1 put", "{'k':1}" },
    { "list:1 1 append 2 append", "! the values built do not fit the scratch memory" },
    { "list:2 1 0 div append 2 append", "! division by zero" },
    { "list:1 1 append list:1 'x' append add", "[1,'x']" },
    { "slot:1 slot:1 add", "[1,2,3,1,2,3]" },
    /* logic */
    { "true not", "false" },
    { "1 not", OVERLOAD },
    { "false iff:4 1 0 div and", "false" },
    { "1 0 div false and", "false" },
    { "1 0 div true and", "! division by zero" },
    { "1 0 div true or", "true" },
    { "'x' false and", "false" },
    { "'x' true and", OVERLOAD },
    { "true ift:2 'x' or", "true" },
    { "1 0 div settle", "false" },
    { "5 settle", "5" },
    { "true branch:2 1 jump:1 2", "1" },
    { "false branch:2 1 jump:1 2", "2" },
    { "1 0 div branch:2 1 jump:1 2", "! division by zero" },
    { "'x' branch:2 1 jump:1 2", OVERLOAD },
    { "1 0 div not", "! division by zero" },
    { "1 0 div 'x' add", "! division by zero" },
    { "1 2 slide:1", "2" },
    { "1 2 3 slide:2", "3" },
    { "4 local:0 local:0 mul slide:1", "16" },
    /* loops: all, exists, a count, map, filter */
    { "slot:1 true loop:1:8 step:1:7 local:1 local:3 4 lt and again:0x11:6 end:1:0", "true" },
    { "slot:1 true loop:1:8 step:1:7 local:1 local:3 3 lt and again:0x11:6 end:1:0", "false" },
    { "slot:1 false loop:1:8 step:1:7 local:1 local:3 3 eq or again:0x21:6 end:1:0", "true" },
    { "slot:1 false loop:1:8 step:1:7 local:1 local:3 'x' lt or again:0x21:6 end:1:0", OVERLOAD },
    { "slot:1 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0", "6" },
    { "slot:1 like loop:1:8 step:1:7 local:1 local:3 2 mul append again:0x31:6 end:1:0",
      "[2,4,6]" },
    { "slot:1 like loop:2:8 step:2:7 local:1 local:3 local:4 add append again:0x32:6 end:2:0",
      "[1,3,5]" },
    { "slot:0 like loop:1:6 step:1:5 local:1 local:3 append again:0x31:4 end:1:0",
      "['a','v','B','b','big']" },
    { "slot:1 maplike loop:2:7 step:2:6 local:1 local:4 local:3 put again:0x32:5 end:2:0",
      "{1:0,2:1,3:2}" },
    { "1 true loop:1:5 step:1:4 local:1 not again:0x11:3 end:1:0", OVERLOAD },
    { "1 0 div true loop:1:5 step:1:4 local:1 not again:0x11:3 end:1:0", "! division by zero" },
    { "list:0 true loop:1:5 step:1:4 local:1 not again:0x11:3 end:1:0", "true" },
    /* a loop in a loop: the sum of products */
    { "slot:1 0 loop:1:16 step:1:15 local:1 slot:1 0 loop:1:8 step:1:7 local:6 local:8 local:3 mul "
      "add again:0x31:6 end:1:0 add again:0x31:14 end:1:0",
      "36" },
};

static void every_row(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(rows[i].program, rows[i].expected, 64);
    }
}

static void a_list_longer_than_a_loop_may_visit(void)
{
    expect("slot:1 0 loop:1:6 step:1:5 local:1 local:3 add again:0x31:4 end:1:0",
           "! the list is longer than a loop may visit", 2);
}

static void unknown_passes_through(void)
{
    static const struct row some[] = {
        { "slot:0 1 add", "?" },
        { "slot:0 1 0 div add", "?" },
        { "1 0 div slot:0 add", "?" },
        { "slot:0 false and", "false" },
        { "slot:0 true or", "true" },
        { "slot:0 true and", "?" },
        { "slot:0 branch:2 1 jump:1 2", "?" },
        { "slot:0 true loop:1:5 step:1:4 local:1 not again:0x11:3 end:1:0", "?" },
        { "list:1 slot:0 append", "?" },
        { "slot:0 settle", "?" },
    };

    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        char got[128];
        setUp();
        (void)pn_asm_slot(&a, "R.attr.arguments.x");
        pn_asm_words(&a, some[i].program, 64);
        begin();
        facts.phase = PN_PHASE_LIST;
        slots[0] = pn_value_of(PN_UNKNOWN);
        struct pn_value v = pn_machine_run(&machine, 0);
        show(got, sizeof got, &v);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(some[i].expected, got, some[i].program);
    }
}

static void what_is_absent_or_was_not_kept_is_an_error(void)
{
    setUp();
    (void)pn_asm_slot(&a, "R.attr.x");
    pn_asm_words(&a, "slot:0", 0);
    begin();
    TEST_ASSERT_EQUAL(PN_ERROR, pn_machine_run(&machine, 0).type);
    slots[0] = pn_value_of(PN_LIST); /* a list whose text nobody recorded */
    TEST_ASSERT_EQUAL(PN_ERROR, pn_machine_run(&machine, 0).type);
}

/* A value of the request, or a moment, is nothing that may be added to, whatever its `node` says. */
static void only_what_code_built_grows(void)
{
    static const char *const programs[] = {
        "slot:1 1 append",
        "slot:0 'k' 1 put",
        "slot:0 1 append",
        "slot:1 'k' 1 put",
        "'1970-01-02T00:00:00+01:00' call:1:90 1 append",
        "'1970-01-02T00:00:00+01:00' call:1:90 'k' 1 put",
        "list:1 'k' 1 put",
        "map:1 1 append",
    };

    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
        setUp();
        a.section[S(HEADER)].bytes[PN_HEADER_MODE] = i % 2 == 0 ? PN_MODE_CERBOS54 : PN_MODE_EDGE;
        if (i % 2 == 0) pn_asm_scope(&a, "", 0);
        (void)pn_asm_slot(&a, "R.attr.x");
        (void)pn_asm_slot(&a, "R.attr.y");
        pn_asm_words(&a, programs[i], 0);
        begin();
        slots[0] = pn_value_spec("{}");
        slots[1] = pn_value_spec("[]");
        slots[0].node = slots[1].node = 900;
        struct pn_value v = pn_machine_run(&machine, 0);
        TEST_ASSERT_EQUAL_MESSAGE(PN_ERROR, v.type, programs[i]);
        TEST_ASSERT_EQUAL_MESSAGE(PN_FAULT_NO_SUCH_OVERLOAD, v.as.i, programs[i]);
    }
}

/* Beyond 16 bits of eighths a loop would forget where it began, and build over what it keeps. */
static void memory_beyond_what_a_loop_can_keep_is_not_used(void)
{
    struct pn_scratch large = pn_scratch(memory, UINT32_MAX);

    TEST_ASSERT_EQUAL(524280, PN_SCRATCH_BYTES_MAX);
    TEST_ASSERT_EQUAL(PN_SCRATCH_BYTES_MAX, large.bytes);
    TEST_ASSERT_NULL(pn_scratch_take(&large, PN_SCRATCH_BYTES_MAX + 1));
}

static void memory_that_runs_out_is_an_error(void)
{
    for (uint32_t bytes = 0; bytes <= 400; bytes += 8) {
        setUp();
        scratch = pn_scratch(malloc(bytes), bytes);
        (void)pn_asm_slot(&a, "R.attr.x");
        pn_asm_words(&a, "list:2 'aaaaaaaaaaaaaaaaaaaaaaaaa' 'b' add append slot:0 append", 0);
        begin();
        slots[0] = pn_value_spec("'x'");
        struct pn_value v = pn_machine_run(&machine, 0);
        if (bytes < 128) TEST_ASSERT_EQUAL(PN_ERROR, v.type);
        if (bytes == 400) TEST_ASSERT_EQUAL(PN_LIST, v.type);
        TEST_ASSERT_TRUE(v.type == PN_LIST || v.as.i == PN_FAULT_SCRATCH_FULL);
        free(scratch.at);
    }
}

/* A loop whose accumulator is a number gives back what each round built. */
static void rounds_do_not_add_up(void)
{
    char text[4096] = "[0";

    setUp();
    for (int i = 1; i < 900; i++) strcat(text, ",1");
    strcat(text, "]");
    (void)pn_asm_slot(&a, "R.attr.x");
    pn_asm_words(&a,
                 "slot:0 0 loop:1:9 step:1:8 local:1 'some_text' 'and_more' add call:1:1 add "
                 "again:0x31:7 end:1:0",
                 1024);
    begin();
    slots[0] = pn_value_spec(text);
    struct pn_value v = pn_machine_run(&machine, 0);
    TEST_ASSERT_EQUAL(PN_INT, v.type);
    TEST_ASSERT_EQUAL(900 * 17, v.as.i);
    TEST_ASSERT_LESS_THAN(1024, scratch.used_max);
}

static void code_in_a_condition(void)
{
    static struct pn_policy_scratch decide_scratch;
    static const struct {
        const char *program;
        enum pn_outcome outcome;
        enum pn_outcome got;
    } some[] = {
        { "true", PN_ALLOW, PN_ALLOW },       { "false", PN_ALLOW, PN_DENY },
        { "1 0 div", PN_ALLOW, PN_DENY },     { "5", PN_ALLOW, PN_DENY },
        { "true not", PN_STEP_UP, PN_ALLOW }, { "1 0 div", PN_STEP_UP, PN_STEP_UP },
        { "5", PN_STEP_UP, PN_STEP_UP },
    };

    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        struct pn_decision decision;
        setUp();
        pn_asm_words(&a, some[i].program, 0);
        uint16_t p = pn_asm_predicate(&a, PN_PREDICATE_CODE, 0, PN_NONE16, PN_NONE16, 0, "code");
        uint32_t condition = pn_asm_mask(&a, p, PN_NONE16);
        pn_asm_on(&a, "k", "act",
                  pn_asm_rule(&a, some[i].outcome, PN_NONE32, condition, PN_NONE32, "r"));
        if (some[i].outcome != PN_ALLOW) {
            pn_asm_on(&a, "k", "act",
                      pn_asm_rule(&a, PN_ALLOW, PN_NONE32, PN_NONE32, PN_NONE32, "all"));
        }
        begin();
        decide_scratch.values = scratch;
        pn_facts_call(&facts, &policy, PN_SLICE("k"), PN_SLICE("act"));
        pn_policy_decide(&policy, &facts, &decide_scratch, &decision);
        TEST_ASSERT_EQUAL_MESSAGE(some[i].got, decision.outcome, some[i].program);
        TEST_ASSERT_EQUAL(0, decide_scratch.values.used);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(every_row);
    RUN_TEST(a_list_longer_than_a_loop_may_visit);
    RUN_TEST(unknown_passes_through);
    RUN_TEST(what_is_absent_or_was_not_kept_is_an_error);
    RUN_TEST(only_what_code_built_grows);
    RUN_TEST(memory_beyond_what_a_loop_can_keep_is_not_used);
    RUN_TEST(memory_that_runs_out_is_an_error);
    RUN_TEST(rounds_do_not_add_up);
    RUN_TEST(code_in_a_condition);
    return UNITY_END();
}
