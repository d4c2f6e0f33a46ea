/* see schema_errors.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/schema_errors.h"

#include "policy/compare.h"
#include "policy/double_text.h"
#include "policy/elements.h"
#include "policy/schema.h"
#include "tools/print_bytes.h"

enum { FAILURES_MAX = 256, PATHS_BYTES = 32 << 10, NUMBER_BYTES = 400 };

struct telling {
    struct arena *arena;
    const struct pn_policy *policy;
    struct bytes words; /* of the failure at hand */
};

static void say(struct telling *t, const char *words)
{
    bytes_append(&t->words, pn_slice(words, strlen(words)));
}

enum number_style { AS_JSON, AS_GO };

/* A number of the schema's const and enum as JSON has it, all others as Go prints a double. */
static void say_number(struct telling *t, const struct pn_value *v, enum number_style style)
{
    double value = v->type == PN_INT ? (double)v->as.i : v->as.d;
    uint8_t room[NUMBER_BYTES];
    struct pn_writer w = pn_writer(room, sizeof room);

    if (style == AS_JSON && v->type == PN_INT) pn_write_i64(&w, v->as.i);
    else if (style == AS_JSON && value < 1e21 && value > -1e21) pn_double_plain(&w, value);
    else pn_double_shortest(&w, value);
    bytes_append(&t->words, pn_written(&w));
}

/* A text as Go prints it between single quotes. */
static void say_quoted(struct telling *t, struct pn_slice text)
{
    say(t, "'");
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        const char *controls = "abtnvfr", *names = "\a\b\t\n\v\f\r";
        const char *known = ch >= 7 && ch < 14 ? strchr(names, ch) : NULL;
        if (known != NULL) print_bytes(&t->words, "\\%c", controls[known - names]);
        else if (ch < 32 || ch == 127) print_bytes(&t->words, "\\x%02x", ch);
        else if (ch == '\\' || ch == '\'') print_bytes(&t->words, "\\%c", ch);
        else bytes_append_u8(&t->words, ch);
    }
    say(t, "'");
}

static struct pn_slice plain_text(struct telling *t, const struct pn_value *v)
{
    uint8_t *copy = arena_take(t->arena, (size_t)v->len + 1);

    return pn_slice(copy, pn_value_copy_text(v, copy, v->len));
}

static const uint8_t *word_at(const struct telling *t, uint32_t index)
{
    return pn_record(t->policy, PN_POLICY_SECTION_SCHEMA_WORDS, PN_SCHEMA_WORD_BYTES, index);
}

/* --- one keyword each --- */

static void say_types(struct telling *t, uint16_t types, const struct pn_value *v)
{
    static const char *const names[] = { "null",   "boolean", "integer", "number",
                                         "string", "array",   "object" };
    static const char *const of_type[] = {
        [PN_NULL] = "null",     [PN_BOOL] = "boolean", [PN_INT] = "number", [PN_DOUBLE] = "number",
        [PN_STRING] = "string", [PN_LIST] = "array",   [PN_MAP] = "object"
    };
    const char *before = "expected ";

    for (unsigned i = 0; i < 7; i++) {
        if ((types >> i & 1) == 0) continue;
        say(t, before);
        say(t, names[i]);
        before = " or ";
    }
    say(t, ", but got ");
    say(t, of_type[v->type]);
}

static void say_constant(struct telling *t, const struct pn_value *v)
{
    switch (v->type) {
    case PN_STRING: print_json(&t->words, "", plain_text(t, v)); break;
    case PN_INT:
    case PN_DOUBLE:
        say(t, "\"");
        say_number(t, v, AS_JSON);
        say(t, "\"");
        break;
    default: break;
    }
}

static uint32_t set_count(const struct telling *t, uint32_t set)
{
    const uint8_t *at = pn_record(t->policy, PN_POLICY_SECTION_SETS, PN_SET_BYTES, set);
    uint32_t count = (uint32_t)pn_load16(at + PN_SET_STRINGS) + pn_load16(at + PN_SET_NUMBERS);

    for (unsigned i = 0; i < 3; i++) count += at[PN_SET_FLAGS] >> i & 1u;
    return count;
}

static void say_set(struct telling *t, uint32_t set)
{
    const struct pn_policy *p = t->policy;
    const uint8_t *at = pn_record(p, PN_POLICY_SECTION_SETS, PN_SET_BYTES, set);
    uint32_t first = pn_load32(at + PN_SET_FIRST);
    uint32_t count = (uint32_t)pn_load16(at + PN_SET_STRINGS) + pn_load16(at + PN_SET_NUMBERS);
    static const char *const words[] = { "<nil>", "false", "true" };
    const char *between = "";

    for (uint32_t i = 0; i < count; i++) {
        struct pn_value v =
            pn_constant(p, pn_load32(pn_record(p, PN_POLICY_SECTION_SET_MEMBERS, 4, first + i)));
        say(t, between);
        say_constant(t, &v);
        between = ", ";
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((at[PN_SET_FLAGS] >> i & 1) == 0) continue;
        say(t, between);
        say(t, words[i]);
        between = ", ";
    }
}

static void say_bound(struct telling *t, const char *relation, uint32_t constant,
                      const struct pn_value *v)
{
    struct pn_value bound = pn_constant(t->policy, constant);

    print_bytes(&t->words, "must be %s ", relation);
    say_number(t, &bound, AS_GO);
    say(t, " but found ");
    say_number(t, v, AS_GO);
}

static void say_multiple(struct telling *t, const uint8_t *word, const struct pn_value *v)
{
    struct pn_value of = pn_value_of(PN_DOUBLE);
    double scale = 1;

    for (uint16_t i = 0; i < pn_load16(word + PN_SCHEMA_WORD_A); i++) scale *= 10;
    of.as.d = (double)pn_load32(word + PN_SCHEMA_WORD_B) / scale;
    say_number(t, v, AS_GO);
    say(t, " not multipleOf ");
    say_number(t, &of, AS_GO);
}

static bool same(const struct pn_value *a, const struct pn_value *b)
{
    if (pn_value_is_number(a) && pn_value_is_number(b)) return pn_number_order(a, b) == PN_SAME;
    if (a->type != b->type) return false;
    if (a->type == PN_STRING) return pn_text_equal(a, b);
    return a->type == PN_NULL || (a->type == PN_BOOL && a->as.b == b->as.b);
}

static void say_equal(struct telling *t, const struct pn_value *list)
{
    struct pn_elements it, other;
    struct pn_value a, b;

    pn_elements_begin(&it, list);
    for (unsigned i = 0; pn_elements_next(&it, &a); i++) {
        other = it;
        for (unsigned k = i + 1; pn_elements_next(&other, &b); k++) {
            if (!same(&a, &b)) continue;
            print_bytes(&t->words, "items at index %u and %u are equal", i, k);
            return;
        }
    }
}

static bool has_key(const struct pn_value *map, struct pn_slice name)
{
    struct pn_elements it;
    struct pn_value key, value;

    if (map->as.text == NULL) return false;
    pn_elements_begin(&it, map);
    while (pn_elements_next_entry(&it, &key, &value)) {
        if (pn_value_is_text(&key, name)) return true;
    }
    return false;
}

static void say_missing(struct telling *t, const struct pn_schema_failure *f)
{
    const uint8_t *group = word_at(t, f->word);
    const char *before = "missing properties: ";

    for (uint16_t i = 1; i <= pn_load16(group + PN_SCHEMA_WORD_A); i++) {
        const uint8_t *word = group + (size_t)PN_SCHEMA_WORD_BYTES * i;
        if (word[PN_SCHEMA_WORD_OP] != PN_SCHEMA_REQUIRED) continue;
        struct pn_slice name = pn_string(t->policy, pn_load32(word + PN_SCHEMA_WORD_B));
        if (has_key(&f->value, name)) continue;
        say(t, before);
        say_quoted(t, name);
        before = ", ";
    }
}

static bool is_property(const struct telling *t, const uint8_t *group, const struct pn_value *key)
{
    for (uint16_t i = 1; i <= pn_load16(group + PN_SCHEMA_WORD_A); i++) {
        const uint8_t *word = group + (size_t)PN_SCHEMA_WORD_BYTES * i;
        if (word[PN_SCHEMA_WORD_OP] != PN_SCHEMA_PROPERTY) continue;
        struct pn_slice name = pn_string(t->policy, pn_load32(word + PN_SCHEMA_WORD_B));
        if (pn_value_is_text(key, name)) return true;
    }
    return false;
}

static void say_strange(struct telling *t, const struct pn_schema_failure *f)
{
    const char *before = "additionalProperties ";
    struct pn_elements it;
    struct pn_value key, value;

    pn_elements_begin(&it, &f->value);
    while (pn_elements_next_entry(&it, &key, &value)) {
        if (is_property(t, word_at(t, f->word), &key)) continue;
        say(t, before);
        say_quoted(t, plain_text(t, &key));
        before = ", ";
    }
    say(t, " not allowed");
}

static void say_size(struct telling *t, const struct pn_schema_failure *f, uint32_t limit)
{
    uint32_t count =
        f->value.type == PN_STRING ? pn_text_size(&f->value) : pn_elements_count(&f->value);

    bool least = f->op == PN_SCHEMA_MIN_ITEMS || f->op == PN_SCHEMA_MIN_PROPERTIES;
    if (f->value.type == PN_STRING) {
        print_bytes(&t->words, "length must be %s %u, but got %u",
                    f->op == PN_SCHEMA_MIN_LENGTH ? ">=" : "<=", limit, count);
    } else if (f->value.type == PN_LIST) {
        print_bytes(&t->words, "%s %u items required, but found %u items",
                    least ? "minimum" : "maximum", limit, count);
    } else {
        print_bytes(&t->words, "%s %u properties allowed, but found %u properties",
                    least ? "minimum" : "maximum", limit, count);
    }
}

static struct pn_slice pattern_of(const struct telling *t, uint32_t dfa)
{
    const uint8_t *at = pn_record(t->policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, dfa);

    return pn_string(t->policy, pn_load32(at + PN_DFA_TEXT));
}

static void say_text(struct telling *t, const struct pn_schema_failure *f, const uint8_t *word)
{
    struct pn_slice text = f->op == PN_SCHEMA_PATTERN
                               ? pattern_of(t, pn_load32(word + PN_SCHEMA_WORD_B))
                               : plain_text(t, &f->value);

    if (f->op == PN_SCHEMA_PATTERN) say(t, "does not match pattern ");
    say_quoted(t, text);
    if (f->op == PN_SCHEMA_PATTERN) return;
    say(t, " is not valid ");
    say_quoted(t, pn_string(t->policy, pn_load16(word + PN_SCHEMA_WORD_A)));
}

static void say_failure(struct telling *t, const struct pn_schema_failure *f)
{
    const uint8_t *word = word_at(t, f->word);
    uint32_t b = f->op != PN_SCHEMA_NONE ? pn_load32(word + PN_SCHEMA_WORD_B) : 0;

    switch (f->op) {
    case PN_SCHEMA_TYPE: say_types(t, pn_load16(word + PN_SCHEMA_WORD_A), &f->value); return;
    case PN_SCHEMA_FALSE: say(t, "not allowed"); return;
    case PN_SCHEMA_CONST:
        say(t, "value must be ");
        say_set(t, b);
        return;
    case PN_SCHEMA_ENUM:
        say(t, set_count(t, b) == 1 ? "value must be " : "value must be one of ");
        say_set(t, b);
        return;
    case PN_SCHEMA_FORMAT:
    case PN_SCHEMA_PATTERN: say_text(t, f, word); return;
    case PN_SCHEMA_MINIMUM: say_bound(t, ">=", b, &f->value); return;
    case PN_SCHEMA_MAXIMUM: say_bound(t, "<=", b, &f->value); return;
    case PN_SCHEMA_ABOVE: say_bound(t, ">", b, &f->value); return;
    case PN_SCHEMA_BELOW: say_bound(t, "<", b, &f->value); return;
    case PN_SCHEMA_MULTIPLE: say_multiple(t, word, &f->value); return;
    case PN_SCHEMA_UNIQUE: say_equal(t, &f->value); return;
    case PN_SCHEMA_REQUIRED: say_missing(t, f); return;
    case PN_SCHEMA_ADDITIONAL: say_strange(t, f); return;
    case PN_SCHEMA_NOT: say(t, "not failed"); return;
    case PN_SCHEMA_ONE_OF:
        print_bytes(&t->words, "valid against schemas at indexes %d and %d",
                    (int)(f->value.as.i / 65536), (int)(f->value.as.i % 65536));
        return;
    case PN_SCHEMA_MIN_LENGTH:
    case PN_SCHEMA_MAX_LENGTH:
    case PN_SCHEMA_MIN_ITEMS:
    case PN_SCHEMA_MAX_ITEMS:
    case PN_SCHEMA_MIN_PROPERTIES:
    case PN_SCHEMA_MAX_PROPERTIES: say_size(t, f, b); return;
    case PN_SCHEMA_NONE:
    case PN_SCHEMA_ARRAY:
    case PN_SCHEMA_PREFIX_ITEM:
    case PN_SCHEMA_ITEMS:
    case PN_SCHEMA_OBJECT:
    case PN_SCHEMA_PROPERTY:
    case PN_SCHEMA_REF:
    case PN_SCHEMA_ANY_OF:
    case PN_SCHEMA_BRANCH:
    case PN_SCHEMA_OP_COUNT: break;
    }
    say(t, "cannot be judged: a number beyond 64 bits, or more than a device looks at");
}

/* --- all of them --- */

static void write_failure(struct telling *t, const struct pn_schema_failure *f, struct bytes *out)
{
    bool principal = f->side == PN_SIDE_PRINCIPAL;

    t->words.len = 0;
    say_failure(t, f);
    print_json(out, out->len > 0 ? ",{\"path\":" : "{\"path\":",
               f->path.len > 0 ? f->path : PN_SLICE("/"));
    print_json(out, ",\"message\":", bytes_slice(&t->words));
    print_json_words(out, ",\"source\":", principal ? "SOURCE_PRINCIPAL" : "SOURCE_RESOURCE");
    print_bytes(out, "}");
}

static bool is_asked(const struct pn_policy *policy, const uint8_t *binding, enum pn_side side,
                     const struct pn_check_input *input)
{
    for (uint16_t i = 0; i < input->action_count; i++) {
        if (pn_schema_asks(policy, binding, side, input->actions[i])) return true;
    }
    return false;
}

enum schema_verdict schema_errors(struct arena *arena, struct pn_check_input *input,
                                  const struct pn_policy *policy, struct pn_policy_scratch *scratch,
                                  struct bytes *out)
{
    struct telling t = { .arena = arena, .policy = policy };
    struct pn_schema_report report = {
        .failures = arena_take(arena, FAILURES_MAX * sizeof(struct pn_schema_failure)),
        .max = FAILURES_MAX,
        .text = pn_writer(arena_take(arena, PATHS_BYTES), PATHS_BYTES),
    };
    bool passes = true;

    if (policy->schema_module == NULL) return SCHEMA_PASSES;
    const struct pn_facts *facts = pn_check_input_facts(input, policy, 0, 0);
    const uint8_t *binding = pn_schema_binding(policy, facts, scratch);
    if (binding == NULL) return SCHEMA_PASSES;
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        if (!is_asked(policy, binding, (enum pn_side)side, input)) continue;
        if (pn_schema_check(policy, facts, binding, (enum pn_side)side, &report)) continue;
        passes = false;
        for (uint16_t i = 0; i < report.count; i++) write_failure(&t, &report.failures[i], out);
    }
    bytes_free(&t.words);
    if (passes) return SCHEMA_PASSES;
    return binding[PN_SCHEMA_BINDING_ENFORCEMENT] == PN_SCHEMA_REJECT ? SCHEMA_REJECTS
                                                                      : SCHEMA_WARNS;
}
