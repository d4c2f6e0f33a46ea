/* see suite_doc.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_doc.h"

#include <sys/stat.h>

#include "tools/compile/yaml_fields.h"
#include "tools/suite/yaml_json.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

struct reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct suite *suite;
};

static struct pn_slice text_of(const struct yaml_node *node)
{
    return node != NULL ? node->text : pn_slice("", 0);
}

const struct suite_fixture *suite_fixture(const struct suite_fixtures *fixtures,
                                          struct pn_slice name)
{
    for (size_t i = 0; i < fixtures->list.count; i++) {
        if (pn_slice_equal(fixtures->list.items[i].key, name)) return &fixtures->list.items[i];
    }
    return NULL;
}

const struct suite_group *suite_group(const struct suite_groups *groups, struct pn_slice name)
{
    for (size_t i = 0; i < groups->list.count; i++) {
        if (pn_slice_equal(groups->list.items[i].key, name)) return &groups->list.items[i];
    }
    return NULL;
}

const struct suite_aux *suite_aux(const struct suite *suite, struct pn_slice name)
{
    for (size_t i = 0; i < suite->aux_data.count; i++) {
        if (pn_slice_equal(suite->aux_data.items[i].key, name)) return &suite->aux_data.items[i];
    }
    return NULL;
}

/* --- options --- */

static void read_now(struct reading *r, const struct yaml_node *now, struct suite_options *options)
{
    if (now == NULL) return;
    options->has_now = timestamp_read(now->text, &options->now_ms);
    if (options->has_now) return;
    diag_error(r->diagnostics, now->mark, "a time is wanted here, such as 2026-01-31T09:00:00Z");
}

static void read_options(struct reading *r, const struct yaml_node *node,
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
    options->version = text_of(version);
    options->scope = text_of(scope);
    options->globals = globals;
    if (lenient != NULL) yaml_read_bool(r->diagnostics, lenient, &options->lenient);
    if (strict != NULL && yaml_read_bool(r->diagnostics, strict, &is_strict) && is_strict) {
        diag_error(r->diagnostics, strict->mark,
                   "not supported: strictEvaluation; the mode of the bundle says what errors do");
    }
}

/* --- fixtures --- */

static void read_principal(struct reading *r, struct yaml_pair pair)
{
    struct yaml_node *id = NULL, *version = NULL, *roles = NULL, *attr = NULL, *scope = NULL;
    struct yaml_field fields[] = { { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "policyVersion", YAML_WANT_TEXT, &version },
                                   { "roles", YAML_WANT_TEXTS | YAML_REQUIRED, &roles },
                                   { "attr", YAML_WANT_MAP, &attr },
                                   { "scope", YAML_WANT_TEXT, &scope } };

    if (suite_fixture(&r->suite->principals, pair.key->text) != NULL) return;
    yaml_fields(r->diagnostics, pair.value, "a principal", FIELDS(fields));
    yaml_note_words(r->diagnostics, attr);
    LIST_PUSH(r->arena, &r->suite->principals.list,
              ((struct suite_fixture){ .mark = pair.key->mark,
                                       .key = pair.key->text,
                                       .id = text_of(id),
                                       .version = text_of(version),
                                       .scope = text_of(scope),
                                       .roles = roles,
                                       .attr = attr }));
}

static void read_resource(struct reading *r, struct yaml_pair pair)
{
    struct yaml_node *kind = NULL, *id = NULL, *version = NULL, *attr = NULL, *scope = NULL;
    struct yaml_field fields[] = { { "kind", YAML_WANT_TEXT | YAML_REQUIRED, &kind },
                                   { "policyVersion", YAML_WANT_TEXT, &version },
                                   { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "attr", YAML_WANT_MAP, &attr },
                                   { "scope", YAML_WANT_TEXT, &scope } };

    if (suite_fixture(&r->suite->resources, pair.key->text) != NULL) return;
    yaml_fields(r->diagnostics, pair.value, "a resource", FIELDS(fields));
    yaml_note_words(r->diagnostics, attr);
    LIST_PUSH(r->arena, &r->suite->resources.list,
              ((struct suite_fixture){ .mark = pair.key->mark,
                                       .key = pair.key->text,
                                       .kind = text_of(kind),
                                       .id = text_of(id),
                                       .version = text_of(version),
                                       .scope = text_of(scope),
                                       .attr = attr }));
}

static void read_aux(struct reading *r, struct yaml_pair pair)
{
    struct yaml_node *jwt = NULL, *jwts = NULL;
    struct yaml_field fields[] = { { "jwt", YAML_WANT_MAP, &jwt },
                                   { "jwts", YAML_WANT_MAP, &jwts } };

    if (suite_aux(r->suite, pair.key->text) != NULL) return;
    yaml_fields(r->diagnostics, pair.value, "auxData", FIELDS(fields));
    if (jwts != NULL) diag_error(r->diagnostics, jwts->mark, "not supported: several tokens");
    yaml_note_words(r->diagnostics, jwt);
    LIST_PUSH(r->arena, &r->suite->aux_data, ((struct suite_aux){ pair.key->text, jwt }));
}

static void each_pair(struct reading *r, const struct yaml_node *map,
                      void (*read)(struct reading *r, struct yaml_pair pair))
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) read(r, map->pairs.items[i]);
}

static void read_groups(struct reading *r, const struct yaml_node *map, const char *member,
                        struct suite_groups *groups)
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) {
        struct yaml_pair pair = map->pairs.items[i];
        struct yaml_node *members = NULL;
        struct yaml_field fields[] = { { member, YAML_WANT_TEXTS | YAML_REQUIRED, &members } };
        struct suite_group group = { .mark = pair.key->mark, .key = pair.key->text };
        if (suite_group(groups, pair.key->text) != NULL) continue;
        yaml_fields(r->diagnostics, pair.value, "a group", FIELDS(fields));
        for (size_t k = 0; members != NULL && k < members->items.count; k++) {
            LIST_PUSH(r->arena, &group.members, members->items.items[k]);
        }
        LIST_PUSH(r->arena, &groups->list, group);
    }
}

/* --- tests --- */

static void read_names(struct reading *r, const struct yaml_node *one, const struct yaml_node *list,
                       const struct yaml_node *groups, struct suite_names *names)
{
    if (one != NULL) LIST_PUSH(r->arena, &names->names, (struct yaml_node *)(uintptr_t)one);
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        LIST_PUSH(r->arena, &names->names, list->items.items[i]);
    }
    for (size_t i = 0; groups != NULL && i < groups->items.count; i++) {
        LIST_PUSH(r->arena, &names->groups, groups->items.items[i]);
    }
}

static void need_names(struct reading *r, const struct yaml_node *node, const char *what,
                       const struct suite_names *names)
{
    if (names->names.count + names->groups.count > 0) return;
    diag_error(r->diagnostics, node->mark, "no %s is named here", what);
}

static void read_input(struct reading *r, const struct yaml_node *node, struct suite_test *test)
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
    read_names(r, NULL, principals, principal_groups, &test->principals);
    read_names(r, NULL, resources, resource_groups, &test->resources);
    need_names(r, node, "principal", &test->principals);
    need_names(r, node, "resource", &test->resources);
    test->aux_data = aux;
    if (actions->items.count == 0) diag_error(r->diagnostics, actions->mark, "no action is named");
    for (size_t i = 0; i < actions->items.count; i++) {
        LIST_PUSH(r->arena, &test->actions, actions->items.items[i]);
    }
}

static void read_entry(struct reading *r, const struct yaml_node *node, struct pn_slice action,
                       struct suite_expectation *expected)
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

static void read_outputs(struct reading *r, const struct yaml_node *list,
                         struct suite_expectation *expected)
{
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        struct yaml_node *action = NULL, *entries = NULL;
        struct yaml_field fields[] = { { "action", YAML_WANT_TEXT | YAML_REQUIRED, &action },
                                       { "expected", YAML_WANT_LIST | YAML_REQUIRED, &entries } };
        if (!yaml_fields(r->diagnostics, list->items.items[i], "outputs", FIELDS(fields))) continue;
        for (size_t k = 0; k < entries->items.count; k++) {
            read_entry(r, entries->items.items[k], action->text, expected);
        }
    }
}

/* A map of actions to one of `words`. */
static void check_words(struct reading *r, const struct yaml_node *map, const char *const *words,
                        size_t count)
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) {
        yaml_read_word(r->diagnostics, map->pairs.items[i].value, words, count);
    }
}

static void read_expectation(struct reading *r, const struct yaml_node *node,
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

static void read_test(struct reading *r, const struct yaml_node *node)
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
    test.name = text_of(name);
    test.description = text_of(description);
    test.skip_reason = text_of(reason);
    if (name != NULL) test.mark = name->mark;
    if (skip != NULL) yaml_read_bool(r->diagnostics, skip, &test.skip);
    read_options(r, options, &test.options);
    if (input != NULL) read_input(r, input, &test);
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

static void read_root(struct reading *r, const struct yaml_node *root)
{
    struct yaml_node *name = NULL, *description = NULL, *skip = NULL, *reason = NULL;
    struct yaml_node *options = NULL, *tests = NULL, *principals = NULL, *resources = NULL;
    struct yaml_node *principal_groups = NULL, *resource_groups = NULL, *aux = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "description", YAML_WANT_TEXT, &description },
                                   { "skip", YAML_WANT_TEXT, &skip },
                                   { "skipReason", YAML_WANT_TEXT, &reason },
                                   { "options", YAML_WANT_MAP, &options },
                                   { "principals", YAML_WANT_MAP, &principals },
                                   { "principalGroups", YAML_WANT_MAP, &principal_groups },
                                   { "resources", YAML_WANT_MAP, &resources },
                                   { "resourceGroups", YAML_WANT_MAP, &resource_groups },
                                   { "auxData", YAML_WANT_MAP, &aux },
                                   { "tests", YAML_WANT_LIST | YAML_REQUIRED, &tests },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    yaml_fields(r->diagnostics, root, "a test file", FIELDS(fields));
    r->suite->name = text_of(name);
    r->suite->description = text_of(description);
    r->suite->skip_reason = text_of(reason);
    if (skip != NULL) yaml_read_bool(r->diagnostics, skip, &r->suite->skip);
    read_options(r, options, &r->suite->options);
    each_pair(r, principals, read_principal);
    each_pair(r, resources, read_resource);
    each_pair(r, aux, read_aux);
    read_groups(r, principal_groups, "principals", &r->suite->principal_groups);
    read_groups(r, resource_groups, "resources", &r->suite->resource_groups);
    for (size_t i = 0; tests != NULL && i < tests->items.count; i++) {
        read_test(r, tests->items.items[i]);
    }
}

/* --- files --- */

static bool is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

/* The tree of testdata/NAME.yaml, .yml or .json; NULL when there is none or it was refused. */
static const struct yaml_node *shared_file(struct reading *r, const char *folder, const char *name)
{
    static const char *const ends[] = { "yaml", "yml", "json" };

    for (size_t i = 0; i < 3; i++) {
        const char *path = arena_format(r->arena, "%s/testdata/%s.%s", folder, name, ends[i]);
        if (is_file(path)) return yaml_read_file(r->arena, r->diagnostics, path);
    }
    return NULL;
}

static void read_shared_principals(struct reading *r, const char *folder)
{
    const struct yaml_node *root = shared_file(r, folder, "principals");
    struct yaml_node *principals = NULL, *groups = NULL;
    struct yaml_field fields[] = { { "principals", YAML_WANT_MAP, &principals },
                                   { "principalGroups", YAML_WANT_MAP, &groups },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of principals", FIELDS(fields));
    each_pair(r, principals, read_principal);
    read_groups(r, groups, "principals", &r->suite->principal_groups);
}

static void read_shared_resources(struct reading *r, const char *folder)
{
    const struct yaml_node *root = shared_file(r, folder, "resources");
    struct yaml_node *resources = NULL, *groups = NULL;
    struct yaml_field fields[] = { { "resources", YAML_WANT_MAP, &resources },
                                   { "resourceGroups", YAML_WANT_MAP, &groups },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of resources", FIELDS(fields));
    each_pair(r, resources, read_resource);
    read_groups(r, groups, "resources", &r->suite->resource_groups);
}

static void read_shared_aux(struct reading *r, const char *folder)
{
    static const char *const names[] = { "auxdata", "auxData", "aux_data" };
    const struct yaml_node *root = NULL;
    struct yaml_node *aux = NULL;
    struct yaml_field fields[] = { { "auxData", YAML_WANT_MAP, &aux },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    for (size_t i = 0; i < 3 && root == NULL; i++) root = shared_file(r, folder, names[i]);
    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of auxData", FIELDS(fields));
    each_pair(r, aux, read_aux);
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
    struct reading r = { arena, diagnostics, ARENA_NEW(arena, struct suite) };
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash != NULL ? arena_format(arena, "%.*s", (int)(slash - path), path) : ".";

    r.suite->file = path;
    const struct yaml_node *root = yaml_read_file(arena, diagnostics, path);
    if (root == NULL) return r.suite;
    read_root(&r, root);
    read_shared_principals(&r, folder);
    read_shared_resources(&r, folder);
    read_shared_aux(&r, folder);
    return r.suite;
}
