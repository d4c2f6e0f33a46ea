/* see suite_doc.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_doc.h"

#include "tools/compile/yaml_fields.h"
#include "tools/suite/fixture_read.h"
#include "tools/suite/yaml_json.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

/* --- options --- */

static void read_now(struct suite_reading *r, const struct yaml_node *now,
                     struct suite_options *options)
{
    if (now == NULL) return;
    options->has_now = timestamp_read(now->text, &options->now_ms);
    if (options->has_now) return;
    diag_error(r->diagnostics, now->mark, "a time is wanted here, such as 2026-01-31T09:00:00Z");
}

static void read_options(struct suite_reading *r, const struct yaml_node *node,
                         struct suite_options *options)
{
    struct yaml_node *now = NULL, *version = NULL, *scope = NULL, *lenient = NULL, *strict = NULL;
    struct yaml_node *globals = NULL;
    struct yaml_field fields[] = { { "now", YAML_WANT_TEXT, &now },
                                   { "defaultPolicyVersion", YAML_WANT_TEXT, &version },
                                   { "defaultScope", YAML_WANT_TEXT, &scope },
                                   { "lenientScopeSearch", YAML_WANT_TEXT, &lenient },
                                   { "strictEvaluation", YAML_WANT_TEXT, &strict },
                                   { "globals", YAML_WANT_MAP, &globals } };
    bool is_strict = false;

    if (node == NULL) return;
    yaml_fields(r->diagnostics, node, "options", FIELDS(fields));
    options->node = node;
    read_now(r, now, options);
    options->version = suite_text(version);
    options->scope = suite_text(scope);
    options->globals = globals;
    if (lenient != NULL) yaml_read_bool(r->diagnostics, lenient, &options->lenient);
    if (strict != NULL && yaml_read_bool(r->diagnostics, strict, &is_strict) && is_strict) {
        diag_error(r->diagnostics, strict->mark,
                   "not supported: strictEvaluation; the mode of the bundle says what errors do");
    }
}

/* --- tests --- */

static void read_names(struct suite_reading *r, const struct yaml_node *one,
                       const struct yaml_node *list, const struct yaml_node *groups,
                       struct suite_names *names)
{
    if (one != NULL) LIST_PUSH(r->arena, &names->names, (struct yaml_node *)(uintptr_t)one);
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        LIST_PUSH(r->arena, &names->names, list->items.items[i]);
    }
    for (size_t i = 0; groups != NULL && i < groups->items.count; i++) {
        LIST_PUSH(r->arena, &names->groups, groups->items.items[i]);
    }
}

static void need_names(struct suite_reading *r, const struct yaml_node *node, const char *what,
                       const struct suite_names *names)
{
    if (names->names.count + names->groups.count > 0) return;
    diag_error(r->diagnostics, node->mark, "no %s is named here", what);
}

static void read_input(struct suite_reading *r, const struct yaml_node *node,
                       struct suite_test *test)
{
    struct yaml_node *principals = NULL, *principal_groups = NULL, *resources = NULL;
    struct yaml_node *resource_groups = NULL, *actions = NULL, *aux = NULL;
    struct yaml_field fields[] = { { "principals", YAML_WANT_TEXTS, &principals },
                                   { "principalGroups", YAML_WANT_TEXTS, &principal_groups },
                                   { "resources", YAML_WANT_TEXTS, &resources },
                                   { "resourceGroups", YAML_WANT_TEXTS, &resource_groups },
                                   { "actions", YAML_WANT_TEXTS | YAML_REQUIRED, &actions },
                                   { "auxData", YAML_WANT_TEXT, &aux } };

    if (!yaml_fields(r->diagnostics, node, "input", FIELDS(fields))) return;
    struct yaml_node *lists[] = { principals, principal_groups, resources, resource_groups,
                                  actions };
    for (size_t i = 0; i < 5; i++) suite_refuse_twice(r, lists[i]);
    read_names(r, NULL, principals, principal_groups, &test->principals);
    read_names(r, NULL, resources, resource_groups, &test->resources);
    need_names(r, node, "principal", &test->principals);
    need_names(r, node, "resource", &test->resources);
    test->aux_data = aux;
    suite_need_items(r, actions, "an action");
    for (size_t i = 0; i < actions->items.count; i++) {
        LIST_PUSH(r->arena, &test->actions, actions->items.items[i]);
    }
}

static void read_entry(struct suite_reading *r, const struct yaml_node *node,
                       struct pn_slice action, struct suite_expectation *expected)
{
    struct yaml_node *src = NULL, *val = NULL;
    struct yaml_field fields[] = { { "src", YAML_WANT_TEXT | YAML_REQUIRED, &src },
                                   { "val", YAML_WANT_ANY, &val } };

    if (!yaml_fields(r->diagnostics, node, "an expected output", FIELDS(fields))) return;
    if (yaml_get(node, "val") == NULL) {
        diag_error(r->diagnostics, node->mark, "'val' is missing; val: null expects a null");
    }
    yaml_note_words(r->diagnostics, val);
    LIST_PUSH(r->arena, &expected->outputs,
              ((struct suite_output){ node->mark, action, src->text, val }));
}

static void read_outputs(struct suite_reading *r, const struct yaml_node *list,
                         struct suite_expectation *expected)
{
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        struct yaml_node *action = NULL, *entries = NULL;
        struct yaml_field fields[] = { { "action", YAML_WANT_TEXT | YAML_REQUIRED, &action },
                                       { "expected", YAML_WANT_LIST | YAML_REQUIRED, &entries } };
        if (!yaml_fields(r->diagnostics, list->items.items[i], "outputs", FIELDS(fields))) continue;
        suite_need_items(r, entries, "an output");
        for (size_t k = 0; k < entries->items.count; k++) {
            read_entry(r, entries->items.items[k], action->text, expected);
        }
    }
}

/* A map of actions to one of `words`. */
static void check_words(struct suite_reading *r, const struct yaml_node *map,
                        const char *const *words, size_t count)
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) {
        yaml_read_word(r->diagnostics, map->pairs.items[i].value, words, count);
    }
}

static void refuse_both(struct suite_reading *r, const struct yaml_node *one,
                        const struct yaml_node *list)
{
    if (one == NULL || list == NULL) return;
    diag_error(r->diagnostics, one->mark, "either one is named here or a list, not both");
}

static void read_expectation(struct suite_reading *r, const struct yaml_node *node,
                             struct suite_test *test)
{
    static const char *const effects[] = { "EFFECT_ALLOW", "EFFECT_DENY" };
    static const char *const outcomes[] = { "deny", "step_up", "redact", "allow" };
    struct yaml_node *principal = NULL, *principals = NULL, *principal_groups = NULL;
    struct yaml_node *resource = NULL, *resources = NULL, *resource_groups = NULL;
    struct yaml_node *actions = NULL, *outputs = NULL, *wanted = NULL;
    struct yaml_field fields[] = { { "principal", YAML_WANT_TEXT, &principal },
                                   { "principals", YAML_WANT_TEXTS, &principals },
                                   { "principalGroups", YAML_WANT_TEXTS, &principal_groups },
                                   { "resource", YAML_WANT_TEXT, &resource },
                                   { "resources", YAML_WANT_TEXTS, &resources },
                                   { "resourceGroups", YAML_WANT_TEXTS, &resource_groups },
                                   { "actions", YAML_WANT_MAP, &actions },
                                   { "outcomes", YAML_WANT_MAP, &wanted },
                                   { "outputs", YAML_WANT_LIST, &outputs } };
    struct suite_expectation expected = { .mark = node->mark };

    yaml_fields(r->diagnostics, node, "an expectation", FIELDS(fields));
    refuse_both(r, principal, principals);
    refuse_both(r, resource, resources);
    read_names(r, principal, principals, principal_groups, &expected.principals);
    read_names(r, resource, resources, resource_groups, &expected.resources);
    need_names(r, node, "principal", &expected.principals);
    need_names(r, node, "resource", &expected.resources);
    if (actions == NULL && wanted == NULL && outputs == NULL) {
        diag_error(r->diagnostics, node->mark, "nothing is expected here: 'actions' is missing");
    }
    check_words(r, actions, effects, 2);
    check_words(r, wanted, outcomes, 4);
    expected.actions = actions;
    expected.outcomes = wanted;
    read_outputs(r, outputs, &expected);
    LIST_PUSH(r->arena, &test->expected, expected);
}

static void read_test(struct suite_reading *r, const struct yaml_node *node)
{
    struct yaml_node *name = NULL, *description = NULL, *skip = NULL, *reason = NULL;
    struct yaml_node *options = NULL, *input = NULL, *expected = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "description", YAML_WANT_TEXT, &description },
                                   { "skip", YAML_WANT_TEXT, &skip },
                                   { "skipReason", YAML_WANT_TEXT, &reason },
                                   { "options", YAML_WANT_MAP, &options },
                                   { "input", YAML_WANT_MAP | YAML_REQUIRED, &input },
                                   { "expected", YAML_WANT_LIST | YAML_REQUIRED, &expected } };
    struct suite_test test = { .mark = node->mark };

    yaml_fields(r->diagnostics, node, "a test", FIELDS(fields));
    test.name = suite_text(name);
    test.description = suite_text(description);
    test.skip_reason = suite_text(reason);
    if (name != NULL) test.mark = name->mark;
    if (skip != NULL) yaml_read_bool(r->diagnostics, skip, &test.skip);
    read_options(r, options, &test.options);
    if (input != NULL) read_input(r, input, &test);
    suite_need_items(r, expected, "an expectation");
    suite_need_text(r, name, "the name of a test");
    for (size_t i = 0; expected != NULL && i < expected->items.count; i++) {
        read_expectation(r, expected->items.items[i], &test);
    }
    for (size_t i = 0; i < r->suite->tests.count; i++) {
        if (!pn_slice_equal(r->suite->tests.items[i].name, test.name)) continue;
        diag_error(r->diagnostics, test.mark, "another test has the name '%.*s'",
                   SLICE_ARGS(test.name));
    }
    LIST_PUSH(r->arena, &r->suite->tests, test);
}

static void read_root(struct suite_reading *r, const struct yaml_node *root)
{
    struct yaml_node *name = NULL, *description = NULL, *skip = NULL, *reason = NULL;
    struct yaml_node *options = NULL, *tests = NULL;
    struct fixture_maps fixtures = { 0 };
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "description", YAML_WANT_TEXT, &description },
                                   { "skip", YAML_WANT_TEXT, &skip },
                                   { "skipReason", YAML_WANT_TEXT, &reason },
                                   { "options", YAML_WANT_MAP, &options },
                                   { "principals", YAML_WANT_MAP, &fixtures.principals },
                                   { "principalGroups", YAML_WANT_MAP, &fixtures.principal_groups },
                                   { "resources", YAML_WANT_MAP, &fixtures.resources },
                                   { "resourceGroups", YAML_WANT_MAP, &fixtures.resource_groups },
                                   { "auxData", YAML_WANT_MAP, &fixtures.aux_data },
                                   { "tests", YAML_WANT_LIST | YAML_REQUIRED, &tests },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    yaml_fields(r->diagnostics, root, "a test file", FIELDS(fields));
    r->suite->name = suite_text(name);
    r->suite->description = suite_text(description);
    r->suite->skip_reason = suite_text(reason);
    suite_need_text(r, name, "the name of a suite");
    suite_need_items(r, tests, "a test");
    if (skip != NULL) yaml_read_bool(r->diagnostics, skip, &r->suite->skip);
    read_options(r, options, &r->suite->options);
    fixtures_read(r, &fixtures);
    for (size_t i = 0; tests != NULL && i < tests->items.count; i++) {
        read_test(r, tests->items.items[i]);
    }
}

bool suite_is_file_name(const char *name)
{
    static const char *const ends[] = { "_test.yaml", "_test.yml", "_test.json" };
    size_t len = strlen(name);

    for (size_t i = 0; i < 3; i++) {
        size_t end = strlen(ends[i]);
        if (len > end && strcmp(name + len - end, ends[i]) == 0) return true;
    }
    return false;
}

struct suite *suite_read(struct arena *arena, struct diagnostics *diagnostics, const char *path)
{
    struct suite_reading r = { arena, diagnostics, ARENA_NEW(arena, struct suite) };
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash != NULL ? arena_format(arena, "%.*s", (int)(slash - path), path) : ".";

    r.suite->file = path;
    const struct yaml_node *root = yaml_read_file(arena, diagnostics, path);
    if (root == NULL) return r.suite;
    read_root(&r, root);
    fixtures_read_shared(&r, folder);
    return r.suite;
}
