/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/dfa.h"

#include <stdlib.h>

#include "tools/compile/nfa.h"

#define WORK_STATES_MAX 4096     /* before states are joined */
#define TABLE_SLOTS     16384    /* of the hash table, a power of two */
#define WORK_MAX        50000000 /* steps followed in all: some seconds at most */

/* A deterministic state: which steps of the automaton may be next, ascending. Where some of them
 * wait for what comes after this place, `before` is what they need to know of what came before. */
struct subset {
    const uint32_t *steps;
    size_t count;
    enum regex_side before;
    bool accepts;
};

struct builder {
    struct arena *arena;
    const struct nfa *nfa;
    enum dfa_sense sense;
    LIST(struct subset) subsets;
    uint16_t *table; /* hash -> number of a subset plus 1 */
    uint16_t *next;  /* [subset * classes + class] */
    uint8_t class_of[256];
    uint8_t byte_of[256]; /* one byte of each class */
    size_t classes;

    uint32_t *stack; /* steps to be followed */
    uint32_t *seen;  /* by step: `round` when it was met in this round */
    uint32_t *found; /* steps of the subset being made */
    size_t found_count;
    uint32_t *sorted; /* the subset being made, in order */
    uint32_t *opened; /* a subset and what its waiting steps lead to */
    size_t work;
    uint32_t round;
    bool matched;
    bool waits; /* a step found looks at what comes next */
};

/* The sides of the place where a closure is taken. */
struct place {
    enum regex_side before, after;
};

static void push(struct builder *b, size_t *depth, uint32_t step)
{
    if (b->seen[step] == b->round) return;
    b->seen[step] = b->round;
    b->stack[(*depth)++] = step;
}

static bool looks_ahead(uint8_t look)
{
    return look != REGEX_TEXT_BEGIN && look != REGEX_LINE_BEGIN;
}

/* Follow what takes no byte from `step` on. Gathers the steps that take one, or wait to know what
 * is after this place. */
static void follow(struct builder *b, uint32_t step, struct place place)
{
    size_t depth = 0;

    push(b, &depth, step);
    while (depth > 0) {
        uint32_t at = b->stack[--depth];
        const struct nfa_step *s = &b->nfa->steps.items[at];
        b->work++;
        switch ((enum nfa_kind)s->kind) {
        case NFA_BYTES: b->found[b->found_count++] = at; break;
        case NFA_MATCH: b->matched = true; break;
        case NFA_LOOK:
            if (looks_ahead(s->look) && place.after == REGEX_SIDE_UNKNOWN) {
                b->found[b->found_count++] = at;
                b->waits = true;
            } else if (regex_look_holds(s->look, place.before, place.after)) {
                push(b, &depth, s->to);
            }
            break;
        case NFA_SAVE: push(b, &depth, s->to); break;
        case NFA_SPLIT:
            push(b, &depth, s->to);
            push(b, &depth, s->other);
            break;
        }
    }
}

static void round_begin(struct builder *b)
{
    b->round++;
    b->found_count = 0;
    b->matched = b->waits = false;
}

/* Go on from the waiting steps of a state, now that what is after it is known. */
static void resolve(struct builder *b, const uint32_t *steps, size_t count, struct place place)
{
    round_begin(b);
    for (size_t i = 0; i < count; i++) {
        if (b->nfa->steps.items[steps[i]].kind == NFA_LOOK) follow(b, steps[i], place);
    }
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static size_t hash(const struct subset *subset)
{
    uint32_t sum = (subset->accepts ? 0x811c9dc5u : 0x1234567u) + (uint32_t)subset->before;

    for (size_t i = 0; i < subset->count; i++) sum = (sum ^ subset->steps[i]) * 16777619u;
    return (sum ^ sum >> 15) & (TABLE_SLOTS - 1);
}

static bool same(const struct subset *a, const struct subset *b)
{
    return a->count == b->count && a->accepts == b->accepts && a->before == b->before &&
           (a->count == 0 || memcmp(a->steps, b->steps, a->count * sizeof *a->steps) == 0);
}

static uint16_t intern(struct builder *b, const struct subset *subset)
{
    size_t slot = hash(subset);

    for (; b->table[slot] != 0; slot = (slot + 1) & (TABLE_SLOTS - 1)) {
        size_t known = b->table[slot] - 1u;
        if (same(&b->subsets.items[known], subset)) return (uint16_t)known;
    }
    struct subset added = *subset;
    struct pn_slice copy =
        arena_copy(b->arena, pn_slice(subset->steps, subset->count * sizeof *subset->steps));
    added.steps = (const uint32_t *)(const void *)copy.at;
    LIST_PUSH(b->arena, &b->subsets, added);
    b->table[slot] = (uint16_t)b->subsets.count;
    return (uint16_t)(b->subsets.count - 1);
}

/* Of what came before, as much as a look of this pattern could ask. */
static enum regex_side asked(const struct builder *b, enum regex_side before)
{
    static const unsigned askers[] = {
        [REGEX_SIDE_EDGE] = 1u << REGEX_TEXT_BEGIN | 1u << REGEX_LINE_BEGIN,
        [REGEX_SIDE_NEWLINE] = 1u << REGEX_LINE_BEGIN,
        [REGEX_SIDE_WORD] = 1u << REGEX_WORD_EDGE | 1u << REGEX_NO_WORD_EDGE,
        [REGEX_SIDE_UNKNOWN] = 0,
    };

    return (b->nfa->looks & askers[before]) != 0 ? before : REGEX_SIDE_OTHER;
}

/* The state of what was just found. A search that has matched stays matched. */
static uint16_t settle(struct builder *b, enum regex_side before)
{
    struct subset subset = { b->sorted, b->found_count, REGEX_SIDE_OTHER, b->matched };

    if (b->matched && b->sense == DFA_SEARCH) subset.count = 0;
    if (subset.count > 0) {
        memcpy(b->sorted, b->found, subset.count * sizeof *b->sorted);
        qsort(b->sorted, subset.count, sizeof *b->sorted, by_value);
    }
    if (b->waits && subset.count > 0) {
        subset.before = asked(b, before);
        resolve(b, subset.steps, subset.count, (struct place){ before, REGEX_SIDE_EDGE });
        subset.accepts |= b->matched;
    }
    return intern(b, &subset);
}

static bool waits(const struct builder *b, const struct subset *subset)
{
    for (size_t i = 0; i < subset->count; i++) {
        if (b->nfa->steps.items[subset->steps[i]].kind == NFA_LOOK) return true;
    }
    return false;
}

/* The steps that take a byte from `subset` on when `byte` is next; false when it has matched. */
static bool resolved(struct builder *b, const struct subset *subset, uint8_t byte,
                     struct subset *whole)
{
    *whole = *subset;
    if (b->nfa->looks == 0 || !waits(b, subset)) return true;
    resolve(b, subset->steps, subset->count,
            (struct place){ subset->before, regex_side_after(byte) });
    if (b->matched && b->sense == DFA_SEARCH) return false;
    memcpy(b->opened, subset->steps, subset->count * sizeof *b->opened);
    memcpy(b->opened + subset->count, b->found, b->found_count * sizeof *b->opened);
    whole->steps = b->opened;
    whole->count = subset->count + b->found_count;
    return true;
}

/* In a search every byte may be the first of the match. */
static uint16_t successor(struct builder *b, size_t from, uint8_t byte)
{
    struct subset subset = b->subsets.items[from], whole;
    struct place place = { regex_side_before(byte), REGEX_SIDE_UNKNOWN };

    if (b->sense == DFA_SEARCH && subset.accepts && subset.count == 0) return (uint16_t)from;
    if (!resolved(b, &subset, byte, &whole)) {
        return intern(b, &(struct subset){ .steps = b->sorted, .accepts = true });
    }
    b->work += subset.count + whole.count + 1;
    round_begin(b);
    for (size_t i = 0; i < whole.count; i++) {
        const struct nfa_step *s = &b->nfa->steps.items[whole.steps[i]];
        uint32_t to = s->kind == NFA_BYTES ? nfa_after(b->nfa, s, byte) : NFA_NOWHERE;
        if (to != NFA_NOWHERE) follow(b, to, place);
    }
    if (b->sense == DFA_SEARCH) follow(b, b->nfa->start, place);
    return settle(b, place.before);
}

/* Bytes that no step and no look tells apart share a class. */
static void classify(struct builder *b)
{
    bool begins[257] = { true };

    for (unsigned byte = 1; byte < 256 && b->nfa->looks != 0; byte++) {
        if (regex_side_after((uint8_t)byte) != regex_side_after((uint8_t)(byte - 1)))
            begins[byte] = true;
    }

    for (size_t i = 0; i < b->nfa->arcs.count; i++) {
        begins[b->nfa->arcs.items[i].low] = true;
        begins[b->nfa->arcs.items[i].high + 1] = true;
    }
    for (size_t byte = 0; byte < 256; byte++) {
        if (begins[byte]) b->byte_of[b->classes++] = (uint8_t)byte;
        b->class_of[byte] = (uint8_t)(b->classes - 1);
    }
}

static bool explore(struct builder *b)
{
    for (size_t at = 0; at < b->subsets.count; at++) {
        if (b->work > WORK_MAX) return false;
        for (size_t class = 0; class < b->classes; class ++) {
            uint16_t to = successor(b, at, b->byte_of[class]);
            if (b->subsets.count > WORK_STATES_MAX) return false;
            b->next[at * b->classes + class] = to;
        }
    }
    return true;
}

/* Refine the partition `group` of all states until states of a group lead to the same groups, or
 * there are more than `groups_max` of them. Returns how many groups there are. */
static size_t refine(struct builder *b, uint16_t *group, size_t groups_max)
{
    size_t states = b->subsets.count, groups = 0, before;
    uint16_t *leader = arena_take(b->arena, states * sizeof *leader);
    uint16_t *finer = arena_take(b->arena, states * sizeof *finer);

    for (size_t s = 0; s < states; s++) group[s] = b->subsets.items[s].accepts;
    do {
        before = groups;
        groups = 0;
        for (size_t s = 0; s < states && groups <= groups_max; s++) {
            size_t g = 0;
            for (; g < groups; g++) {
                const uint16_t *mine = b->next + s * b->classes;
                const uint16_t *its = b->next + (size_t)leader[g] * b->classes;
                size_t c = 0;
                if (group[s] != group[leader[g]]) continue;
                while (c < b->classes && group[mine[c]] == group[its[c]]) c++;
                if (c == b->classes) break;
            }
            if (g == groups) leader[groups++] = (uint16_t)s;
            finer[s] = (uint16_t)g;
        }
        memcpy(group, finer, states * sizeof *group);
    } while (groups != before && groups <= groups_max);
    return groups;
}

/* Write the joined states out and join the classes that no state tells apart any more. */
static void emit(struct builder *b, const uint16_t *group, size_t groups, struct dfa *dfa)
{
    uint16_t *next = arena_take(b->arena, groups * b->classes * sizeof *next);
    uint8_t joined[256] = { 0 };
    size_t classes = 0, kept[256];

    dfa->accepts = arena_take(b->arena, groups);
    for (size_t s = 0; s < b->subsets.count; s++) {
        dfa->accepts[group[s]] = b->subsets.items[s].accepts;
        for (size_t c = 0; c < b->classes; c++) {
            next[group[s] * b->classes + c] = group[b->next[s * b->classes + c]];
        }
    }
    for (size_t c = 0; c < b->classes; c++) {
        size_t k = 0;
        for (; k < classes; k++) {
            size_t s = 0;
            while (s < groups && next[s * b->classes + c] == next[s * b->classes + kept[k]]) s++;
            if (s == groups) break;
        }
        if (k == classes) kept[classes++] = c;
        joined[c] = (uint8_t)k;
    }
    dfa->states = (uint16_t)groups;
    dfa->classes = (uint16_t)classes;
    dfa->start = group[0];
    dfa->next = arena_take(b->arena, groups * classes * sizeof *dfa->next);
    for (size_t s = 0; s < groups; s++) {
        for (size_t k = 0; k < classes; k++) {
            dfa->next[s * classes + k] = next[s * b->classes + kept[k]];
        }
    }
    for (size_t byte = 0; byte < 256; byte++) dfa->class_of[byte] = joined[b->class_of[byte]];
}

enum dfa_result dfa_build(struct arena *arena, const struct regex_node *tree, enum dfa_sense sense,
                          size_t states_max, struct dfa *dfa)
{
    struct nfa nfa;
    struct builder b = { .arena = arena, .nfa = &nfa, .sense = sense };

    *dfa = (struct dfa){ 0 };
    if (!nfa_build(arena, tree, &nfa)) {
        dfa->states = WORK_STATES_MAX;
        return DFA_OVER_BUDGET;
    }
    classify(&b);
    size_t steps = nfa.steps.count;
    b.table = arena_take(arena, TABLE_SLOTS * sizeof *b.table);
    b.next = arena_take(arena, (WORK_STATES_MAX + 2) * b.classes * sizeof *b.next);
    b.stack = arena_take(arena, steps * sizeof *b.stack);
    b.seen = arena_take(arena, steps * sizeof *b.seen);
    b.found = arena_take(arena, steps * sizeof *b.found);
    b.sorted = arena_take(arena, steps * sizeof *b.sorted);
    b.opened = arena_take(arena, 2 * steps * sizeof *b.opened);
    round_begin(&b);
    follow(&b, nfa.start, (struct place){ REGEX_SIDE_EDGE, REGEX_SIDE_UNKNOWN });
    settle(&b, REGEX_SIDE_EDGE);
    if (!explore(&b)) {
        dfa->states = WORK_STATES_MAX;
        return DFA_OVER_BUDGET;
    }
    uint16_t *group = arena_take(arena, b.subsets.count * sizeof *group);
    size_t groups = refine(&b, group, states_max);
    if (groups > states_max) {
        dfa->states = (uint16_t)groups;
        return DFA_OVER_BUDGET;
    }
    emit(&b, group, groups, dfa);
    return DFA_BUILT;
}

bool dfa_matches(const struct dfa *dfa, struct pn_slice text)
{
    size_t state = dfa->start;

    for (size_t i = 0; i < text.len; i++) {
        state = dfa->next[state * dfa->classes + dfa->class_of[text.at[i]]];
    }
    return dfa->accepts[state];
}
