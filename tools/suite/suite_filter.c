/* see suite_filter.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_filter.h"

#define STATES_MAX 8192

static const char *const part_names[] = { "suite", "test", "principal", "resource", "action" };

static const char *build(struct arena *arena, const struct regex_node *tree, enum dfa_sense sense,
                         struct dfa *dfa)
{
    if (tree == NULL) return "is not a pattern";
    return dfa_build(arena, tree, sense, STATES_MAX, dfa) == DFA_BUILT ? NULL : "is too large";
}

/* As in Cerbos: one star alone fits anything, elsewhere it stops at a `:`. */
static const char *add_glob(struct arena *arena, struct suite_filter *filter, enum suite_part part,
                            struct pn_slice text)
{
    struct regex_error error = { 0 };
    struct dfa dfa;

    if (text_is(text, "*")) text = PN_SLICE("**");
    const char *wrong = build(arena, glob_parse(arena, text, &error), DFA_WHOLE, &dfa);

    if (wrong != NULL) return arena_format(arena, "the glob '%.*s' %s", SLICE_ARGS(text), wrong);
    LIST_PUSH(arena, &filter->parts[part].globs, dfa);
    return NULL;
}

static struct pn_slice take_until(struct pn_slice *text, uint8_t end)
{
    size_t len = pn_slice_find(*text, end);
    struct pn_slice taken = pn_slice_head(*text, len);

    *text = pn_slice_from(*text, len < text->len ? len + 1 : len);
    return pn_slice_trim(taken);
}

static const char *add_part(struct arena *arena, struct suite_filter *filter, struct pn_slice text)
{
    size_t equals = pn_slice_find(text, '='), part = 0;
    struct pn_slice name = pn_slice_trim(pn_slice_head(text, equals));

    while (part < PART_COUNT &&
           !pn_slice_equal_fold(name, pn_slice(part_names[part], strlen(part_names[part]))))
        part++;
    if (equals == text.len || part == PART_COUNT) {
        return arena_format(arena,
                            "'%.*s' is no filter; suite=, test=, principal=, resource= and action= "
                            "are",
                            SLICE_ARGS(text));
    }
    struct pn_slice globs = pn_slice_from(text, equals + 1);
    while (globs.len > 0) {
        struct pn_slice glob = take_until(&globs, ',');
        if (glob.len == 0) continue;
        const char *wrong = add_glob(arena, filter, (enum suite_part)part, glob);
        if (wrong != NULL) return wrong;
    }
    return NULL;
}

const char *suite_filter_add(struct arena *arena, struct suite_filter *filter, const char *text)
{
    struct pn_slice rest = arena_copy(arena, pn_slice(text, strlen(text)));
    size_t count = 0;

    while (rest.len > 0) {
        struct pn_slice part = take_until(&rest, ';');
        if (part.len == 0) continue;
        const char *wrong = add_part(arena, filter, part);
        if (wrong != NULL) return wrong;
    }
    for (size_t i = 0; i < PART_COUNT; i++) count += filter->parts[i].globs.count;
    return count > 0 ? NULL : "a filter names at least one glob";
}

const char *suite_filter_run(struct arena *arena, struct suite_filter *filter, const char *pattern)
{
    struct regex_error error = { 0 };
    struct pn_slice text = arena_copy(arena, pn_slice(pattern, strlen(pattern)));
    const char *wrong = build(arena, regex_parse(arena, text, &error), DFA_SEARCH, &filter->run);

    filter->has_run = wrong == NULL;
    if (wrong == NULL) return NULL;
    return error.message != NULL ? arena_format(arena, "the pattern is wrong at byte %zu: %s",
                                                error.at, error.message)
                                 : arena_format(arena, "the pattern %s", wrong);
}

static bool fits(const struct suite_filter *filter, enum suite_part part, struct pn_slice text)
{
    if (filter->parts[part].globs.count == 0) return true;
    for (size_t i = 0; i < filter->parts[part].globs.count; i++) {
        if (dfa_matches(&filter->parts[part].globs.items[i], text)) return true;
    }
    return false;
}

static struct pn_slice words(const char *text)
{
    return pn_slice(text, strlen(text));
}

const char *suite_filter_skips(struct arena *arena, const struct suite_filter *filter,
                               const struct suite *suite, const struct suite_case *asked,
                               struct pn_slice action)
{
    const char *whole =
        filter->has_run
            ? arena_format(arena, "%.*s/%.*s/%.*s/%.*s/%.*s", SLICE_ARGS(suite->name),
                           SLICE_ARGS(asked->test->name), SLICE_ARGS(asked->principal->key),
                           SLICE_ARGS(asked->resource->key), SLICE_ARGS(action))
            : "";

    if (filter->has_run && !dfa_matches(&filter->run, words(whole)))
        return "the name does not fit --run";
    if (!fits(filter, PART_SUITE, suite->name)) return "the suite does not fit the filter";
    if (!fits(filter, PART_TEST, asked->test->name)) return "the test does not fit the filter";
    if (!fits(filter, PART_PRINCIPAL, asked->principal->key))
        return "the principal does not fit the filter";
    if (!fits(filter, PART_RESOURCE, asked->resource->key))
        return "the resource does not fit the filter";
    if (!fits(filter, PART_ACTION, action)) return "the action does not fit the filter";
    return NULL;
}
