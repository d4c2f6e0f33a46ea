/* see subjects.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/subjects.h"

#include "policy/dispatch.h"
#include "policy/layers.h"
#include "policy/record.h"

struct names {
    LIST(struct pn_slice) list;
};

/* A name once, and whether it is an example of a pattern. */
struct gathering {
    struct arena *arena;
    const struct pn_policy *policy; /* the one being read */
    struct names kinds, versions, scopes, principals;
    LIST(struct action) actions;
};

struct action {
    struct pn_slice kind; /* empty: of every kind */
    struct pn_slice name;
    bool example;
};

static void add(struct arena *arena, struct names *names, struct pn_slice name)
{
    for (size_t i = 0; i < names->list.count; i++) {
        if (pn_slice_equal(names->list.items[i], name)) return;
    }
    LIST_PUSH(arena, &names->list, name);
}

static void add_action(struct gathering *g, struct action action)
{
    for (size_t i = 0; i < g->actions.count; i++) {
        struct action *known = &g->actions.items[i];
        if (!pn_slice_equal(known->name, action.name)) continue;
        if (pn_slice_equal(known->kind, action.kind)) return;
    }
    LIST_PUSH(g->arena, &g->actions, action);
}

static size_t count_of(const struct pn_policy *policy, enum pn_policy_section section, size_t bytes)
{
    return policy->blob.section[section].len / bytes;
}

static struct pn_slice joined(struct arena *arena, struct pn_slice front, struct pn_slice back)
{
    uint8_t *text = arena_take(arena, front.len + back.len + 1);

    if (front.len > 0) memcpy(text, front.at, front.len);
    if (back.len > 0) memcpy(text + front.len, back.at, back.len);
    return pn_slice(text, front.len + back.len);
}

/* --- patterns --- */

/* A byte of the class, one that can be printed where there is one. */
static int byte_of_class(const uint8_t *map, uint16_t class)
{
    int found = -1;

    for (int ch = 255; ch >= 0; ch--) {
        if (map[ch] != class) continue;
        bool printed = ch > 0x20 && ch < 0x7F;
        bool better = found < 0 || (printed && !(found >= 'a' && found <= 'z'));
        if (better) found = ch;
    }
    return found;
}

struct table {
    const uint8_t *map, *next, *accept;
    uint16_t states, classes, start;
    uint8_t width;
};

static struct table table_at(const struct pn_policy *policy, uint32_t index)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES, index);
    const uint8_t *bytes = policy->blob.section[PN_POLICY_SECTION_DFA_BYTES].at;

    return (struct table){ bytes + pn_load32(at + PN_DFA_CLASS_MAP),
                           bytes + pn_load32(at + PN_DFA_NEXT),
                           bytes + pn_load32(at + PN_DFA_ACCEPT),
                           pn_load16(at + PN_DFA_STATES),
                           pn_load16(at + PN_DFA_CLASSES),
                           pn_load16(at + PN_DFA_START),
                           at[PN_DFA_WIDTH] };
}

static uint16_t follow(const struct table *t, uint16_t state, uint16_t class)
{
    size_t entry = (size_t)state * t->classes + class;

    return t->width == 1 ? t->next[entry] : pn_load16(t->next + 2 * entry);
}

/* The shortest text that the table accepts, searched breadth first. Empty also when there is none. */
static struct pn_slice shortest(struct arena *arena, const struct pn_policy *policy, uint32_t index)
{
    struct table t = table_at(policy, index);
    uint16_t *from = arena_take(arena, sizeof *from * t.states);
    uint8_t *by = arena_take(arena, t.states), *met = arena_take(arena, t.states);
    uint16_t *queue = arena_take(arena, sizeof *queue * t.states);
    uint8_t *text = arena_take(arena, (size_t)t.states + 1);
    size_t head = 0, tail = 0, len = 0;

    queue[tail++] = t.start;
    met[t.start] = 1;
    while (head < tail) {
        uint16_t state = queue[head++];
        if ((t.accept[state / 8] >> state % 8 & 1) != 0) {
            for (; state != t.start; state = from[state]) text[len++] = by[state];
            break;
        }
        for (uint16_t class = 0; class < t.classes; class ++) {
            uint16_t next = follow(&t, state, class);
            int ch = byte_of_class(t.map, class);
            if (ch < 0 || met[next]) continue;
            met[next] = 1;
            from[next] = state;
            by[next] = (uint8_t)ch;
            queue[tail++] = next;
        }
    }
    for (size_t i = 0; i < len / 2; i++) {
        uint8_t swap = text[i];
        text[i] = text[len - 1 - i];
        text[len - 1 - i] = swap;
    }
    return pn_slice(text, len);
}

struct pn_slice pattern_text(struct arena *arena, const struct pn_policy *policy,
                             const uint8_t *pattern)
{
    struct pn_slice prefix = pn_string(policy, pn_load32(pattern + PN_PATTERN_PREFIX));

    switch ((enum pn_glob_rest)pattern[PN_PATTERN_REST]) {
    case PN_GLOB_ANY: return joined(arena, prefix, PN_SLICE("**"));
    case PN_GLOB_SEGMENT: return joined(arena, prefix, PN_SLICE("*"));
    case PN_GLOB_BY_DFA: {
        const uint8_t *dfa = pn_record(policy, PN_POLICY_SECTION_DFAS, PN_DFA_BYTES,
                                       pn_load32(pattern + PN_GLOB_DFA));
        return pn_string(policy, pn_load32(dfa + PN_DFA_TEXT));
    }
    }
    return prefix;
}

/* Names that a pattern stands for, beyond those that some rule names. */
static void add_examples(struct gathering *g, struct pn_slice kind, const uint8_t *pattern)
{
    struct pn_slice prefix = pn_string(g->policy, pn_load32(pattern + PN_PATTERN_PREFIX));
    struct pn_slice other = PN_SLICE(SUBJECT_OTHER), parts = PN_SLICE(SUBJECT_OTHER ":part");

    switch ((enum pn_glob_rest)pattern[PN_PATTERN_REST]) {
    case PN_GLOB_ANY:
        add_action(g, (struct action){ kind, joined(g->arena, prefix, other), false });
        add_action(g, (struct action){ kind, joined(g->arena, prefix, parts), false });
        return;
    case PN_GLOB_SEGMENT:
        add_action(g, (struct action){ kind, joined(g->arena, prefix, other), false });
        return;
    case PN_GLOB_BY_DFA: {
        struct pn_slice rest = shortest(g->arena, g->policy, pn_load32(pattern + PN_GLOB_DFA));
        add_action(g, (struct action){ kind, joined(g->arena, prefix, rest), true });
        return;
    }
    }
    add_action(g, (struct action){ kind, prefix, false });
}

/* --- records --- */

static void read_kind(struct gathering *g, const uint8_t *kind)
{
    const struct pn_policy *p = g->policy;
    struct pn_slice name = pn_string(p, pn_load32(kind + PN_KIND_NAME));

    add(g->arena, &g->kinds, name);
    for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_ACTION_COUNT); i++) {
        const uint8_t *action = pn_record(p, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES,
                                          pn_load32(kind + PN_KIND_ACTIONS) + i);
        struct pn_slice text = pn_string(p, pn_load32(action + PN_ACTION_NAME));
        add_action(g, (struct action){ name, text, false });
    }
    for (uint32_t i = 0; i < pn_load32(kind + PN_KIND_GLOB_COUNT); i++) {
        add_examples(g, name,
                     pn_record(p, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES,
                               pn_load32(kind + PN_KIND_GLOBS) + i));
    }
}

static void read_layer(struct gathering *g, const uint8_t *layer)
{
    const struct pn_policy *p = g->policy;

    add(g->arena, &g->versions, pn_string(p, pn_load32(layer + PN_LAYER_VERSION)));
    add(g->arena, &g->scopes, pn_scope_name(p, pn_load16(layer + PN_LAYER_SCOPE)));
    if (layer[PN_LAYER_KIND] == PN_LAYER_PRINCIPAL) {
        add(g->arena, &g->principals, pn_string(p, pn_load32(layer + PN_LAYER_SUBJECT)));
    }
    if (layer[PN_LAYER_KIND] == PN_LAYER_RESOURCE) return;
    for (uint32_t i = 0; i < pn_load32(layer + PN_LAYER_COUNT); i++) {
        const uint8_t *entry = pn_record(p, PN_POLICY_SECTION_ENTRIES, PN_ENTRY_BYTES,
                                         pn_load32(layer + PN_LAYER_FIRST) + i);
        const uint8_t *resource = pn_record(p, PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES,
                                            pn_load16(entry + PN_ENTRY_RESOURCE));
        if (resource[PN_PATTERN_REST] == 0) {
            add(g->arena, &g->kinds, pn_string(p, pn_load32(resource + PN_PATTERN_PREFIX)));
        }
        add_examples(g, pn_slice(NULL, 0),
                     pn_record(p, PN_POLICY_SECTION_PATTERNS, PN_PATTERN_BYTES,
                               pn_load16(entry + PN_ENTRY_ACTION)));
    }
}

static void read_policy(struct gathering *g, const struct pn_policy *p)
{
    g->policy = p;
    for (size_t i = 0; i < count_of(p, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES); i++) {
        read_kind(g, pn_record(p, PN_POLICY_SECTION_KINDS, PN_KIND_BYTES, i));
    }
    for (uint16_t i = 0; i < p->layer_count; i++) {
        const uint8_t *layer = pn_record(p, PN_POLICY_SECTION_LAYERS, PN_LAYER_BYTES, i);
        if (layer[PN_LAYER_KIND] != PN_LAYER_PARENTS) read_layer(g, layer);
    }
}

/* --- all of them --- */

static void push(struct gathering *g, struct subjects *out, struct subject subject)
{
    if (out->list.count == SUBJECTS_MAX) {
        out->left_out++;
        return;
    }
    LIST_PUSH(g->arena, &out->list, subject);
}

static void push_places(struct gathering *g, struct subjects *out, struct subject subject)
{
    for (size_t v = 0; v < g->versions.list.count; v++) {
        for (size_t s = 0; s < g->scopes.list.count; s++) {
            for (size_t p = 0; p < g->principals.list.count; p++) {
                subject.version = g->versions.list.items[v];
                subject.scope = g->scopes.list.items[s];
                subject.principal = g->principals.list.items[p];
                push(g, out, subject);
            }
        }
    }
}

static void push_kind(struct gathering *g, struct subjects *out, struct pn_slice kind)
{
    for (size_t i = 0; i < g->actions.count; i++) {
        const struct action *action = &g->actions.items[i];
        if (action->kind.len > 0 && !pn_slice_equal(action->kind, kind)) continue;
        push_places(
            g, out,
            (struct subject){ .kind = kind, .action = action->name, .example = action->example });
    }
}

/* What calls have that name none: where nothing is layered there is nothing else. */
static void fill_places(struct gathering *g)
{
    if (g->versions.list.count == 0) add(g->arena, &g->versions, pn_slice(NULL, 0));
    if (g->scopes.list.count == 0) add(g->arena, &g->scopes, pn_slice(NULL, 0));
    if (g->principals.list.count > 0) add(g->arena, &g->principals, PN_SLICE(SUBJECT_OTHER));
    else add(g->arena, &g->principals, pn_slice(NULL, 0));
    for (size_t i = 0; i < g->scopes.list.count; i++) {
        bool named = g->versions.list.items[0].len > 0;
        if (named && g->scopes.list.items[i].len == 0) g->scopes.list.items[i] = PN_SLICE(".");
    }
}

void subjects_gather(struct arena *arena, const struct pn_policy *const policies[2],
                     struct subjects *subjects)
{
    struct gathering g = { .arena = arena };

    for (size_t side = 0; side < 2; side++) read_policy(&g, policies[side]);
    fill_places(&g);
    for (size_t i = 0; i < g.kinds.list.count; i++) push_kind(&g, subjects, g.kinds.list.items[i]);
}
