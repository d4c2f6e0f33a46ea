/* see builtin.h: file paths as Cerbos has them, by their text alone.
 *
 * Before anything is asked of a path it is cleaned: no empty names, no `.`, no `..` but at the front
 * of a path that is relative. A path with a backslash is one of Windows. So that both can be handled
 * alike, C:\dir becomes /C:/dir and \\host\share becomes /host/share meanwhile.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/result.h"
#include "policy/text_search.h"

enum kind { UNIX, WINDOWS, DRIVE, SHARE };

struct path {
    uint8_t *at; /* cleaned, in the scratch; never empty */
    size_t len;
    enum kind kind;
    bool root; /* a drive's or a share's */
};

static void put_bad_path(struct pn_value *v)
{
    pn_put_fault(v, PN_FAULT_BAD_ARGUMENT);
}

static struct pn_slice slice_of(const struct path *p)
{
    return pn_slice(p->at, p->len);
}

/* The name at the front of `text`, up to a slash. */
static struct pn_slice name_of(struct pn_slice text)
{
    return pn_slice_head(text, pn_slice_find(text, '/'));
}

static bool is_up(struct pn_slice name)
{
    return name.len == 2 && name.at[0] == '.' && name.at[1] == '.';
}

/* Append a name; `floor` is where the path may not be shortened any more. */
static void clean_name(struct path *p, struct pn_slice name, size_t *floor)
{
    bool rooted = p->len > 0 && p->at[0] == '/';

    if (name.len == 0 || (name.len == 1 && name.at[0] == '.')) return;
    if (is_up(name) && p->len > *floor) {
        do p->len--;
        while (p->len > *floor && p->at[p->len] != '/');
        return;
    }
    if (is_up(name) && rooted) return;
    if (p->len > (rooted ? 1 : 0)) p->at[p->len++] = '/';
    memmove(p->at + p->len, name.at, name.len);
    p->len += name.len;
    if (is_up(name)) *floor = p->len;
}

/* Clean in place: what is written never overtakes what is read. */
static void clean(struct path *p)
{
    struct pn_slice rest = slice_of(p);
    size_t floor = rest.len > 0 && rest.at[0] == '/';

    p->len = floor;
    while (rest.len > 0) {
        struct pn_slice name = name_of(rest);
        rest = pn_slice_from(rest, name.len < rest.len ? name.len + 1 : name.len);
        clean_name(p, name, &floor);
    }
    if (p->len == 0) p->at[p->len++] = '.';
}

static bool has_drive(struct pn_slice text)
{
    return text.len > 1 && text.at[1] == ':' && pn_ascii_lower(text.at[0]) >= 'a' &&
           pn_ascii_lower(text.at[0]) <= 'z';
}

static bool has_share(struct pn_slice text)
{
    return text.len > 1 && text.at[0] == '\\' && text.at[1] == '\\';
}

static enum kind kind_of(struct pn_slice text)
{
    if (has_share(text)) return SHARE;
    if (has_drive(text)) return DRIVE;
    return pn_slice_find(text, '\\') < text.len ? WINDOWS : UNIX;
}

/* \\host\share, and no second backslash behind the host. */
static bool is_share_root(struct pn_slice text)
{
    struct pn_slice host = pn_slice_from(text, 2);
    size_t at = pn_slice_find(host, '\\');

    return at < host.len && pn_slice_find(pn_slice_from(host, at + 1), '\\') == host.len - at - 1;
}

/* Take a path in. False: a fault is in its place. */
static bool read_path(struct pn_machine *m, struct pn_value *v, struct path *p)
{
    struct pn_slice text = pn_value_text(v);
    size_t backslash = pn_slice_find(text, '\\');

    p->kind = kind_of(text);
    size_t lead = p->kind == DRIVE;
    p->root = p->kind == SHARE ? is_share_root(text) : p->kind == DRIVE && text.len <= 3;
    p->at = pn_machine_string(m, text.len + 2, v);
    if (p->at == NULL) return false;
    if (p->kind == DRIVE && text.len > 2 && backslash == text.len) {
        put_bad_path(v);
        return false;
    }
    p->at[0] = '/';
    for (size_t i = 0; i < text.len; i++) {
        bool turn = p->kind != UNIX && text.at[i] == '\\';
        p->at[lead + i] = turn ? '/' : text.at[i];
    }
    p->len = lead + text.len;
    clean(p);
    return true;
}

/* Both arguments; false: a fault is in place of the first. */
static bool read_paths(struct pn_machine *m, struct pn_value *v, struct path *p)
{
    if (!read_path(m, &v[0], &p[0])) return false;
    if (read_path(m, &v[1], &p[1])) return true;
    v[0] = v[1];
    return false;
}

/* Put what was written, with the slashes of its kind. */
static void put_written(struct pn_machine *m, const struct pn_writer *w, enum kind kind,
                        struct pn_value *v)
{
    for (size_t i = 0; i < w->len && kind != UNIX; i++) {
        if (w->at[i] == '/') w->at[i] = '\\';
    }
    pn_machine_written(m, w, v);
}

/* Put a path as it was given, and what is to follow it. */
static void put_path(struct pn_machine *m, const struct path *p, struct pn_slice tail,
                     struct pn_value *v)
{
    struct pn_writer w = pn_machine_writer(m);
    size_t lead = p->kind == DRIVE && p->len > 0 && p->at[0] == '/';

    if (p->kind == SHARE) pn_write_byte(&w, '/');
    pn_write(&w, pn_slice_from(slice_of(p), lead));
    pn_write(&w, tail);
    put_written(m, &w, p->kind, v);
}

/* Where the last name begins. */
static size_t last_name(struct pn_slice path)
{
    size_t at = path.len;

    while (at > 0 && path.at[at - 1] != '/') at--;
    return at;
}

void pn_fn_base_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path p;

    (void)c;
    if (!read_path(m, v, &p)) return;
    size_t at = last_name(slice_of(&p));
    pn_put_text(v, pn_slice_from(slice_of(&p), at == p.len ? 0 : at));
}

void pn_fn_dir_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path p;

    (void)c;
    if (!read_path(m, v, &p)) return;
    size_t at = last_name(slice_of(&p));
    if (p.root) {
        put_path(m, &p, pn_slice("/", p.kind == DRIVE), v);
    } else if (at == 0) {
        pn_put_text(v, PN_SLICE("."));
        if (p.kind != UNIX) put_bad_path(v);
    } else {
        p.len = p.kind == UNIX && at == 1 ? 1 : at - 1;
        put_path(m, &p, pn_slice("", 0), v);
    }
}

void pn_fn_ext_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path p;

    (void)c;
    if (!read_path(m, v, &p)) return;
    size_t begin = last_name(slice_of(&p)), at = p.len;
    while (at > begin && p.at[at - 1] != '.') at--;
    pn_put_text(v, pn_slice_from(slice_of(&p), at > begin ? at - 1 : p.len));
}

/* Append `next` to `p`, in new memory. */
static bool join(struct pn_machine *m, struct path *p, const struct path *next, struct pn_value *v)
{
    uint8_t *at = pn_machine_string(m, p->len + 1 + next->len, v);

    if (at == NULL) return false;
    memcpy(at, p->at, p->len);
    at[p->len] = '/';
    memcpy(at + p->len + 1, next->at, next->len);
    p->at = at;
    p->len += 1 + next->len;
    clean(p);
    return true;
}

/* One name alone is not looked at. */
void pn_fn_join_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path whole = { .len = 0 }, next;
    struct pn_sequence it;
    struct pn_value name = pn_value_string(pn_slice("", 0));
    bool good = true, first = true;

    (void)c;
    uint32_t count = pn_sequence_count(m, v);
    pn_sequence_begin(&it, m, v);
    for (; good && pn_sequence_next(&it, NULL, &name); first = false) {
        good = pn_argument_text(m, &name);
        if (!good || count == 1) break;
        good = read_path(m, &name, first ? &whole : &next);
        if (good && !first) good = join(m, &whole, &next, &name);
    }
    *v = name;
    if (good && count > 1) put_path(m, &whole, pn_slice("", 0), v);
}

/* The way from one path to another: names up, then `down`. */
struct way {
    size_t up;
    struct pn_slice down;
};

/* Drop the name at the front of `*path`, and the slash behind it. */
static void drop_name(struct pn_slice *path)
{
    size_t len = name_of(*path).len;

    *path = pn_slice_from(*path, len < path->len ? len + 1 : len);
}

/* False when there is no way: one path begins at a root and the other does not, or nobody knows
 * what `..` is called. */
static bool find_way(struct pn_slice from, struct pn_slice to, struct way *way)
{
    if (from.len == 1 && from.at[0] == '.') from.len = 0;
    bool rooted = from.len > 0 && from.at[0] == '/';
    if (rooted != (to.at[0] == '/')) return false;
    while (from.len > 0 && to.len > 0 && pn_slice_equal(name_of(from), name_of(to))) {
        drop_name(&from);
        drop_name(&to);
    }
    if (is_up(name_of(from))) return false;
    *way = (struct way){ 0, to };
    while (from.len > 0) {
        drop_name(&from);
        way->up++;
    }
    return true;
}

/* A path has itself and the folders it is in as prefixes, name by name. */
void pn_fn_path_has_prefix(struct pn_machine *m, struct pn_value *v,
                           const struct pn_builtin_call *c)
{
    struct path p[2];
    struct way way;

    (void)c;
    if (!read_paths(m, v, p)) return;
    if (!find_way(slice_of(&p[1]), slice_of(&p[0]), &way)) put_bad_path(v);
    else pn_put_bool(v, way.up == 0 && !is_up(name_of(way.down)));
}

void pn_fn_rel_path(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path p[2];
    struct way way;

    (void)c;
    if (!read_paths(m, v, p)) return;
    pn_put_text(v, PN_SLICE("."));
    if (pn_slice_equal(slice_of(&p[0]), slice_of(&p[1]))) return;
    if (!find_way(slice_of(&p[0]), slice_of(&p[1]), &way)) {
        put_bad_path(v);
        return;
    }
    struct pn_writer w = pn_machine_writer(m);
    for (size_t i = 0; i < way.up; i++) pn_write(&w, pn_slice_from(PN_SLICE("/.."), i == 0));
    if (way.up > 0 && way.down.len > 0) pn_write_byte(&w, '/');
    pn_write(&w, way.down);
    put_written(m, &w, p[1].kind, v);
}

/* ---- patterns: `*` and `?` stand for anything but a slash, [a-z] and [^a-z] for a character ---- */

static struct pn_slice take_character(struct pn_slice *text)
{
    struct pn_slice character = pn_slice_head(*text, pn_character_bytes(*text));

    *text = pn_slice_from(*text, character.len);
    return character;
}

/* A bound of a range; false when there is none. */
static bool take_bound(struct pn_slice *pattern, struct pn_slice *bound)
{
    if (pattern->len == 0 || pattern->at[0] == '-' || pattern->at[0] == ']') return false;
    *bound = take_character(pattern);
    return pattern->len > 0;
}

enum match { MALFORMED, MISSES, HITS };

/* The ranges up to the closing bracket; `pattern` goes behind it. */
static enum match match_ranges(struct pn_slice *pattern, struct pn_slice character)
{
    bool negated = pattern->len > 0 && pattern->at[0] == '^', within = false;
    struct pn_slice low, high;

    if (negated) (void)take_character(pattern);
    do {
        if (!take_bound(pattern, &low)) return MALFORMED;
        high = low;
        if (pattern->at[0] == '-') {
            (void)take_character(pattern);
            if (!take_bound(pattern, &high)) return MALFORMED;
        }
        within |= pn_slice_order(low, character) <= 0 && pn_slice_order(character, high) <= 0;
    } while (pattern->at[0] != ']');
    (void)take_character(pattern);
    return within != negated ? HITS : MISSES;
}

/* One character of the text against one piece of the pattern that is no `*`. A slash is matched by
 * a slash only. */
static enum match match_one(struct pn_slice *pattern, struct pn_slice character)
{
    struct pn_slice piece = take_character(pattern);
    bool slash = character.at[0] == '/';

    if (piece.at[0] == '?') return slash ? MISSES : HITS;
    if (piece.at[0] != '[') return pn_slice_equal(piece, character) ? HITS : MISSES;
    enum match match = match_ranges(pattern, character);
    return match == HITS && slash ? MISSES : match;
}

static bool is_sound(struct pn_slice pattern)
{
    while (pattern.len > 0) {
        if (match_one(&pattern, pn_slice("/", 1)) == MALFORMED) return false;
    }
    return true;
}

/* On a miss the last star takes one more character. Earlier ones need not: what stands between two
 * stars fits best where it fits first. */
static bool matches(struct pn_machine *m, struct pn_slice pattern, struct pn_slice text)
{
    struct pn_slice after_star = { NULL, 0 }, retry = { NULL, 0 };
    bool starred = false;

    while (text.len > 0 || pattern.len > 0) {
        if (pattern.len > 0 && pattern.at[0] == '*') {
            pattern = after_star = pn_slice_from(pattern, 1);
            retry = text;
            starred = true;
            continue;
        }
        if (pattern.len > 0 && text.len > 0) {
            if (match_one(&pattern, take_character(&text)) == HITS) continue;
        }
        if (!starred || retry.len == 0 || retry.at[0] == '/') return false;
        if (!pn_machine_spend(m, 1)) return false;
        (void)take_character(&retry);
        text = retry;
        pattern = after_star;
    }
    return true;
}

/* Put whether the path matches the pattern that is in `v`, a plain text. */
static void match_path(struct pn_machine *m, const struct path *p, struct pn_value *v)
{
    struct path pattern;

    if (!read_path(m, v, &pattern)) return;
    if (!is_sound(slice_of(&pattern))) {
        put_bad_path(v);
        return;
    }
    pn_put_bool(v, matches(m, slice_of(&pattern), slice_of(p)));
    if (m->steps_left == 0) pn_put_spent(v, m);
}

void pn_fn_path_match(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct path p;

    (void)c;
    if (!read_path(m, v, &p)) return;
    match_path(m, &p, &v[1]);
    *v = v[1];
}

void pn_fn_path_match_any_of(struct pn_machine *m, struct pn_value *v,
                             const struct pn_builtin_call *c)
{
    struct pn_value pattern;
    struct pn_sequence it;
    struct path p;

    (void)c;
    if (!read_path(m, v, &p)) return;
    pn_put_bool(v, false);
    pn_sequence_begin(&it, m, &v[1]);
    while (v->type == PN_BOOL && !v->as.b && pn_sequence_next(&it, NULL, &pattern)) {
        uint32_t used = m->scratch->used;
        if (pn_argument_text(m, &pattern)) match_path(m, &p, &pattern);
        *v = pattern;
        pn_scratch_back_to(m->scratch, used);
    }
}

/* C:, or \\host\share; nothing without one. */
void pn_fn_volume_name(struct pn_machine *m, struct pn_value *v, const struct pn_builtin_call *c)
{
    struct pn_slice text = pn_value_text(v), rest;
    size_t len = has_drive(text) ? 2 : 0, host, share;

    (void)m;
    (void)c;
    if (has_share(text)) {
        rest = pn_slice_from(text, 2);
        host = pn_slice_find(rest, '\\');
        if (host > 0 && host < rest.len) {
            share = pn_slice_find(pn_slice_from(rest, host + 1), '\\');
            if (share > 0) len = 2 + host + 1 + share;
        }
    }
    pn_put_text(v, pn_slice_head(text, len));
}

static const struct pn_builtin functions[] = {
#define PN_BUILTIN(...)
#define PN_BUILTIN_PATHS PN_BUILTIN_ROW
#include "policy/builtin.def"
#undef PN_BUILTIN
};

const struct pn_function_group pn_path_functions = { .functions = functions,
                                                     .count =
                                                         sizeof functions / sizeof functions[0] };
