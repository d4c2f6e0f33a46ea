/* The schemas of a resource policy: files, references and what they are bound to.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/policy_compiling.h"
#include "tools/compile/schema_compile.h"

#include "tools/compile/yaml_fields.h"

static struct schema_file *file_of(struct compiling *c, const struct yaml_node *ref,
                                   struct pn_slice name)
{
    struct image *image = c->image;

    for (size_t i = 0; i < c->schema_files.count; i++) {
        if (pn_slice_equal(c->schema_files.items[i]->name, name)) return c->schema_files.items[i];
    }
    struct schema_file *file = ARENA_NEW(image->arena, struct schema_file);
    const char *path =
        arena_format(image->arena, "%s/%.*s", c->set->schema_folder, SLICE_ARGS(name));
    size_t errors_before = image->diagnostics->error_count;
    file->name = name;
    file->root = yaml_read_file(image->arena, image->diagnostics, path);
    if (file->root == NULL && image->diagnostics->error_count > errors_before) {
        diag_note(image->diagnostics, ref->mark, "this is where %s is asked for", path);
    }
    LIST_PUSH(image->arena, &c->schema_files, file);
    return file;
}

/* "cerbos:///dir/name.json" is a file below the folder of schemas, and nothing else is. */
static bool file_name(struct compiling *c, const struct yaml_node *ref, struct pn_slice *name)
{
    static const struct pn_slice scheme = PN_SLICE_INIT("cerbos:///");
    bool good = pn_slice_begins(ref->text, scheme) && ref->text.len > scheme.len;

    if (good) *name = pn_slice_from(ref->text, scheme.len);
    for (size_t i = 0; good && i < name->len; i++) {
        bool dots = i + 1 < name->len && name->at[i] == '.' && name->at[i + 1] == '.';
        good = !dots && name->at[i] != '#' && name->at[i] != '?' && name->at[i] != 0;
    }
    if (good && c->set->schema_folder != NULL) return true;
    diag_error(c->image->diagnostics, ref->mark,
               "a schema is named cerbos:///NAME.json and lies in the folder _schemas");
    return false;
}

/* Actions that need no schema as one pattern; PN_NONE32: there are none. */
static uint32_t ignored_actions(struct compiling *c, const struct schema_doc *schema)
{
    struct arena *arena = c->image->arena;
    struct regex_node *either = regex_new(arena, REGEX_EITHER);
    struct bytes all = { 0 };
    struct regex_error error;

    if (schema->ignore.count == 0) return PN_NONE32;
    for (size_t i = 0; i < schema->ignore.count; i++) {
        struct pn_slice glob = schema->ignore.items[i]->text;
        if (text_is(glob, "*")) glob = PN_SLICE("**"); /* alone it is anything */
        struct regex_node *tree = glob_parse(arena, glob, &error);
        if (tree == NULL) {
            diag_error(c->image->diagnostics, schema->ignore.items[i]->mark,
                       "in the pattern '%.*s': %s", SLICE_ARGS(glob), error.message);
            continue;
        }
        LIST_PUSH(arena, &either->parts, tree);
        bytes_append(&all, i > 0 ? PN_SLICE("\n") : PN_SLICE("ignored actions: "));
        bytes_append(&all, glob);
    }
    struct pn_slice text = arena_copy(arena, bytes_slice(&all));
    bytes_free(&all);
    return either->parts.count > 0
               ? image_dfa(c->image, text, either, DFA_WHOLE, schema->ignore.items[0]->mark)
               : PN_NONE32;
}

static void bind_side(struct compiling *c, const struct schema_doc *schema, enum pn_side side,
                      struct image_schema_binding *binding)
{
    struct pn_slice name;

    binding->node[side] = binding->ignore[side] = PN_NONE32;
    if (schema->ref == NULL || !file_name(c, schema->ref, &name)) return;
    struct schema_file *file = file_of(c, schema->ref, name);
    if (file->root == NULL) return;
    binding->node[side] = schema_compile(c->image, file, side);
    binding->ignore[side] = ignored_actions(c, schema);
}

void policy_bind_schemas(struct compiling *c, const struct policy_doc *doc)
{
    struct image_schema_binding binding = {
        .kind = policy_subject(c, doc),
        .version = doc->version.len > 0 ? doc->version : PN_SLICE("default"),
        .enforcement = c->set->schema_enforcement,
    };
    const struct schema_doc *first = &doc->schemas[doc->schemas[0].ref != NULL ? 0 : 1];

    if (first->ref == NULL) return;
    if (doc->scope.len > 0) {
        diag_note(c->image->diagnostics, first->ref->mark,
                  "schemas of a policy with a scope do not count; those of the policy without do");
        return;
    }
    if (c->set->schema_enforcement == 0) {
        diag_note(c->image->diagnostics, first->ref->mark,
                  "schemas do not count here: schema_enforcement in bundle.yaml is none");
        return;
    }
    for (int side = 0; side < PN_SIDE_COUNT; side++) {
        bind_side(c, &doc->schemas[side], (enum pn_side)side, &binding);
    }
    if (binding.node[0] == PN_NONE32 && binding.node[1] == PN_NONE32) return;
    LIST_PUSH(c->image->arena, &c->image->schema_bindings, binding);
}
