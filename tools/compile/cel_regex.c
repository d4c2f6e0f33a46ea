/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_regex.h"

#include "tools/compile/cel_const.h"
#include "tools/compile/regex_search.h"

#define WORK_MAX 200000000 /* steps times bytes: some seconds at most */

/* A call whose arguments are known. */
struct running {
    struct coding *c;
    struct arena *arena;
    const struct cel_node *node;
    struct cel_value argument[4];
    size_t count;
    struct nfa nfa;
    struct regex_matches matches;
};

static struct pn_slice part(const struct running *r, const struct regex_match *match, size_t group)
{
    size_t begin = match->place[2 * group], end = match->place[2 * group + 1];

    if (begin == REGEX_NO_PLACE || end == REGEX_NO_PLACE) return pn_slice("", 0);
    return pn_slice_head(pn_slice_from(r->argument[0].s, begin), end - begin);
}

/* The arguments behind the library's name: texts, and an int as the fourth. */
static bool constants(struct running *r)
{
    struct lowering *l = r->c->l;

    for (size_t i = 1; i < r->node->args.count; i++) {
        const struct cel_node *node = r->node->args.items[i];
        enum cel_type type = i == 4 ? CEL_INT : CEL_STRING;
        struct cel_value *value = &r->argument[r->count++];
        enum cel_constness constness =
            cel_const(r->arena, l->image->diagnostics, l->scope, node, value);
        if (constness == CEL_WRONG) {
            r->c->failed = true;
            return false;
        }
        if (constness != CEL_CONSTANT || value->type != type) {
            code_wrong(r->c, node,
                       type == CEL_INT ? "how often is a constant int"
                                       : "this is a constant text: a device does not look for "
                                         "where a pattern matches, only whether");
            return false;
        }
    }
    return true;
}

/* Find the matches of argument[1] in argument[0]. */
static bool find_all(struct running *r, size_t matches_max)
{
    struct pn_slice pattern = r->argument[1].s, text = r->argument[0].s;
    struct pn_slice excerpt = diag_excerpt(r->arena, pattern);
    const struct cel_node *node = r->node->args.items[2];
    struct regex_error error;
    struct regex_node *tree = regex_parse(r->arena, pattern, &error);

    if (tree == NULL) {
        code_wrong(r->c, node,
                   arena_format(r->arena, "in the pattern '%.*s', at character %zu: %s",
                                SLICE_ARGS(excerpt), error.at + 1, error.message));
        return false;
    }
    if (!nfa_build(r->arena, tree, &r->nfa) ||
        (text.len + 1) * (text.len + 1) * r->nfa.steps.count > WORK_MAX) {
        code_wrong(r->c, node,
                   arena_format(r->arena, "to look for the pattern '%.*s' takes too long here",
                                SLICE_ARGS(excerpt)));
        return false;
    }
    r->matches = regex_find_all(r->arena, &r->nfa, text, matches_max);
    return true;
}

/* Append the replacement of one match: \0 to \9 are its groups, a backslash comes in pairs. */
static bool append_replacement(struct running *r, const struct regex_match *match,
                               struct bytes *out)
{
    struct pn_slice with = r->argument[2].s;
    const char *wrong = NULL;

    for (size_t i = 0; i < with.len && wrong == NULL; i++) {
        if (with.at[i] != '\\') {
            bytes_append_u8(out, with.at[i]);
            continue;
        }
        uint8_t ch = ++i < with.len ? with.at[i] : 0;
        if (ch == '\\') {
            bytes_append_u8(out, ch);
        } else if (ch < '0' || ch > '9') {
            wrong = "in a replacement a backslash stands before a digit or a backslash";
        } else if (ch - '0' > (int)r->nfa.groups) {
            wrong =
                arena_format(r->arena, "the pattern has no group %c, only %u", ch, r->nfa.groups);
        } else {
            bytes_append(out, part(r, match, (size_t)(ch - '0')));
        }
    }
    if (wrong != NULL) cel_code_unknown(r->c, r->node->args.items[3], wrong);
    return wrong == NULL;
}

static void replace(struct running *r)
{
    int64_t limit = r->count > 3 ? r->argument[3].i : -1;
    struct pn_slice text = r->argument[0].s;
    struct cel_value value = { .type = CEL_STRING, .s = text };
    struct bytes out = { 0 };
    size_t at = 0;
    bool good = true;

    if (limit > INT32_MAX) {
        cel_code_unknown(r->c, r->node->args.items[4],
                         "this is more often than anything is replaced");
        return;
    }
    if (limit != 0 && !find_all(r, limit < 0 ? SIZE_MAX : (size_t)limit)) return;
    for (size_t i = 0; i < r->matches.list.count && good; i++) {
        const struct regex_match *match = &r->matches.list.items[i];
        bytes_append(&out, pn_slice_head(pn_slice_from(text, at), match->place[0] - at));
        good = append_replacement(r, match, &out);
        at = match->place[1];
    }
    bytes_append(&out, pn_slice_from(text, at));
    value.s = arena_copy(r->arena, bytes_slice(&out));
    bytes_free(&out);
    if (good) code_value(r->c, &value);
}

/* What is extracted of a match: its group, or all of it where the pattern has no group. */
static struct pn_slice extracted(const struct running *r, size_t i)
{
    return part(r, &r->matches.list.items[i], r->nfa.groups);
}

static bool extract(struct running *r, size_t matches_max)
{
    if (!constants(r) || !find_all(r, matches_max)) return false;
    if (r->nfa.groups <= 1) return true;
    cel_code_unknown(r->c, r->node->args.items[2],
                     "the pattern has more than one group; write (?:...) for the others");
    return false;
}

static void extract_all(struct running *r)
{
    struct cel_value list = { .type = CEL_LIST };

    for (size_t i = 0; i < r->matches.list.count; i++) {
        struct cel_value text = { .type = CEL_STRING, .s = extracted(r, i) };
        if (text.s.len > 0 || r->nfa.groups == 0) LIST_PUSH(r->arena, &list.list, text);
    }
    code_value(r->c, &list);
}

/* regex.extract(...) and what is asked of it. */
static void optional(struct running *r, const struct cel_node *call, enum cel_regex which)
{
    struct cel_value value = { .type = CEL_STRING };

    if (!extract(r, 1)) return;
    bool is_some = r->matches.list.count > 0;
    if (is_some) value.s = extracted(r, 0);
    if (r->nfa.groups > 0 && value.s.len == 0) is_some = false;
    if (which == CEL_REGEX_HAS_VALUE) {
        code_value(r->c, &(struct cel_value){ .type = CEL_BOOL, .b = is_some });
    } else if (is_some) {
        code_value(r->c, &value);
    } else if (which == CEL_REGEX_OR_VALUE) {
        cel_code_node(r->c, call->args.items[1]);
    } else {
        cel_code_unknown(r->c, call, "the pattern matches nothing here, so there is no value");
    }
}

void cel_code_regex(struct coding *c, const struct cel_node *node, enum cel_regex which)
{
    struct running r = { .c = c, .arena = c->l->image->arena, .node = node };

    switch (which) {
    case CEL_REGEX_REPLACE:
        if (constants(&r)) replace(&r);
        break;
    case CEL_REGEX_EXTRACT_ALL:
        if (extract(&r, SIZE_MAX)) extract_all(&r);
        break;
    case CEL_REGEX_EXTRACT:
        code_wrong(c, node,
                   "regex.extract() may find nothing: write .orValue(x), .hasValue() or .value() "
                   "behind it");
        break;
    case CEL_REGEX_OR_VALUE:
    case CEL_REGEX_HAS_VALUE:
    case CEL_REGEX_VALUE:
        r.node = node->args.items[0];
        optional(&r, node, which);
        break;
    }
}
