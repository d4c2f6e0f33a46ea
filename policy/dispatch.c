/* see dispatch.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/dispatch.h"

#include "policy/dfa.h"
#include "policy/record.h"

/* Records of one section whose first field is a string, ascending by it. */
struct table {
    const struct pn_policy *policy;
    const uint8_t *at;
    uint32_t count, bytes;
};

/* How many of the table's strings are at most `text`. */
static uint32_t rank(const struct table *t, struct pn_slice text)
{
    uint32_t first = 0, count = t->count;

    while (count > 0) {
        uint32_t half = count / 2;
        const uint8_t *record = t->at + (size_t)t->bytes * (first + half);
        if (pn_slice_order(pn_string(t->policy, pn_load32(record)), text) <= 0) {
            first += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return first;
}

static const uint8_t *find(const struct table *t, struct pn_slice text)
{
    uint32_t after = rank(t, text);

    if (after == 0) return NULL;
    const uint8_t *record = t->at + (size_t)t->bytes * (after - 1);
    return pn_slice_equal(pn_string(t->policy, pn_load32(record)), text) ? record : NULL;
}

static struct table kinds_of(const struct pn_policy *p)
{
    struct pn_slice all = p->blob.section[PN_POLICY_SECTION_KINDS];

    return (struct table){ p, all.at, (uint32_t)(all.len / PN_KIND_BYTES), PN_KIND_BYTES };
}

static struct table actions_of(const struct pn_policy *p, const uint8_t *kind)
{
    return (struct table){ p,
                           pn_record(p, PN_POLICY_SECTION_ACTIONS, PN_ACTION_BYTES,
                                     pn_load32(kind + PN_KIND_ACTIONS)),
                           pn_load32(kind + PN_KIND_ACTION_COUNT), PN_ACTION_BYTES };
}

static struct table globs_of(const struct pn_policy *p, const uint8_t *kind)
{
    return (struct table){
        p, pn_record(p, PN_POLICY_SECTION_GLOBS, PN_GLOB_BYTES, pn_load32(kind + PN_KIND_GLOBS)),
        pn_load32(kind + PN_KIND_GLOB_COUNT), PN_GLOB_BYTES
    };
}

struct pn_dispatch pn_dispatch_begin(const struct pn_policy *policy, struct pn_slice kind,
                                     struct pn_slice action)
{
    struct table kinds = kinds_of(policy);

    return pn_dispatch_in(policy, find(&kinds, kind), action);
}

struct pn_dispatch pn_dispatch_in(const struct pn_policy *policy, const uint8_t *kind,
                                  struct pn_slice action)
{
    struct pn_dispatch d = { .policy = policy, .action = action, .kind = kind, .glob = PN_NONE16 };

    if (kind == NULL) return d;
    struct table globs = globs_of(policy, d.kind);
    uint32_t after = rank(&globs, action);
    if (after > 0) d.glob = (uint16_t)(after - 1);
    return d;
}

/* Both records have prefix, rest and table in the same places. */
bool pn_pattern_fits(const struct pn_policy *policy, const uint8_t *glob, struct pn_slice text)
{
    struct pn_slice prefix = pn_string(policy, pn_load32(glob + PN_GLOB_PREFIX));

    if (!pn_slice_begins(text, prefix)) return false;
    struct pn_slice rest = pn_slice_from(text, prefix.len);
    struct pn_value value = pn_value_string(rest);
    switch ((enum pn_glob_rest)glob[PN_GLOB_REST]) {
    case PN_GLOB_ANY: return true;
    case PN_GLOB_SEGMENT: return pn_slice_find(rest, ':') == rest.len;
    case PN_GLOB_BY_DFA: return pn_dfa_accepts(policy, pn_load32(glob + PN_GLOB_DFA), &value);
    }
    return rest.len == 0; /* a literal */
}

static struct pn_rule_list list_at(const struct pn_policy *p, const uint8_t *first_and_count)
{
    return (struct pn_rule_list){
        pn_record(p, PN_POLICY_SECTION_RULE_LISTS, 2, pn_load32(first_and_count)),
        pn_load32(first_and_count + 4),
    };
}

static bool exact_list(struct pn_dispatch *d, struct pn_rule_list *list)
{
    struct table actions = actions_of(d->policy, d->kind);
    const uint8_t *action = find(&actions, d->action);

    d->exact_done = true;
    if (action != NULL) *list = list_at(d->policy, action + PN_ACTION_RULES);
    return action != NULL;
}

bool pn_dispatch_next(struct pn_dispatch *d, struct pn_rule_list *list)
{
    if (d->kind == NULL) return false;
    if (!d->exact_done && exact_list(d, list)) return true;
    while (d->glob != PN_NONE16) {
        struct table globs = globs_of(d->policy, d->kind);
        const uint8_t *glob = globs.at + (size_t)PN_GLOB_BYTES * d->glob;
        d->glob = pn_load16(glob + PN_GLOB_UP);
        if (!pn_pattern_fits(d->policy, glob, d->action)) continue;
        *list = list_at(d->policy, glob + PN_GLOB_RULES);
        return true;
    }
    return false;
}
