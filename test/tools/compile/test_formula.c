/* Generated conditions against a tree walk: whatever form a condition is compiled to, it comes to
 * what CEL's rules say of it, errors included.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "test/tools/compile/policy_text.h"
#include "unity.h"

#define LEAVES 5

static struct policy_text p;
static uint32_t seed = 7;

void setUp(void)
{
}

void tearDown(void)
{
    policy_text_free(&p);
}

static unsigned chance(unsigned below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % below;
}

/* A condition in prefix form: '0'-'4' leaves, '!' one part, '&' '|' '=' '#' (!=) two, '?' three. */
struct tree {
    char ops[400];
    size_t len;
};

static void grow(struct tree *t, unsigned depth)
{
    static const char ops[] = "!&|&|?=#";
    char op = depth == 0 || chance(5) == 0 ? (char)('0' + chance(LEAVES)) : ops[chance(8)];
    unsigned parts = op >= '0' && op <= '4' ? 0 : op == '!' ? 1 : op == '?' ? 3 : 2;

    t->ops[t->len++] = op;
    for (unsigned i = 0; i < parts; i++) grow(t, depth - 1);
}

static void write(const struct tree *t, size_t *at, char *out)
{
    char op = t->ops[(*at)++];
    const char *sign = op == '&' ? " && " : op == '|' ? " || " : op == '=' ? " == " : " != ";

    if (op >= '0' && op <= '4') {
        sprintf(out + strlen(out), "R.attr.p%c == 1", op);
        return;
    }
    strcat(out, op == '!' ? "!(" : "((");
    write(t, at, out);
    if (op == '!') {
        strcat(out, ")");
        return;
    }
    strcat(out, op == '?' ? ") ? (" : ")");
    if (op != '?') {
        strcat(out, sign);
        strcat(out, "(");
    }
    write(t, at, out);
    if (op == '?') {
        strcat(out, ") : (");
        write(t, at, out);
    }
    strcat(out, "))");
}

/* CEL (langdef.md, "Logical Operators"), F T E. */
static char walk(const struct tree *t, size_t *at, const char *leaves)
{
    char op = t->ops[(*at)++];

    if (op >= '0' && op <= '4') return leaves[op - '0'];
    char a = walk(t, at, leaves);
    if (op == '!') return a == 'E' ? 'E' : a == 'T' ? 'F' : 'T';
    char b = walk(t, at, leaves);
    if (op == '&') return a == 'F' || b == 'F' ? 'F' : a == 'E' || b == 'E' ? 'E' : 'T';
    if (op == '|') return a == 'T' || b == 'T' ? 'T' : a == 'E' || b == 'E' ? 'E' : 'F';
    if (op == '=') return a == 'E' || b == 'E' ? 'E' : a == b ? 'T' : 'F';
    if (op == '#') return a == 'E' || b == 'E' ? 'E' : a != b ? 'T' : 'F';
    char c = walk(t, at, leaves);
    return a == 'E' ? 'E' : a == 'T' ? b : c;
}

static char decide(const char *leaves)
{
    char attr[200] = "";

    for (unsigned i = 0; i < LEAVES; i++) {
        if (leaves[i] == 'E') continue;
        sprintf(attr + strlen(attr), "%s\"p%u\":%c", attr[0] != 0 ? "," : "", i,
                leaves[i] == 'T' ? '1' : '0');
    }
    struct pn_decision d = policy_text_decide(&p, "", attr);
    if (d.outcome == PN_ALLOW) return 'F'; /* the DENY did not match */
    return d.why == PN_WHY_ERROR ? 'E' : 'T';
}

static void test_generated(void)
{
    static const char truths[] = "FTE";
    unsigned masks = 0, programs = 0;

    for (unsigned i = 0; i < 300; i++) {
        static char text[16384];
        struct tree t = { .len = 0 };
        size_t at = 0;
        grow(&t, 1 + chance(4));
        if (t.len > 150) continue;
        text[0] = 0;
        write(&t, &at, text);
        TEST_ASSERT_TRUE_MESSAGE(policy_text_deny_when(&p, text), policy_text_messages(&p));
        if (p.policy.blob.section[PN_POLICY_SECTION_PROGRAM].len > 0) {
            programs++;
        } else {
            masks++;
        }
        for (unsigned n = 0; n < 40; n++) {
            char leaves[LEAVES], message[17000];
            for (unsigned k = 0; k < LEAVES; k++) leaves[k] = truths[chance(3)];
            at = 0;
            char expected = walk(&t, &at, leaves), found = decide(leaves);
            snprintf(message, sizeof message, "%.5s: wanted %c, got %c: %s", leaves, expected,
                     found, text);
            if (expected != found) TEST_FAIL_MESSAGE(message);
        }
        policy_text_free(&p);
    }
    TEST_ASSERT_GREATER_THAN(50, masks);
    TEST_ASSERT_GREATER_THAN(20, programs);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_generated);
    return UNITY_END();
}
