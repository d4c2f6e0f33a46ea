/* Dispatch: kinds, their actions and patterns, and the rules of each, in sorted order.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/image.h"

uint32_t *image_sorted(struct arena *arena, const struct pn_slice *names, size_t count)
{
    uint32_t *order = arena_take(arena, (count + 1) * sizeof *order);

    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        while (at > 0 && pn_slice_order(names[order[at - 1]], names[i]) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint32_t)i;
    }
    return order;
}

static uint32_t write_rule_list(struct image_writing *w, const struct image_action *action)
{
    struct bytes *lists = &w->sections[PN_POLICY_SECTION_RULE_LISTS];
    uint32_t first = (uint32_t)(lists->len / 2);

    for (size_t i = 0; i < action->rules.count; i++) {
        bytes_append_u16(lists, action->rules.items[i]);
    }
    return first;
}

enum action_form { ACTION_EXACT, ACTION_GLOB };

/* The kind's actions of one form in the order of their names or prefixes. */
static size_t ordered_actions(struct image_writing *w, const struct image_kind *kind,
                              enum action_form form, const struct image_action **ordered)
{
    struct arena *arena = w->image->arena;
    struct pn_slice *names = arena_take(arena, (kind->actions.count + 1) * sizeof *names);
    const struct image_action **found =
        arena_take(arena, (kind->actions.count + 1) * sizeof *found);
    size_t count = 0;

    for (size_t i = 0; i < kind->actions.count; i++) {
        const struct image_action *action = &kind->actions.items[i];
        if (action->is_glob != (form == ACTION_GLOB)) continue;
        names[count] = action->is_glob ? w->image->strings.items[action->prefix] : action->pattern;
        found[count++] = action;
    }
    uint32_t *order = image_sorted(arena, names, count);
    for (size_t i = 0; i < count; i++) ordered[i] = found[order[i]];
    return count;
}

static uint16_t glob_up(struct image_writing *w, const struct image_action **globs, size_t at)
{
    struct pn_slice prefix = w->image->strings.items[globs[at]->prefix];

    for (size_t i = at; i > 0; i--) {
        if (pn_slice_begins(prefix, w->image->strings.items[globs[i - 1]->prefix])) {
            return (uint16_t)(i - 1);
        }
    }
    return PN_NONE16;
}

static void write_globs(struct image_writing *w, const struct image_action **globs, size_t count)
{
    struct bytes *out = &w->sections[PN_POLICY_SECTION_GLOBS];

    for (size_t i = 0; i < count; i++) {
        bytes_append_u32(out, globs[i]->prefix);
        bytes_append_u8(out, globs[i]->rest);
        bytes_append_u8(out, 0);
        bytes_append_u16(out, glob_up(w, globs, i));
        bytes_append_u32(out, globs[i]->dfa);
        bytes_append_u32(out, write_rule_list(w, globs[i]));
        bytes_append_u32(out, (uint32_t)globs[i]->rules.count);
    }
}

static void write_kind(struct image_writing *w, const struct image_kind *kind)
{
    struct bytes *kinds = &w->sections[PN_POLICY_SECTION_KINDS];
    struct bytes *actions = &w->sections[PN_POLICY_SECTION_ACTIONS];
    const struct image_action **ordered =
        arena_take(w->image->arena, (kind->actions.count + 1) * sizeof *ordered);
    size_t exact = ordered_actions(w, kind, ACTION_EXACT, ordered);

    bytes_append_u32(kinds, image_string(w->image, kind->name));
    bytes_append_u32(kinds, (uint32_t)(actions->len / PN_ACTION_BYTES));
    bytes_append_u32(kinds, (uint32_t)exact);
    for (size_t i = 0; i < exact; i++) {
        bytes_append_u32(actions, image_string(w->image, ordered[i]->pattern));
        bytes_append_u32(actions, write_rule_list(w, ordered[i]));
        bytes_append_u32(actions, (uint32_t)ordered[i]->rules.count);
    }
    size_t globs = ordered_actions(w, kind, ACTION_GLOB, ordered);
    bytes_append_u32(kinds, (uint32_t)(w->sections[PN_POLICY_SECTION_GLOBS].len / PN_GLOB_BYTES));
    bytes_append_u32(kinds, (uint32_t)globs);
    bytes_append_u32(kinds, 0);
    write_globs(w, ordered, globs);
}

void image_write_dispatch(struct image_writing *w)
{
    struct image *image = w->image;
    struct pn_slice *names = arena_take(image->arena, (image->kinds.count + 1) * sizeof *names);

    for (size_t i = 0; i < image->kinds.count; i++) names[i] = image->kinds.items[i].name;
    uint32_t *order = image_sorted(image->arena, names, image->kinds.count);
    w->kind_position = arena_take(image->arena, (image->kinds.count + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < image->kinds.count; i++) w->kind_position[order[i]] = (uint32_t)i;
    for (size_t i = 0; i < image->kinds.count; i++) write_kind(w, &image->kinds.items[order[i]]);
}
