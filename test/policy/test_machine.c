/* The value machine: every operation over every sort of operand, loops, and what is wrong.
 *
 * A row is a program in a few words, the operands by name, and the value it comes to.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builtin.h"
#include "policy/code_flow.h"
#include "test/policy/assemble.h"
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

struct op_word {
    const char *word;
    uint8_t op;
};

static const struct op_word words[] = {
    { "not", PN_CODE_NOT },         { "neg", PN_CODE_NEGATE },     { "and", PN_CODE_AND },
    { "or", PN_CODE_OR },           { "iff", PN_CODE_IF_FALSE },   { "ift", PN_CODE_IF_TRUE },
    { "branch", PN_CODE_BRANCH },   { "jump", PN_CODE_JUMP },      { "eq", PN_CODE_EQ },
    { "ne", PN_CODE_NE },           { "lt", PN_CODE_LT },          { "le", PN_CODE_LE },
    { "gt", PN_CODE_GT },           { "ge", PN_CODE_GE },          { "in", PN_CODE_IN },
    { "add", PN_CODE_ADD },         { "sub", PN_CODE_SUBTRACT },   { "mul", PN_CODE_MULTIPLY },
    { "div", PN_CODE_DIVIDE },      { "rem", PN_CODE_REMAINDER },  { "index", PN_CODE_INDEX },
    { "list", PN_CODE_LIST },       { "append", PN_CODE_APPEND },  { "map", PN_CODE_MAP },
    { "put", PN_CODE_PUT },         { "like", PN_CODE_LIST_LIKE }, { "maplike", PN_CODE_MAP_LIKE },
    { "settle", PN_CODE_SETTLE },   { "slide", PN_CODE_SLIDE },    { "local", PN_CODE_LOCAL },
    { "loop", PN_CODE_LOOP },       { "step", PN_CODE_STEP },      { "again", PN_CODE_AGAIN },
    { "end", PN_CODE_END },         { "call", PN_CODE_CALL },      { "select", PN_CODE_SELECT },
    { "has", PN_CODE_HAS },         { "const", PN_CODE_CONST },    { "slot", PN_CODE_SLOT },
    { "now", PN_CODE_NOW },         { "inset", PN_CODE_IN_SET },   { "match", PN_CODE_MATCH },
    { "derived", PN_CODE_DERIVED }, { "pred", PN_CODE_PREDICATE },
};

static uint32_t typed_constant(uint8_t type, uint32_t nanos, int64_t value)
{
    uint32_t index = (uint32_t)(a.section[S(CONSTANTS)].len / PN_CONSTANT_BYTES);
    uint8_t head[4] = { type, 0, 0, 0 };

    pn_asm_put(&a, S(CONSTANTS), head, sizeof head);
    pn_asm_put32(&a, S(CONSTANTS), nanos);
    pn_asm_put64(&a, S(CONSTANTS), (uint64_t)value);
    return index;
}

/* A constant by its spelling: 5, 5u, 1.5, 'text', true, null, @5 (an instant), ~5.000000001. */
static uint32_t constant_of(const char *word)
{
    size_t len = strlen(word);
    long long whole;
    unsigned nanos = 0;

    if (strcmp(word, "null") == 0) return pn_asm_null(&a);
    if (strcmp(word, "true") == 0) return pn_asm_bool(&a, 1);
    if (strcmp(word, "false") == 0) return pn_asm_bool(&a, 0);
    if (word[0] == '\'') {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)(len - 2), word + 1);
        return pn_asm_text(&a, text);
    }
    if (word[0] == '@' || word[0] == '~') {
        sscanf(word + 1, "%lld.%9u", &whole, &nanos);
        return typed_constant(word[0] == '@' ? PN_TIMESTAMP : PN_DURATION, nanos, whole);
    }
    if (word[len - 1] == 'u') {
        return typed_constant(PN_UINT, 0, (int64_t)strtoull(word, NULL, 10));
    }
    if (strpbrk(word, ".ena") != NULL) return pn_asm_double(&a, strtod(word, NULL));
    return pn_asm_int(&a, strtoll(word, NULL, 10));
}

static void put_insn(uint8_t op, unsigned long arg_a, unsigned long arg_b)
{
    uint8_t head[2] = { op, (uint8_t)arg_a };

    pn_asm_put(&a, S(VALUE_CODE), head, 2);
    pn_asm_put16(&a, S(VALUE_CODE), (uint16_t)arg_b);
}

/* One word: a constant, or an operation with operands as op:b or op:a:b; select and has take a text,
 * slots their number. */
static void put_word(const char *word)
{
    char op[32];
    const char *colon = strchr(word, ':');
    size_t len = colon == NULL ? strlen(word) : (size_t)(colon - word);

    snprintf(op, sizeof op, "%.*s", (int)len, word);
    for (size_t i = 0; word[0] != '\'' && i < sizeof words / sizeof words[0]; i++) {
        char *rest = NULL;
        if (strcmp(op, words[i].word) != 0) continue;
        if (colon == NULL) {
            put_insn(words[i].op, 0, 0);
        } else if (words[i].op == PN_CODE_SELECT || words[i].op == PN_CODE_HAS) {
            put_insn(words[i].op, 0, constant_of(colon + 1));
        } else {
            unsigned long first = strtoul(colon + 1, &rest, 0);
            if (*rest == ':') put_insn(words[i].op, first, strtoul(rest + 1, NULL, 0));
            else put_insn(words[i].op, 0, first);
        }
        return;
    }
    put_insn(PN_CODE_CONST, 0, constant_of(word));
}

static void assemble(const char *program, uint16_t loop_items)
{
    uint32_t first = (uint32_t)(a.section[S(VALUE_CODE)].len / PN_CODE_BYTES);
    char copy[512];
    struct pn_code_size size = { 1, 1 };

    snprintf(copy, sizeof copy, "%s", program);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) put_word(word);
    uint32_t count = (uint32_t)(a.section[S(VALUE_CODE)].len / PN_CODE_BYTES) - first;
    struct pn_slice code =
        pn_slice(a.section[S(VALUE_CODE)].bytes + PN_CODE_BYTES * first, PN_CODE_BYTES * count);
    (void)pn_code_measure(&pn_modules_all, code, loop_items, &size);
    pn_asm_put32(&a, S(CODE_BLOCKS), first);
    pn_asm_put16(&a, S(CODE_BLOCKS), (uint16_t)count);
    pn_asm_put16(&a, S(CODE_BLOCKS), size.stack);
    pn_asm_put32(&a, S(CODE_BLOCKS), size.cost);
    pn_asm_put32(&a, S(CODE_BLOCKS), 0);
    pn_store16(a.section[S(HEADER)].bytes + PN_HEADER_LOOP_ITEMS, loop_items);
    pn_asm_features(&a);
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
    assemble(program, loop_items);
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
        assemble(some[i].program, 64);
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
    assemble("slot:0", 0);
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
        assemble(programs[i], 0);
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
        assemble("list:2 'aaaaaaaaaaaaaaaaaaaaaaaaa' 'b' add append slot:0 append", 0);
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
    assemble("slot:0 0 loop:1:9 step:1:8 local:1 'some_text' 'and_more' add call:1:1 add "
             "again:0x31:7 end:1:0",
             1024);
    begin();
    slots[0] = pn_value_spec(text);
    struct pn_value v = pn_machine_run(&machine, 0);
    TEST_ASSERT_EQUAL(PN_INT, v.type);
    TEST_ASSERT_EQUAL(900 * 17, v.as.i);
    TEST_ASSERT_LESS_THAN(1024, scratch.used_max);
}

static void refuse(const char *program, uint16_t loop_items)
{
    setUp();
    (void)pn_asm_slot(&a, "R.attr.x");
    (void)pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, 0, PN_NONE16, PN_NONE32, "x");
    (void)pn_asm_predicate(&a, PN_PREDICATE_CODE, 0, PN_NONE16, PN_NONE16, 0, "code");
    assemble(program, loop_items);
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
    assemble(two, 128);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, pn_asm_finish(&a)));
}

static void stated_depth_and_cost_must_be_right(void)
{
    for (unsigned field = PN_BLOCK_STACK; field <= PN_BLOCK_COST; field += 2) {
        setUp();
        assemble("1 2 add", 0);
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
        assemble("1", 0);
        (void)typed_constant(bad[i].type, bad[i].nanos, bad[i].value);
        TEST_ASSERT_EQUAL(PN_POLICY_BAD_CONSTANT, pn_policy_open(&policy, pn_asm_finish(&a)));
    }
}

static void a_device_without_the_module_refuses_by_name(void)
{
    setUp();
    assemble("true", 0);
    struct pn_slice body = pn_asm_finish(&a);
    struct pn_modules modules = pn_modules_all;
    modules.values = NULL;
    TEST_ASSERT_EQUAL(PN_POLICY_LACKS_VALUE_CODE, pn_policy_open_with(&policy, body, &modules));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, body));
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
        assemble(some[i].program, 0);
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
    RUN_TEST(malformed_code_is_refused);
    RUN_TEST(a_loop_needs_a_bound);
    RUN_TEST(too_dear_is_refused);
    RUN_TEST(stated_depth_and_cost_must_be_right);
    RUN_TEST(constants_of_built_types_are_checked);
    RUN_TEST(a_device_without_the_module_refuses_by_name);
    RUN_TEST(code_in_a_condition);
    return UNITY_END();
}
