/* see suite_case.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_case.h"

struct expanding {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct suite *suite;
};

struct fixtures_named {
    LIST(const struct suite_fixture *) list;
};

/* A side of a case: where its names are looked up. */
struct side {
    const char *what;
    const struct suite_fixtures *fixtures;
    const struct suite_groups *groups;
};

static const char *nearest_fixture(struct arena *arena, const struct side *side,
                                   struct pn_slice name)
{
    size_t count = side->fixtures->list.count;
    const char **names = arena_take(arena, (count + 1) * sizeof *names);

    for (size_t i = 0; i < count; i++) {
        names[i] = arena_format(arena, "%.*s", SLICE_ARGS(side->fixtures->list.items[i].key));
    }
    return diag_nearest(name, names, count);
}

static void add_named(struct expanding *x, const struct side *side, const struct yaml_node *name,
                      struct fixtures_named *to)
{
    const struct suite_fixture *found = suite_fixture(side->fixtures, name->text);

    if (found == NULL) {
        const char *near = nearest_fixture(x->arena, side, name->text);
        diag_error(x->diagnostics, name->mark, "there is no %s '%.*s'%s%s%s", side->what,
                   SLICE_ARGS(name->text), near != NULL ? "; did you mean '" : "",
                   near != NULL ? near : "", near != NULL ? "'?" : "");
        return;
    }
    for (size_t i = 0; i < to->list.count; i++) {
        if (to->list.items[i] == found) return;
    }
    LIST_PUSH(x->arena, &to->list, found);
}

/* Members of groups were looked at before, used or not. */
static void add_group(struct expanding *x, const struct side *side, const struct yaml_node *name,
                      struct fixtures_named *to)
{
    const struct suite_group *group = suite_group(side->groups, name->text);

    if (group == NULL) {
        diag_error(x->diagnostics, name->mark, "there is no group of %ss '%.*s'", side->what,
                   SLICE_ARGS(name->text));
        return;
    }
    for (size_t k = 0; k < group->members.count; k++) {
        const struct yaml_node *member = group->members.items[k];
        if (suite_fixture(side->fixtures, member->text) != NULL) add_named(x, side, member, to);
    }
}

static void check_groups(struct expanding *x, const struct side *side)
{
    struct fixtures_named ignored = { 0 };

    for (size_t i = 0; i < side->groups->list.count; i++) {
        const struct suite_group *group = &side->groups->list.items[i];
        for (size_t k = 0; k < group->members.count; k++) {
            add_named(x, side, group->members.items[k], &ignored);
        }
    }
}

static struct fixtures_named resolve(struct expanding *x, const struct side *side,
                                     const struct suite_names *names)
{
    struct fixtures_named found = { 0 };

    for (size_t i = 0; i < names->names.count; i++) {
        add_named(x, side, names->names.items[i], &found);
    }
    for (size_t i = 0; i < names->groups.count; i++) {
        add_group(x, side, names->groups.items[i], &found);
    }
    return found;
}

static struct suite_case *find_case(struct suite_cases *cases, size_t from,
                                    const struct suite_fixture *principal,
                                    const struct suite_fixture *resource)
{
    for (size_t i = from; i < cases->list.count; i++) {
        struct suite_case *c = &cases->list.items[i];
        if (c->principal == principal && c->resource == resource) return c;
    }
    return NULL;
}

static const struct yaml_node *entry_of(const struct yaml_node *map, struct pn_slice key)
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) {
        if (pn_slice_equal(map->pairs.items[i].key->text, key)) return map->pairs.items[i].value;
    }
    return NULL;
}

/* Of two expectations of a case, one allows what the other denies. */
static void check_agreement(struct expanding *x, const struct suite_case *asked,
                            const struct suite_expectation *one,
                            const struct suite_expectation *other)
{
    for (size_t i = 0; one->actions != NULL && i < one->actions->pairs.count; i++) {
        struct yaml_pair pair = one->actions->pairs.items[i];
        const struct yaml_node *said = entry_of(other->actions, pair.key->text);
        if (said == NULL || pn_slice_equal(said->text, pair.value->text)) continue;
        diag_error(x->diagnostics, pair.value->mark,
                   "'%.*s' by principal '%.*s' on resource '%.*s' is expected to be %.*s on line "
                   "%u",
                   SLICE_ARGS(pair.key->text), SLICE_ARGS(asked->principal->key),
                   SLICE_ARGS(asked->resource->key), SLICE_ARGS(said->text), said->mark.line);
    }
}

static void expect(struct expanding *x, struct suite_case *asked,
                   const struct suite_expectation *expected)
{
    for (size_t i = 0; i < asked->expected.count; i++) {
        check_agreement(x, asked, expected, asked->expected.items[i]);
    }
    LIST_PUSH(x->arena, &asked->expected, expected);
}

static void expect_of_each(struct expanding *x, const struct suite_expectation *expected,
                           const struct side sides[2], struct suite_cases *cases, size_t first)
{
    struct fixtures_named of = resolve(x, &sides[0], &expected->principals);
    struct fixtures_named to = resolve(x, &sides[1], &expected->resources);

    for (size_t p = 0; p < of.list.count; p++) {
        for (size_t r = 0; r < to.list.count; r++) {
            const struct suite_fixture *who = of.list.items[p], *what = to.list.items[r];
            struct suite_case *asked = find_case(cases, first, who, what);
            if (asked != NULL) {
                expect(x, asked, expected);
                continue;
            }
            diag_error(x->diagnostics, expected->mark,
                       "principal '%.*s' with resource '%.*s' is not in the test's input",
                       SLICE_ARGS(who->key), SLICE_ARGS(what->key));
        }
    }
}

/* An action that is misspelled here would pass for one that is expected to be denied. */
static void check_action(struct expanding *x, const struct suite_test *test, struct mark mark,
                         struct pn_slice action)
{
    for (size_t i = 0; i < test->actions.count; i++) {
        if (pn_slice_equal(test->actions.items[i]->text, action)) return;
    }
    diag_error(x->diagnostics, mark, "'%.*s' is not among the actions of the test's input",
               SLICE_ARGS(action));
}

static void check_actions(struct expanding *x, const struct suite_test *test,
                          const struct suite_expectation *expected)
{
    const struct yaml_node *maps[] = { expected->actions, expected->outcomes };

    for (size_t m = 0; m < 2; m++) {
        for (size_t i = 0; maps[m] != NULL && i < maps[m]->pairs.count; i++) {
            const struct yaml_node *key = maps[m]->pairs.items[i].key;
            check_action(x, test, key->mark, key->text);
        }
    }
    for (size_t i = 0; i < expected->outputs.count; i++) {
        const struct suite_output *output = &expected->outputs.items[i];
        check_action(x, test, output->mark, output->action);
    }
}

static const struct suite_aux *aux_of(struct expanding *x, const struct suite_test *test)
{
    if (test->aux_data == NULL) return NULL;
    const struct suite_aux *aux = suite_aux(x->suite, test->aux_data->text);
    if (aux == NULL) {
        diag_error(x->diagnostics, test->aux_data->mark, "there is no auxData '%.*s'",
                   SLICE_ARGS(test->aux_data->text));
    }
    return aux;
}

static void expand_test(struct expanding *x, const struct side sides[2],
                        const struct suite_test *test, struct suite_cases *cases)
{
    struct fixtures_named principals = resolve(x, &sides[0], &test->principals);
    struct fixtures_named resources = resolve(x, &sides[1], &test->resources);
    struct suite_case asked = { .test = test, .aux = aux_of(x, test) };
    size_t first = cases->list.count;

    asked.options = test->options.node != NULL ? &test->options : &x->suite->options;
    for (size_t p = 0; p < principals.list.count; p++) {
        for (size_t r = 0; r < resources.list.count; r++) {
            asked.principal = principals.list.items[p];
            asked.resource = resources.list.items[r];
            LIST_PUSH(x->arena, &cases->list, asked);
        }
    }
    for (size_t i = 0; i < test->expected.count; i++) {
        expect_of_each(x, &test->expected.items[i], sides, cases, first);
        check_actions(x, test, &test->expected.items[i]);
    }
}

void suite_expand(struct arena *arena, struct diagnostics *diagnostics, const struct suite *suite,
                  struct suite_cases *cases)
{
    struct expanding x = { arena, diagnostics, suite };
    struct side sides[2] = { { "principal", &suite->principals, &suite->principal_groups },
                             { "resource", &suite->resources, &suite->resource_groups } };

    check_groups(&x, &sides[0]);
    check_groups(&x, &sides[1]);
    for (size_t i = 0; i < suite->tests.count; i++) {
        expand_test(&x, sides, &suite->tests.items[i], cases);
    }
}

bool suite_expects_allow(const struct suite_case *asked, struct pn_slice action)
{
    for (size_t i = 0; i < asked->expected.count; i++) {
        const struct suite_expectation *expected = asked->expected.items[i];
        const struct yaml_node *effect = entry_of(expected->actions, action);
        const struct yaml_node *outcome = entry_of(expected->outcomes, action);
        if (effect != NULL) return yaml_text_is(effect, "EFFECT_ALLOW");
        if (outcome != NULL)
            return yaml_text_is(outcome, "allow") || yaml_text_is(outcome, "redact");
    }
    return false;
}

const struct yaml_node *suite_expects_outcome(const struct suite_case *asked,
                                              struct pn_slice action)
{
    for (size_t i = 0; i < asked->expected.count; i++) {
        const struct yaml_node *outcome = entry_of(asked->expected.items[i]->outcomes, action);
        if (outcome != NULL) return outcome;
    }
    return NULL;
}
