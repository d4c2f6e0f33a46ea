/* decide_call.h - the call that bench_decide.c measures: scan a tools/call request, state the facts,
 * decide. For programs that include it, on the host and on a device.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_BENCH_DECIDE_CALL_H
#define PN_BENCH_DECIDE_CALL_H

#include <stdlib.h>

#include "core/json/json_scan.h"
#include "policy/policy.h"

static struct pn_policy policy;
static struct pn_policy_scratch scratch;
static struct pn_value slots[PN_POLICY_SLOTS_MAX];
static struct pn_json_key places[64];
static struct pn_json_keys keys;
static volatile unsigned sink;

#define RPC_TRIE(NODE) \
    NODE(rpc, root, "", 0, PN_TRIE_NO_SLOT, rpc_method, 0) \
    NODE(rpc, method, "method", 0, 0, 0, rpc_params) \
    NODE(rpc, params, "params", 0, PN_TRIE_NO_SLOT, rpc_name, 0) \
    NODE(rpc, name, "name", 0, 1, 0, rpc_arguments) \
    NODE(rpc, arguments, "arguments", PN_TRIE_GRAFT, PN_TRIE_NO_SLOT, 0, 0)
PN_TRIE_DEFINE(rpc, 2, RPC_TRIE)

static inline void scan(struct pn_slice text)
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

static inline void prepare_keys(void)
{
    /* As good as any of the platform's: the fraction of pi. */
    const uint8_t seed[16] = { 0x24, 0x3F, 0x6A, 0x88, 0x85, 0xA3, 0x08, 0xD3,
                               0x13, 0x19, 0x8A, 0x2E, 0x03, 0x70, 0x73, 0x44 };

    pn_json_keys_init(&keys, places, 64, seed);
}

static inline void once(struct pn_slice text, unsigned parts)
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

#endif
