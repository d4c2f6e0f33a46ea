/* see fixture_read.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/fixture_read.h"

#include <sys/stat.h>

#include "tools/compile/yaml_fields.h"
#include "tools/suite/yaml_json.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

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

struct pn_slice suite_text(const struct yaml_node *node)
{
    return node != NULL ? node->text : pn_slice("", 0);
}

void suite_refuse_twice(struct suite_reading *r, const struct yaml_node *list)
{
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!pn_slice_equal(list->items.items[i]->text, list->items.items[k]->text)) continue;
            diag_error(r->diagnostics, list->items.items[i]->mark, "'%.*s' is listed twice",
                       SLICE_ARGS(list->items.items[i]->text));
            break;
        }
    }
}

void suite_need_text(struct suite_reading *r, const struct yaml_node *node, const char *what)
{
    if (node != NULL && node->text.len == 0)
        diag_error(r->diagnostics, node->mark, "%s is empty", what);
}

void suite_need_items(struct suite_reading *r, const struct yaml_node *list, const char *what)
{
    if (list != NULL && list->items.count == 0)
        diag_error(r->diagnostics, list->mark, "%s is wanted here", what);
}

static void need_texts(struct suite_reading *r, const struct yaml_node *list, const char *what)
{
    suite_need_items(r, list, what);
    suite_refuse_twice(r, list);
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        suite_need_text(r, list->items.items[i], what);
    }
}

static void read_principal(struct suite_reading *r, struct yaml_pair pair)
{
    struct yaml_node *id = NULL, *version = NULL, *roles = NULL, *attr = NULL, *scope = NULL;
    struct yaml_field fields[] = { { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "policyVersion", YAML_WANT_TEXT, &version },
                                   { "roles", YAML_WANT_TEXTS | YAML_REQUIRED, &roles },
                                   { "attr", YAML_WANT_MAP, &attr },
                                   { "scope", YAML_WANT_TEXT, &scope } };

    if (suite_fixture(&r->suite->principals, pair.key->text) != NULL) return;
    yaml_fields(r->diagnostics, pair.value, "a principal", FIELDS(fields));
    suite_need_text(r, id, "the id of a principal");
    need_texts(r, roles, "a role");
    yaml_note_words(r->diagnostics, attr);
    LIST_PUSH(r->arena, &r->suite->principals.list,
              ((struct suite_fixture){ .mark = pair.key->mark,
                                       .key = pair.key->text,
                                       .id = suite_text(id),
                                       .version = suite_text(version),
                                       .scope = suite_text(scope),
                                       .roles = roles,
                                       .attr = attr }));
}

static void read_resource(struct suite_reading *r, struct yaml_pair pair)
{
    struct yaml_node *kind = NULL, *id = NULL, *version = NULL, *attr = NULL, *scope = NULL;
    struct yaml_field fields[] = { { "kind", YAML_WANT_TEXT | YAML_REQUIRED, &kind },
                                   { "policyVersion", YAML_WANT_TEXT, &version },
                                   { "id", YAML_WANT_TEXT | YAML_REQUIRED, &id },
                                   { "attr", YAML_WANT_MAP, &attr },
                                   { "scope", YAML_WANT_TEXT, &scope } };

    if (suite_fixture(&r->suite->resources, pair.key->text) != NULL) return;
    yaml_fields(r->diagnostics, pair.value, "a resource", FIELDS(fields));
    suite_need_text(r, id, "the id of a resource");
    suite_need_text(r, kind, "the kind of a resource");
    yaml_note_words(r->diagnostics, attr);
    LIST_PUSH(r->arena, &r->suite->resources.list,
              ((struct suite_fixture){ .mark = pair.key->mark,
                                       .key = pair.key->text,
                                       .kind = suite_text(kind),
                                       .id = suite_text(id),
                                       .version = suite_text(version),
                                       .scope = suite_text(scope),
                                       .attr = attr }));
}

static void read_aux(struct suite_reading *r, struct yaml_pair pair)
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

static void each_pair(struct suite_reading *r, const struct yaml_node *map,
                      void (*read)(struct suite_reading *r, struct yaml_pair pair))
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) read(r, map->pairs.items[i]);
}

static void read_groups(struct suite_reading *r, const struct yaml_node *map, const char *member,
                        struct suite_groups *groups)
{
    for (size_t i = 0; map != NULL && i < map->pairs.count; i++) {
        struct yaml_pair pair = map->pairs.items[i];
        struct yaml_node *members = NULL;
        struct yaml_field fields[] = { { member, YAML_WANT_TEXTS | YAML_REQUIRED, &members } };
        struct suite_group group = { .mark = pair.key->mark, .key = pair.key->text };
        if (suite_group(groups, pair.key->text) != NULL) continue;
        yaml_fields(r->diagnostics, pair.value, "a group", FIELDS(fields));
        need_texts(r, members, "a member");
        for (size_t k = 0; members != NULL && k < members->items.count; k++) {
            LIST_PUSH(r->arena, &group.members, members->items.items[k]);
        }
        LIST_PUSH(r->arena, &groups->list, group);
    }
}

void fixtures_read(struct suite_reading *r, const struct fixture_maps *maps)
{
    each_pair(r, maps->principals, read_principal);
    each_pair(r, maps->resources, read_resource);
    each_pair(r, maps->aux_data, read_aux);
    read_groups(r, maps->principal_groups, "principals", &r->suite->principal_groups);
    read_groups(r, maps->resource_groups, "resources", &r->suite->resource_groups);
}

/* --- testdata --- */

static bool is_file(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISREG(found.st_mode);
}

/* The tree of testdata/NAME.yaml, .yml or .json; NULL when there is none or it was refused. */
static const struct yaml_node *shared_file(struct suite_reading *r, const char *folder,
                                           const char *name)
{
    static const char *const ends[] = { "yaml", "yml", "json" };

    for (size_t i = 0; i < 3; i++) {
        const char *path = arena_format(r->arena, "%s/testdata/%s.%s", folder, name, ends[i]);
        if (is_file(path)) return yaml_read_file(r->arena, r->diagnostics, path);
    }
    return NULL;
}

static void read_shared_principals(struct suite_reading *r, const char *folder)
{
    const struct yaml_node *root = shared_file(r, folder, "principals");
    struct fixture_maps maps = { 0 };
    struct yaml_field fields[] = { { "principals", YAML_WANT_MAP, &maps.principals },
                                   { "principalGroups", YAML_WANT_MAP, &maps.principal_groups },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of principals", FIELDS(fields));
    fixtures_read(r, &maps);
}

static void read_shared_resources(struct suite_reading *r, const char *folder)
{
    const struct yaml_node *root = shared_file(r, folder, "resources");
    struct fixture_maps maps = { 0 };
    struct yaml_field fields[] = { { "resources", YAML_WANT_MAP, &maps.resources },
                                   { "resourceGroups", YAML_WANT_MAP, &maps.resource_groups },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of resources", FIELDS(fields));
    fixtures_read(r, &maps);
}

static void read_shared_aux(struct suite_reading *r, const char *folder)
{
    static const char *const names[] = { "auxdata", "auxData", "aux_data" };
    const struct yaml_node *root = NULL;
    struct fixture_maps maps = { 0 };
    struct yaml_field fields[] = { { "auxData", YAML_WANT_MAP, &maps.aux_data },
                                   { "$schema", YAML_WANT_TEXT, NULL } };

    for (size_t i = 0; i < 3 && root == NULL; i++) root = shared_file(r, folder, names[i]);
    if (root == NULL) return;
    yaml_fields(r->diagnostics, root, "a file of auxData", FIELDS(fields));
    fixtures_read(r, &maps);
}

void fixtures_read_shared(struct suite_reading *r, const char *folder)
{
    read_shared_principals(r, folder);
    read_shared_resources(r, folder);
    read_shared_aux(r, folder);
}
