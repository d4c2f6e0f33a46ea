/* CEL text through lexer, parser, folding and lowering. What compiles is a policy that the engine
 * opens, and deciding by it ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "policy/policy.h"
#include "tools/compile/body.h"
#include "tools/compile/cel_lower.h"
#include "tools/compile/cel_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_and_decide(struct bytes sections[PN_POLICY_SECTION_COUNT])
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    static struct pn_policy_scratch scratch;
    static struct pn_policy policy;
    struct bytes body = { 0 };
    struct pn_facts facts;
    struct pn_decision decision;

    body_write(&body, sections, 0, pn_slice("", 0));
    if (pn_policy_open(&policy, bytes_slice(&body)) != PN_POLICY_GOOD) abort();
    pn_facts_begin(&facts, &policy, slots, PN_PHASE_CALL);
    pn_facts_call(&facts, &policy, PN_SLICE("k"), PN_SLICE("act"));
    pn_policy_decide(&policy, &facts, &scratch, &decision);
    bytes_free(&body);
}

static void add_rule(struct image *image, uint32_t condition)
{
    struct image_rule rule = {
        .effect = 1,
        .outcome = PN_ALLOW,
        .roles = { .any = true },
        .condition = condition,
        .activated = PN_NONE32,
        .unmet = PN_NONE32,
        .name = image_string(image, PN_SLICE("r")),
    };
    struct image_action action = { .pattern = PN_SLICE("act"), .dfa = PN_NONE32 };

    LIST_PUSH(image->arena, &image->rules, rule);
    LIST_PUSH(image->arena, &action.rules, (uint16_t)0);
    struct image_kind *kind = image_kind(image, PN_SLICE("k"));
    LIST_PUSH(image->arena, &kind->actions, action);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diagnostics diagnostics = { 0 };
    struct arena *arena = &diagnostics.arena;
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 };
    struct cel_source source = { .text = pn_slice(data, size), .file = "fuzz" };
    struct cel_source shared = { .text = PN_SLICE("R.attr.shared == 1"), .file = "fuzz" };
    struct scope scope = { 0 };
    struct image image;
    uint32_t condition;

    image_begin(&image, arena, &diagnostics, PN_MODE_EDGE);
    struct scope_variable v = { .name = PN_SLICE("v"),
                                .source = &shared,
                                .node = cel_parse(arena, &diagnostics, &shared) };
    struct scope_constant c = { .name = PN_SLICE("c"), .value = { .type = CEL_INT, .i = 5 } };
    LIST_PUSH(arena, &scope.variables, v);
    LIST_PUSH(arena, &scope.constants, c);
    struct lowering lowering = { .image = &image, .scope = &scope };
    const struct cel_node *node = cel_parse(arena, &diagnostics, &source);
    if (node == NULL && diagnostics.error_count != 1) abort();
    const struct formula *formula = node != NULL ? cel_lower(&lowering, node) : NULL;
    if (formula == NULL && diagnostics.error_count == 0) abort();
    if (formula != NULL &&
        formula_compile(&image, formula, (struct mark){ "fuzz", 1, 1 }, &condition)) {
        add_rule(&image, condition);
        bool good = diagnostics.error_count == 0 && image_write(&image, sections);
        if (good) open_and_decide(sections);
    }
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    image_free(&image);
    diag_free(&diagnostics);
    return 0;
}
