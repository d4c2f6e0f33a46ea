/* see schema_compile.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/schema_compile.h"

#include "tools/compile/schema_scalars.h"
#include "tools/compile/yaml_fields.h"

enum { REQUIRED_MAX = 64, UNIQUE_ITEMS_MAX = 256, WORDS_MAX = 60000 };

static uint16_t node_of(struct image *image, struct schema_file *file, const struct yaml_node *at);

/* The node of a part of this one, which is deeper for it. PN_NONE16 with errors. */
static uint16_t child(struct schema_building *b, const struct yaml_node *at)
{
    uint16_t node = node_of(b->image, b->file, at);

    if (node == PN_NONE16) return node;
    uint16_t depth = (uint16_t)(b->image->schema_nodes.items[node].depth + 1);
    if (depth > b->node.depth) b->node.depth = depth;
    return node;
}

static bool bool_of(const struct yaml_node *node, bool *value)
{
    if (node->kind != YAML_SCALAR || !node->plain) return false;
    *value = text_is(node->text, "true");
    return *value || text_is(node->text, "false");
}

/* --- lists --- */

static const struct yaml_node *referred(struct schema_building *b, const struct yaml_node *ref);

/* Are all values of this schema scalars, by its type, const or enum? */
static bool takes_scalars_only(struct schema_building *b, const struct yaml_node *at)
{
    const struct yaml_node *ref = yaml_get(at, "$ref"), *type = yaml_get(at, "type");
    bool none = true;

    if (at->kind != YAML_MAP) return false;
    if (yaml_get(at, "const") != NULL || yaml_get(at, "enum") != NULL) return true;
    if (type == NULL && ref != NULL && (at = referred(b, ref)) != NULL) type = yaml_get(at, "type");
    if (type == NULL) return false;
    for (size_t i = 0; type->kind == YAML_LIST && i < type->items.count; i++) {
        none = none && schema_type_bit(type->items.items[i]) < PN_SCHEMA_LIST;
    }
    return none && (type->kind == YAML_LIST || schema_type_bit(type) < PN_SCHEMA_LIST);
}

static void read_unique(struct schema_building *b, const struct yaml_node *value)
{
    const struct yaml_node *most = yaml_get(b->at, "maxItems"), *items = yaml_get(b->at, "items");
    uint64_t count = UNIQUE_ITEMS_MAX + 1;
    bool wanted = false;

    if (!bool_of(value, &wanted)) schema_wrong(b, value, "uniqueItems is true or false");
    if (!wanted) return;
    bool bounded = most != NULL && yaml_read_u64(b->image->diagnostics, most, UINT32_MAX, &count) &&
                   count <= UNIQUE_ITEMS_MAX;
    if (!bounded)
        schema_wrong(b, value,
                     "uniqueItems compares each with all others: state maxItems, 256 at most");
    else if (items == NULL || !takes_scalars_only(b, items))
        schema_wrong(b, value,
                     "not supported: uniqueItems unless items says that they are no lists or maps");
    else schema_push(b, PN_SCHEMA_UNIQUE, 0, 0);
}

static void push_array(struct schema_building *b)
{
    const struct yaml_node *items = yaml_get(b->at, "items");
    const struct yaml_node *prefix = yaml_get(b->at, "prefixItems");
    size_t group = b->node.words.count;
    uint32_t count = 0;
    bool any = true;

    if (prefix != NULL && prefix->kind != YAML_LIST)
        schema_wrong(b, prefix, "prefixItems is a list");
    if (items != NULL && items->kind == YAML_LIST) {
        schema_wrong(b, items, "not supported: items as a list; write prefixItems");
        items = NULL;
    }
    if (prefix == NULL && (items == NULL || (bool_of(items, &any) && any))) return;
    schema_push(b, PN_SCHEMA_ARRAY, 0, 0);
    for (; prefix != NULL && count < prefix->items.count; count++) {
        schema_push(b, PN_SCHEMA_PREFIX_ITEM, child(b, prefix->items.items[count]), count);
    }
    if (items != NULL) schema_push(b, PN_SCHEMA_ITEMS, child(b, items), count);
    b->node.words.items[group].a = (uint16_t)(b->node.words.count - group - 1);
    if (b->node.words.items[group].a == 0) b->node.words.count = group;
}

/* --- maps --- */

static void push_required(struct schema_building *b, const struct yaml_node *required)
{
    bool good = required->kind == YAML_LIST;

    for (size_t i = 0; good && i < required->items.count; i++) {
        good = required->items.items[i]->kind == YAML_SCALAR;
        if (good)
            schema_push(b, PN_SCHEMA_REQUIRED, 0,
                        image_string(b->image, required->items.items[i]->text));
    }
    if (!good || required->items.count > REQUIRED_MAX)
        schema_wrong(b, required, "required is a list of names, 64 at most here");
}

static void push_object(struct schema_building *b)
{
    const struct yaml_node *required = yaml_get(b->at, "required");
    const struct yaml_node *properties = yaml_get(b->at, "properties");
    const struct yaml_node *additional = yaml_get(b->at, "additionalProperties");
    size_t group = b->node.words.count;
    bool any = false;

    schema_push(b, PN_SCHEMA_OBJECT, 0, 0);
    if (required != NULL) push_required(b, required);
    if (properties != NULL && properties->kind != YAML_MAP)
        schema_wrong(b, properties, "properties is a map of schemas");
    for (size_t i = 0; properties != NULL && i < properties->pairs.count; i++) {
        const struct yaml_pair *pair = &properties->pairs.items[i];
        schema_push(b, PN_SCHEMA_PROPERTY, child(b, pair->value),
                    image_string(b->image, pair->key->text));
    }
    bool is_bool = additional != NULL && bool_of(additional, &any);
    if (additional != NULL && !(is_bool && any)) {
        schema_push(b, PN_SCHEMA_ADDITIONAL, is_bool ? (uint16_t)PN_NONE16 : child(b, additional),
                    0);
    }
    b->node.words.items[group].a = (uint16_t)(b->node.words.count - group - 1);
    if (b->node.words.items[group].a == 0) b->node.words.count = group;
}

/* --- several schemas --- */

static void push_branches(struct schema_building *b, const struct yaml_node *value,
                          enum pn_schema_op op)
{
    bool all = op == PN_SCHEMA_REF;

    if (value->kind != YAML_LIST || value->items.count == 0) {
        schema_wrong(b, value, "a list of schemas stands here");
        return;
    }
    if (!all) schema_push(b, op, (uint16_t)value->items.count, 0);
    for (size_t i = 0; i < value->items.count; i++) {
        schema_push(b, all ? PN_SCHEMA_REF : PN_SCHEMA_BRANCH, child(b, value->items.items[i]), 0);
    }
}

/* A step of a JSON Pointer, unescaped. */
static struct pn_slice pointer_step(struct arena *arena, struct pn_slice step)
{
    struct bytes text = { 0 };

    for (size_t i = 0; i < step.len; i++) {
        bool escape = step.at[i] == '~' && i + 1 < step.len;
        bytes_append_u8(&text, !escape ? step.at[i] : step.at[++i] == '1' ? '/' : '~');
    }
    struct pn_slice copy = arena_copy(arena, bytes_slice(&text));
    bytes_free(&text);
    return copy;
}

static const struct yaml_node *stepped(const struct yaml_node *at, struct pn_slice step)
{
    if (at->kind == YAML_MAP) return yaml_get(at, (const char *)step.at);
    if (at->kind != YAML_LIST || step.len == 0 || step.len > 4) return NULL;
    size_t index = 0;
    for (size_t i = 0; i < step.len; i++) {
        if (step.at[i] < '0' || step.at[i] > '9') return NULL;
        index = index * 10 + (size_t)(step.at[i] - '0');
    }
    return index < at->items.count ? at->items.items[index] : NULL;
}

/* What "#/$defs/name" stands for; NULL with an error. */
static const struct yaml_node *referred(struct schema_building *b, const struct yaml_node *ref)
{
    const struct yaml_node *at = b->file->root;
    bool local = ref->kind == YAML_SCALAR && ref->text.len > 0 && ref->text.at[0] == '#' &&
                 (ref->text.len == 1 || ref->text.at[1] == '/');

    if (!local) {
        schema_wrong(b, ref,
                     "not supported: a $ref but to a place in this file, such as #/$defs/name");
        return NULL;
    }
    struct pn_slice rest = pn_slice_from(ref->text, ref->text.len > 1 ? 2 : 1);
    while (at != NULL && ref->text.len > 1) {
        size_t len = pn_slice_find(rest, '/');
        at = stepped(at, pointer_step(b->image->arena, pn_slice(rest.at, len)));
        if (len == rest.len) break;
        rest = pn_slice_from(rest, len + 1);
    }
    if (at == NULL) schema_wrong(b, ref, "there is nothing at this place");
    return at;
}

static void read_ref(struct schema_building *b, const struct yaml_node *value)
{
    const struct yaml_node *at = referred(b, value);

    if (at != NULL) schema_push(b, PN_SCHEMA_REF, child(b, at), 0);
}

static void read_not(struct schema_building *b, const struct yaml_node *value)
{
    schema_push(b, PN_SCHEMA_NOT, child(b, value), 0);
}

static void read_draft(struct schema_building *b, const struct yaml_node *value)
{
    static const char *const drafts[] = { "https://json-schema.org/draft/2020-12/schema",
                                          "https://json-schema.org/draft/2019-09/schema",
                                          "http://json-schema.org/draft-07/schema" };
    struct pn_slice name = value->text;

    if (name.len > 0 && name.at[name.len - 1] == '#') name.len--;
    for (size_t i = 0; value->kind == YAML_SCALAR && i < 3; i++) {
        if (text_is(name, drafts[i])) return;
    }
    schema_wrong(b, value, "not supported: drafts but 2020-12, 2019-09 and draft-07");
}

/* --- all keywords --- */

/* In the order in which they are judged; `push` with an operation, or `read`. */
static const struct keyword {
    const char *name;
    void (*read)(struct schema_building *b, const struct yaml_node *value);
    void (*push)(struct schema_building *b, const struct yaml_node *value, enum pn_schema_op op);
    uint8_t op;
} keywords[] = {
    { "$schema", read_draft, NULL, 0 },
    { "type", schema_read_type, NULL, 0 },
    { "const", schema_read_const, NULL, 0 },
    { "enum", schema_read_enum, NULL, 0 },
    { "format", schema_read_format, NULL, 0 },
    { "minProperties", NULL, schema_push_count, PN_SCHEMA_MIN_PROPERTIES },
    { "maxProperties", NULL, schema_push_count, PN_SCHEMA_MAX_PROPERTIES },
    { "minItems", NULL, schema_push_count, PN_SCHEMA_MIN_ITEMS },
    { "maxItems", NULL, schema_push_count, PN_SCHEMA_MAX_ITEMS },
    { "uniqueItems", read_unique, NULL, 0 },
    { "minLength", NULL, schema_push_count, PN_SCHEMA_MIN_LENGTH },
    { "maxLength", NULL, schema_push_count, PN_SCHEMA_MAX_LENGTH },
    { "pattern", schema_read_pattern, NULL, 0 },
    { "minimum", NULL, schema_push_bound, PN_SCHEMA_MINIMUM },
    { "maximum", NULL, schema_push_bound, PN_SCHEMA_MAXIMUM },
    { "exclusiveMinimum", NULL, schema_push_bound, PN_SCHEMA_ABOVE },
    { "exclusiveMaximum", NULL, schema_push_bound, PN_SCHEMA_BELOW },
    { "multipleOf", schema_read_multiple, NULL, 0 },
    { "$ref", read_ref, NULL, 0 },
    { "not", read_not, NULL, 0 },
    { "allOf", NULL, push_branches, PN_SCHEMA_REF },
    { "anyOf", NULL, push_branches, PN_SCHEMA_ANY_OF },
    { "oneOf", NULL, push_branches, PN_SCHEMA_ONE_OF },
    /* Read as groups. */
    { "properties", NULL, NULL, 0 },
    { "required", NULL, NULL, 0 },
    { "additionalProperties", NULL, NULL, 0 },
    { "items", NULL, NULL, 0 },
    { "prefixItems", NULL, NULL, 0 },
    /* They say nothing of values. */
    { "$id", NULL, NULL, 0 },
    { "$defs", NULL, NULL, 0 },
    { "definitions", NULL, NULL, 0 },
    { "$comment", NULL, NULL, 0 },
    { "title", NULL, NULL, 0 },
    { "description", NULL, NULL, 0 },
    { "default", NULL, NULL, 0 },
    { "examples", NULL, NULL, 0 },
    { "deprecated", NULL, NULL, 0 },
    { "readOnly", NULL, NULL, 0 },
    { "writeOnly", NULL, NULL, 0 },
};

enum { KEYWORD_COUNT = sizeof keywords / sizeof keywords[0] };

static void check_keys(struct schema_building *b)
{
    const char *names[KEYWORD_COUNT];

    for (size_t i = 0; i < KEYWORD_COUNT; i++) names[i] = keywords[i].name;
    for (size_t i = 0; i < b->at->pairs.count; i++) {
        const struct yaml_node *key = b->at->pairs.items[i].key;
        size_t k = 0;
        while (k < KEYWORD_COUNT && !text_is(key->text, names[k])) k++;
        if (k < KEYWORD_COUNT) continue;
        const char *nearest = diag_nearest(key->text, names, KEYWORD_COUNT);
        diag_error(b->image->diagnostics, key->mark, "not supported: the keyword '%.*s'%s%s%s",
                   SLICE_ARGS(key->text), nearest != NULL ? "; did you mean '" : "",
                   nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
    }
}

static void read_keywords(struct schema_building *b)
{
    check_keys(b);
    for (size_t i = 0; i < KEYWORD_COUNT; i++) {
        const struct keyword *k = &keywords[i];
        const struct yaml_node *value = yaml_get(b->at, k->name);
        if (value == NULL) continue;
        if (k->read != NULL) k->read(b, value);
        if (k->push != NULL) k->push(b, value, (enum pn_schema_op)k->op);
    }
    push_object(b);
    push_array(b);
}

static void read_schema(struct schema_building *b)
{
    bool all = false;

    if (b->at->kind == YAML_MAP) {
        read_keywords(b);
    } else if (!bool_of(b->at, &all)) {
        schema_wrong(b, b->at, "a schema is a map, true or false");
    } else if (!all) {
        schema_push(b, PN_SCHEMA_FALSE, 0, 0);
    }
}

static struct schema_part *part_of(struct schema_file *file, const struct yaml_node *at)
{
    for (size_t i = 0; i < file->parts.count; i++) {
        if (file->parts.items[i].at == at) return &file->parts.items[i];
    }
    return NULL;
}

/* Children come before those who refer to them. */
static uint16_t add_node(struct schema_building *b)
{
    struct image *image = b->image;

    if (b->node.depth > PN_POLICY_SCHEMA_DEPTH_MAX) {
        diag_error(image->diagnostics, b->at->mark, "schemas are nested more than %d deep here",
                   PN_POLICY_SCHEMA_DEPTH_MAX);
        return PN_NONE16;
    }
    if (b->node.words.count > WORDS_MAX || image->schema_nodes.count >= WORDS_MAX) {
        schema_wrong(b, b->at, "this schema is too large");
        return PN_NONE16;
    }
    LIST_PUSH(image->arena, &image->schema_nodes, b->node);
    return (uint16_t)(image->schema_nodes.count - 1);
}

static uint16_t node_of(struct image *image, struct schema_file *file, const struct yaml_node *at)
{
    struct schema_building b = { .image = image, .file = file, .at = at, .node = { .depth = 1 } };
    const struct schema_part *known = part_of(file, at);
    size_t errors_before = image->diagnostics->error_count;

    if (known != NULL && known->busy) {
        schema_wrong(&b, at, "not supported: a schema that refers to itself, which has no bound");
    }
    if (known != NULL) return known->busy ? (uint16_t)PN_NONE16 : known->node;
    LIST_PUSH(image->arena, &file->parts, ((struct schema_part){ at, PN_NONE16, true }));
    read_schema(&b);
    bool good = image->diagnostics->error_count == errors_before;
    struct schema_part *part = part_of(file, at);
    bool alias = b.node.words.count == 1 && b.node.words.items[0].op == PN_SCHEMA_REF;
    part->node = !good ? (uint16_t)PN_NONE16 : alias ? b.node.words.items[0].a : add_node(&b);
    part->busy = false;
    return part->node;
}

/* --- slots --- */

static void want_slot(struct image *image, enum pn_side side, struct mark mark,
                      struct pn_slice name)
{
    struct attr_path path = { .root = side == PN_SIDE_PRINCIPAL ? ATTR_PRINCIPAL : ATTR_RESOURCE };

    LIST_PUSH(image->arena, &path.steps, PN_SLICE("attr"));
    if (name.len > 0) LIST_PUSH(image->arena, &path.steps, name);
    image_schema_slot(image, &path, mark);
}

/* Slots for every attribute that the schema names where it speaks of all of them. */
static void want_slots(struct schema_building *b, enum pn_side side, const struct yaml_node *at)
{
    static const char *const several[] = { "allOf", "anyOf", "oneOf" };
    const struct yaml_node *properties = yaml_get(at, "properties");
    const struct yaml_node *required = yaml_get(at, "required"), *part;

    for (size_t i = 0; properties != NULL && i < properties->pairs.count; i++) {
        const struct yaml_node *key = properties->pairs.items[i].key;
        want_slot(b->image, side, key->mark, key->text);
    }
    for (size_t i = 0; required != NULL && i < required->items.count; i++) {
        want_slot(b->image, side, required->items.items[i]->mark, required->items.items[i]->text);
    }
    for (size_t k = 0; k < 3; k++) {
        part = yaml_get(at, several[k]);
        for (size_t i = 0; part != NULL && i < part->items.count; i++) {
            if (part->items.items[i]->kind == YAML_MAP) want_slots(b, side, part->items.items[i]);
        }
    }
    part = yaml_get(at, "not");
    if (part != NULL && part->kind == YAML_MAP) want_slots(b, side, part);
    part = yaml_get(at, "$ref");
    if (part != NULL) part = referred(b, part);
    if (part != NULL && part->kind == YAML_MAP) want_slots(b, side, part);
}

uint32_t schema_compile(struct image *image, struct schema_file *file, enum pn_side side)
{
    struct schema_building b = { .image = image, .file = file, .at = file->root };
    uint16_t node = node_of(image, file, file->root);

    if (node == PN_NONE16) return PN_NONE32;
    want_slot(image, side, file->root->mark, PN_SLICE(""));
    if (file->root->kind == YAML_MAP) want_slots(&b, side, file->root);
    return node;
}
