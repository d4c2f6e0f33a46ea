/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/unicode/unicode_set.h"

#include "tools/unicode/unicode_tables.h"

#define ALL   UINT32_MAX
#define CODES 0x110000

static uint32_t take_number(struct pn_slice *left)
{
    uint32_t number = 0;

    for (unsigned shift = 0; left->len > 0 && shift < 32; shift += 7) {
        uint8_t byte = left->at[0];
        *left = pn_slice_from(*left, 1);
        number |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80) break;
    }
    return number;
}

/* The next character of a name that says something, in lower case; -1 behind the last. */
static int spoken(const char **name, const char *end)
{
    while (*name < end && (**name == '_' || **name == '-' || **name == ' ')) (*name)++;
    if (*name == end) return -1;
    int ch = (unsigned char)*(*name)++;
    return ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch;
}

static bool same_name(struct pn_slice name, const char *known)
{
    const char *mine = (const char *)name.at, *mine_end = mine + name.len;
    const char *its_end = known + strlen(known);
    int ch;

    do {
        ch = spoken(&mine, mine_end);
        if (ch != spoken(&known, its_end)) return false;
    } while (ch >= 0);
    return true;
}

static bool find_script(struct unicode_set *set, struct pn_slice name)
{
    uint32_t number = 1;

    for (const char *known = unicode_script_names; *known != 0; known += strlen(known) + 1) {
        if (same_name(name, known)) {
            *set = (struct unicode_set){ true, number, unicode_script_runs, 0, CODES };
            return true;
        }
        number++;
    }
    return false;
}

/* The categories called `name`, or beginning with it where it is one letter. */
static uint32_t categories(struct pn_slice name)
{
    uint32_t bits = 0, bit = 1;

    for (const char *known = unicode_category_names; *known != 0; known += strlen(known) + 1) {
        char letter[] = { known[0], 0 };
        if (same_name(name, known) || same_name(name, letter)) bits |= bit;
        bit <<= 1;
    }
    return bits;
}

static uint32_t category_set(struct pn_slice name)
{
    if (same_name(name, "Any") || same_name(name, "ASCII")) return ALL;
    if (same_name(name, "Assigned")) return ~categories(PN_SLICE("Cn"));
    if (same_name(name, "LC")) {
        return categories(PN_SLICE("Lu")) | categories(PN_SLICE("Ll")) | categories(PN_SLICE("Lt"));
    }
    return categories(name);
}

static struct pn_slice without_alias(struct pn_slice name)
{
    for (const char *known = unicode_alias_names; *known != 0;) {
        const char *meant = known + strlen(known) + 1;
        if (same_name(name, known)) return pn_slice(meant, strlen(meant));
        known = meant + strlen(meant) + 1;
    }
    return name;
}

bool unicode_set_begin(struct unicode_set *set, struct pn_slice name)
{
    uint32_t wanted = category_set(name);

    if (wanted == 0 && find_script(set, name)) return true;
    if (wanted == 0) wanted = category_set(without_alias(name));
    uint32_t until = same_name(name, "ASCII") ? 0x80 : CODES;
    *set = (struct unicode_set){ false, wanted, unicode_category_runs, 0, until };
    return wanted != 0;
}

/* Take the next run: how long it is, and whether it is of the set. */
static uint32_t take_run(struct unicode_set *set, bool *is_in)
{
    uint32_t length;

    if (set->by_script) {
        length = take_number(&set->left);
        *is_in = set->left.at[0] == set->wanted;
        set->left = pn_slice_from(set->left, 1);
        return length;
    }
    uint8_t byte = set->left.at[0];
    set->left = pn_slice_from(set->left, 1);
    *is_in = (set->wanted >> (byte & 0x1f) & 1) != 0;
    length = (byte >> 5) + 1u;
    return length < 8 ? length : 8 + take_number(&set->left);
}

bool unicode_set_next(struct unicode_set *set, uint32_t *low, uint32_t *high)
{
    bool any = false, is_in;

    while (set->left.len > 0 && set->at < set->until) {
        struct unicode_set before = *set;
        uint32_t length = take_run(set, &is_in);
        if (is_in && !any) *low = before.at;
        if (!is_in && any) {
            *set = before;
            break;
        }
        set->at = before.at + length;
        if (is_in) *high = set->at - 1;
        any |= is_in;
    }
    if (any && *high >= set->until) *high = set->until - 1;
    return any;
}

void unicode_folds_begin(struct unicode_folds *folds)
{
    *folds = (struct unicode_folds){ .left = unicode_fold_runs };
}

bool unicode_folds_next(struct unicode_folds *folds, uint32_t *from, uint32_t *to)
{
    if (folds->count == 0) {
        if (folds->left.len == 0) return false;
        folds->from += take_number(&folds->left);
        uint32_t count = take_number(&folds->left);
        uint32_t delta = take_number(&folds->left);
        folds->count = count >> 1;
        folds->stride = 1 + (count & 1);
        folds->delta = (delta & 1) != 0 ? -(int32_t)(delta >> 1) : (int32_t)(delta >> 1);
    }
    *from = folds->from;
    *to = (uint32_t)((int32_t)folds->from + folds->delta);
    folds->from += folds->stride;
    folds->count--;
    return true;
}
