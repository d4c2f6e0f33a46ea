/* How long does a decision take? 100 rules, four predicates each out of 64, on a tool call of 1 KB
 * whose arguments are scanned first; the same with 1,000 rules that speak of other actions; the
 * parts alone. Prints `name: value` lines, medians in microseconds, and beside them what a fixed
 * piece of work took, since clocks vary.
 *
 *     bench_decide              everything
 *     bench_decide count 2000   2,000 decisions and no clock, for a counter of instructions
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/json/json_scan.h"
#include "test/policy/assemble.c"

enum { ROUNDS = 2001, REPEAT = 50, PREDICATES = 64 };

static struct pn_asm a;
static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_json_key places[64];
static struct pn_json_keys keys;
static char call[2048];
static volatile unsigned sink;

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

#define RPC_TRIE(NODE) \
    NODE(rpc, root, "", 0, PN_TRIE_NO_SLOT, rpc_method, 0) \
    NODE(rpc, method, "method", 0, 0, 0, rpc_params) \
    NODE(rpc, params, "params", 0, PN_TRIE_NO_SLOT, rpc_name, 0) \
    NODE(rpc, name, "name", 0, 1, 0, rpc_arguments) \
    NODE(rpc, arguments, "arguments", PN_TRIE_GRAFT, PN_TRIE_NO_SLOT, 0, 0)
PN_TRIE_DEFINE(rpc, 2, RPC_TRIE)

static void scan(struct pn_slice text)
{
    struct pn_value wire[2];
    struct pn_json_scan s;
    struct pn_json_pick pick = { .wire = rpc_trie,
                                 .slots = wire,
                                 .base = text.at,
                                 .graft = pn_policy_trie(&policy),
                                 .graft_slots = slots,
                                 .graft_root = policy.place_node[PN_PLACE_ARGUMENTS] };

    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&s, &keys, NULL);
    if (pn_json_scan_step(&s, text, PN_JSON_LAST, &pick) != PN_DONE) exit(1);
}

enum parts { SCAN = 1, DECIDE = 2 };

/* FNV-1a of the text: each byte waits for the product before it, so this is a clock in disguise. */
static void peer(struct pn_slice text)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.at[i]) * 16777619u;
    sink += hash;
}

static void once(struct pn_slice text, unsigned parts)
{
    struct pn_facts facts;
    struct pn_decision decision;

    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    if (parts & SCAN) scan(text);
    pn_facts_call(&facts, &policy, PN_SLICE("mcp:payments"), PN_SLICE("tools/call/refund_issue"));
    pn_facts_role(&facts, &policy, PN_SLICE("support"));
    if ((parts & DECIDE) == 0) return;
    pn_policy_decide(&policy, &facts, &scratch, &decision);
    if (decision.outcome != PN_ALLOW && (parts & SCAN)) exit(2);
    sink += decision.rule;
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

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int order(const void *x, const void *y)
{
    double l = *(const double *)x, r = *(const double *)y;

    return l < r ? -1 : l > r;
}

static double measure(const char *name, struct pn_slice text, unsigned parts)
{
    static double took[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        double begin = now_us();
        for (int k = 0; k < REPEAT; k++) {
            if (parts == 0) peer(text);
            else if (parts == DECIDE) decide_only();
            else once(text, parts);
        }
        took[i] = (now_us() - begin) / REPEAT;
    }
    qsort(took, ROUNDS, sizeof took[0], order);
    printf("%s: %.3f\n", name, took[ROUNDS / 2]);
    return took[ROUNDS / 2];
}

static void measure_all(struct pn_slice text)
{
    printf("decision_call_bytes: %zu\n", text.len);
    printf("decision_blob_bytes: %zu\n", a.body_len);
    double hundred = measure("decision_us.p50.100_rules", text, SCAN | DECIDE);
    measure("decision_us.p50.scan_alone", text, SCAN);
    measure("decision_us.p50.rules_alone", text, DECIDE);
    measure("decision_us.p50.peer", text, 0);
    build(100, 900);
    double among = measure("decision_us.p50.100_rules_of_1000", text, SCAN | DECIDE);
    printf("ratio.decision_of_1000_to_100: %.3f\n", among / hundred);
    build(10, 0);
    measure("decision_us.p50.10_rules", text, SCAN | DECIDE);
}

int main(int argc, char **argv)
{
    const uint8_t seed[16] = { 3 };
    struct pn_slice text = pn_slice(call, write_call());

    pn_json_keys_init(&keys, places, 64, seed);
    build(100, 0);
    if (argc == 3 && strcmp(argv[1], "count") == 0) {
        for (int left = atoi(argv[2]); left > 0; left--) once(text, SCAN | DECIDE);
        return 0;
    }
    measure_all(text);
    return 0;
}
