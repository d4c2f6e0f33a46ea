/* see suite_policy.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_policy.h"

#include "policy/record.h"
#include "tools/bundle/bundle.h"
#include "tools/suite/yaml_json.h"

static const char *open_body(struct suite_policies *policies, struct suite_policy *made,
                             struct pn_slice body)
{
    made->body = arena_copy(policies->arena, body);
    enum pn_policy_fault fault = pn_policy_open(&made->policy, made->body);

    if (fault == PN_POLICY_GOOD) return NULL;
    return arena_format(policies->arena, "a device would refuse the policy: %.*s",
                        SLICE_ARGS(pn_policy_fault_sentence(fault)));
}

/* Notes are for who builds the policy. */
static void keep_errors(struct suite_policies *policies, const struct diagnostics *said)
{
    for (size_t i = 0; i < said->list.count; i++) {
        const struct diag *diag = &said->list.items[i];
        struct mark mark = diag->mark;
        if (diag->level == DIAG_NOTE) continue;
        mark.file = arena_format(policies->arena, "%s", mark.file);
        diag_error(policies->diagnostics, mark, "%s", diag->message);
    }
}

static const char *open_folder(struct suite_policies *policies, struct suite_policy *made)
{
    /* `cerbos compile` lets schemas reject, whatever the server does. */
    struct bundle_changes changes = { made->globals, made->lenient, PN_SCHEMA_REJECT };
    struct diagnostics said = { 0 };
    struct bytes body;
    const char *fault = "the policy does not compile";

    if (compile_bundle_changed(policies->source.path, &changes, &body, &said) == 0) {
        fault = open_body(policies, made, bytes_slice(&body));
    }
    keep_errors(policies, &said);
    diag_free(&said);
    bytes_free(&body);
    return fault;
}

/* The flag of record 0 of SCOPES, in a copy of the body. */
static const char *make_lenient(struct suite_policies *policies, struct suite_policy *made)
{
    struct pn_slice scopes = made->policy.blob.section[PN_POLICY_SECTION_SCOPES];

    if (made->policy.scope_count == 0) return NULL;
    size_t offset = (size_t)(scopes.at - made->body.at) + PN_SCOPE_FLAGS;
    struct pn_slice lenient = arena_copy(policies->arena, policies->source.body);
    ((uint8_t *)(uintptr_t)lenient.at)[offset] |= PN_SCOPE_LENIENT;
    return open_body(policies, made, lenient);
}

static const char *open_compiled(struct suite_policies *policies, struct suite_policy *made)
{
    if (made->globals != NULL && made->globals->pairs.count > 0)
        return "globals can be set only where the policy under test is a bundle folder";
    const char *fault = open_body(policies, made, policies->source.body);
    return fault == NULL && made->lenient ? make_lenient(policies, made) : fault;
}

static bool same_rule(const struct pn_policy *a, uint16_t i, const struct pn_policy *b, uint16_t k)
{
    return pn_slice_equal(pn_policy_rule_name(a, i), pn_policy_rule_name(b, k)) &&
           pn_slice_equal(pn_policy_rule_source(a, i), pn_policy_rule_source(b, k));
}

static bool same_predicate(const struct pn_policy *a, uint16_t i, const struct pn_policy *b,
                           uint16_t k)
{
    return pn_slice_equal(pn_policy_predicate_text(a, i), pn_policy_predicate_text(b, k));
}

/* For each of `count` the same one in `to`, looked for first under the same number. */
static uint16_t *match(struct arena *arena, const struct pn_policy *from, uint16_t count,
                       const struct pn_policy *to, uint16_t to_count,
                       bool (*same)(const struct pn_policy *, uint16_t, const struct pn_policy *,
                                    uint16_t))
{
    uint16_t *found = arena_take(arena, (count + 1u) * sizeof *found);

    for (uint16_t i = 0; i < count; i++) {
        found[i] = i < to_count && same(from, i, to, i) ? i : PN_NONE16;
        for (uint16_t k = 0; k < to_count && found[i] == PN_NONE16; k++) {
            if (same(from, i, to, k)) found[i] = k;
        }
    }
    return found;
}

static struct suite_policy *make(struct suite_policies *policies, const struct yaml_node *globals,
                                 bool lenient)
{
    struct suite_policy *made = ARENA_NEW(policies->arena, struct suite_policy);

    made->globals = globals;
    made->lenient = lenient;
    made->fault =
        policies->source.is_folder ? open_folder(policies, made) : open_compiled(policies, made);
    if (made->fault != NULL) return made;
    if (policies->first == NULL) policies->first = made;
    const struct pn_policy *first = &policies->first->policy;
    made->rule_of = match(policies->arena, &made->policy, made->policy.rule_count, first,
                          first->rule_count, same_rule);
    made->predicate_of = match(policies->arena, &made->policy, made->policy.predicate_count, first,
                               first->predicate_count, same_predicate);
    return made;
}

static bool same_globals(struct arena *arena, const struct yaml_node *a, const struct yaml_node *b)
{
    struct bytes text = { 0 };

    if (a == b) return true;
    if (a == NULL || b == NULL) return false;
    yaml_write_json(arena, &text, a);
    bool same = yaml_equals_json(arena, b, bytes_slice(&text));
    bytes_free(&text);
    return same;
}

const struct suite_policy *suite_policy(struct suite_policies *policies,
                                        const struct yaml_node *globals, bool lenient)
{
    if (globals != NULL && globals->pairs.count == 0) globals = NULL;
    for (size_t i = 0; i < policies->list.count; i++) {
        struct suite_policy *made = policies->list.items[i];
        if (made->lenient == lenient && same_globals(policies->arena, made->globals, globals))
            return made;
    }
    struct suite_policy *made = make(policies, globals, lenient);
    LIST_PUSH(policies->arena, &policies->list, made);
    return made;
}
