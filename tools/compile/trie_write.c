/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/trie_write.h"

#include "core/json/json_trie.h"

struct node {
    uint32_t key; /* string */
    uint16_t slot;
    uint8_t flags;
    LIST(struct node *) children;
    uint16_t number;
};

struct writing {
    struct image *image;
    struct bytes *out;
    struct node *root;
    uint16_t node_count;
};

static struct node *node_new(struct writing *w, uint32_t key)
{
    struct node *node = ARENA_NEW(w->image->arena, struct node);

    node->key = key;
    node->slot = PN_TRIE_NO_SLOT;
    return node;
}

static struct node *child(struct writing *w, struct node *parent, struct pn_slice name,
                          struct mark mark)
{
    uint32_t key = image_string(w->image, name);

    for (size_t i = 0; i < parent->children.count; i++) {
        struct node *known = parent->children.items[i];
        if (known->key == key) return known;
        if (pn_slice_equal_fold(w->image->strings.items[known->key], name)) {
            diag_error(w->image->diagnostics, mark,
                       "'%.*s' and '%.*s' differ in letter case only; a request that holds one "
                       "could pass for the other",
                       SLICE_ARGS(name), SLICE_ARGS(w->image->strings.items[known->key]));
        }
    }
    struct node *added = node_new(w, key);
    LIST_PUSH(w->image->arena, &parent->children, added);
    return added;
}

static void add_slot(struct writing *w, uint16_t slot)
{
    static const struct pn_slice roots[] = { PN_SLICE_INIT("principal"), PN_SLICE_INIT("resource"),
                                             PN_SLICE_INIT("auxData") };
    const struct image_slot *entry = &w->image->slots.items[slot];
    struct node *node = child(w, w->root, roots[entry->path.root], entry->mark);

    for (size_t i = 0; i < entry->path.steps.count; i++) {
        node = child(w, node, entry->path.steps.items[i], entry->mark);
    }
    node->slot = slot;
    node->flags = entry->trie_flags;
}

/* Parents before children, siblings after all below the one before: links point forward. */
static void number(struct writing *w, struct node *node)
{
    node->number = w->node_count++;
    for (size_t i = 0; i < node->children.count; i++) number(w, node->children.items[i]);
}

static void write_node(struct writing *w, const struct node *node, const struct node *next)
{
    struct pn_slice key = w->image->strings.items[node->key];

    bytes_append_u32(w->out, key.len > 0 ? w->image->string_at.items[node->key] : 0);
    bytes_append_u8(w->out, (uint8_t)key.len);
    bytes_append_u8(w->out, node->flags);
    bytes_append_u16(w->out, node->slot);
    bytes_append_u16(w->out, node->children.count > 0 ? node->children.items[0]->number : 0);
    bytes_append_u16(w->out, next != NULL ? next->number : 0);
    bytes_append_u32(w->out, pn_trie_fold_hash(key));
    for (size_t i = 0; i < node->children.count; i++) {
        bool last = i + 1 == node->children.count;
        write_node(w, node->children.items[i], last ? NULL : node->children.items[i + 1]);
    }
}

static struct node *find(struct writing *w, struct node *node, const char *name)
{
    for (size_t i = 0; node != NULL && i < node->children.count; i++) {
        struct pn_slice key = w->image->strings.items[node->children.items[i]->key];
        if (pn_slice_equal(key, pn_slice(name, strlen(name)))) return node->children.items[i];
    }
    return NULL;
}

static uint16_t number_of(const struct node *node)
{
    return node != NULL ? node->number : 0;
}

static size_t nodes_below(const struct node *node)
{
    size_t count = 1;

    for (size_t i = 0; i < node->children.count; i++) count += nodes_below(node->children.items[i]);
    return count;
}

bool trie_write(struct image *image, struct bytes *trie, struct trie_places *places)
{
    struct writing w = { .image = image, .out = trie };
    size_t errors_before = image->diagnostics->error_count;

    w.root = node_new(&w, 0);
    for (size_t i = 0; i < image->slots.count; i++) add_slot(&w, (uint16_t)i);
    if (nodes_below(w.root) > PN_TRIE_NODES_MAX) {
        diag_error(image->diagnostics, image->slots.items[0].mark,
                   "the policy reads more attributes than the format can name");
    }
    if (image->diagnostics->error_count != errors_before) return false;

    number(&w, w.root);
    write_node(&w, w.root, NULL);
    struct node *principal = find(&w, find(&w, w.root, "principal"), "attr");
    struct node *resource = find(&w, find(&w, w.root, "resource"), "attr");
    *places = (struct trie_places){
        .principal = number_of(principal),
        .resource = number_of(resource),
        .arguments = number_of(find(&w, resource, "arguments")),
        .jwt = number_of(find(&w, find(&w, w.root, "auxData"), "jwt")),
        .claims = number_of(find(&w, principal, "claims")),
    };
    return true;
}
