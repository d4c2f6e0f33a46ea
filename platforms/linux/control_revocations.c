/* see control_revocations.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/control_revocations.h"

#include <stdio.h>

#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"
#include "port/port_random.h"

#define TEXT(slice) (int)(slice).len, (const char *)(slice).at

enum { DETAIL_BYTES = 512, TRY_AGAIN_MS = 5000 };

static void wake_all(void *context)
{
    const struct pn_control *c = context;

    for (uint32_t i = 0; i < c->setup.device->workers; i++) {
        c->setup.wake_worker(c->setup.wake_context, i);
    }
}

/* "task T-1, entry 3", and until when. */
static struct pn_slice describe(const struct pn_revocation *e, char text[DETAIL_BYTES])
{
    struct pn_slice kind = pn_revoked_kind_name((enum pn_revoked_kind)e->kind);
    int len = snprintf(text, DETAIL_BYTES, "%.*s %.*s, entry %u", TEXT(kind), TEXT(e->name), e->id);

    if (e->until_s != 0) {
        len += snprintf(text + len, DETAIL_BYTES - (size_t)len, ", until %llu",
                        (unsigned long long)e->until_s);
    }
    return pn_slice(text, (size_t)len);
}

static void told(void *context, const struct pn_revocation_told *t)
{
    struct pn_control *c = context;
    char text[DETAIL_BYTES];
    struct pn_slice what = t->entry ? describe(t->entry, text) : PN_SLICE("");

    switch (t->act) {
    case PN_REVOCATION_REVOKED:
        pn_log(PN_LOG_WARNING, "revoked: %.*s, by %.*s: %.*s", TEXT(what), TEXT(t->entry->by),
               TEXT(t->entry->reason));
        pn_control_tell_why(c, PN_AUDIT_EVENT_REVOKED, what, t->entry->reason);
        break;
    case PN_REVOCATION_LIFTED:
        pn_log(PN_LOG_WARNING, "no longer revoked: %.*s", TEXT(what));
        pn_control_tell_why(c, PN_AUDIT_EVENT_REVOCATION_LIFTED, what, t->entry->reason);
        break;
    case PN_REVOCATION_BEGUN:
        pn_log(PN_LOG_WARNING, "nothing is revoked: an empty list takes the lost one's place");
        pn_control_tell(c, PN_AUDIT_EVENT_REVOCATIONS_BEGUN, PN_SLICE(""));
        break;
    }
    if (t->result == PN_REVOCATION_UNKEPT) {
        pn_log(PN_LOG_ERROR, "the state directory does not take the list of what is revoked: "
                             "it is in force, and a restart forgets it");
    }
}

void pn_control_revocations_tell(struct pn_control *c)
{
    if (!atomic_load(&c->setup.shared->revoked.lost)) return;
    pn_log(PN_LOG_ERROR,
           "the list of what is revoked cannot be read, or has more than revocations_max entries: "
           "every call is answered 503 until DELETE /v1/revocations begins an empty one");
    pn_control_tell(c, PN_AUDIT_EVENT_REVOCATIONS_LOST, PN_SLICE(""));
}

bool pn_control_revocations_make(struct pn_control *c)
{
    struct pn_admin_revocations *r = &c->revocations;
    struct pn_revoked_set *set = &c->setup.shared->revoked;
    uint32_t max = c->setup.device->limits.revocations_max;
    struct pn_revoked_place *places = pn_memory_reserve(pn_revoked_places(max) * sizeof *places);
    uint8_t seeds[32];

    r->list.records = pn_memory_reserve((size_t)max * PN_REVOCATION_BYTES);
    r->list.max = max;
    r->list.in_force = wake_all;
    r->list.context = c;
    if (!places || !r->list.records || port_random(seeds, sizeof seeds) != PORT_RANDOM_DONE) {
        return false;
    }
    pn_revoked_set_init(set, places, max, seeds);
    pn_json_keys_init(&r->keys, r->places, PN_REVOCATION_KEYS, seeds + 16);
    r->told = told;
    r->context = c;
    c->admin.revocations = r;
    (void)pn_revocations_open(&r->list, &c->install.slots, set); /* told once the log runs */
    return true;
}

void pn_control_revocations_watch(struct pn_control *c, uint64_t now_ms)
{
    struct pn_revocations *list = &c->revocations.list;

    pn_revocations_reclaim(list, c->install.floor.floor_s);
    if (!list->unkept || now_ms - c->unkept_ms < TRY_AGAIN_MS) return;
    c->unkept_ms = now_ms;
    if (pn_revocations_keep(list)) {
        pn_log(PN_LOG_INFO, "the state directory keeps the list of what is revoked again");
    }
}
