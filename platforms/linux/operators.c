/* see operators.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/operators.h"

#include <string.h>

#include "platforms/linux/log.h"

enum { LOOK_MS = 2000 };

static void see(struct pn_operators *o, const char *path)
{
    struct pn_seen_file *seen = &o->seen[o->seen_count++];

    seen->path = path;
    pn_seen_file_look(seen);
}

void pn_operators_make(struct pn_operators *o, const struct pn_device *device,
                       const struct pn_serve_operators *reader)
{
    o->device = device;
    o->current = &device->door;
    o->reader = reader;
    if (device->operators_here) see(o, device->file_path);
    if (device->operators_path) see(o, device->operators_path);
}

void pn_operators_hurry(struct pn_operators *o)
{
    o->look_ms = 0;
    o->due = true;
}

/* --- who is another --- */

static bool same_password(const struct pn_door_operator *a, const struct pn_door_operator *b)
{
    const struct pn_password *x = &a->password, *y = &b->password;

    if (!a->by_password || !b->by_password) return a->by_password == b->by_password;
    return x->cost.memory_kib == y->cost.memory_kib && x->cost.passes == y->cost.passes &&
           x->cost.lanes == y->cost.lanes && x->salt_len == y->salt_len &&
           memcmp(x->salt, y->salt, x->salt_len) == 0 && memcmp(x->key, y->key, sizeof x->key) == 0;
}

static bool same(const struct pn_door_operator *a, const struct pn_door_operator *b)
{
    bool keys = !a->by_key || memcmp(a->key_digest, b->key_digest, sizeof a->key_digest) == 0;

    return a->role == b->role && a->by_key == b->by_key && keys &&
           pn_slice_equal(a->certificate, b->certificate) && same_password(a, b);
}

static const struct pn_door_operator *find(const struct pn_door_rules *rules, struct pn_slice name)
{
    for (uint32_t i = 0; i < rules->operator_count; i++) {
        if (pn_slice_equal(rules->operators[i].name, name)) return &rules->operators[i];
    }
    return NULL;
}

enum change { NEW, OTHER, GONE };

static bool is(enum change change, const struct pn_door_operator *o,
               const struct pn_door_rules *others)
{
    const struct pn_door_operator *found = find(others, o->name);

    return change == OTHER ? found && !same(o, found) : !found;
}

/* Those of `rules` that are it, compared with `others`. */
static void list(struct pn_writer *w, enum change change, const struct pn_door_rules *rules,
                 const struct pn_door_rules *others)
{
    static const struct pn_slice words[] = { PN_SLICE_INIT("new: "), PN_SLICE_INIT("other: "),
                                             PN_SLICE_INIT("gone: ") };
    uint32_t count = 0;

    for (uint32_t i = 0; i < rules->operator_count; i++) {
        if (!is(change, &rules->operators[i], others)) continue;
        if (count++ > 0) pn_write_text(w, ", ");
        else if (w->len > 0) pn_write_text(w, "; ");
        if (count == 1) pn_write(w, words[change]);
        pn_write(w, rules->operators[i].name);
    }
}

/* What does not fit is told as that. */
static void compare(struct pn_operators *o, const struct pn_door_rules *now)
{
    struct pn_writer w = pn_writer(o->change, sizeof o->change - 1);

    list(&w, NEW, now, o->current);
    list(&w, OTHER, now, o->current);
    list(&w, GONE, o->current, now);
    if (w.full) {
        w = pn_writer(o->change, sizeof o->change - 1);
        pn_write_u64(&w, now->operator_count);
        pn_write_text(&w, " in all; more are others than fit here");
    }
    o->change[w.len] = '\0';
}

/* --- reading --- */

static enum pn_operators_news reload(struct pn_operators *o)
{
    struct pn_door_rules *next = &o->sets[o->current == &o->sets[0] ? 1 : 0];

    o->due = false;
    if (!o->reader->read(o->reader->context, next)) {
        pn_log(PN_LOG_ERROR, "the operators before stay");
        return PN_OPERATORS_REFUSED;
    }
    compare(o, next);
    o->current = next;
    pn_log(PN_LOG_INFO, "operators read again: %s", o->change[0] ? o->change : "all as before");
    return PN_OPERATORS_NEW;
}

enum pn_operators_news pn_operators_watch(struct pn_operators *o, uint64_t now_ms)
{
    if (!o->reader || o->seen_count == 0 || now_ms < o->look_ms) return PN_OPERATORS_SAME;
    o->look_ms = now_ms + LOOK_MS;
    for (uint32_t i = 0; i < o->seen_count; i++) o->due |= pn_seen_file_look(&o->seen[i]);
    return o->due ? reload(o) : PN_OPERATORS_SAME;
}
