/* see revocations.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/revocations.h"

#include "core/admin/match.h"
#include "core/json/json_scan.h"
#include "core/route/session.h"

static const struct pn_slice path_of_all = PN_SLICE_INIT("/v1/revocations");

enum { ENTRY_BYTES = 4096 }; /* of one in the answer, every byte of its texts escaped */

/* --- what is answered --- */

static void member(struct pn_writer *w, struct pn_slice key)
{
    pn_write_text(w, ",\"");
    pn_write(w, key);
    pn_write_text(w, "\":");
}

static void text_member(struct pn_writer *w, struct pn_slice key, struct pn_slice text)
{
    member(w, key);
    pn_write_json_string(w, text);
}

static struct pn_admin_answer json(struct pn_admin *a, uint16_t status, struct pn_writer *w)
{
    struct pn_writer tag = pn_writer(a->tag, sizeof a->tag);

    pn_write_text(&tag, "\"r");
    pn_write_u64(&tag, a->revocations->list.number);
    pn_write_text(&tag, "\"");
    return (struct pn_admin_answer){ .status = status,
                                     .content_type = PN_SLICE("application/json"),
                                     .body = pn_written(w),
                                     .tag = pn_written(&tag) };
}

static struct pn_admin_answer error(struct pn_admin *a, uint16_t status, struct pn_writer *w,
                                    struct pn_slice reason, struct pn_slice message)
{
    pn_write_text(w, "{\"error\":{\"reason\":");
    pn_write_json_string(w, reason);
    text_member(w, PN_SLICE("message"), message);
    pn_write_text(w, "}}\n");
    return json(a, status, w);
}

static void write_entry(struct pn_writer *w, const struct pn_revocation *e)
{
    pn_write_text(w, "{\"id\":");
    pn_write_u64(w, e->id);
    text_member(w, PN_SLICE("kind"), pn_revoked_kind_name((enum pn_revoked_kind)e->kind));
    text_member(w, PN_SLICE("name"), e->name);
    text_member(w, PN_SLICE("reason"), e->reason);
    text_member(w, PN_SLICE("by"), e->by);
    member(w, PN_SLICE("at"));
    pn_write_u64(w, e->at_s);
    if (e->until_s != 0) {
        member(w, PN_SLICE("until"));
        pn_write_u64(w, e->until_s);
    }
    pn_write_text(w, "}");
}

static uint32_t after_of(struct pn_slice query)
{
    static const struct pn_slice name = PN_SLICE_INIT("after=");
    uint64_t id = 0;

    if (pn_slice_begins(query, name)) {
        (void)pn_slice_decimal(pn_slice_from(query, name.len), UINT32_MAX, &id);
    }
    return (uint32_t)id;
}

static struct pn_admin_answer list(struct pn_admin *a, const struct pn_h1_head *head,
                                   struct pn_writer *w)
{
    const struct pn_revocations *r = &a->revocations->list;
    uint32_t after = after_of(pn_h1_query(head)), last = 0;
    bool more = false;

    pn_write_text(w, "{\"count\":");
    pn_write_u64(w, r->count);
    member(w, PN_SLICE("max"));
    pn_write_u64(w, r->max);
    struct pn_slice fault = pn_admin_revocations_fault(a->revocations);
    if (fault.len > 0) text_member(w, PN_SLICE("fault"), fault);
    member(w, PN_SLICE("revocations"));
    pn_write_text(w, "[");
    for (uint32_t i = 0; i < r->count && !more; i++) {
        struct pn_revocation e = pn_revocations_at(r, i);
        if (e.id <= after) continue;
        more = w->max - w->len < ENTRY_BYTES;
        if (more) break;
        if (last > 0) pn_write_text(w, ",");
        write_entry(w, &e);
        last = e.id;
    }
    pn_write_text(w, "]");
    if (more) {
        member(w, PN_SLICE("next"));
        pn_write_u64(w, last);
    }
    pn_write_text(w, "}\n");
    return json(a, 200, w);
}

/* --- what came of a change --- */

static struct pn_admin_answer failed(struct pn_admin *a, enum pn_revocation_result result,
                                     struct pn_writer *w)
{
    switch (result) {
    case PN_REVOCATION_FULL:
        return error(a, 507, w, PN_SLICE("revocations_full"),
                     PN_SLICE("The list is full: lift what need not be revoked any more, or raise "
                              "the limit revocations_max. Nobody was revoked."));
    case PN_REVOCATION_UNKNOWN:
        return error(a, 404, w, PN_SLICE("revocation_unknown"),
                     PN_SLICE("There is no such revocation."));
    case PN_REVOCATION_UNKEPT:
        return error(a, 507, w, PN_SLICE("revocations_unkept"),
                     PN_SLICE("The state directory does not take the list. What was revoked is in "
                              "force, but a restart forgets it; nothing is lifted. It is tried "
                              "again."));
    case PN_REVOCATION_LOST:
    case PN_REVOCATION_KEPT: break;
    }
    return error(a, 503, w, PN_SLICE("revocations_lost"),
                 PN_SLICE("The list in the state directory cannot be read, so nobody is served. "
                          "DELETE /v1/revocations begins an empty one."));
}

static void tell(struct pn_admin *a, enum pn_revocation_act act, enum pn_revocation_result result,
                 const struct pn_revocation *entry)
{
    struct pn_revocation_told told = { act, result, entry };
    bool done = result == PN_REVOCATION_KEPT ||
                (result == PN_REVOCATION_UNKEPT && act == PN_REVOCATION_REVOKED);

    if (done && a->revocations->told) a->revocations->told(a->revocations->context, &told);
}

/* --- revoking --- */

enum slot { KIND, NAME, REASON, UNTIL, SLOTS };

#define REVOCATION_TRIE(NODE) \
    NODE(revocation, root, "", 0, PN_TRIE_NO_SLOT, revocation_kind, 0) \
    NODE(revocation, kind, "kind", 0, KIND, 0, revocation_name) \
    NODE(revocation, name, "name", 0, NAME, 0, revocation_reason) \
    NODE(revocation, reason, "reason", 0, REASON, 0, revocation_until) \
    NODE(revocation, until, "until", 0, UNTIL, 0, 0)
PN_TRIE_DEFINE(revocation, SLOTS, REVOCATION_TRIE)

static bool scan(struct pn_admin_revocations *r, struct pn_slice body, struct pn_value slots[SLOTS])
{
    struct pn_json_pick pick = { .wire = revocation_trie, .slots = slots, .base = body.at };
    struct pn_json_scan scan;

    pn_json_keys_reset(&r->keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, &r->keys, NULL);
    return pn_json_scan_step(&scan, body, PN_JSON_LAST, &pick) == PN_DONE;
}

/* A text of 1 to `max` bytes, which are copied to `room`; without control characters, since logs are
 * lines. Empty where it is none. */
static struct pn_slice take_text(const struct pn_value *value, uint8_t *room, size_t max)
{
    size_t len = value->type == PN_STRING ? pn_value_copy_text(value, room, max) : SIZE_MAX;

    for (size_t i = 0; len != SIZE_MAX && i < len; i++) {
        if (room[i] < 0x20 || room[i] == 0x7F) len = SIZE_MAX;
    }
    return len == SIZE_MAX ? PN_SLICE("") : pn_slice(room, len);
}

struct wish {
    struct pn_revocation e;
    uint8_t name[PN_REVOKED_NAME_BYTES], reason[PN_REVOCATION_REASON_BYTES];
};

/* What is wrong with it, in a sentence; empty: nothing. */
static struct pn_slice read_wish(struct pn_admin_revocations *r, struct pn_slice body,
                                 int64_t now_unix, struct wish *wish)
{
    struct pn_value slots[SLOTS];
    struct pn_revocation *e = &wish->e;
    uint8_t kind[16];

    if (!scan(r, body, slots)) return PN_SLICE("The body is not well-formed JSON.");
    e->kind = (uint8_t)pn_revoked_kind_of(take_text(&slots[KIND], kind, sizeof kind));
    if (e->kind == PN_REVOKED_NOTHING) {
        return PN_SLICE("`kind` is task, agent, user, key, token or session.");
    }
    e->name = take_text(&slots[NAME], wish->name, sizeof wish->name);
    if (e->kind == PN_REVOKED_SESSION) e->name = pn_session_code(e->name);
    if (e->name.len == 0) {
        return PN_SLICE("`name` is a text of 1 to 256 bytes without control characters; of a "
                        "session at least the last 32 digits of its id.");
    }
    e->reason = take_text(&slots[REASON], wish->reason, sizeof wish->reason);
    if (e->reason.len == 0) {
        return PN_SLICE("`reason` is a text of 1 to 160 bytes without control characters.");
    }
    if (slots[UNTIL].type == PN_ABSENT) return PN_SLICE("");
    if (slots[UNTIL].type != PN_INT || slots[UNTIL].as.i <= now_unix) {
        return PN_SLICE("`until` is Unix time, in seconds, that has not come yet.");
    }
    e->until_s = (uint64_t)slots[UNTIL].as.i;
    return PN_SLICE("");
}

static struct pn_slice by_whom(const struct pn_admin *a)
{
    const struct pn_operator *who = pn_admin_operator(a);

    if (!who) return PN_SLICE("");
    return pn_slice_head(
        who->name, who->name.len < PN_REVOCATION_BY_BYTES ? who->name.len : PN_REVOCATION_BY_BYTES);
}

static struct pn_admin_answer revoke(struct pn_admin *a, struct pn_slice body, int64_t now_unix,
                                     struct pn_writer *w)
{
    struct pn_admin_revocations *r = a->revocations;
    struct wish wish = { .e = { .by = by_whom(a) } };
    struct pn_slice fault = read_wish(r, body, now_unix, &wish);

    if (fault.len > 0) return error(a, 422, w, PN_SLICE("revocation_invalid"), fault);
    wish.e.at_s = now_unix > 0 ? (uint64_t)now_unix : 0;
    enum pn_revocation_result result =
        pn_revocations_add(&r->list, &wish.e, a->install->floor.floor_s);
    tell(a, PN_REVOCATION_REVOKED, result, &wish.e);
    if (result != PN_REVOCATION_KEPT) return failed(a, result, w);
    write_entry(w, &wish.e);
    pn_write_text(w, "\n");
    return json(a, 200, w);
}

/* --- lifting --- */

static struct pn_admin_answer lift(struct pn_admin *a, struct pn_slice id_text, struct pn_writer *w)
{
    struct pn_revocations *r = &a->revocations->list;
    uint8_t record[PN_REVOCATION_BYTES];
    struct pn_revocation e = { .id = 0 };
    uint64_t id = 0;

    bool said = pn_slice_decimal(id_text, UINT32_MAX, &id);
    uint32_t index = said ? pn_revocations_find(r, (uint32_t)id) : UINT32_MAX;
    if (index != UINT32_MAX) { /* its texts go with it */
        e = pn_revocations_at(r, index);
        pn_revocation_write(record, &e);
        (void)pn_revocation_read(record, &e);
    }
    enum pn_revocation_result result = pn_revocations_lift(r, (uint32_t)id);
    tell(a, PN_REVOCATION_LIFTED, result, &e);
    if (result != PN_REVOCATION_KEPT) return failed(a, result, w);
    write_entry(w, &e);
    pn_write_text(w, "\n");
    return json(a, 200, w);
}

static struct pn_admin_answer begin(struct pn_admin *a, const struct pn_h1_head *head,
                                    struct pn_writer *w)
{
    enum pn_revocation_result result = pn_revocations_begin(&a->revocations->list);

    if (result == PN_REVOCATION_UNKNOWN) {
        return error(a, 409, w, PN_SLICE("revocations_whole"),
                     PN_SLICE("The list is whole: lift what is on it one by one."));
    }
    tell(a, PN_REVOCATION_BEGUN, result, NULL);
    return result == PN_REVOCATION_KEPT ? list(a, head, w) : failed(a, result, w);
}

/* --- the paths --- */

bool pn_admin_revocations_has(struct pn_slice path)
{
    if (!pn_slice_begins(path, path_of_all)) return false;
    return path.len == path_of_all.len || path.at[path_of_all.len] == '/';
}

static struct pn_admin_answer change(struct pn_admin *a, const struct pn_h1_head *head,
                                     struct pn_slice body, int64_t now_unix, struct pn_writer *w)
{
    struct pn_slice rest = pn_slice_from(pn_h1_path(head), path_of_all.len);

    if (head->method == PN_METHOD_POST) return revoke(a, body, now_unix, w);
    return rest.len > 0 ? lift(a, pn_slice_from(rest, 1), w) : begin(a, head, w);
}

struct pn_admin_answer pn_admin_revocations_answer(struct pn_admin *a,
                                                   const struct pn_h1_head *head,
                                                   struct pn_slice body, const struct pn_now *now,
                                                   struct pn_writer *w)
{
    bool all = pn_h1_path(head).len == path_of_all.len;
    struct pn_admin_answer answer = json(a, 405, w);

    if (head->method == PN_METHOD_GET && all) return list(a, head, w);
    if (head->method == PN_METHOD_DELETE || (head->method == PN_METHOD_POST && all)) {
        enum pn_denial denial = pn_match_check(head, answer.tag);
        if (denial == PN_DENIAL_NONE) return change(a, head, body, now->unix_ms / 1000, w);
        return error(a, pn_denial_status(denial), w, pn_denial_name(denial),
                     pn_denial_sentence(denial));
    }
    answer = error(a, 405, w, pn_reason_name(PN_REASON_METHOD_NOT_ALLOWED),
                   pn_reason_sentence(PN_REASON_METHOD_NOT_ALLOWED));
    answer.allow = all ? PN_SLICE("GET, POST, DELETE") : PN_SLICE("DELETE");
    return answer;
}

struct pn_slice pn_admin_revocations_fault(const struct pn_admin_revocations *r)
{
    if (atomic_load(&r->list.set->lost)) return pn_reason_name(PN_REASON_REVOCATIONS_LOST);
    if (r->list.unkept) return PN_SLICE("revocations_unkept");
    return pn_revocations_is_full(&r->list) ? PN_SLICE("revocations_full") : PN_SLICE("");
}
