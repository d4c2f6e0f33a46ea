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

static struct image_pattern compile_glob(struct image *image, struct pn_slice text,
                                         struct mark mark)
{
    struct image_pattern pattern = { .text = text, .rest = PN_GLOB_BY_DFA, .dfa = PN_NONE32 };
    struct bytes prefix = { 0 };
    struct regex_error error;
    size_t literal = literal_prefix(text, &prefix);
    struct pn_slice rest = pn_slice_from(text, literal);

    pattern.prefix = image_string(image, bytes_slice(&prefix));
    bytes_free(&prefix);
    bool lone_star = literal == 0 && pn_slice_equal(rest, PN_SLICE("*"));
    if (lone_star || pn_slice_equal(rest, PN_SLICE("**"))) {
        pattern.rest = PN_GLOB_ANY;
    } else if (pn_slice_equal(rest, PN_SLICE("*"))) {
        pattern.rest = PN_GLOB_SEGMENT;
    } else {
        struct regex_node *tree = glob_parse(image->arena, rest, &error);
        if (tree == NULL) {
            diag_error(image->diagnostics, mark, "in the pattern '%.*s': %s", SLICE_ARGS(text),
                       error.message);
        } else {
            pattern.dfa = image_dfa(image, rest, tree, DFA_WHOLE, mark);
        }
    }
    return pattern;
}

bool is_glob(struct pn_slice text)
{
    return has_byte(text, '*');
}

uint16_t entry_pattern(struct image *image, struct pn_slice text, struct mark mark)
{
    struct image_pattern pattern = { .text = text, .dfa = PN_NONE32 };

    for (size_t i = 0; i < image->patterns.count; i++) {
        if (pn_slice_equal(image->patterns.items[i].text, text)) return (uint16_t)i;
    }
    if (is_glob(text)) {
        pattern = compile_glob(image, text, mark);
    } else {
        pattern.prefix = image_string(image, text);
    }
    LIST_PUSH(image->arena, &image->patterns, pattern);
    return (uint16_t)(image->patterns.count - 1);
}

static void make_glob(struct image *image, struct image_action *action, struct mark mark)
{
    struct image_pattern pattern = compile_glob(image, action->pattern, mark);

    action->is_glob = true;
    action->prefix = pattern.prefix;
    action->rest = pattern.rest;
    action->dfa = pattern.dfa;
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

void action_pattern_add(struct image *image, size_t kind, const struct yaml_node *action,
                        uint16_t rule)
{
    if (action->text.len == 0) {
        diag_error(image->diagnostics, action->mark, "an action has a name");
        return;
    }
    struct image_action *entry = action_named(image, &image->kinds.items[kind], action->text);
    if (entry->rules.count == 0) {
        add_notes(image, action);
        if (is_glob(action->text)) make_glob(image, entry, action->mark);
    }
    bool again = entry->rules.count > 0 && entry->rules.items[entry->rules.count - 1] == rule;
    if (!again) LIST_PUSH(image->arena, &entry->rules, rule);
}
