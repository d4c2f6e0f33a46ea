/* CEL text through lexer, parser, folding and lowering, as a condition and as what a rule says, in
 * both modes. What compiles is a policy that the engine opens, and deciding by it ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "policy/policy_output.h"
#include "tools/compile/body.h"
#include "tools/compile/cel_lower.h"
#include "tools/compile/cel_parse.h"
#include "tools/compile/rule_output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY_BYTES = 8192, WORDS_BYTES = 256 };

static void decide(const struct pn_policy *policy, enum pn_phase phase)
{
    static struct pn_value slots[PN_POLICY_SLOTS_MAX];
    static struct pn_policy_scratch scratch;
    struct pn_facts facts;
    struct pn_decision decision;
    void *memory = malloc(MEMORY_BYTES);
    uint8_t *words = malloc(WORDS_BYTES);
    struct pn_writer w = pn_writer(words, WORDS_BYTES);

    scratch.values = pn_scratch(memory, MEMORY_BYTES);
    pn_facts_begin(&facts, policy, slots, phase);
    pn_facts_call(&facts, policy, PN_SLICE("k"), PN_SLICE("act"));
    pn_policy_decide(policy, &facts, &scratch, &decision);
    pn_output_complete(policy, &facts, &scratch, &decision, &w);
    for (size_t i = 0; i < decision.output_count; i++) {
        struct pn_output_source source = { policy, &facts, &scratch, decision.outputs[i] };
        w = pn_writer(words, WORDS_BYTES);
        (void)pn_output_write(&source, &w);
    }
    free(words);
    free(memory);
}

static void open_and_decide(struct bytes sections[PN_POLICY_SECTION_COUNT], enum pn_mode mode)
{
    static struct pn_policy policy;
    struct bytes body = { 0 };

    body_write(&body, sections, 0, pn_slice("", 0));
    if (pn_policy_open(&policy, bytes_slice(&body)) != PN_POLICY_GOOD || policy.mode != mode)
        abort();
    decide(&policy, PN_PHASE_CALL);
    decide(&policy, PN_PHASE_LIST);
    bytes_free(&body);
}

static void add_rule(struct image *image, uint32_t condition, uint32_t output)
{
    struct image_rule rule = {
        .effect = 0,
        .outcome = PN_DENY,
        .roles = { .any = true },
        .condition = condition,
        .activated = output,
        .unmet = PN_NONE32,
        .name = image_string(image, PN_SLICE("r")),
    };
    struct image_action action = { .pattern = PN_SLICE("act"), .dfa = PN_NONE32 };

    LIST_PUSH(image->arena, &image->rules, rule);
    LIST_PUSH(image->arena, &action.rules, (uint16_t)0);
    struct image_kind *kind = image_kind(image, PN_SLICE("k"));
    LIST_PUSH(image->arena, &kind->actions, action);
}

/* The names that the expression may use. */
static void put_names(struct scope *scope, struct arena *arena, struct diagnostics *diagnostics)
{
    struct cel_source *shared = ARENA_NEW(arena, struct cel_source);

    *shared = (struct cel_source){ .text = PN_SLICE("R.attr.shared == 1"), .file = "fuzz" };
    struct scope_variable v = { .name = PN_SLICE("v"),
                                .source = shared,
                                .node = cel_parse(arena, diagnostics, shared) };
    struct scope_constant c = { .name = PN_SLICE("c"), .value = { .type = CEL_INT, .i = 5 } };
    LIST_PUSH(arena, &scope->variables, v);
    LIST_PUSH(arena, &scope->constants, c);
}

/* The expression as the condition of a rule; false with an error. */
static bool as_condition(struct lowering *l, struct pn_slice text)
{
    struct image *image = l->image;
    struct cel_source *source = ARENA_NEW(image->arena, struct cel_source);
    uint32_t condition;

    *source = (struct cel_source){ .text = text, .file = "fuzz" };
    const struct cel_node *node = cel_parse(image->arena, image->diagnostics, source);
    if (node == NULL && image->diagnostics->error_count != 1) abort();
    const struct formula *formula = node != NULL ? cel_lower(l, node) : NULL;
    if (formula == NULL && image->diagnostics->error_count == 0) abort();
    if (formula == NULL ||
        !formula_compile(image, formula, (struct mark){ "fuzz", 1, 1 }, &condition)) {
        return false;
    }
    add_rule(image, condition, PN_NONE32);
    return true;
}

/* The expression as what a rule says when it matches. */
static bool as_output(struct lowering *l, struct pn_slice text)
{
    struct yaml_node expr = { .kind = YAML_SCALAR, .mark = { "fuzz", 1, 1 }, .text = text };
    struct rule_output output = { .index = PN_NONE32 };

    if (!rule_output_activated(l, &expr, RULE_DENIES, &output)) {
        if (l->image->diagnostics->error_count == 0) abort();
        return false;
    }
    add_rule(l->image, PN_NONE32, output.index);
    return true;
}

/* In cerbos54 a rule is one of a policy, in a scope. */
static void put_layer(struct image *image)
{
    struct image_layer layer = { .kind = PN_LAYER_RESOURCE,
                                 .scope = PN_SLICE(""),
                                 .version = PN_SLICE("default"),
                                 .subject = PN_SLICE("k"),
                                 .rule_count = 1 };

    image_scope(image, PN_SLICE(""))->flags |= PN_SCOPE_HAS_RESOURCE;
    image->default_version = PN_SLICE("default");
    LIST_PUSH(image->arena, &image->layers, layer);
}

static void compile(struct pn_slice text, enum pn_mode mode,
                    bool (*as)(struct lowering *l, struct pn_slice text))
{
    struct diagnostics diagnostics = { 0 };
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 };
    struct scope scope = { 0 };
    struct image image;
    struct lowering lowering = { .image = &image, .scope = &scope };

    image_begin(&image, &diagnostics.arena, &diagnostics, mode);
    put_names(&scope, &diagnostics.arena, &diagnostics);
    bool good = as(&lowering, text) && diagnostics.error_count == 0;
    if (mode == PN_MODE_CERBOS54) put_layer(&image);
    if (good && image_write(&image, sections)) open_and_decide(sections, mode);
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    image_free(&image);
    diag_free(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice text = pn_slice(data, size);

    compile(text, PN_MODE_EDGE, as_condition);
    compile(text, PN_MODE_CERBOS54, as_condition);
    compile(text, PN_MODE_EDGE, as_output);
    compile(text, PN_MODE_CERBOS54, as_output);
    return 0;
}
