/* see check_request.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/check_request.h"

#include "core/json/json_scan.h"
#include "tools/check_shape.h"
#include "tools/compile/cel_value.h"
#include "tools/token_claims.h"

enum { KEYS_MAX = 1 << 14 };

/* Numbers keep their spelling. */
static void write_node(struct bytes *out, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        if (node->plain) {
            bytes_append(out, node->text);
        } else {
            cel_write_json_string(out, node->text);
        }
        return;
    }
    bytes_append_u8(out, node->kind == YAML_LIST ? '[' : '{');
    for (size_t i = 0; i < node->items.count; i++) {
        if (i > 0) bytes_append_u8(out, ',');
        write_node(out, node->items.items[i]);
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        if (i > 0) bytes_append_u8(out, ',');
        cel_write_json_string(out, node->pairs.items[i].key->text);
        bytes_append_u8(out, ':');
        write_node(out, node->pairs.items[i].value);
    }
    bytes_append_u8(out, node->kind == YAML_LIST ? ']' : '}');
}

static void write_member(struct bytes *out, const char *name, const struct yaml_node *value)
{
    if (value == NULL) return;
    if (out->len > 1 && out->at[out->len - 1] != '{') bytes_append_u8(out, ',');
    cel_write_json_string(out, pn_slice(name, strlen(name)));
    bytes_append_u8(out, ':');
    write_node(out, value);
}

static struct yaml_node *text_node(struct arena *arena, const char *text)
{
    struct yaml_node *node = ARENA_NEW(arena, struct yaml_node);

    node->text = pn_slice(text, strlen(text));
    return node;
}

static void set_member(struct arena *arena, struct yaml_node *map, const char *name,
                       struct yaml_node *value)
{
    for (size_t i = 0; i < map->pairs.count; i++) {
        if (!pn_slice_equal(map->pairs.items[i].key->text, pn_slice(name, strlen(name)))) continue;
        map->pairs.items[i].value = value;
        return;
    }
    LIST_PUSH(arena, &map->pairs, ((struct yaml_pair){ text_node(arena, name), value }));
}

static void set_phase(struct arena *arena, struct yaml_node *resource, const char *phase)
{
    struct yaml_node *attr = yaml_get(resource, "attr");

    if (attr == NULL || attr->kind != YAML_MAP) {
        attr = ARENA_NEW(arena, struct yaml_node);
        attr->kind = YAML_MAP;
        set_member(arena, resource, "attr", attr);
    }
    set_member(arena, attr, "phase", text_node(arena, phase));
}

static struct yaml_node *list_of(struct arena *arena, struct yaml_node *item)
{
    struct yaml_node *list = ARENA_NEW(arena, struct yaml_node);

    list->kind = YAML_LIST;
    LIST_PUSH(arena, &list->items, item);
    return list;
}

static void add(struct arena *arena, const struct yaml_node *root, struct yaml_node *resource,
                struct yaml_node *actions, const struct policy_question *question,
                struct check_requests *requests)
{
    struct bytes text = { 0 };

    if (question->phase != NULL && resource != NULL && resource->kind == YAML_MAP) {
        set_phase(arena, resource, question->phase);
    }
    if (question->action != NULL) actions = list_of(arena, text_node(arena, question->action));
    bytes_append_u8(&text, '{');
    write_member(&text, "requestId", yaml_get(root, "requestId"));
    write_member(&text, "principal", yaml_get(root, "principal"));
    write_member(&text, "resource", resource);
    write_member(&text, "actions", actions);
    write_member(&text, "auxData", yaml_get(root, "auxData"));
    bytes_append_u8(&text, '}');
    LIST_PUSH(arena, &requests->texts, arena_copy(arena, bytes_slice(&text)));
    bytes_free(&text);
}

/* The token of auxData.jwt, or NULL: claims that happen to hold one beside others are no token. */
static const struct yaml_node *token_of(const struct yaml_node *root)
{
    const struct yaml_node *aux = yaml_get(root, "auxData");
    const struct yaml_node *jwt = aux != NULL ? yaml_get(aux, "jwt") : NULL;
    const struct yaml_node *token = jwt != NULL ? yaml_get(jwt, "token") : NULL;
    size_t others = jwt != NULL && yaml_get(jwt, "keySetId") != NULL ? 2 : 1;

    return token != NULL && jwt->pairs.count == others && !token->plain ? token : NULL;
}

/* Put the claims of a token in its place. NULL, or why not. */
static const char *open_token(struct arena *arena, struct yaml_node *root,
                              const struct yaml_node *token)
{
    struct diagnostics diagnostics = { 0 };
    struct yaml_node *claims = NULL;
    struct pn_slice text;

    if (token_claims(arena, token->text, &text)) {
        claims = yaml_read(arena, &diagnostics, "token", text);
    }
    diag_free(&diagnostics);
    if (claims == NULL || claims->kind != YAML_MAP) {
        return arena_format(arena, "line %u, column %u: auxData.jwt.token is no JWT",
                            token->mark.line, token->mark.column);
    }
    set_member(arena, yaml_get(root, "auxData"), "jwt", claims);
    return NULL;
}

static const char *first_error(struct arena *arena, const struct diagnostics *diagnostics)
{
    const struct diag *diag = &diagnostics->list.items[0];

    return arena_format(arena, "line %u, column %u: %s", diag->mark.line, diag->mark.column,
                        diag->message);
}

static void read_head(struct arena *arena, const struct yaml_node *root,
                      struct check_requests *requests)
{
    const struct yaml_node *id = yaml_get(root, "requestId"), *meta;
    struct bytes text = { 0 };

    requests->is_input = yaml_get(root, "resources") == NULL;
    meta = yaml_get(root, "includeMeta");
    requests->wants_meta = meta != NULL && yaml_text_is(meta, "true");
    if (id == NULL || yaml_is_null(id)) return;
    cel_write_json_string(&text, id->text);
    requests->request_id = arena_copy(arena, bytes_slice(&text));
    bytes_free(&text);
}

/* What is written anew must have been JSON before: the YAML reader takes more. NULL, or why not. */
static const char *check_json(struct arena *arena, struct pn_slice request)
{
    static const uint8_t seed[16]; /* who asks harms nobody but themselves */
    static const struct pn_json_limits limits = { .depth_max = PN_JSON_DEPTH_CEILING };
    struct pn_json_key *places = arena_take(arena, KEYS_MAX * sizeof *places);
    struct pn_json_keys keys;
    struct pn_json_scan scan;

    pn_json_keys_init(&keys, places, KEYS_MAX, seed);
    pn_json_scan_begin(&scan, &keys, &limits);
    if (pn_json_scan_step(&scan, request, PN_JSON_LAST, NULL) == PN_DONE) return NULL;
    return arena_format(arena, "%.*s at byte %llu: %.*s", SLICE_ARGS(pn_reason_name(scan.reason)),
                        (unsigned long long)scan.offset,
                        SLICE_ARGS(pn_reason_sentence(scan.reason)));
}

/* One text for each resource. */
static void split(struct arena *arena, const struct yaml_node *root,
                  const struct policy_question *question, struct check_requests *requests)
{
    const struct yaml_node *resources = yaml_get(root, "resources");

    if (resources == NULL) {
        add(arena, root, yaml_get(root, "resource"), yaml_get(root, "actions"), question, requests);
        return;
    }
    for (size_t i = 0; i < resources->items.count; i++) {
        const struct yaml_node *entry = resources->items.items[i];
        add(arena, root, yaml_get(entry, "resource"), yaml_get(entry, "actions"), question,
            requests);
    }
}

const char *check_requests_read(struct arena *arena, struct pn_slice request,
                                const struct policy_question *question,
                                struct check_requests *requests)
{
    struct diagnostics diagnostics = { 0 };
    struct yaml_node *root = yaml_read(arena, &diagnostics, "request", request);
    const char *error = root == NULL ? first_error(arena, &diagnostics) : NULL;

    diag_free(&diagnostics);
    if (error != NULL && question->action == NULL && question->phase == NULL) {
        LIST_PUSH(arena, &requests->texts, request); /* the strict reader says it better */
        return NULL;
    }
    if (error == NULL) error = check_shape(arena, root, question->action);
    if (error == NULL) error = check_json(arena, request);
    const struct yaml_node *token = error == NULL ? token_of(root) : NULL;
    if (token != NULL) error = open_token(arena, root, token);
    if (error != NULL) return error;

    read_head(arena, root, requests);
    bool as_written =
        requests->is_input && token == NULL && question->action == NULL && question->phase == NULL;
    if (as_written) {
        LIST_PUSH(arena, &requests->texts, request);
    } else {
        split(arena, root, question, requests);
    }
    return NULL;
}
