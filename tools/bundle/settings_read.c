/* bundle.yaml
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"
#include "tools/bundle/url.h"
#include "tools/compile/policy_doc.h"
#include "tools/compile/yaml_fields.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])
#define SEQUENCE_MAX   ((UINT64_C(1) << 53) - 1)

static void read_tenant(struct bundle *bundle, const struct yaml_node *node)
{
    size_t digits = 0;

    for (size_t i = 0; i < node->text.len; i++) {
        int digit = pn_hex_digit(node->text.at[i]);
        if (node->text.at[i] == '-') continue;
        if (digit < 0 || digits == 32) {
            digits = 0;
            break;
        }
        uint8_t *byte = &bundle->terms.tenant[digits++ / 2];
        *byte = (uint8_t)(*byte << 4 | digit);
    }
    if (digits != 32) diag_error(bundle->diagnostics, node->mark, "a tenant is a UUID");
}

static void read_names(struct bundle *bundle, const struct yaml_node *list, struct pn_slice *names,
                       size_t *count)
{
    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        const struct yaml_node *name = list->items.items[i];
        if (*count == BUNDLE_TERMS_NAMES_MAX) {
            diag_error(bundle->diagnostics, name->mark, "too many; name a group instead");
            return;
        }
        if (name->text.len == 0 || name->text.len > 64) {
            diag_error(bundle->diagnostics, name->mark, "a name of a target has 1 to 64 bytes");
        }
        names[(*count)++] = name->text;
    }
}

static void read_targets(struct bundle *bundle, const struct yaml_node *targets)
{
    struct yaml_node *groups = NULL, *devices = NULL;
    struct yaml_field fields[] = { { "groups", YAML_WANT_TEXTS, &groups },
                                   { "devices", YAML_WANT_TEXTS, &devices } };

    yaml_fields(bundle->diagnostics, targets, "targets", FIELDS(fields));
    read_names(bundle, groups, bundle->terms.groups, &bundle->terms.group_count);
    read_names(bundle, devices, bundle->terms.devices, &bundle->terms.device_count);
}

static void read_expiry(struct bundle *bundle, const struct yaml_node *expires,
                        const struct yaml_node *on_expiry, const struct yaml_node *grace)
{
    static const char *const words[] = { "deny", "keep" };
    struct diagnostics *diagnostics = bundle->diagnostics;
    bool keeps = on_expiry != NULL && yaml_read_word(diagnostics, on_expiry, words, 2) == 1;
    uint64_t seconds = 0;

    if (expires != NULL &&
        yaml_read_seconds(diagnostics, expires, &bundle->terms.expires_after_s) &&
        bundle->terms.expires_after_s == 0) {
        diag_error(diagnostics, expires->mark, "a policy that expires at once is of no use");
    }
    if (grace != NULL && yaml_read_seconds(diagnostics, grace, &seconds)) {
        if (seconds > UINT32_MAX) diag_error(diagnostics, grace->mark, "this grace is too long");
        if (!keeps) diag_error(diagnostics, grace->mark, "a grace needs on_expiry: keep");
        bundle->terms.grace_s = (uint32_t)seconds;
    }
    if (keeps && grace == NULL) {
        diag_error(diagnostics, on_expiry->mark, "on_expiry: keep needs a grace, such as 7d");
    }
}

/* Attributes as rules name them; what is below one is as secret as it. */
static void read_secrets(struct bundle *bundle, const struct yaml_node *list)
{
    static const struct pn_slice roots[] = { PN_SLICE_INIT("P.attr."), PN_SLICE_INIT("R.attr."),
                                             PN_SLICE_INIT("request.auxData.jwt.") };

    for (size_t i = 0; i < list->items.count; i++) {
        struct yaml_node *name = list->items.items[i];
        bool rooted = false;
        for (size_t k = 0; k < 3; k++) {
            rooted =
                rooted || (pn_slice_begins(name->text, roots[k]) && name->text.len > roots[k].len);
        }
        if (!rooted) {
            diag_error(bundle->diagnostics, name->mark,
                       "a secret is an attribute such as R.attr.arguments.card_number");
        }
        LIST_PUSH(bundle->arena, &bundle->secrets, name);
    }
}

/* What Cerbos reads from its own configuration. */
struct engine_fields {
    struct yaml_node *globals, *version, *scope, *lenient, *enforcement;
};

void bundle_set_global(struct bundle *bundle, struct yaml_pair pair)
{
    struct scope_constant global = { .name = pair.key->text };

    if (!yaml_read_value(bundle->arena, bundle->diagnostics, pair.value, &global.value)) return;
    for (size_t i = 0; i < bundle->names.constants.count; i++) {
        struct scope_constant *known = &bundle->names.constants.items[i];
        if (!pn_slice_equal(known->name, global.name)) continue;
        *known = global;
        return;
    }
    LIST_PUSH(bundle->arena, &bundle->names.constants, global);
}

static void read_engine(struct bundle *bundle, const struct engine_fields *fields)
{
    const struct yaml_node *globals = fields->globals;

    for (size_t i = 0; globals != NULL && i < globals->pairs.count; i++) {
        bundle_set_global(bundle, globals->pairs.items[i]);
    }
    if (fields->version != NULL) {
        bundle->default_version = fields->version->text;
        if (!is_version_name(fields->version->text)) {
            diag_error(bundle->diagnostics, fields->version->mark,
                       "a version has letters, digits and _");
        }
    }
    if (fields->scope != NULL && !yaml_text_is(fields->scope, ".")) {
        bundle->default_scope = fields->scope->text;
        if (!is_scope_name(fields->scope->text)) {
            diag_error(bundle->diagnostics, fields->scope->mark,
                       "a scope has parts of letters, digits, _ and -, with a . between them");
        }
    }
    if (fields->lenient != NULL) {
        yaml_read_bool(bundle->diagnostics, fields->lenient, &bundle->lenient);
    }
    if (fields->enforcement != NULL) {
        static const char *const words[] = { "none", "warn", "reject" };
        int word = yaml_read_word(bundle->diagnostics, fields->enforcement, words, 3);
        if (word > 0) bundle->schema_enforcement = (uint8_t)word;
    }
}

void bundle_read_settings(struct bundle *bundle, const struct yaml_node *root)
{
    static const char *const modes[] = { "edge", "cerbos54" };
    struct diagnostics *diagnostics = bundle->diagnostics;
    struct yaml_node *name = NULL, *mode = NULL, *tenant = NULL, *targets = NULL, *expires = NULL;
    struct yaml_node *on_expiry = NULL, *grace = NULL, *sequence = NULL, *epoch = NULL;
    struct yaml_node *secrets = NULL, *self_tests = NULL;
    struct engine_fields engine = { 0 };
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "description", YAML_WANT_TEXT, NULL },
                                   { "mode", YAML_WANT_TEXT, &mode },
                                   { "tenant", YAML_WANT_TEXT, &tenant },
                                   { "targets", YAML_WANT_MAP, &targets },
                                   { "expires", YAML_WANT_TEXT, &expires },
                                   { "on_expiry", YAML_WANT_TEXT, &on_expiry },
                                   { "grace", YAML_WANT_TEXT, &grace },
                                   { "sequence", YAML_WANT_TEXT, &sequence },
                                   { "epoch", YAML_WANT_TEXT, &epoch },
                                   { "globals", YAML_WANT_MAP, &engine.globals },
                                   { "default_policy_version", YAML_WANT_TEXT, &engine.version },
                                   { "default_scope", YAML_WANT_TEXT, &engine.scope },
                                   { "lenient_scope_search", YAML_WANT_TEXT, &engine.lenient },
                                   { "schema_enforcement", YAML_WANT_TEXT, &engine.enforcement },
                                   { "secrets", YAML_WANT_TEXTS, &secrets },
                                   { "self_tests", YAML_WANT_LIST, &self_tests } };
    uint64_t number = 0;

    yaml_fields(diagnostics, root, "bundle.yaml", FIELDS(fields));
    if (name != NULL) {
        bundle->terms.name = name->text;
        if (!is_plain_name(name->text)) {
            diag_error(diagnostics, name->mark,
                       "a bundle's name has letters, digits, '.', '_' and '-'");
        }
    }
    if (mode != NULL && yaml_read_word(diagnostics, mode, modes, 2) == PN_MODE_CERBOS54) {
        bundle->mode = PN_MODE_CERBOS54;
    }
    read_engine(bundle, &engine);
    if (secrets != NULL) read_secrets(bundle, secrets);
    if (self_tests != NULL) bundle_read_self_tests(bundle, self_tests);
    if (tenant != NULL) read_tenant(bundle, tenant);
    if (targets != NULL) read_targets(bundle, targets);
    read_expiry(bundle, expires, on_expiry, grace);
    if (sequence != NULL)
        yaml_read_u64(diagnostics, sequence, SEQUENCE_MAX, &bundle->terms.sequence);
    if (epoch != NULL && yaml_read_u64(diagnostics, epoch, UINT32_MAX, &number)) {
        bundle->terms.epoch = (uint32_t)number;
    }
}
