/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/identity/attachment_table.h"
#include "core/identity/issuer_table.h"
#include "core/route/route_table.h"
#include "tools/bundle/bundle_notes.h"
#include "tools/compile/body.h"
#include "tools/compile/policy_compile.h"

#define FOLDER_DEPTH_MAX 8

static bool path_is(const char *path, mode_t kind)
{
    struct stat found;

    return stat(path, &found) == 0 && (found.st_mode & S_IFMT) == kind;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len > end_len && strcmp(text + len - end_len, end) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    LIST(const char *) list;
};

static bool cannot_be_opened(struct bundle *bundle, const char *folder)
{
    diag_error(bundle->diagnostics, (struct mark){ folder, 0, 0 }, "cannot be opened: %s",
               strerror(errno));
    return false;
}

/* One error for a folder that is not there, not one for each thing that is not in it. */
static bool is_readable_folder(struct bundle *bundle, const char *folder)
{
    DIR *open = opendir(folder);

    if (open == NULL) return cannot_be_opened(bundle, folder);
    closedir(open);
    return true;
}

/* Names in a folder but hidden ones, sorted: the order of rules must not depend on the disk. */
static bool folder_names(struct bundle *bundle, const char *folder, struct names *names)
{
    DIR *open = opendir(folder);

    if (open == NULL) return cannot_be_opened(bundle, folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        LIST_PUSH(bundle->arena, &names->list, arena_format(bundle->arena, "%s", entry->d_name));
    }
    closedir(open);
    if (names->list.count > 0) {
        qsort(names->list.items, names->list.count, sizeof *names->list.items, by_name);
    }
    return true;
}

/* A policy that is left out in silence allows what it would forbid. Opening a pipe would wait for
 * a writer, so the kind is looked at first. */
static bool is_readable_file(struct bundle *bundle, const char *path)
{
    struct mark mark = { path, 0, 0 };
    struct stat found;

    if (stat(path, &found) != 0) {
        diag_error(bundle->diagnostics, mark, "cannot be read: %s", strerror(errno));
        return false;
    }
    if (S_ISREG(found.st_mode)) return true;
    diag_error(bundle->diagnostics, mark, "not a regular file");
    return false;
}

static void read_policy_file(struct bundle *bundle, const char *path, struct policy_set *set)
{
    const struct yaml_node *root = yaml_read_file(bundle->arena, bundle->diagnostics, path);
    struct policy_doc *doc =
        root != NULL ? policy_doc_read(bundle->arena, bundle->diagnostics, root) : NULL;

    if (doc != NULL) LIST_PUSH(bundle->arena, &set->docs, doc);
}

static void read_policies(struct bundle *bundle, const char *folder, unsigned depth,
                          struct policy_set *set)
{
    struct names names = { 0 };

    if (depth > FOLDER_DEPTH_MAX) {
        diag_error(bundle->diagnostics, (struct mark){ folder, 0, 0 },
                   "more than %d folders deep, or a link that leads back", FOLDER_DEPTH_MAX);
        return;
    }
    if (!folder_names(bundle, folder, &names)) return;
    for (size_t i = 0; i < names.list.count; i++) {
        const char *name = names.list.items[i];
        const char *path = arena_format(bundle->arena, "%s/%s", folder, name);
        bool yaml = ends_with(name, ".yaml") || ends_with(name, ".yml") || ends_with(name, ".json");
        bool test = ends_with(name, "_test.yaml") || ends_with(name, "_test.yml") ||
                    ends_with(name, "_test.json");
        if (path_is(path, S_IFDIR) && strcmp(name, "_schemas") != 0 &&
            strcmp(name, "testdata") != 0) {
            read_policies(bundle, path, depth + 1, set);
        } else if (yaml && !test && is_readable_file(bundle, path)) {
            read_policy_file(bundle, path, set);
        }
    }
}

struct part {
    const char *file;
    void (*read)(struct bundle *bundle, const struct yaml_node *root);
    bool required;
};

static const struct part parts[] = {
    { "bundle.yaml", bundle_read_settings, true },
    { "models.yaml", bundle_read_models, false },
    { "servers.yaml", bundle_read_servers, false },
    { "identity.yaml", bundle_read_identity, false },
};

#define PART_COUNT (sizeof parts / sizeof parts[0])

static void read_part(struct bundle *bundle, const char *folder, const struct part *part)
{
    const char *path = arena_format(bundle->arena, "%s/%s", folder, part->file);

    struct stat entry;

    if (!part->required && lstat(path, &entry) != 0 && errno == ENOENT) return;
    if (!is_readable_file(bundle, path)) return;
    const struct yaml_node *root = yaml_read_file(bundle->arena, bundle->diagnostics, path);
    if (root != NULL && !(yaml_is_null(root) && !part->required)) part->read(bundle, root);
}

/* What would have no effect must not lie in the folder unnoticed. */
static void check_names(struct bundle *bundle, const char *folder)
{
    static const char *const known[] = { "bundle.yaml",   "models.yaml", "servers.yaml",
                                         "identity.yaml", "policies",    "_schemas" };
    static const char *const later[] = { "guardrails.yaml", "limits.yaml" };
    struct names names = { 0 };

    if (!folder_names(bundle, folder, &names)) return;
    for (size_t i = 0; i < names.list.count; i++) {
        const char *name = names.list.items[i];
        struct mark mark = { arena_format(bundle->arena, "%s/%s", folder, name), 0, 0 };
        bool is_later = strcmp(name, later[0]) == 0 || strcmp(name, later[1]) == 0;
        bool is_known = strcmp(name, "tests") == 0 || ends_with(name, ".md");
        for (size_t k = 0; k < 6; k++) is_known = is_known || strcmp(name, known[k]) == 0;
        if (is_later) diag_error(bundle->diagnostics, mark, "not supported yet");
        if (is_later || is_known) continue;
        const char *nearest = diag_nearest(pn_slice(name, strlen(name)), known, 6);
        if (nearest != NULL) {
            diag_error(bundle->diagnostics, mark, "not part of a bundle; did you mean '%s'?",
                       nearest);
        } else {
            diag_note(bundle->diagnostics, mark, "not part of a bundle; left out");
        }
    }
}

/* What a device would find wrong is found here. */
static void check_body(struct bundle *bundle, const char *folder, struct pn_slice body)
{
    struct mark mark = { folder, 0, 0 };
    struct pn_policy policy;
    enum pn_policy_fault fault = pn_policy_open(&policy, body);

    if (fault != PN_POLICY_GOOD) {
        diag_error(bundle->diagnostics, mark, "a device would refuse this policy: %.*s",
                   SLICE_ARGS(pn_policy_fault_sentence(fault)));
        return;
    }
    const struct pn_slice *section = policy.blob.section;
    struct pn_route_table routes = pn_route_table_of(section);
    struct pn_key_table keys = pn_key_table_of(section);
    struct pn_issuer_table issuers = pn_issuer_table_of(section);
    struct pn_attachment_table attachments = pn_attachment_table_of(section);
    struct pn_slice key_id;
    if (!pn_issuer_table_check(&issuers, policy.role_count) ||
        !pn_attachment_table_check(&attachments)) {
        diag_error(bundle->diagnostics, mark, "a device would refuse these issuers or attachments");
    }
    if (!pn_route_table_check(&routes) || !pn_key_table_check(&keys, policy.slot_count) ||
        pn_key_beyond_roles(&keys, policy.role_count, &key_id)) {
        diag_error(bundle->diagnostics, mark, "a device would refuse these routes or keys");
    }
    bundle_run_self_tests(bundle, &policy);
}

static bool is_below(struct pn_slice path, struct pn_slice top)
{
    return pn_slice_begins(path, top) &&
           (path.len == top.len || path.at[top.len] == '.' || path.at[top.len] == '[');
}

/* An attribute that holds a secret is shown no more than the secret itself. */
static void mark_secrets(const struct bundle *bundle, struct image *image)
{
    for (size_t i = 0; i < image->slots.count; i++) {
        struct image_slot *slot = &image->slots.items[i];
        const char *text = attr_path_text(bundle->arena, &slot->path);
        struct pn_slice path = pn_slice(text, strlen(text));
        for (size_t k = 0; k < bundle->secrets.count; k++) {
            struct pn_slice secret = bundle->secrets.items[k]->text;
            if (is_below(path, secret) || is_below(secret, path)) slot->secret = true;
        }
    }
}

static void compile(struct bundle *bundle, const char *folder, const struct policy_set *set,
                    struct bytes *body)
{
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 };
    struct bytes terms = { 0 };
    struct image image;

    image_begin(&image, bundle->arena, bundle->diagnostics, bundle->mode);
    bool compiled = policy_compile(&image, set);
    mark_secrets(bundle, &image);
    bundle_write_self_tests(bundle, &image, sections);
    if (compiled && image_write(&image, sections)) {
        bundle_write_sections(bundle, &image, sections);
        if (bundle->diagnostics->error_count == 0) {
            bundle_terms_write(&terms, &bundle->terms);
            body_write(body, sections, BUNDLE_TERMS_SECTION, bytes_slice(&terms));
            check_body(bundle, folder, bytes_slice(body));
            bundle_note_idle(bundle, &image, set);
        }
    }
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    bytes_free(&terms);
    image_free(&image);
}

static void read_parts(struct bundle *bundle, struct policy_set *set)
{
    const char *policies = arena_format(bundle->arena, "%s/policies", bundle->folder);

    if (!is_readable_folder(bundle, bundle->folder)) return;
    for (size_t i = 0; i < PART_COUNT; i++) read_part(bundle, bundle->folder, &parts[i]);
    check_names(bundle, bundle->folder);
    if (path_is(policies, S_IFDIR)) {
        read_policies(bundle, policies, 0, set);
    } else {
        diag_error(bundle->diagnostics, (struct mark){ policies, 0, 0 },
                   "there is no folder of policies");
    }
}

static void begin(struct bundle *bundle, struct policy_set *set, const char *folder,
                  struct diagnostics *diagnostics)
{
    /* Marks and texts that diagnostics point to live as long as they do. */
    *bundle = (struct bundle){ .arena = &diagnostics->arena, .diagnostics = diagnostics };
    *set = (struct policy_set){ .folder_len = strlen(folder) + 1 };
    bundle->folder = arena_format(bundle->arena, "%s", folder);
}

static void settle(const struct bundle *bundle, struct policy_set *set)
{
    set->names = bundle->names;
    set->default_version = bundle->default_version;
    set->default_scope = bundle->default_scope;
    set->lenient = bundle->lenient;
    set->schema_enforcement = bundle->schema_enforcement;
    set->schema_folder = arena_format(bundle->arena, "%s/policies/_schemas", bundle->folder);
    if (!path_is(set->schema_folder, S_IFDIR)) {
        set->schema_folder = arena_format(bundle->arena, "%s/_schemas", bundle->folder);
    }
}

void bundle_read(struct bundle *bundle, struct policy_set *set, const char *folder,
                 struct diagnostics *diagnostics)
{
    begin(bundle, set, folder, diagnostics);
    read_parts(bundle, set);
    settle(bundle, set);
}

int bundle_compile(struct bundle *bundle, const struct policy_set *set, struct bytes *body)
{
    *body = (struct bytes){ 0 };
    compile(bundle, bundle->folder, set, body);
    if (bundle->diagnostics->error_count == 0) return 0;
    bytes_free(body);
    return 1;
}

int compile_bundle(const char *folder, struct bytes *body, struct diagnostics *diagnostics)
{
    struct bundle bundle;
    struct policy_set set;

    bundle_read(&bundle, &set, folder, diagnostics);
    return bundle_compile(&bundle, &set, body);
}

/* --- with changes --- */

/* A repository of Cerbos has no settings, and its policies lie anywhere in it. */
static bool is_cerbos_folder(const struct bundle *bundle)
{
    struct stat entry;
    const char *settings = arena_format(bundle->arena, "%s/bundle.yaml", bundle->folder);

    return path_is(bundle->folder, S_IFDIR) && lstat(settings, &entry) != 0 && errno == ENOENT;
}

static void read_cerbos_folder(struct bundle *bundle, struct policy_set *set, uint8_t enforcement)
{
    bundle->mode = PN_MODE_CERBOS54;
    bundle->schema_enforcement = enforcement;
    bundle->terms.name = PN_SLICE("cerbos");
    diag_note(bundle->diagnostics, (struct mark){ bundle->folder, 0, 0 },
              "no bundle.yaml here: read as a folder of Cerbos policies, mode cerbos54");
    read_policies(bundle, bundle->folder, 0, set);
}

static void change(struct bundle *bundle, const struct bundle_changes *changes)
{
    const struct yaml_node *globals = changes->globals;

    bundle->lenient = bundle->lenient || changes->lenient;
    if (globals != NULL || changes->lenient) {
        bundle->self_tests.count = 0; /* they speak of the bundle as it is */
    }
    for (size_t i = 0; globals != NULL && i < globals->pairs.count; i++) {
        bundle_set_global(bundle, globals->pairs.items[i]);
    }
}

int compile_bundle_changed(const char *folder, const struct bundle_changes *changes,
                           struct bytes *body, struct diagnostics *diagnostics)
{
    struct bundle bundle;
    struct policy_set set;

    begin(&bundle, &set, folder, diagnostics);
    if (is_cerbos_folder(&bundle)) {
        read_cerbos_folder(&bundle, &set, changes->cerbos_enforcement);
    } else {
        read_parts(&bundle, &set);
    }
    change(&bundle, changes);
    settle(&bundle, &set);
    return bundle_compile(&bundle, &set, body);
}
