/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/action_pattern.h"

static bool has_byte(struct pn_slice text, uint8_t byte)
{
    return pn_slice_find(text, byte) < text.len;
}

static struct image_action *action_named(struct image *image, struct image_kind *kind,
                                         struct pn_slice pattern)
{
    for (size_t i = 0; i < kind->actions.count; i++) {
        if (pn_slice_equal(kind->actions.items[i].pattern, pattern)) return &kind->actions.items[i];
    }
    LIST_PUSH(image->arena, &kind->actions,
              ((struct image_action){ .pattern = pattern, .dfa = PN_NONE32 }));
    return &kind->actions.items[kind->actions.count - 1];
}

/* Where the literal part ends; it is appended to `prefix` without its escapes. */
static size_t literal_prefix(struct pn_slice pattern, struct bytes *prefix)
{
    size_t at = 0;

    for (; at < pattern.len && strchr("*?[{", pattern.at[at]) == NULL; at++) {
        if (pattern.at[at] == '\\' && at + 1 < pattern.len) at++;
        bytes_append_u8(prefix, pattern.at[at]);
    }
    return at;
}

static void compile_glob(struct image *image, struct image_action *action, struct mark mark)
{
    struct bytes prefix = { 0 };
    struct regex_error error;
    size_t literal = literal_prefix(action->pattern, &prefix);
    struct pn_slice rest = pn_slice_from(action->pattern, literal);

    action->is_glob = true;
    action->prefix = image_string(image, bytes_slice(&prefix));
    bytes_free(&prefix);
    bool lone_star = literal == 0 && pn_slice_equal(rest, PN_SLICE("*"));
    if (lone_star || pn_slice_equal(rest, PN_SLICE("**"))) {
        action->rest = PN_GLOB_ANY;
    } else if (pn_slice_equal(rest, PN_SLICE("*"))) {
        action->rest = PN_GLOB_SEGMENT;
    } else {
        struct regex_node *tree = glob_parse(image->arena, rest, &error);
        action->rest = PN_GLOB_BY_DFA;
        if (tree == NULL) {
            diag_error(image->diagnostics, mark, "in the pattern '%.*s': %s",
                       SLICE_ARGS(action->pattern), error.message);
        } else {
            action->dfa = image_dfa(image, rest, tree, DFA_WHOLE, mark);
        }
    }
}

static void add_notes(struct image *image, const struct yaml_node *action)
{
    struct pn_slice text = action->text;
    bool globs = has_byte(text, '?') || has_byte(text, '[') || has_byte(text, '{');

    if (!has_byte(text, '*') && globs) {
        diag_note(image->diagnostics, action->mark,
                  "without a * this is no pattern: it names '%.*s' to the letter",
                  SLICE_ARGS(text));
    }
    if (pn_slice_begins(text, PN_SLICE("tools/call/")) && has_byte(text, ':')) {
        diag_note(image->diagnostics, action->mark,
                  "a tool name with ':' is refused by the gateway; this action never occurs");
    }
}

void action_pattern_add(struct image *image, struct pn_slice kind, const struct yaml_node *action,
                        uint16_t rule)
{
    if (action->text.len == 0) {
        diag_error(image->diagnostics, action->mark, "an action has a name");
        return;
    }
    struct image_action *entry = action_named(image, image_kind(image, kind), action->text);
    if (entry->rules.count == 0) {
        add_notes(image, action);
        if (has_byte(action->text, '*')) compile_glob(image, entry, action->mark);
    }
    bool again = entry->rules.count > 0 && entry->rules.items[entry->rules.count - 1] == rule;
    if (!again) LIST_PUSH(image->arena, &entry->rules, rule);
}
