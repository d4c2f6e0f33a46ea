/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/rule_output.h"

#include "tools/compile/cel_parse.h"
#include "tools/compile/yaml_fields.h"

static const char *const known_outcomes[] = { "deny", "step_up", "redact", "judge" };

static bool value_is(const struct cel_value *value, const char *word)
{
    return value->type == CEL_STRING && pn_slice_equal(value->s, pn_slice(word, strlen(word)));
}

static const struct cel_value *entry(const struct cel_value *map, const char *key)
{
    for (size_t i = 0; map->type == CEL_MAP && i < map->map.count; i++) {
        if (value_is(&map->map.items[i].key, key)) return &map->map.items[i].value;
    }
    return NULL;
}

/* The place of the key's value in the expression, as near as the tree tells. */
static struct mark entry_mark(const struct cel_node *node, const char *key)
{
    for (size_t i = 0; node->kind == CEL_MAP_OF && i + 1 < node->args.count; i += 2) {
        const struct cel_node *name = node->args.items[i];
        if (name->kind == CEL_LITERAL && value_is(&name->value, key)) {
            return cel_mark(node->source, node->args.items[i + 1]->at);
        }
    }
    return cel_mark(node->source, node->at);
}

/* Parse and fold. False with an error, also when it is not constant. */
static bool constant_output(struct image *image, struct scope *scope, const struct yaml_node *expr,
                            struct cel_node **node, struct cel_value *value)
{
    struct cel_source *source = ARENA_NEW(image->arena, struct cel_source);

    *source = (struct cel_source){ .text = expr->text, .scalar = expr, .file = expr->mark.file };
    *node = cel_parse(image->arena, image->diagnostics, source);
    if (*node == NULL) return false;
    scope->expansion_count = 0;
    switch (cel_const(image->arena, image->diagnostics, scope, *node, value)) {
    case CEL_CONSTANT: return true;
    case CEL_WRONG: return false;
    case CEL_NOT_CONSTANT: break;
    }
    diag_error(image->diagnostics, cel_mark(source, (*node)->at),
               "not supported yet: an output that depends on the request; it must be constant");
    return false;
}

struct outputs {
    struct image *image;
    const struct cel_node *node;
    const struct cel_value *value;
    bool wrong;
};

static const struct cel_value *typed(struct outputs *o, const char *key, enum cel_type type)
{
    const struct cel_value *found = entry(o->value, key);

    if (found == NULL || found->type == type) return found;
    diag_error(o->image->diagnostics, entry_mark(o->node, key), "'%s' of an output is a %s", key,
               cel_type_name(type));
    o->wrong = true;
    return NULL;
}

static uint32_t text_field(struct outputs *o, const char *key)
{
    const struct cel_value *found = typed(o, key, CEL_STRING);

    return found != NULL ? image_string(o->image, found->s) : 0;
}

static uint32_t json_string(struct outputs *o, const struct cel_value *value)
{
    struct bytes json = { 0 };
    uint32_t string = 0;

    if (cel_write_json(&json, value)) {
        string = image_string(o->image, bytes_slice(&json));
    } else {
        diag_error(o->image->diagnostics, cel_mark(o->node->source, o->node->at),
                   "an output is made of what JSON has: no bytes, no times, text as keys");
        o->wrong = true;
    }
    bytes_free(&json);
    return string;
}

/* `ttl`: "5m", or a number of seconds. */
static uint32_t ttl_field(struct outputs *o)
{
    const struct cel_value *ttl = entry(o->value, "ttl");
    uint64_t ms = 0;

    if (ttl == NULL) return 0;
    bool fits = ttl->type == CEL_STRING && duration_read(ttl->s, &ms);
    if (ttl->type == CEL_INT && ttl->i >= 0 && ttl->i <= UINT32_MAX) {
        ms = (uint64_t)ttl->i * 1000;
        fits = true;
    }
    if (fits && ms / 1000 <= UINT32_MAX) return (uint32_t)(ms / 1000);
    diag_error(o->image->diagnostics, entry_mark(o->node, "ttl"),
               "'ttl' of an output is a duration such as \"5m\", or seconds");
    o->wrong = true;
    return 0;
}

static uint32_t write_output(struct outputs *o)
{
    struct image_output output = { .json = json_string(o, o->value) };

    if (o->value->type == CEL_MAP) {
        const struct cel_value *remediation = typed(o, "remediation", CEL_MAP);
        output.reason = text_field(o, "reason");
        output.acr = text_field(o, "acr");
        output.approvers = text_field(o, "approvers_role");
        output.ttl_s = ttl_field(o);
        if (remediation != NULL) output.remediation = json_string(o, remediation);
    }
    return o->wrong ? PN_NONE32 : image_output(o->image, &output);
}

static bool refuse(struct outputs *o, const char *key, const char *message)
{
    diag_error(o->image->diagnostics, entry_mark(o->node, key), "%s", message);
    return false;
}

/* The stated outcome under its name or its older one; NULL when none is stated. */
static bool stated_outcome(struct outputs *o, const char **key, const struct cel_value **stated)
{
    const struct cel_value *outcome = entry(o->value, "outcome");
    const struct cel_value *decision = entry(o->value, "decision");

    *key = outcome != NULL ? "outcome" : "decision";
    *stated = outcome != NULL ? outcome : decision;
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
        diag_note(o->image->diagnostics, entry_mark(o->node, key),
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

bool rule_output_activated(struct image *image, struct scope *scope, const struct yaml_node *expr,
                           enum rule_effect effect, struct rule_output *output)
{
    struct cel_node *node;
    struct cel_value value;

    if (!constant_output(image, scope, expr, &node, &value)) return false;
    struct outputs o = { .image = image, .node = node, .value = &value };
    if (!outcome_of(&o, effect, &output->outcome)) return false;
    output->index = write_output(&o);
    return output->index != PN_NONE32;
}

bool rule_output_unmet(struct image *image, struct scope *scope, const struct yaml_node *expr,
                       uint32_t *index)
{
    struct cel_node *node;
    struct cel_value value;

    if (!constant_output(image, scope, expr, &node, &value)) return false;
    struct outputs o = { .image = image, .node = node, .value = &value };
    *index = write_output(&o);
    return *index != PN_NONE32;
}
