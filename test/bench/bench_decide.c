/* How long does a decision take? 100 rules, four predicates each out of 64, on a tool call of 1 KB
 * whose arguments are scanned first; the same with 1,000 rules that speak of other actions; the
 * parts alone. Prints `name: value` lines, medians in microseconds: of all rounds, and of those in
 * which nobody else used the core (neighbour.h). Beside them is what a fixed piece of work took,
 * since clocks vary.
 *
 *     bench_decide              everything
 *     bench_decide count 2000   2,000 decisions and no clock, for a counter of instructions
 *     bench_decide emit 900     the policy with 900 rules about other actions, and the call, each
 *                               behind its length in four bytes, to standard output: for a device
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "test/bench/decide_call.h"
#include "test/bench/neighbour.h"
#include "test/policy/assemble.c"
#include "test/policy/assemble_body.c"

enum {
    ROUNDS_MIN = 2001,
    ROUNDS_MAX = 20001, /* while fewer than ALONE_WANTED were taken alone */
    ALONE_WANTED = 501,
    REPEAT = 50,
    PREDICATES = 64,
    SERIES_MAX = 6,
};

static struct pn_asm a;
static char call[2048];

static const char *const names[] = { "customer_id", "region", "currency",     "channel",
                                     "priority",    "note",   "amount_cents", "order_id",
                                     "ticket_id",   "carrier" };

/* A tools/call request: ten arguments that rules read among others that none does, 1 KB in all. */
static size_t write_call(void)
{
    int len = sprintf(call, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{"
                            "\"name\":\"refund_issue\",\"arguments\":{\"amount_cents\":4000");

    for (int i = 0; i < 10; i++) {
        if (i == 6) continue;
        len += sprintf(call + len, ",\"%s\":\"value-%d\"", names[i], i);
    }
    len += sprintf(call + len,
                   ",\"lines\":[{\"sku\":\"A-100\",\"count\":2},{\"sku\":\"B-220\",\"count\":1}]");
    for (int i = 0; len < 980; i++)
        len += sprintf(call + len, ",\"extra_%d\":\"some other text %d\"", i, i);
    return (size_t)(len + sprintf(call + len, "}}}"));
}

/* Predicates that are all true but the last of each attribute, so that nothing is cut short. */
static void add_predicates(void)
{
    for (int i = 0; i < PREDICATES; i++) {
        char path[64], text[32];
        int name = i % 10;
        snprintf(path, sizeof path, "R.attr.arguments.%s", names[name]);
        uint16_t slot = pn_asm_slot(&a, path);
        snprintf(text, sizeof text, "value-%d%s", name, i / 10 % 2 ? "x" : "");
        if (name == 6) {
            pn_asm_predicate(&a, PN_PREDICATE_COMPARE, PN_LT, slot, PN_NONE16,
                             pn_asm_int(&a, 5000 + i), path);
        } else {
            pn_asm_predicate(&a, PN_PREDICATE_COMPARE, i / 10 % 2 ? PN_NE : PN_EQ, slot, PN_NONE16,
                             pn_asm_text(&a, text), path);
        }
    }
}

static void add_rule(int number, const char *action)
{
    uint16_t yes[5];
    char name[64];

    for (int k = 0; k < 4; k++) yes[k] = (uint16_t)((number * 7 + k * 13) % PREDICATES);
    yes[4] = PN_NONE16;
    snprintf(name, sizeof name, "resource.mcp:payments.vdefault#rule-%d", number);
    pn_asm_on(&a, "mcp:payments", action,
              pn_asm_rule(&a, PN_ALLOW, 0, pn_asm_masks(&a, yes, NULL), PN_NONE32, name));
}

static void build(int rules, int others)
{
    char action[64];

    pn_asm_begin(&a);
    pn_asm_role(&a, "support");
    pn_asm_roles(&a, 1);
    add_predicates();
    for (int i = 0; i < rules; i++) add_rule(i, "tools/call/refund_issue");
    for (int i = 0; i < others; i++) {
        snprintf(action, sizeof action, "tools/call/other_%d%s", i, i % 3 == 0 ? "*" : "");
        add_rule(rules + i, action);
    }
    enum pn_policy_fault fault = pn_policy_open(&policy, pn_asm_finish(&a));
    if (fault != PN_POLICY_GOOD) {
        fprintf(stderr, "bench_decide: %s\n", pn_policy_fault_name(fault).at);
        exit(1);
    }
}

/* FNV-1a of the text: each byte waits for the product before it, so this is a clock in disguise. */
static void peer(struct pn_slice text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.at[i]) * 16777619u;
    sink += hash;
}

/* Decide over values that an earlier scan left. */
static void decide_only(void)
{
    struct pn_facts facts = { .policy = &policy, .slots = slots, .slot_count = policy.slot_count };
    struct pn_decision decision;

    facts.kind = PN_SLICE("mcp:payments");
    facts.action = PN_SLICE("tools/call/refund_issue");
    facts.roles[0] = 1;
    pn_policy_decide(&policy, &facts, &scratch, &decision);
    sink += decision.rule;
}

static void work(struct pn_slice text, unsigned parts)
{
    for (int k = 0; k < REPEAT; k++) {
        if (parts == 0) peer(text);
        else if (parts == DECIDE) decide_only();
        else once(text, parts);
    }
}

static struct series {
    const char *name;
    int rounds;
    struct pn_sample samples[ROUNDS_MAX];
} all[SERIES_MAX];
static int series_count;

static struct pn_sample sample(struct pn_slice text, unsigned parts)
{
    uint32_t before = pn_wide_ns();
    uint64_t began = pn_bench_ns(CLOCK_MONOTONIC);

    work(text, parts);
    double took = (double)(pn_bench_ns(CLOCK_MONOTONIC) - began) / 1e3 / (int)REPEAT;
    uint32_t after = pn_wide_ns();
    return (struct pn_sample){ took, before > after ? before : after };
}

static const struct series *measure(const char *name, struct pn_slice text, unsigned parts)
{
    struct series *s = &all[series_count++];
    int alone = 0;

    s->name = name;
    while (s->rounds < ROUNDS_MIN || (s->rounds < ROUNDS_MAX && alone < ALONE_WANTED)) {
        struct pn_sample *now = &s->samples[s->rounds++];
        *now = sample(text, parts);
        if (pn_was_alone(now)) alone++;
    }
    return s;
}

/* The median of what was taken alone, and how many that were; 0 with none. */
static double print_series(struct series *s)
{
    pn_sort_samples(s->samples, s->rounds);
    printf("decision_us.p50.%s: %.3f\n", s->name, s->samples[s->rounds / 2].value);
    int alone = pn_keep_alone(s->samples, s->rounds);
    if (alone > 0) printf("decision_us.p50_alone.%s: %.3f\n", s->name, s->samples[alone / 2].value);
    printf("decision_alone.%s: %.2f\n", s->name, (double)alone / s->rounds);
    return alone > 0 ? s->samples[alone / 2].value : 0;
}

static void measure_all(struct pn_slice text)
{
    printf("decision_call_bytes: %zu\n", text.len);
    printf("decision_blob_bytes: %zu\n", a.body_len);
    const struct series *hundred = measure("100_rules", text, SCAN | DECIDE);
    measure("scan_alone", text, SCAN);
    measure("rules_alone", text, DECIDE);
    measure("peer", text, 0);
    build(100, 900);
    const struct series *among = measure("100_rules_of_1000", text, SCAN | DECIDE);
    build(10, 0);
    measure("10_rules", text, SCAN | DECIDE);

    double of_100 = 0, of_1000 = 0;
    for (int i = 0; i < series_count; i++) {
        double median = print_series(&all[i]);
        if (&all[i] == hundred) of_100 = median;
        if (&all[i] == among) of_1000 = median;
    }
    if (of_100 > 0 && of_1000 > 0)
        printf("ratio.decision_of_1000_to_100: %.3f\n", of_1000 / of_100);
}

static void emit(struct pn_slice bytes)
{
    uint8_t len[4];

    pn_store32(len, (uint32_t)bytes.len);
    fwrite(len, 1, sizeof len, stdout);
    fwrite(bytes.at, 1, bytes.len, stdout);
}

int main(int argc, char **argv)
{
    struct pn_slice text = pn_slice(call, write_call());

    prepare_keys();
    if (argc == 3 && strcmp(argv[1], "emit") == 0) {
        build(100, atoi(argv[2]));
        emit(pn_slice(a.body, a.body_len));
        emit(text);
        return 0;
    }
    build(100, 0);
    if (argc == 3 && strcmp(argv[1], "count") == 0) {
        for (int left = atoi(argv[2]); left > 0; left--) once(text, SCAN | DECIDE);
        return 0;
    }
    measure_all(text);
    return 0;
}
