/* Any instructions as a block of value code: what opening accepts runs to an end, within its stack,
 * its memory and its texts, and leaves one value, which has a form in JSON or none.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/json/json_scan.h"
#include "policy/code_flow.h"
#include "policy/value_json.h"
#include "test/policy/assemble_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define S(name) PN_POLICY_SECTION_##name

enum { SCRATCH_BYTES = 4096, OUTPUT_BYTES = 1009, IN_CERBOS54 = 0x40 };

static struct pn_asm a;
static struct pn_policy policy;

static void typed_constant(uint8_t type, uint32_t more, int64_t value)
{
    uint8_t head[4] = { type, 0, 0, 0 };

    pn_asm_put(&a, S(CONSTANTS), head, sizeof head);
    pn_asm_put32(&a, S(CONSTANTS), more);
    pn_asm_put64(&a, S(CONSTANTS), (uint64_t)value);
}

/* Something of every type, a set, a table, slots: small indexes mean something. */
static void put_surroundings(void)
{
    uint32_t members[2];

    pn_asm_begin(&a);
    members[0] = pn_asm_text(&a, "a");
    members[1] = pn_asm_int(&a, 1);
    (void)pn_asm_text(&a, "2020-01-02T03:04:05Z");
    (void)pn_asm_text(&a, "%s,%d %f %e %x %b");
    (void)pn_asm_double(&a, -1.5);
    (void)pn_asm_null(&a);
    (void)pn_asm_bool(&a, 1);
    typed_constant(PN_UINT, 0, -1);
    typed_constant(PN_BYTES, 5, 0);
    typed_constant(PN_TIMESTAMP, 5, 1);
    typed_constant(PN_DURATION, 999999999, -2);
    typed_constant(PN_TYPE, 0, PN_INT);
    (void)pn_asm_set(&a, members, 1, 1, PN_SET_HAS_NULL);
    (void)pn_asm_dfa(&a, "a", 0, 3, 1);
    (void)pn_asm_slot(&a, "R.attr.list");
    (void)pn_asm_slot(&a, "R.attr.map");
    (void)pn_asm_slot(&a, "R.attr.text");
    (void)pn_asm_predicate(&a, PN_PREDICATE_BOOL, 0, 0, PN_NONE16, PN_NONE32, "list");
}

static void put_code(const uint8_t *data, size_t size)
{
    uint16_t loop_items = (uint16_t)(1 + data[0] % 64);
    struct pn_code_size measured = { 1, 1 };

    if ((data[0] & IN_CERBOS54) != 0) {
        a.section[S(HEADER)].bytes[PN_HEADER_MODE] = PN_MODE_CERBOS54;
        pn_asm_scope(&a, "", 0);
    }

    for (size_t i = 1; i + PN_CODE_BYTES <= size; i += PN_CODE_BYTES) {
        uint8_t insn[PN_CODE_BYTES] = { (uint8_t)(data[i] % (PN_CODE_OP_COUNT + 1)), data[i + 1],
                                        data[i + 2], data[i + 3] };
        pn_asm_put(&a, S(VALUE_CODE), insn, sizeof insn);
    }
    struct pn_slice code = pn_slice(a.section[S(VALUE_CODE)].bytes, a.section[S(VALUE_CODE)].len);
    (void)pn_code_measure(&pn_modules_all, code, loop_items, &measured);
    pn_asm_put32(&a, S(CODE_BLOCKS), 0);
    pn_asm_put16(&a, S(CODE_BLOCKS), (uint16_t)(code.len / PN_CODE_BYTES));
    pn_asm_put16(&a, S(CODE_BLOCKS), measured.stack);
    pn_asm_put32(&a, S(CODE_BLOCKS), measured.cost);
    pn_asm_put32(&a, S(CODE_BLOCKS), 0);
    pn_store16(a.section[S(HEADER)].bytes + PN_HEADER_LOOP_ITEMS, loop_items);
    pn_asm_features(&a);
}

/* A copy of exact size, so that a read beyond its end is seen. */
static struct pn_value text_slot(enum pn_type type, const char *text, uint8_t flags)
{
    size_t len = strlen(text);
    struct pn_value v = pn_value_string(pn_slice(malloc(len), len));

    memcpy((uint8_t *)(uintptr_t)v.as.text, text, len);
    v.type = (uint8_t)type;
    v.flags = flags;
    if (type != PN_STRING) v.node = 900; /* its place among many that were recorded */
    return v;
}

/* What is written is JSON that can be read one way only, but for NULs, which are told as they are. */
static void check_json(struct pn_slice json)
{
    static const uint8_t seed[16] = { 1 };
    static struct pn_json_key places[1024];
    struct pn_json_keys keys;
    struct pn_json_scan scan;

    pn_json_keys_init(&keys, places, 1024, seed);
    pn_json_scan_begin(&scan, &keys, NULL);
    if (pn_json_scan_step(&scan, json, PN_JSON_LAST, NULL) == PN_DONE) return;
    if (scan.reason != PN_REASON_JSON_NUL) abort();
}

static void write_json(struct pn_machine *m, const struct pn_value *v)
{
    size_t max = v->type * 97u % OUTPUT_BYTES; /* sometimes too few */
    uint8_t *exact = malloc(max);
    struct pn_writer w = pn_writer(exact, max);

    if (pn_write_value_json(m, &w, v) && !w.full) check_json(pn_written(&w));
    free(exact);
}

static void run(void)
{
    struct pn_value slots[PN_POLICY_SLOTS_MAX];
    struct pn_facts facts;
    uint8_t *memory = malloc(SCRATCH_BYTES);
    struct pn_scratch scratch = pn_scratch(memory, SCRATCH_BYTES);
    struct pn_machine machine = { .policy = &policy, .facts = &facts, .scratch = &scratch };

    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    slots[0] = text_slot(PN_LIST, "[1,\"\\u0061b\",[2.5,null],{\"a\":true},1e999]", 0);
    slots[1] = text_slot(PN_MAP, "{\"a\":1,\"list\":[\"x\",\"y\"],\"A\":\"\\n\"}", 0);
    slots[2] = text_slot(PN_STRING, "a\\u00e9\\\"1.5", PN_VALUE_ESCAPED);
    struct pn_value v = pn_machine_run(&machine, 0);
    if (v.type == PN_ABSENT || v.type == PN_LOOP_CELL) abort();
    if (scratch.used > scratch.bytes) abort();
    if (v.type != PN_ERROR && v.type != PN_UNKNOWN) write_json(&machine, &v);
    for (int i = 0; i < 3; i++) free((uint8_t *)(uintptr_t)slots[i].as.text);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 + PN_CODE_BYTES || size > 1024) return 0;
    put_surroundings();
    put_code(data, size);
    struct pn_slice body = pn_asm_finish(&a);
    uint8_t *exact = malloc(body.len);
    memcpy(exact, body.at, body.len);
    if (pn_policy_open(&policy, pn_slice(exact, body.len)) == PN_POLICY_GOOD) run();
    free(exact);
    return 0;
}
