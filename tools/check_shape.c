/* see check_shape.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/check_shape.h"

/* What a member may be. */
enum shape { TEXT, MAP, TEXTS };

static const char *const shape_words[] = { "a text", "an object", "a list of texts" };

struct member {
    const char *name;
    enum shape shape;
    bool required;
};

static const char *at(struct arena *arena, const struct yaml_node *node, const char *sentence)
{
    return arena_format(arena, "line %u, column %u: %s", node->mark.line, node->mark.column,
                        sentence);
}

static bool is_text(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->plain;
}

static bool has_shape(const struct yaml_node *node, enum shape shape)
{
    if (shape == MAP) return node->kind == YAML_MAP;
    if (shape == TEXT) return is_text(node);
    if (node->kind != YAML_LIST) return false;
    for (size_t i = 0; i < node->items.count; i++) {
        if (!is_text(node->items.items[i])) return false;
    }
    return true;
}

/* The members of `map`, which is `path` with a dot at its end, or "". */
static const char *check_members(struct arena *arena, const struct yaml_node *map, const char *path,
                                 const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *value = yaml_get(map, members[i].name);
        if (value == NULL || yaml_is_null(value)) {
            if (!members[i].required) continue;
            return at(arena, map, arena_format(arena, "%s%s is missing", path, members[i].name));
        }
        if (has_shape(value, members[i].shape)) continue;
        return at(arena, value,
                  arena_format(arena, "%s%s is %s", path, members[i].name,
                               shape_words[members[i].shape]));
    }
    return NULL;
}

#define COUNT(members) (members), sizeof(members) / sizeof((members)[0])

static const char *check_resource(struct arena *arena, const struct yaml_node *resource,
                                  const char *path)
{
    static const struct member members[] = { { "kind", TEXT, true },
                                             { "id", TEXT, false },
                                             { "attr", MAP, false },
                                             { "policyVersion", TEXT, false },
                                             { "scope", TEXT, false } };

    return check_members(arena, resource, path, COUNT(members));
}

static const char *check_actions(struct arena *arena, const struct yaml_node *actions,
                                 const char *path)
{
    if (actions->items.count == 0) {
        return at(arena, actions, arena_format(arena, "%s names at least one action", path));
    }
    for (size_t i = 0; i < actions->items.count; i++) {
        for (size_t k = 0; k < i; k++) {
            const struct yaml_node *action = actions->items.items[i];
            if (!pn_slice_equal(actions->items.items[k]->text, action->text)) continue;
            return at(arena, action, arena_format(arena, "%s names this action twice", path));
        }
    }
    return NULL;
}

/* A resource and its actions, side by side in `map`. */
static const char *check_pair(struct arena *arena, const struct yaml_node *map, const char *path,
                              const char *action)
{
    const struct member members[] = { { "resource", MAP, true },
                                      { "actions", TEXTS, action == NULL } };
    const char *error = check_members(arena, map, path, COUNT(members));

    if (error == NULL) {
        error = check_resource(arena, yaml_get(map, "resource"),
                               arena_format(arena, "%sresource.", path));
    }
    if (error != NULL || action != NULL) return error;
    return check_actions(arena, yaml_get(map, "actions"), arena_format(arena, "%sactions", path));
}

static const char *check_resources(struct arena *arena, const struct yaml_node *request,
                                   const struct yaml_node *resources, const char *action)
{
    const char *error = NULL;

    if (yaml_get(request, "resource") != NULL) {
        return at(arena, resources, "a request has either 'resource' or 'resources'");
    }
    if (resources->kind != YAML_LIST) return at(arena, resources, "'resources' is a list");
    if (resources->items.count == 0) {
        return at(arena, resources, "'resources' names at least one resource");
    }
    for (size_t i = 0; i < resources->items.count && error == NULL; i++) {
        const struct yaml_node *entry = resources->items.items[i];
        if (entry->kind != YAML_MAP) {
            return at(arena, entry, "an entry of 'resources' is an object");
        }
        error = check_pair(arena, entry, arena_format(arena, "resources[%zu].", i), action);
    }
    return error;
}

const char *check_shape(struct arena *arena, const struct yaml_node *request, const char *action)
{
    static const struct member top[] = { { "principal", MAP, true },
                                         { "requestId", TEXT, false },
                                         { "auxData", MAP, false } };
    static const struct member principal[] = { { "id", TEXT, true },
                                               { "roles", TEXTS, true },
                                               { "attr", MAP, false },
                                               { "policyVersion", TEXT, false },
                                               { "scope", TEXT, false } };
    static const struct member aux[] = { { "jwt", MAP, false } };

    if (request->kind != YAML_MAP) return "a request is a JSON object";
    const struct yaml_node *resources = yaml_get(request, "resources");
    const char *error = check_members(arena, request, "", COUNT(top));
    if (error == NULL) {
        error =
            check_members(arena, yaml_get(request, "principal"), "principal.", COUNT(principal));
    }
    if (error == NULL && resources != NULL) {
        error = check_resources(arena, request, resources, action);
    } else if (error == NULL) {
        error = check_pair(arena, request, "", action);
    }
    const struct yaml_node *data = yaml_get(request, "auxData");
    if (error == NULL && data != NULL && data->kind == YAML_MAP) {
        error = check_members(arena, data, "auxData.", COUNT(aux));
    }
    return error;
}
