/* see assemble_words.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/assemble_words.h"
#include "test/policy/assemble_body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builtin.h"
#include "policy/code_flow.h"
#include "test/policy/assemble_body.h"

#define S(name) PN_POLICY_SECTION_##name

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

uint32_t pn_asm_constant(struct pn_asm *a, uint8_t type, uint32_t nanos, int64_t value)
{
    uint32_t index = (uint32_t)(a->section[S(CONSTANTS)].len / PN_CONSTANT_BYTES);
    uint8_t head[4] = { type, 0, 0, 0 };

    pn_asm_put(a, S(CONSTANTS), head, sizeof head);
    pn_asm_put32(a, S(CONSTANTS), nanos);
    pn_asm_put64(a, S(CONSTANTS), (uint64_t)value);
    return index;
}

/* A constant by its spelling: 5, 5u, 1.5, 'text', true, null, @5 (an instant), ~5.000000001. */
static uint32_t constant_of(struct pn_asm *a, const char *word)
{
    size_t len = strlen(word);
    long long whole;
    unsigned nanos = 0;

    if (strcmp(word, "null") == 0) return pn_asm_null(a);
    if (strcmp(word, "true") == 0) return pn_asm_bool(a, 1);
    if (strcmp(word, "false") == 0) return pn_asm_bool(a, 0);
    if (word[0] == '\'') {
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)(len - 2), word + 1);
        return pn_asm_text(a, text);
    }
    if (word[0] == '@' || word[0] == '~') {
        sscanf(word + 1, "%lld.%9u", &whole, &nanos);
        return pn_asm_constant(a, word[0] == '@' ? PN_TIMESTAMP : PN_DURATION, nanos, whole);
    }
    if (word[len - 1] == 'u') {
        return pn_asm_constant(a, PN_UINT, 0, (int64_t)strtoull(word, NULL, 10));
    }
    if (strpbrk(word, ".ena") != NULL) return pn_asm_double(a, strtod(word, NULL));
    return pn_asm_int(a, strtoll(word, NULL, 10));
}

static void put_insn(struct pn_asm *a, uint8_t op, unsigned long arg_a, unsigned long arg_b)
{
    uint8_t head[2] = { op, (uint8_t)arg_a };

    pn_asm_put(a, S(VALUE_CODE), head, 2);
    pn_asm_put16(a, S(VALUE_CODE), (uint16_t)arg_b);
}

/* One word: a constant, or an operation with operands as op:b or op:a:b; select and has take a text,
 * slots their number. */
static void put_word(struct pn_asm *a, const char *word)
{
    char op[32];
    const char *colon = strchr(word, ':');
    size_t len = colon == NULL ? strlen(word) : (size_t)(colon - word);

    snprintf(op, sizeof op, "%.*s", (int)len, word);
    for (size_t i = 0; word[0] != '\'' && i < sizeof words / sizeof words[0]; i++) {
        char *rest = NULL;
        if (strcmp(op, words[i].word) != 0) continue;
        if (colon == NULL) {
            put_insn(a, words[i].op, 0, 0);
        } else if (words[i].op == PN_CODE_SELECT || words[i].op == PN_CODE_HAS) {
            put_insn(a, words[i].op, 0, constant_of(a, colon + 1));
        } else {
            unsigned long first = strtoul(colon + 1, &rest, 0);
            if (*rest == ':') put_insn(a, words[i].op, first, strtoul(rest + 1, NULL, 0));
            else put_insn(a, words[i].op, 0, first);
        }
        return;
    }
    put_insn(a, PN_CODE_CONST, 0, constant_of(a, word));
}

void pn_asm_words(struct pn_asm *a, const char *program, uint16_t loop_items)
{
    uint32_t first = (uint32_t)(a->section[S(VALUE_CODE)].len / PN_CODE_BYTES);
    char copy[512];
    struct pn_code_size size = { 1, 1 };

    snprintf(copy, sizeof copy, "%s", program);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) put_word(a, word);
    uint32_t count = (uint32_t)(a->section[S(VALUE_CODE)].len / PN_CODE_BYTES) - first;
    struct pn_slice code =
        pn_slice(a->section[S(VALUE_CODE)].bytes + PN_CODE_BYTES * first, PN_CODE_BYTES * count);
    (void)pn_code_measure(&pn_modules_all, code, loop_items, &size);
    pn_asm_put32(a, S(CODE_BLOCKS), first);
    pn_asm_put16(a, S(CODE_BLOCKS), (uint16_t)count);
    pn_asm_put16(a, S(CODE_BLOCKS), size.stack);
    pn_asm_put32(a, S(CODE_BLOCKS), size.cost);
    pn_asm_put32(a, S(CODE_BLOCKS), 0);
    pn_store16(a->section[S(HEADER)].bytes + PN_HEADER_LOOP_ITEMS, loop_items);
    pn_asm_features(a);
}
