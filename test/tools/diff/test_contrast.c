/* Two policies and random requests: where their decisions differ a term says so, and where they do
 * not no term does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "policy/condition.h"
#include "policy/policy_explain.h"
#include "policy/record.h"
#include "test/tools/compile/policy_text.h"
#include "tools/diff/contrast.h"
#include "unity.h"

enum { REQUESTS = 4000, VALUE_BYTES = 1 << 20 };

static struct policy_text texts[2];
static const struct pn_policy *policies[2];
static struct arena arena;
static struct variables variables;
static struct subjects subjects;
static uint32_t seed;

void setUp(void)
{
    seed = 12345;
}

void tearDown(void)
{
}

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

#define HEAD "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  version: default\n  resource: k\n"
#define RULE(actions, effect, roles, condition) \
    "    - actions: [" actions "]\n      effect: EFFECT_" effect "\n      roles: [" roles "]\n" \
    "      condition:\n        match:\n          expr: " condition "\n"
#define FREE(actions, effect, roles) \
    "    - actions: [" actions "]\n      effect: EFFECT_" effect "\n      roles: [" roles "]\n"

struct row {
    const char *policies[2];
    enum pn_mode mode;
};

static const struct row rows[] = {
    /* A threshold that moves. */
    { { HEAD "  rules:\n" FREE("act", "ALLOW", "a, b") RULE("act", "DENY", "a", "R.attr.n > 5"),
        HEAD "  rules:\n" FREE("act", "ALLOW", "a, b") RULE("act", "DENY", "a", "R.attr.n > 3") },
      PN_MODE_EDGE },
    { { HEAD "  rules:\n" FREE("act", "ALLOW", "a, b") RULE("act", "DENY", "a", "R.attr.n > 5"),
        HEAD "  rules:\n" FREE("act", "ALLOW", "a, b") RULE("act", "DENY", "a", "R.attr.n > 3") },
      PN_MODE_CERBOS54 },
    /* Other predicates, other roles, a pattern beside an action. */
    { { HEAD "  rules:\n" RULE("'*'", "ALLOW", "a", "R.attr.n in [1, 4, 'x']")
            RULE("act", "ALLOW", "b", "R.attr.m == R.attr.n || has(R.attr.o)"),
        HEAD "  rules:\n" RULE("'a*'", "ALLOW", "a, c", "R.attr.n in [1, 7, 'x'] && R.attr.b")
            RULE("act", "DENY", "'*'", "R.attr.m.startsWith('x')") },
      PN_MODE_EDGE },
    { { HEAD "  rules:\n" RULE("'*'", "ALLOW", "a", "R.attr.n in [1, 4, 'x']")
            RULE("act", "ALLOW", "b", "R.attr.m == R.attr.n || has(R.attr.o)"),
        HEAD "  rules:\n" RULE("'a*'", "ALLOW", "a, c", "R.attr.n in [1, 7, 'x'] && R.attr.b")
            RULE("act", "DENY", "'*'", "R.attr.m.startsWith('x')") },
      PN_MODE_CERBOS54 },
    /* Presence and types; computed values. */
    { { HEAD "  rules:\n" RULE("act", "ALLOW", "a", "has(R.attr.o.p) && R.attr.n != 4"),
        HEAD "  rules:\n" RULE("act", "ALLOW", "a", "'type(R.attr.n) == int || !R.attr.b'") },
      PN_MODE_EDGE },
    { { HEAD "  rules:\n" RULE("act", "ALLOW", "a", "R.attr.n + 1 > R.attr.m"),
        HEAD "  rules:\n" RULE("act", "ALLOW", "a", "R.attr.n + 2 > R.attr.m")
            RULE("act", "DENY", "a", "now() > timestamp('2001-09-09T01:46:40Z')") },
      PN_MODE_EDGE },
    { { HEAD
        "  rules:\n" RULE("act", "ALLOW", "a", "'size(R.attr.m) > 1 && R.attr.m.matches(\"^x\")'"),
        HEAD "  rules:\n" RULE("act", "ALLOW", "a", "'size(R.attr.m) > 2 || \"x\" in R.attr.l'") },
      PN_MODE_EDGE },
    /* Errors beside unknowns, and outcomes that others outweigh. */
    { { HEAD "  rules:\n" RULE("act", "ALLOW", "a",
                               "(R.attr.n > 5 || R.attr.m == 'x') && (R.attr.b || has(R.attr.o))")
            RULE("act", "DENY", "b", "R.attr.n > 7 && R.attr.b"),
        HEAD "  rules:\n" RULE("act", "ALLOW", "a",
                               "(R.attr.n > 5 || R.attr.m == 'xy') && (R.attr.b || has(R.attr.o))")
            RULE("act", "DENY", "b", "R.attr.n > 7 || R.attr.b") },
      PN_MODE_EDGE },
    { { HEAD "  rules:\n" RULE("act", "ALLOW", "a", "R.attr.n > 1")
            RULE("act", "ALLOW", "b", "R.attr.n > 2"),
        HEAD "  rules:\n" RULE("act", "ALLOW", "a", "R.attr.n > 1")
            RULE("act", "ALLOW", "b", "R.attr.n > 2") },
      PN_MODE_EDGE },
};

/* --- a request --- */

static const char *const names[] = { "n", "m", "o", "b", "l" };

static struct pn_value text_value(enum pn_type type, const char *text)
{
    struct pn_value v = pn_value_string(pn_slice(text, strlen(text)));

    v.type = (uint8_t)type;
    return v;
}

static struct pn_value any_value(void)
{
    static const char *const words[] = { "x", "xy", "xyz", "", "q", "1" };
    struct pn_value half = { .type = PN_DOUBLE, .as.d = 3.5 };

    switch (any(9)) {
    case 0: return pn_value_of(PN_ABSENT);
    case 1: return pn_value_of(PN_NULL);
    case 2: return pn_value_bool(any(2) != 0);
    case 3: return text_value(PN_STRING, words[any(6)]);
    case 4: return half;
    case 5: return text_value(PN_LIST, any(2) != 0 ? "[\"x\"]" : "[]");
    case 6: return text_value(PN_MAP, "{}");
    default: return pn_value_int(any(9));
    }
}

/* Both sides get the same; a value below another is there only where that is a map. */
struct request {
    struct pn_value values[5], part;
    int64_t now_ms;
    unsigned roles;
};

static const char *const roles[] = { "a", "b", "c" };

static void fill(const struct request *request, const struct pn_policy *policy,
                 struct pn_facts *facts, struct pn_value *slots)
{
    pn_facts_begin(facts, policy, slots, PN_PHASE_CALL);
    for (size_t i = 0; i < 5; i++) {
        pn_facts_set_attr(facts, policy, PN_PLACE_RESOURCE, pn_slice(names[i], 1),
                          request->values[i]);
    }
    for (uint16_t slot = 0; slot < policy->slot_count; slot++) {
        if (!text_is(pn_policy_slot_path(policy, slot), "R.attr.o.p")) continue;
        slots[slot] = request->values[2].type == PN_MAP ? request->part : pn_value_of(PN_ABSENT);
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((request->roles >> i & 1) != 0) {
            pn_facts_role(facts, policy, pn_slice(roles[i], 1));
        }
    }
    if (request->roles == 0) pn_facts_role(facts, policy, PN_SLICE("nobody"));
    facts->now_ms = request->now_ms;
}

/* --- does a term speak of it? --- */

static struct pn_facts facts[2];
static struct pn_value slots[2][PN_POLICY_SLOTS_MAX];
static struct pn_policy_scratch scratch[2];
static uint64_t values[2][VALUE_BYTES / 8];

static enum pn_truth value_of(uint16_t variable)
{
    const struct variable *v = &variables.items[variable];
    size_t side = v->index[0] != PN_NONE16 ? 0 : 1;
    struct pn_eval e = pn_eval_after(policies[side], &facts[side], &scratch[side]);

    return pn_eval_predicate(&e, v->index[side]);
}

/* Roles of a class mean the same: holding one of them is holding it. */
static bool holds_class(const struct role_class *class, unsigned held)
{
    for (unsigned i = 0; i < 3; i++) {
        bool named = false;
        for (size_t at = 0; at < class->name.len; at++) {
            bool alone = (at == 0 || class->name.at[at - 1] == ' ') &&
                         (at + 1 == class->name.len || class->name.at[at + 1] == ' ');
            named = named || (alone && class->name.at[at] == (uint8_t)roles[i][0]);
        }
        if (named && (held >> i & 1) != 0) return true;
    }
    return false;
}

static bool speaks_of(const struct contrast *c, const struct term *term, unsigned held)
{
    for (size_t i = 0; i < c->variable_count; i++) {
        if (term->masks[i] == 0) continue;
        enum pn_truth value = i < c->roles.count
                                  ? (enum pn_truth)holds_class(&c->roles.items[i], held)
                                  : value_of(c->variables[i]);
        if ((term->masks[i] >> value & 1) == 0) return false;
    }
    return true;
}

static void check_request(const struct contrast *c, const struct request *request, const char *what)
{
    struct pn_decision decisions[2];
    const struct change *found = NULL;
    size_t count = 0;

    for (size_t i = 0; i < 2; i++) {
        fill(request, policies[i], &facts[i], slots[i]);
        pn_facts_call(&facts[i], policies[i], c->subject->kind, c->subject->action);
        pn_policy_decide(policies[i], &facts[i], &scratch[i], &decisions[i]);
    }
    for (size_t i = 0; i < c->terms.count; i++) {
        if (!speaks_of(c, &c->terms.items[i], request->roles)) continue;
        found = &c->changes.items[c->terms.items[i].change];
        count++;
    }
    if (decisions[0].outcome == decisions[1].outcome) {
        TEST_ASSERT_NULL_MESSAGE(found, what);
        return;
    }
    TEST_ASSERT_TRUE_MESSAGE(count > 0, what);
    TEST_ASSERT_EQUAL_MESSAGE(decisions[0].outcome, found->outcome[0], what);
    TEST_ASSERT_EQUAL_MESSAGE(decisions[1].outcome, found->outcome[1], what);
}

static size_t check_subject(struct contrast_bench *bench, const struct subject *subject,
                            const char *what)
{
    struct contrast contrast;

    contrast_find(bench, &arena, subject, &contrast);
    TEST_ASSERT_EQUAL_MESSAGE(GAP_NONE, contrast.gaps, what);
    for (int i = 0; i < REQUESTS; i++) {
        struct request request = { .roles = any(8), .part = any_value() };
        for (size_t k = 0; k < 5; k++) request.values[k] = any_value();
        request.now_ms = 1000000000000 + (int64_t)any(3) - 1;
        check_request(&contrast, &request, what);
    }
    return contrast.terms.count;
}

static void check_row(const struct row *row, size_t number)
{
    char what[64];
    size_t terms = 0;

    snprintf(what, sizeof what, "row %zu", number);
    for (size_t i = 0; i < 2; i++) {
        bool good = policy_text_compile(&texts[i], row->mode, &row->policies[i], 1);
        TEST_ASSERT_TRUE_MESSAGE(good, policy_text_messages(&texts[i]));
        policies[i] = &texts[i].policy;
        scratch[i].values = pn_scratch(values[i], VALUE_BYTES);
    }
    variables_find(&arena, policies, &variables);
    memset(&subjects, 0, sizeof subjects);
    subjects_gather(&arena, policies, &subjects);
    struct contrast_bench *bench = contrast_bench(&arena, policies, &variables);
    TEST_ASSERT_TRUE(subjects.list.count > 0);
    for (size_t i = 0; i < subjects.list.count; i++) {
        terms += check_subject(bench, &subjects.list.items[i], what);
    }
    TEST_ASSERT_TRUE_MESSAGE((terms > 0) == (number + 1 < sizeof rows / sizeof rows[0]), what);
    for (size_t i = 0; i < 2; i++) policy_text_free(&texts[i]);
    arena_free(&arena);
}

static void terms_are_where_decisions_differ(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) check_row(&rows[i], i);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(terms_are_where_decisions_differ);
    return UNITY_END();
}
