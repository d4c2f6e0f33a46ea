/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/dfa.h"

#include <stdlib.h>

#include "tools/compile/nfa.h"

#define WORK_STATES_MAX 4096     /* before states are joined */
#define TABLE_SLOTS     16384    /* of the hash table, a power of two */
#define WORK_MAX        50000000 /* steps followed in all: some seconds at most */

/* A deterministic state: which steps of the automaton may be next, ascending. */
struct subset {
    const uint32_t *steps;
    size_t count;
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
    size_t work;
    uint32_t round;
    bool matched;
};

/* Where in the text a closure is taken. */
enum { AT_BEGIN = 1, AT_END = 2 };

static void push(struct builder *b, size_t *depth, uint32_t step)
{
    if (b->seen[step] == b->round) return;
    b->seen[step] = b->round;
    b->stack[(*depth)++] = step;
}

/* Follow what takes no byte from `step` on. Gathers the steps that take one, or wait for the end.
 */
static void follow(struct builder *b, uint32_t step, int where)
{
    size_t depth = 0;

    push(b, &depth, step);
    while (depth > 0) {
        uint32_t at = b->stack[--depth];
        const struct nfa_step *s = &b->nfa->steps.items[at];
        switch (s->kind) {
        case NFA_BYTES: b->found[b->found_count++] = at; break;
        case NFA_MATCH: b->matched = true; break;
        case NFA_BEGIN:
            if ((where & AT_BEGIN) != 0) push(b, &depth, s->to);
            break;
        case NFA_END:
            b->found[b->found_count++] = at;
            if ((where & AT_END) != 0) push(b, &depth, s->to);
            break;
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
    b->matched = false;
}

/* Would the text match if it ended with these steps open? */
static bool accepts_at_end(struct builder *b, const uint32_t *steps, size_t count, int where)
{
    round_begin(b);
    for (size_t i = 0; i < count; i++) {
        if (b->nfa->steps.items[steps[i]].kind == NFA_END) follow(b, steps[i], where | AT_END);
    }
    return b->matched;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static size_t hash(const uint32_t *steps, size_t count, bool accepts)
{
    uint32_t sum = accepts ? 0x811c9dc5u : 0x1234567u;

    for (size_t i = 0; i < count; i++) sum = (sum ^ steps[i]) * 16777619u;
    return (sum ^ sum >> 15) & (TABLE_SLOTS - 1);
}

static bool same(const struct subset *a, const uint32_t *steps, size_t count, bool accepts)
{
    return a->count == count && a->accepts == accepts &&
           (count == 0 || memcmp(a->steps, steps, count * sizeof *steps) == 0);
}

/* The number of the subset just found, new or known. A search that has matched stays matched. */
static uint16_t intern(struct builder *b, int where)
{
    bool matched = b->matched;
    size_t count = matched && b->sense == DFA_SEARCH ? 0 : b->found_count;
    uint32_t *sorted = b->sorted;

    if (count > 0) {
        memcpy(sorted, b->found, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_value);
    }
    bool accepts = matched || accepts_at_end(b, sorted, count, where);
    size_t slot = hash(sorted, count, accepts);
    for (; b->table[slot] != 0; slot = (slot + 1) & (TABLE_SLOTS - 1)) {
        size_t known = b->table[slot] - 1u;
        if (same(&b->subsets.items[known], sorted, count, accepts)) return (uint16_t)known;
    }
    struct pn_slice copy = arena_copy(b->arena, pn_slice(sorted, count * sizeof *sorted));
    const uint32_t *steps = (const uint32_t *)(const void *)copy.at;
    LIST_PUSH(b->arena, &b->subsets, ((struct subset){ steps, count, accepts }));
    b->table[slot] = (uint16_t)b->subsets.count;
    return (uint16_t)(b->subsets.count - 1);
}

/* In a search every byte may be the first of the match. */
static uint16_t successor(struct builder *b, size_t from, uint8_t byte)
{
    struct subset subset = b->subsets.items[from];

    if (b->sense == DFA_SEARCH && subset.accepts && subset.count == 0) return (uint16_t)from;
    b->work += subset.count + 1;
    round_begin(b);
    for (size_t i = 0; i < subset.count; i++) {
        const struct nfa_step *s = &b->nfa->steps.items[subset.steps[i]];
        if (s->kind == NFA_BYTES && byte >= s->low && byte <= s->high) follow(b, s->to, 0);
    }
    if (b->sense == DFA_SEARCH) follow(b, b->nfa->start, 0);
    return intern(b, 0);
}

/* Bytes that no step tells apart share a class. */
static void classify(struct builder *b)
{
    bool begins[257] = { true };

    for (size_t i = 0; i < b->nfa->steps.count; i++) {
        const struct nfa_step *s = &b->nfa->steps.items[i];
        if (s->kind != NFA_BYTES || s->low > s->high) continue;
        begins[s->low] = true;
        begins[s->high + 1] = true;
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
    round_begin(&b);
    follow(&b, nfa.start, AT_BEGIN);
    intern(&b, AT_BEGIN);
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
