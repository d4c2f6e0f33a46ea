/* see function_call.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/policy/function_call.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/builtin.h"
#include "policy/type_name.h"
#include "unity.h"

enum way { PLAIN, ESCAPED, BUILT };

enum { OWNED_MAX = 4096, SCRATCH_BYTES = 64 * 1024, STEPS = 1000000 };

static const struct pn_policy policy = { .mode = PN_MODE_EDGE, .modules = &pn_modules_all };
static struct pn_facts facts;
static void *owned[OWNED_MAX];
static size_t owned_count;

struct reader {
    const char *at;
    enum way way;
    struct pn_machine *machine;
};

static const struct {
    const char *name;
    uint32_t number;
} names[] = {
#define PN_BUILTIN(number, symbol, name, ...) { name, number },
#include "policy/builtin.def"
#undef PN_BUILTIN
};

static const char *const faults[] = {
#define PN_FAULT(symbol, sentence) #symbol,
#include "policy/machine_fault.def"
#undef PN_FAULT
};

static void *exact(const void *bytes, size_t len)
{
    void *copy = malloc(len);

    TEST_ASSERT_TRUE(owned_count < OWNED_MAX);
    if (len > 0) memcpy(copy, bytes, len);
    owned[owned_count++] = copy;
    return copy;
}

static struct pn_value text_value(enum pn_type type, const void *bytes, size_t len)
{
    struct pn_value v = pn_value_string(pn_slice(exact(bytes, len), len));

    v.type = (uint8_t)type;
    return v;
}

static void skip_space(struct reader *r)
{
    while (*r->at == ' ' || *r->at == ',' || *r->at == ':') r->at++;
}

/* One character, its escape read; `hex` also \xNN, as bytes have them. */
static char character(struct reader *r)
{
    static const char letters[] = "nrtbfv";
    static const char meant[] = "\n\r\t\b\f\v";

    if (*r->at != '\\') return *r->at++;
    r->at += 2;
    if (r->at[-1] == 'x') {
        char hex[3] = { r->at[0], r->at[1], 0 };
        r->at += 2;
        return (char)strtol(hex, NULL, 16);
    }
    const char *letter = strchr(letters, r->at[-1]);
    return letter == NULL ? r->at[-1] : meant[letter - letters];
}

static struct pn_value quoted(struct reader *r, enum pn_type type)
{
    char text[8192];
    size_t len = 0;

    r->at++;
    while (*r->at != '"') {
        char ch = character(r);
        if (r->way == ESCAPED && type == PN_STRING && (unsigned char)ch < 0x80) {
            len += (size_t)sprintf(text + len, "\\u%04x", (unsigned char)ch);
        } else {
            text[len++] = ch;
        }
    }
    r->at++;
    struct pn_value v = text_value(type, text, len);
    if (r->way == ESCAPED && type == PN_STRING && len > 0) v.flags = PN_VALUE_ESCAPED;
    return v;
}

static size_t bracket_len(const char *at)
{
    size_t len = 0;
    int depth = 0;

    do {
        if (at[len] == '"') {
            for (len++; at[len] != '"'; len++) len += at[len] == '\\';
        }
        depth += (at[len] == '[' || at[len] == '{') - (at[len] == ']' || at[len] == '}');
        len++;
    } while (depth > 0);
    return len;
}

static struct pn_value cells(size_t count, const struct pn_value *from, enum pn_type type)
{
    struct pn_value v = { .type = (uint8_t)type, .flags = PN_VALUE_BUILT };

    v.as.items = exact(from, count * sizeof *from);
    v.len = (uint32_t)(type == PN_MAP ? count / 2 : count);
    return v;
}

static struct pn_value read_value(struct reader *r);

static size_t read_until(struct reader *r, char end, struct pn_value *values)
{
    size_t count = 0;

    for (skip_space(r); *r->at != end; skip_space(r)) values[count++] = read_value(r);
    r->at++;
    return count;
}

static struct pn_value container(struct reader *r)
{
    enum pn_type type = *r->at == '[' ? PN_LIST : PN_MAP;
    struct pn_value values[64];

    if (r->way == BUILT) {
        char end = *r->at++ == '[' ? ']' : '}';
        size_t count = read_until(r, end, values);
        return cells(count, values, type);
    }
    size_t len = bracket_len(r->at);
    struct pn_value v = text_value(type, r->at, len);
    r->at += len;
    return v;
}

static struct pn_value number(struct reader *r)
{
    size_t len = strcspn(r->at, " ,)]}:");
    char text[400];

    memcpy(text, r->at, len);
    text[len] = 0;
    r->at += len;
    if (text[len - 1] == 'u') return pn_value_uint(strtoull(text, NULL, 10));
    if (strpbrk(text, ".e") == NULL) return pn_value_int(strtoll(text, NULL, 10));
    double d = strtod(text, NULL);
    return isinf(d) ? pn_value_fault(PN_FAULT_UNUSABLE) : pn_value_double(d); /* as in JSON */
}

static bool is_usable(const struct pn_value *v)
{
    return v->type > PN_UNKNOWN;
}

static struct pn_value call(struct reader *r, const char *name, size_t len)
{
    struct pn_value args[64];
    size_t count = read_until(r, ')', args);

    if (len == 4 && memcmp(name, "list", 4) == 0) return cells(count, args, PN_LIST);
    if (len == 3 && memcmp(name, "map", 3) == 0) return cells(count, args, PN_MAP);
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(&args[i])) return args[i];
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i].name) != len || memcmp(names[i].name, name, len) != 0) continue;
        const struct pn_builtin *b = pn_builtin_at(&pn_modules_all, names[i].number);
        if (count < b->args_min || count > b->args_max) break;
        pn_builtin_call(r->machine, b, args, (uint32_t)count);
        return args[0];
    }
    TEST_FAIL_MESSAGE(name);
    return pn_value_of(PN_ABSENT);
}

static struct pn_value word(struct reader *r)
{
    size_t len = strcspn(r->at, " ,()]}:");
    const char *name = r->at;

    r->at += len;
    if (*r->at == '(') {
        r->at++;
        return call(r, name, len);
    }
    if (strncmp(name, "null", len) == 0) return pn_value_of(PN_NULL);
    if (strncmp(name, "NaN", len) == 0) return pn_value_double((double)NAN);
    if (strncmp(name, "inf", len) == 0) return pn_value_double((double)INFINITY);
    return pn_value_bool(name[0] == 't');
}

static struct pn_value read_value(struct reader *r)
{
    skip_space(r);
    if (*r->at == '"') return quoted(r, PN_STRING);
    if (*r->at == 'b' && r->at[1] == '"') {
        r->at++;
        return quoted(r, (enum pn_type)PN_BYTES);
    }
    if (*r->at == '[' || *r->at == '{') return container(r);
    if (*r->at == '-' && r->at[1] == 'i') {
        r->at += 4;
        return pn_value_double(-(double)INFINITY);
    }
    return *r->at == '-' || (*r->at >= '0' && *r->at <= '9') ? number(r) : word(r);
}

/* ---- results as text ---- */

struct text {
    char bytes[16384];
    size_t len;
};

static void append(struct text *t, const char *format, const char *bytes)
{
    t->len += (size_t)snprintf(t->bytes + t->len, sizeof t->bytes - t->len, format, bytes);
}

static void append_quoted(struct text *t, const struct pn_value *v)
{
    struct pn_text_iter it;

    t->bytes[t->len++] = '"';
    pn_text_begin(&it, v);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        if (ch == '"' || ch == '\\') t->bytes[t->len++] = '\\';
        if (ch < 0x20 || (v->type == PN_BYTES && ch >= 0x7f)) {
            t->len += (size_t)sprintf(t->bytes + t->len, "\\x%02x", (unsigned)ch);
        } else {
            t->bytes[t->len++] = (char)ch;
        }
    }
    t->bytes[t->len++] = '"';
    t->bytes[t->len] = 0;
}

static void append_value(struct text *t, const struct pn_machine *m, const struct pn_value *v);

static void append_elements(struct text *t, const struct pn_machine *m, const struct pn_value *v)
{
    struct pn_sequence s;
    struct pn_value key, value;

    append(t, "%s", v->type == PN_MAP ? "{" : v->type == PN_LIST ? "[" : "hierarchy[");
    pn_sequence_begin(&s, m, v);
    for (bool first = true; pn_sequence_next(&s, &key, &value); first = false) {
        if (!first) append(t, "%s", ", ");
        if (v->type == PN_MAP) append_value(t, m, &key);
        if (v->type == PN_MAP) append(t, "%s", ": ");
        append_value(t, m, &value);
    }
    append(t, "%s", v->type == PN_MAP ? "}" : "]");
}

static void append_double(struct text *t, double d)
{
    char digits[64];

    snprintf(digits, sizeof digits, "%.17g", d);
    append(t, "%s", isnan(d) ? "NaN" : digits);
    if (strpbrk(digits, ".eni") == NULL) append(t, "%s", ".0");
}

static void append_number(struct text *t, const char *form, long long i, long long nanos)
{
    t->len += (size_t)snprintf(t->bytes + t->len, sizeof t->bytes - t->len, form, i, nanos);
}

static void append_value(struct text *t, const struct pn_machine *m, const struct pn_value *v)
{
    switch (v->type) {
    case PN_ERROR: append(t, "!%s", faults[v->as.i]); break;
    case PN_NULL: append(t, "%s", "null"); break;
    case PN_BOOL: append(t, "%s", v->as.b ? "true" : "false"); break;
    case PN_INT: append_number(t, "%lld", v->as.i, 0); break;
    case PN_UINT: append_number(t, "%lluu", v->as.i, 0); break;
    case PN_DOUBLE: append_double(t, v->as.d); break;
    case PN_STRING: append_quoted(t, v); break;
    case PN_LIST:
    case PN_MAP:
    case PN_HIERARCHY: append_elements(t, m, v); break;
    case PN_TIMESTAMP: append_number(t, "at %lld.%09lld", v->as.i, v->len); break;
    case PN_DURATION: append_number(t, "for %lld.%09lld", v->as.i, v->len); break;
    case PN_TYPE:
        append_number(t, "", 0, 0);
        t->len += (size_t)sprintf(t->bytes + t->len, "%.*s", (int)pn_type_name(v->as.i).len,
                                  (const char *)pn_type_name(v->as.i).at);
        break;
    case PN_BYTES:
        append(t, "%s", "b");
        append_quoted(t, v);
        break;
    default:
        t->len += (size_t)sprintf(t->bytes + t->len, "%.*s", (int)pn_type_name(v->type).len,
                                  (const char *)pn_type_name(v->type).at);
        break;
    }
}

/* ---- rows ---- */

struct result {
    struct text text;
    uint32_t used_max, steps;
};

static void evaluate(const char *text, enum way way, uint32_t scratch_bytes, uint32_t steps,
                     struct result *out)
{
    uint8_t *memory = malloc(scratch_bytes + 1);
    struct pn_scratch scratch = pn_scratch(memory, scratch_bytes);
    struct pn_machine m = { &policy, &facts, &scratch, NULL, steps, false };
    struct reader r = { text, way, &m };
    struct pn_value v = read_value(&r);

    out->text.len = 0;
    append_value(&out->text, &m, &v);
    out->used_max = scratch.used_max;
    out->steps = steps - m.steps_left;
    while (owned_count > 0) free(owned[--owned_count]);
    free(memory);
}

/* With less, the same result or the fault that says so; the fault at least once. */
static void check_short_of(const struct pn_call_row *row, const struct result *whole, bool steps)
{
    static struct result less;
    uint32_t most = steps ? whole->steps : whole->used_max;
    const char *fault = steps ? "!TOO_MANY_STEPS" : "!SCRATCH_FULL";

    for (uint32_t n = 0; n < most; n += 1 + most / 100) {
        evaluate(row->call, PLAIN, steps ? SCRATCH_BYTES : n & ~7u, steps ? n : STEPS, &less);
        if (strcmp(less.text.bytes, fault) == 0) continue;
        TEST_ASSERT_EQUAL_STRING_MESSAGE(row->result, less.text.bytes, row->call);
    }
}

void pn_call_check(const struct pn_call_row *row)
{
    static struct result whole;

    for (enum way way = BUILT + 1; way-- > PLAIN;) {
        evaluate(row->call, way, SCRATCH_BYTES, STEPS, &whole);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(row->result, whole.text.bytes, row->call);
    }
    check_short_of(row, &whole, false);
    check_short_of(row, &whole, true);
}
