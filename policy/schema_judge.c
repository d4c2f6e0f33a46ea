/* see schema.h: which schemas apply, and what a decision makes of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/assert.h"
#include "policy/dfa.h"
#include "policy/layer_module.h"
#include "policy/schema.h"

static const struct pn_slice keywords[PN_SCHEMA_OP_COUNT] = {
    [PN_SCHEMA_NONE] = PN_SLICE_INIT("cannot be judged"),
    [PN_SCHEMA_TYPE] = PN_SLICE_INIT("type"),
    [PN_SCHEMA_FALSE] = PN_SLICE_INIT("false"),
    [PN_SCHEMA_CONST] = PN_SLICE_INIT("const"),
    [PN_SCHEMA_ENUM] = PN_SLICE_INIT("enum"),
    [PN_SCHEMA_FORMAT] = PN_SLICE_INIT("format"),
    [PN_SCHEMA_PATTERN] = PN_SLICE_INIT("pattern"),
    [PN_SCHEMA_MIN_LENGTH] = PN_SLICE_INIT("minLength"),
    [PN_SCHEMA_MAX_LENGTH] = PN_SLICE_INIT("maxLength"),
    [PN_SCHEMA_MINIMUM] = PN_SLICE_INIT("minimum"),
    [PN_SCHEMA_MAXIMUM] = PN_SLICE_INIT("maximum"),
    [PN_SCHEMA_ABOVE] = PN_SLICE_INIT("exclusiveMinimum"),
    [PN_SCHEMA_BELOW] = PN_SLICE_INIT("exclusiveMaximum"),
    [PN_SCHEMA_MULTIPLE] = PN_SLICE_INIT("multipleOf"),
    [PN_SCHEMA_MIN_ITEMS] = PN_SLICE_INIT("minItems"),
    [PN_SCHEMA_MAX_ITEMS] = PN_SLICE_INIT("maxItems"),
    [PN_SCHEMA_UNIQUE] = PN_SLICE_INIT("uniqueItems"),
    [PN_SCHEMA_ARRAY] = PN_SLICE_INIT("items"),
    [PN_SCHEMA_PREFIX_ITEM] = PN_SLICE_INIT("prefixItems"),
    [PN_SCHEMA_ITEMS] = PN_SLICE_INIT("items"),
    [PN_SCHEMA_MIN_PROPERTIES] = PN_SLICE_INIT("minProperties"),
    [PN_SCHEMA_MAX_PROPERTIES] = PN_SLICE_INIT("maxProperties"),
    [PN_SCHEMA_OBJECT] = PN_SLICE_INIT("properties"),
    [PN_SCHEMA_REQUIRED] = PN_SLICE_INIT("required"),
    [PN_SCHEMA_PROPERTY] = PN_SLICE_INIT("properties"),
    [PN_SCHEMA_ADDITIONAL] = PN_SLICE_INIT("additionalProperties"),
    [PN_SCHEMA_REF] = PN_SLICE_INIT("$ref"),
    [PN_SCHEMA_NOT] = PN_SLICE_INIT("not"),
    [PN_SCHEMA_ANY_OF] = PN_SLICE_INIT("anyOf"),
    [PN_SCHEMA_ONE_OF] = PN_SLICE_INIT("oneOf"),
    [PN_SCHEMA_BRANCH] = PN_SLICE_INIT("anyOf"),
};

struct pn_slice pn_schema_keyword(enum pn_schema_op op)
{
    return keywords[op];
}

static const uint8_t *binding_named(const struct pn_policy *p, struct pn_slice kind,
                                    struct pn_slice version)
{
    struct pn_slice all = p->blob.section[PN_POLICY_SECTION_SCHEMA_BINDINGS];

    for (size_t at = 0; at < all.len; at += PN_SCHEMA_BINDING_BYTES) {
        const uint8_t *b = all.at + at;
        if (pn_slice_equal(pn_string(p, pn_load32(b + PN_SCHEMA_BINDING_KIND)), kind) &&
            pn_slice_equal(pn_string(p, pn_load32(b + PN_SCHEMA_BINDING_VERSION)), version)) {
            return b;
        }
    }
    return NULL;
}

const uint8_t *pn_schema_binding(const struct pn_policy *policy, const struct pn_facts *facts,
                                 struct pn_policy_scratch *scratch)
{
    struct pn_slice version = facts->version[PN_SIDE_RESOURCE];
    struct pn_slice scope = facts->scope[PN_SIDE_RESOURCE];
    struct pn_layer_resource resource;

    if (policy->layer_module == NULL) { /* one version, and the empty scope */
        bool scoped = scope.len > 0 && !pn_slice_equal(scope, PN_SLICE("."));
        if (version.len == 0) version = PN_SLICE("default");
        return scoped ? NULL : binding_named(policy, facts->kind, version);
    }
    if (!policy->layer_module->find_resource(facts, scratch, &resource)) return NULL;
    return binding_named(policy, resource.kind, resource.version);
}

bool pn_schema_asks(const struct pn_policy *policy, const uint8_t *binding, enum pn_side side,
                    struct pn_slice action)
{
    const uint8_t *at =
        binding + PN_SCHEMA_BINDING_SIDES + (size_t)PN_SCHEMA_SIDE_BYTES * (unsigned)side;
    uint32_t ignore = pn_load32(at + PN_SCHEMA_SIDE_IGNORE);
    struct pn_value text = pn_value_string(action);

    if (pn_load32(at + PN_SCHEMA_SIDE_NODE) == PN_NONE32) return false;
    return ignore == PN_NONE32 || !pn_dfa_accepts(policy, ignore, &text);
}

/* "R.attr/arguments/amount: maximum". A path that does not fit is cut, never the keyword. */
static struct pn_slice words(uint8_t *room, const struct pn_schema_failure *f)
{
    struct pn_writer w = pn_writer(room, PN_POLICY_SCHEMA_TEXT_MAX);
    struct pn_slice keyword = pn_schema_keyword(f->op);
    size_t most = PN_POLICY_SCHEMA_TEXT_MAX - 6 - 2 - keyword.len;

    pn_write(&w, f->side == PN_SIDE_PRINCIPAL ? PN_SLICE("P.attr") : PN_SLICE("R.attr"));
    pn_write(&w, pn_slice(f->path.at, f->path.len < most ? f->path.len : most));
    pn_write_text(&w, ": ");
    pn_write(&w, keyword);
    return pn_written(&w);
}

static void refuse(struct pn_eval *e, struct pn_decision *d, const struct pn_schema_failure *f)
{
    *d = (struct pn_decision){
        .outcome = PN_DENY,
        .why = PN_WHY_SCHEMA,
        .rule = PN_NONE16,
        .reason = words(e->scratch->schema_text, f),
        .error_predicate = PN_NONE16,
        .error_slot = PN_NONE16,
        .error_rule = PN_NONE16,
        .policy = PN_POLICY_RESOURCE,
    };
    if (e->policy->layer_module == NULL) return;
    struct pn_layer_resource resource;
    (void)e->policy->layer_module->find_resource(e->facts, e->scratch, &resource);
    d->version = resource.version;
    d->policy_scope = resource.scope;
}

static void judge(struct pn_eval *e, struct pn_decision *decision)
{
    const uint8_t *binding = pn_schema_binding(e->policy, e->facts, e->scratch);
    uint8_t path[PN_POLICY_SCHEMA_TEXT_MAX];
    struct pn_schema_failure failure;
    struct pn_schema_report report = { &failure, 1, pn_writer(path, sizeof path), 0, 0 };

    if (binding == NULL) return;
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        if (!pn_schema_asks(e->policy, binding, (enum pn_side)side, e->facts->action)) continue;
        if (pn_schema_check(e->policy, e->facts, binding, (enum pn_side)side, &report)) continue;
        PN_ASSERT(report.count > 0);
        if (binding[PN_SCHEMA_BINDING_ENFORCEMENT] == PN_SCHEMA_REJECT) {
            refuse(e, decision, &failure);
        } else {
            decision->warning = words(e->scratch->schema_text, &failure);
        }
        return;
    }
}

const struct pn_schema_module pn_schema_module = { pn_schemas_are_sound, judge };
