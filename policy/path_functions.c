/* see builtin.h: file paths as Cerbos has them, by their text alone.
 *
 * Before anything is asked of a path it is cleaned: no empty names, no `.`, no `..` but at the front
 * of a path that is relative. A path with a backslash is one of Windows. So that both can be handled
 * alike, C:\dir becomes /C:/dir and \\host\share becomes /host/share meanwhile.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/argument.h"
#include "policy/builtin.h"
#include "policy/text_search.h"

enum kind { UNIX, WINDOWS, DRIVE, SHARE };

struct path {
    uint8_t *at; /* cleaned, in the scratch; never empty */
    size_t len;
    enum kind kind;
    bool root; /* a drive's or a share's */
};

static struct pn_value bad_path(void)
{
    return pn_value_fault(PN_FAULT_BAD_ARGUMENT);
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

/* Take a path in. False: `*fault` is the result. */
static bool read_text(struct pn_machine *m, struct pn_slice text, struct path *p,
                      struct pn_value *fault)
{
    p->kind = kind_of(text);
    size_t lead = p->kind == DRIVE;
    p->root = p->kind == SHARE ? is_share_root(text) : p->kind == DRIVE && text.len <= 3;
    p->at = pn_machine_string(m, text.len + 2, fault);
    if (p->at == NULL) return false;
    *fault = bad_path();
    if (p->kind == DRIVE && text.len > 2 && pn_slice_find(text, '\\') == text.len) return false;
    p->at[0] = '/';
    for (size_t i = 0; i < text.len; i++) {
        bool turn = p->kind != UNIX && text.at[i] == '\\';
        p->at[lead + i] = turn ? '/' : text.at[i];
    }
    p->len = lead + text.len;
    clean(p);
    return true;
}

static bool read_path(struct pn_machine *m, const struct pn_value *arg, struct path *p,
                      struct pn_value *fault)
{
    struct pn_slice text;

    return pn_argument_text(m, arg, &text, fault) && read_text(m, text, p, fault);
}

static bool read_paths(struct pn_machine *m, const struct pn_value *args, struct path *p,
                       struct pn_value *fault)
{
    return read_path(m, &args[0], &p[0], fault) && read_path(m, &args[1], &p[1], fault);
}

/* What was written, with the slashes of its kind. */
static struct pn_value written(struct pn_machine *m, const struct pn_writer *w, enum kind kind)
{
    for (size_t i = 0; i < w->len && kind != UNIX; i++) {
        if (w->at[i] == '/') w->at[i] = '\\';
    }
    return pn_machine_written(m, w);
}

/* A path as it was given, and what is to follow it. */
static struct pn_value decoded(struct pn_machine *m, const struct path *p, struct pn_slice tail)
{
    struct pn_writer w = pn_machine_writer(m);
    size_t lead = p->kind == DRIVE && p->len > 0 && p->at[0] == '/';

    if (p->kind == SHARE) pn_write_byte(&w, '/');
    pn_write(&w, pn_slice_from(slice_of(p), lead));
    pn_write(&w, tail);
    return written(m, &w, p->kind);
}

/* Where the last name begins. */
static size_t last_name(struct pn_slice path)
{
    size_t at = path.len;

    while (at > 0 && path.at[at - 1] != '/') at--;
    return at;
}

struct pn_value pn_fn_base_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path p;
    struct pn_value fault;

    (void)count;
    if (!read_path(m, args, &p, &fault)) return fault;
    size_t at = last_name(slice_of(&p));
    return pn_value_string(at == p.len ? slice_of(&p) : pn_slice_from(slice_of(&p), at));
}

struct pn_value pn_fn_dir_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path p;
    struct pn_value fault;

    (void)count;
    if (!read_path(m, args, &p, &fault)) return fault;
    if (p.root) return decoded(m, &p, p.kind == DRIVE ? PN_SLICE("/") : pn_slice(NULL, 0));
    size_t at = last_name(slice_of(&p));
    if (p.kind != UNIX) {
        if (at == 0) return bad_path();
        p.len = at - 1;
        return decoded(m, &p, pn_slice(NULL, 0));
    }
    if (at == 0) return pn_value_string(PN_SLICE("."));
    return pn_value_string(pn_slice(p.at, at > 1 ? at - 1 : 1));
}

struct pn_value pn_fn_ext_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path p;
    struct pn_value fault;

    (void)count;
    if (!read_path(m, args, &p, &fault)) return fault;
    size_t begin = last_name(slice_of(&p)), at = p.len;
    while (at > begin && p.at[at - 1] != '.') at--;
    return pn_value_string(at > begin ? pn_slice_from(slice_of(&p), at - 1) : pn_slice("", 0));
}

/* Append `next` to `p`, in new memory. */
static bool join(struct pn_machine *m, struct path *p, const struct path *next,
                 struct pn_value *fault)
{
    uint8_t *at = pn_machine_string(m, p->len + 1 + next->len, fault);

    if (at == NULL) return false;
    memcpy(at, p->at, p->len);
    at[p->len] = '/';
    memcpy(at + p->len + 1, next->at, next->len);
    p->at = at;
    p->len += 1 + next->len;
    clean(p);
    return true;
}

struct pn_value pn_fn_join_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path whole, next;
    struct pn_sequence it;
    struct pn_value v, fault;

    (void)count;
    if (args->type != PN_LIST) return pn_no_overload();
    uint32_t left = pn_sequence_count(m, args);
    if (left == 0) return pn_value_string(pn_slice("", 0));
    pn_sequence_begin(&it, m, args);
    (void)pn_sequence_next(&it, NULL, &v);
    if (left == 1) return v.type == PN_STRING ? v : pn_no_overload();
    if (!read_path(m, &v, &whole, &fault)) return fault;
    while (pn_sequence_next(&it, NULL, &v)) {
        if (!read_path(m, &v, &next, &fault) || !join(m, &whole, &next, &fault)) return fault;
    }
    return decoded(m, &whole, pn_slice(NULL, 0));
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
struct pn_value pn_fn_path_has_prefix(struct pn_machine *m, const struct pn_value *args,
                                      uint32_t count)
{
    struct path p[2];
    struct way way;
    struct pn_value fault;

    (void)count;
    if (!read_paths(m, args, p, &fault)) return fault;
    if (!find_way(slice_of(&p[1]), slice_of(&p[0]), &way)) return bad_path();
    return pn_value_bool(way.up == 0 && !is_up(name_of(way.down)));
}

struct pn_value pn_fn_rel_path(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path p[2];
    struct way way;
    struct pn_value fault;

    (void)count;
    if (!read_paths(m, args, p, &fault)) return fault;
    if (pn_slice_equal(slice_of(&p[0]), slice_of(&p[1]))) return pn_value_string(PN_SLICE("."));
    if (!find_way(slice_of(&p[0]), slice_of(&p[1]), &way)) return bad_path();
    struct pn_writer w = pn_machine_writer(m);
    for (size_t i = 0; i < way.up; i++) {
        if (i > 0) pn_write_byte(&w, '/');
        pn_write_text(&w, "..");
    }
    if (way.up > 0 && way.down.len > 0) pn_write_byte(&w, '/');
    pn_write(&w, way.down);
    return written(m, &w, p[1].kind);
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

static struct pn_value match_path(struct pn_machine *m, const struct path *p,
                                  const struct pn_value *arg)
{
    struct path pattern;
    struct pn_value fault;

    if (!read_path(m, arg, &pattern, &fault)) return fault;
    if (!is_sound(slice_of(&pattern))) return bad_path();
    bool hit = matches(m, slice_of(&pattern), slice_of(p));
    return m->steps_left == 0 ? pn_machine_spent(m) : pn_value_bool(hit);
}

struct pn_value pn_fn_path_match(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct path p;
    struct pn_value fault;

    (void)count;
    return read_path(m, args, &p, &fault) ? match_path(m, &p, &args[1]) : fault;
}

struct pn_value pn_fn_path_match_any_of(struct pn_machine *m, const struct pn_value *args,
                                        uint32_t count)
{
    struct pn_value result = pn_value_bool(false), pattern, fault;
    struct pn_sequence it;
    struct path p;

    (void)count;
    if (args[1].type != PN_LIST) return pn_no_overload();
    if (!read_path(m, args, &p, &fault)) return fault;
    pn_sequence_begin(&it, m, &args[1]);
    while (result.type == PN_BOOL && !result.as.b && pn_sequence_next(&it, NULL, &pattern)) {
        uint32_t used = m->scratch->used;
        result = match_path(m, &p, &pattern);
        pn_scratch_back_to(m->scratch, used);
    }
    return result;
}

struct pn_value pn_fn_volume_name(struct pn_machine *m, const struct pn_value *args, uint32_t count)
{
    struct pn_slice text;
    struct pn_value fault;

    (void)count;
    if (!pn_argument_text(m, args, &text, &fault)) return fault;
    if (has_drive(text)) return pn_value_string(pn_slice_head(text, 2));
    if (!has_share(text)) return pn_value_string(pn_slice("", 0));
    struct pn_slice host = pn_slice_from(text, 2);
    size_t host_len = pn_slice_find(host, '\\');
    if (host_len == 0 || host_len == host.len) return pn_value_string(pn_slice("", 0));
    struct pn_slice share = pn_slice_from(host, host_len + 1);
    size_t share_len = pn_slice_find(share, '\\');
    return pn_value_string(share_len == 0 ? pn_slice("", 0)
                                          : pn_slice_head(text, 2 + host_len + 1 + share_len));
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
