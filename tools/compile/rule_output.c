/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/rule_output.h"

#include "tools/compile/cel_code.h"
#include "tools/compile/cel_operand.h"
#include "tools/compile/cel_parse.h"
#include "tools/compile/yaml_fields.h"

static const char *const known_outcomes[] = { "deny", "step_up", "redact", "judge" };

static bool value_is(const struct cel_value *value, const char *word)
{
    return value->type == CEL_STRING && pn_slice_equal(value->s, pn_slice(word, strlen(word)));
}

struct outputs {
    struct lowering *lowering;
    struct image *image;
    const struct cel_node *node;
    const struct cel_node *map; /* the map literal that the output is, or NULL */
    struct cel_value whole;     /* where all of it is constant */
    bool is_constant, wrong;
};

/* The entry's expression in the map literal, or NULL. */
static const struct cel_node *entry_node(const struct outputs *o, const char *key)
{
    for (size_t i = 0; o->map != NULL && i + 1 < o->map->args.count; i += 2) {
        const struct cel_node *name = o->map->args.items[i];
        if (name->kind == CEL_LITERAL && value_is(&name->value, key))
            return o->map->args.items[i + 1];
    }
    return NULL;
}

/* The place of the key's value in the expression, as near as the tree tells. */
static struct mark entry_mark(const struct outputs *o, const char *key)
{
    const struct cel_node *node = entry_node(o, key);

    if (node == NULL) node = o->node;
    return cel_mark(node->source, node->at);
}

/* The constant that a key has; NULL when the output has no such key, or not a constant one, which
 * was reported. */
static const struct cel_value *entry(struct outputs *o, const char *key)
{
    const struct cel_node *node = entry_node(o, key);
    struct cel_value *value;

    for (size_t i = 0; o->is_constant && i < o->whole.map.count; i++) {
        if (value_is(&o->whole.map.items[i].key, key)) return &o->whole.map.items[i].value;
    }
    if (o->is_constant || node == NULL) return NULL;
    value = ARENA_NEW(o->image->arena, struct cel_value);
    switch (cel_const(o->image->arena, o->image->diagnostics, o->lowering->scope, node, value)) {
    case CEL_CONSTANT: return value;
    case CEL_NOT_CONSTANT:
        diag_error(o->image->diagnostics, entry_mark(o, key),
                   "'%s' of an output is constant: the engine must know it before the call", key);
        break;
    case CEL_WRONG: break;
    }
    o->wrong = true;
    return NULL;
}

/* A map that a choice or a binding leads to could state an outcome that nobody hears. */
static bool hides_outcome(const struct cel_node *node)
{
    for (size_t i = 0; node->kind == CEL_MAP_OF && i + 1 < node->args.count; i += 2) {
        const struct cel_node *name = node->args.items[i];
        if (name->kind != CEL_LITERAL) continue;
        if (value_is(&name->value, "outcome") || value_is(&name->value, "decision")) return true;
    }
    if (node->kind == CEL_BIND) return hides_outcome(node->args.items[1]);
    return node->kind == CEL_TERNARY &&
           (hides_outcome(node->args.items[1]) || hides_outcome(node->args.items[2]));
}

/* JSON has the value, and every reader of JSON reads the same. */
static bool is_plain_json(const struct cel_value *value)
{
    const int64_t exact_max = (INT64_C(1) << 53) - 1;

    if (value->type == CEL_INT) return value->i >= -exact_max && value->i <= exact_max;
    if (value->type == CEL_UINT) return value->u <= (uint64_t)exact_max;
    if (value->type == CEL_DOUBLE) return value->d - value->d == 0;
    for (size_t i = 0; i < value->list.count; i++) {
        if (!is_plain_json(&value->list.items[i])) return false;
    }
    for (size_t i = 0; i < value->map.count; i++) {
        if (value->map.items[i].key.type != CEL_STRING) return false;
        if (!is_plain_json(&value->map.items[i].value)) return false;
    }
    return value->type != CEL_BYTES && value->type < CEL_TIMESTAMP;
}

/* Parse and fold. False with an error. */
static bool begin(struct outputs *o, struct lowering *lowering, const struct yaml_node *expr)
{
    struct image *image = lowering->image;
    struct cel_source *source = ARENA_NEW(image->arena, struct cel_source);

    *o = (struct outputs){ .lowering = lowering, .image = image };
    *source = (struct cel_source){ .text = expr->text, .scalar = expr, .file = expr->mark.file };
    o->node = cel_parse(image->arena, image->diagnostics, source);
    if (o->node == NULL) return false;
    o->map = operand_behind(lowering, o->node);
    if (!o->map || o->map->kind != CEL_MAP_OF) o->map = NULL;
    lowering->scope->expansion_count = 0;
    lowering->scope->errors_run = image->mode == PN_MODE_CERBOS54;
    enum cel_constness constness =
        cel_const(image->arena, image->diagnostics, lowering->scope, o->node, &o->whole);
    o->is_constant = constness == CEL_CONSTANT;
    if (o->is_constant || constness == CEL_WRONG || o->map != NULL) return constness != CEL_WRONG;
    if (!hides_outcome(operand_behind(lowering, o->node))) return true;
    diag_error(image->diagnostics, cel_mark(source, o->node->at),
               "an output with an outcome is a map as a whole; put the choice into its values");
    return false;
}

static const struct cel_value *typed(struct outputs *o, const char *key, enum cel_type type)
{
    const struct cel_value *found = entry(o, key);

    if (found == NULL || found->type == type) return found;
    diag_error(o->image->diagnostics, entry_mark(o, key), "'%s' of an output is a %s", key,
               cel_type_name(type));
    o->wrong = true;
    return NULL;
}

static uint32_t text_field(struct outputs *o, const char *key)
{
    const struct cel_value *found = typed(o, key, CEL_STRING);

    return found != NULL ? image_string(o->image, found->s) : 0;
}

/* A constant as JSON; false when it has no such form. */
static bool constant_json(struct outputs *o, const struct cel_value *value, uint32_t *string)
{
    struct bytes json = { 0 };
    bool written = is_plain_json(value) && cel_write_json(&json, value);

    if (written) *string = image_string(o->image, bytes_slice(&json));
    bytes_free(&json);
    return written;
}

/* What agents are told may be what is masked wherever else values are shown. */
static void note_secrets(struct outputs *o, const struct cel_node *node, uint32_t block)
{
    const struct image_code *code;

    if (block == PN_NONE32) return;
    code = &o->image->blocks.items[block].code;
    for (size_t i = 0; i < code->steps.count; i++) {
        const struct image_step *step = &code->steps.items[i];
        if (step->op != PN_CODE_SLOT || !o->image->slots.items[step->b].secret) continue;
        diag_note(o->image->diagnostics, cel_mark(node->source, node->at),
                  "this reads %s, a secret by its name, and agents and the audit log see what "
                  "it says",
                  attr_path_text(o->image->arena, &o->image->slots.items[step->b].path));
    }
}

static uint32_t code_of(struct outputs *o, const struct cel_node *node)
{
    uint32_t block = cel_code(o->lowering, node);

    if (block == PN_NONE32) o->wrong = true;
    return block;
}

static bool is_constant(struct outputs *o, const struct cel_node *node)
{
    struct cel_value value;

    return cel_const(o->image->arena, o->image->diagnostics, o->lowering->scope, node, &value) !=
           CEL_NOT_CONSTANT;
}

static void write_reason(struct outputs *o, struct image_output *output)
{
    const struct cel_node *node = entry_node(o, "reason");

    if (node != NULL && !is_constant(o, node)) {
        output->reason_code = code_of(o, node);
        note_secrets(o, node, output->reason_code);
    } else {
        output->reason = text_field(o, "reason");
    }
}

static void write_remediation(struct outputs *o, struct image_output *output)
{
    const struct cel_node *node = entry_node(o, "remediation");
    const struct cel_value *value;

    if (node != NULL && !is_constant(o, node)) {
        output->remediation_code = code_of(o, node);
        note_secrets(o, node, output->remediation_code);
        return;
    }
    value = typed(o, "remediation", CEL_MAP);
    if (value == NULL || constant_json(o, value, &output->remediation)) return;
    if (node == NULL) node = o->node;
    output->remediation_code = code_of(o, node);
}

/* `ttl`: "5m", or a number of seconds. */
static uint32_t ttl_field(struct outputs *o)
{
    const struct cel_value *ttl = entry(o, "ttl");
    uint64_t ms = 0;

    if (ttl == NULL) return 0;
    bool fits = ttl->type == CEL_STRING && duration_read(ttl->s, &ms);
    if (ttl->type == CEL_INT && ttl->i >= 0 && ttl->i <= UINT32_MAX) {
        ms = (uint64_t)ttl->i * 1000;
        fits = true;
    }
    if (fits && ms / 1000 <= UINT32_MAX) return (uint32_t)(ms / 1000);
    diag_error(o->image->diagnostics, entry_mark(o, "ttl"),
               "'ttl' of an output is a duration such as \"5m\", or seconds");
    o->wrong = true;
    return 0;
}

static uint32_t write_output(struct outputs *o)
{
    struct image_output output = { .code = PN_NONE32,
                                   .reason_code = PN_NONE32,
                                   .remediation_code = PN_NONE32 };

    if (!o->is_constant || !constant_json(o, &o->whole, &output.json)) {
        output.code = code_of(o, o->node);
    }
    if (o->is_constant ? o->whole.type == CEL_MAP : o->map != NULL) {
        write_reason(o, &output);
        write_remediation(o, &output);
        output.acr = text_field(o, "acr");
        output.approvers = text_field(o, "approvers_role");
        output.ttl_s = ttl_field(o);
    }
    return o->wrong ? PN_NONE32 : image_output(o->image, &output);
}

static bool refuse(struct outputs *o, const char *key, const char *message)
{
    diag_error(o->image->diagnostics, entry_mark(o, key), "%s", message);
    return false;
}

/* The stated outcome under its name or its older one; NULL when none is stated. */
static bool stated_outcome(struct outputs *o, const char **key, const struct cel_value **stated)
{
    const struct cel_value *outcome = entry(o, "outcome");
    const struct cel_value *decision = entry(o, "decision");

    *key = outcome != NULL ? "outcome" : "decision";
    *stated = outcome != NULL ? outcome : decision;
    if (o->wrong) return false;
    if (outcome != NULL && decision != NULL && !cel_values_equal(outcome, decision)) {
        return refuse(o, "decision",
                      "'outcome' and its older name 'decision' differ; keep 'outcome'");
    }
    if (*stated != NULL && (*stated)->type != CEL_STRING)
        return refuse(o, *key, "an outcome is a text");
    return true;
}

static bool unknown_outcome(struct outputs *o, const char *key, struct pn_slice word,
                            enum rule_effect effect)
{
    const char *nearest = diag_nearest(word, known_outcomes, 4);
    const char *hint = nearest != NULL
                           ? arena_format(o->image->arena, "; did you mean '%s'?", nearest)
                           : "; there are deny, step_up, redact and judge";
    if (effect == RULE_DENIES) {
        diag_note(o->image->diagnostics, entry_mark(o, key),
                  "'%.*s' is no outcome, so this stays a denial%s", SLICE_ARGS(word), hint);
        return true;
    }
    return refuse(o, key,
                  arena_format(o->image->arena, "'%.*s' is no outcome%s", SLICE_ARGS(word), hint));
}

static bool outcome_of(struct outputs *o, enum rule_effect effect, enum pn_outcome *outcome)
{
    const struct cel_value *stated;
    const char *key;

    *outcome = effect == RULE_ALLOWS ? PN_ALLOW : PN_DENY;
    if (!stated_outcome(o, &key, &stated)) return false;
    if (stated == NULL) return true;
    if (value_is(stated, "redact")) {
        return refuse(o, key,
                      "not supported yet: the outcome redact; no surface can edit a call so far");
    }
    if (value_is(stated, "judge")) return refuse(o, key, "not supported yet: the outcome judge");
    bool step_up = value_is(stated, "step_up");
    if (!step_up && !value_is(stated, "deny")) return unknown_outcome(o, key, stated->s, effect);
    if (effect == RULE_ALLOWS) {
        return refuse(o, key,
                      "a rule with EFFECT_ALLOW cannot have this outcome; make it EFFECT_DENY");
    }
    if (step_up) *outcome = PN_STEP_UP;
    return true;
}

bool rule_output_activated(struct lowering *lowering, const struct yaml_node *expr,
                           enum rule_effect effect, struct rule_output *output)
{
    struct outputs o;

    if (!begin(&o, lowering, expr) || !outcome_of(&o, effect, &output->outcome)) return false;
    output->index = write_output(&o);
    return output->index != PN_NONE32;
}

bool rule_output_unmet(struct lowering *lowering, const struct yaml_node *expr, uint32_t *index)
{
    struct outputs o;

    if (!begin(&o, lowering, expr)) return false;
    *index = write_output(&o);
    return *index != PN_NONE32;
}
