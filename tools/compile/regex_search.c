/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/regex_search.h"

/* Threads in the order of preference, each at a step of its own, with the places it remembers. */
struct threads {
    uint32_t *step;
    size_t *place; /* [thread * places] */
    size_t count;
};

/* A step to follow, or a place to put back once those behind it were followed. */
struct task {
    uint32_t step;
    uint32_t slot; /* NO_SLOT: follow */
    size_t old;
};

#define NO_SLOT UINT32_MAX

struct search {
    struct arena *arena;
    const struct nfa *nfa;
    struct pn_slice text;
    size_t places;
    struct threads now, next;
    struct task *tasks;
    size_t *seen; /* by step: the position after which it was met last, plus 1 */
    size_t *work; /* places of the thread being added */
    size_t *best;
    bool found;
};

static enum regex_side side_before(const struct search *s, size_t at)
{
    return at == 0 ? REGEX_SIDE_EDGE : regex_side_before(s->text.at[at - 1]);
}

static enum regex_side side_after(const struct search *s, size_t at)
{
    return at == s->text.len ? REGEX_SIDE_EDGE : regex_side_after(s->text.at[at]);
}

static void add_thread(struct search *s, struct threads *to, uint32_t step)
{
    to->step[to->count] = step;
    memcpy(to->place + to->count * s->places, s->work, s->places * sizeof *s->work);
    to->count++;
}

/* Add what `step` leads to without taking a byte at `at`, the preferred first. */
static void add(struct search *s, struct threads *to, uint32_t step, size_t at)
{
    size_t depth = 0;

    s->tasks[depth++] = (struct task){ step, NO_SLOT, 0 };
    while (depth > 0) {
        struct task task = s->tasks[--depth];
        if (task.slot != NO_SLOT) {
            s->work[task.slot] = task.old;
            continue;
        }
        if (s->seen[task.step] == at + 1) continue;
        s->seen[task.step] = at + 1;
        const struct nfa_step *n = &s->nfa->steps.items[task.step];
        switch ((enum nfa_kind)n->kind) {
        case NFA_BYTES:
        case NFA_MATCH: add_thread(s, to, task.step); break;
        case NFA_LOOK:
            if (regex_look_holds(n->look, side_before(s, at), side_after(s, at)))
                s->tasks[depth++] = (struct task){ n->to, NO_SLOT, 0 };
            break;
        case NFA_SAVE:
            s->tasks[depth++] = (struct task){ 0, n->other, s->work[n->other] };
            s->work[n->other] = at;
            s->tasks[depth++] = (struct task){ n->to, NO_SLOT, 0 };
            break;
        case NFA_SPLIT:
            s->tasks[depth++] = (struct task){ n->other, NO_SLOT, 0 };
            s->tasks[depth++] = (struct task){ n->to, NO_SLOT, 0 };
            break;
        }
    }
}

/* Take the byte at `at` in all threads; one that has matched ends those behind it. */
static void advance(struct search *s, size_t at)
{
    s->next.count = 0;
    for (size_t i = 0; i < s->now.count; i++) {
        const struct nfa_step *n = &s->nfa->steps.items[s->now.step[i]];
        memcpy(s->work, s->now.place + i * s->places, s->places * sizeof *s->work);
        if (n->kind == NFA_MATCH) {
            memcpy(s->best, s->work, s->places * sizeof *s->best);
            s->best[1] = at;
            s->found = true;
            break;
        }
        uint32_t to = at < s->text.len ? nfa_after(s->nfa, n, s->text.at[at]) : NFA_NOWHERE;
        if (to != NFA_NOWHERE) add(s, &s->next, to, at + 1);
    }
    struct threads spare = s->now;
    s->now = s->next;
    s->next = spare;
}

/* The first match that begins at `from` or behind it. */
static bool find(struct search *s, size_t from)
{
    s->found = false;
    s->now.count = 0;
    memset(s->seen, 0, s->nfa->steps.count * sizeof *s->seen);
    for (size_t at = from; at <= s->text.len; at++) {
        if (!s->found && side_after(s, at) != REGEX_SIDE_WITHIN) {
            for (size_t i = 0; i < s->places; i++) s->work[i] = REGEX_NO_PLACE;
            s->work[0] = at;
            add(s, &s->now, s->nfa->start, at);
        }
        if (s->found && s->now.count == 0) break;
        advance(s, at);
    }
    return s->found;
}

static struct threads threads(struct arena *arena, size_t count, size_t places)
{
    return (struct threads){ arena_take(arena, count * sizeof(uint32_t)),
                             arena_take(arena, count * places * sizeof(size_t)), 0 };
}

static size_t character_length(struct pn_slice text)
{
    size_t len;

    regex_code_point(text, &len);
    return len;
}

struct regex_matches regex_find_all(struct arena *arena, const struct nfa *nfa,
                                    struct pn_slice text, size_t matches_max)
{
    size_t steps = nfa->steps.count, places = 2 * ((size_t)nfa->groups + 1);
    struct search s = { .arena = arena, .nfa = nfa, .text = text, .places = places };
    struct regex_matches matches = { 0 };
    size_t from = 0, end = REGEX_NO_PLACE;

    s.now = threads(arena, steps, places);
    s.next = threads(arena, steps, places);
    s.tasks = arena_take(arena, (2 * steps + 2) * sizeof *s.tasks);
    s.seen = arena_take(arena, steps * sizeof *s.seen);
    s.work = arena_take(arena, places * sizeof *s.work);
    s.best = arena_take(arena, places * sizeof *s.best);
    while (from <= text.len && matches.list.count < matches_max && find(&s, from)) {
        bool is_empty = s.best[1] == from, follows = is_empty && s.best[0] == end;
        end = s.best[1];
        from = end;
        if (is_empty) from += end < text.len ? character_length(pn_slice_from(text, end)) : 1;
        if (follows) continue;
        struct pn_slice copy = arena_copy(arena, pn_slice(s.best, places * sizeof *s.best));
        LIST_PUSH(arena, &matches.list,
                  ((struct regex_match){ (const size_t *)(const void *)copy.at }));
    }
    return matches;
}
