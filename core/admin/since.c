/* see since.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/since.h"

#include "core/base/bytes.h"
#include "port/port_crypto.h"

enum { PROBES = 16 };

static uint64_t key_of(enum pn_thing thing, struct pn_slice name, struct pn_slice tool)
{
    uint8_t first = (uint8_t)thing, between = 0, digest[PORT_DIGEST_BYTES];
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    port_sha256_add(&sha, &first, 1);
    port_sha256_add(&sha, name.at, name.len);
    port_sha256_add(&sha, &between, 1);
    port_sha256_add(&sha, tool.at, tool.len);
    port_sha256_end(&sha, digest);
    return pn_load64(digest);
}

const struct pn_since_entry *pn_since_of(const struct pn_since *s, enum pn_thing thing,
                                         struct pn_slice name, struct pn_slice tool)
{
    uint64_t key = key_of(thing, name, tool);

    for (uint64_t i = 0; i < PROBES; i++) {
        const struct pn_since_entry *e = &s->entries[(key + i) % PN_SINCE_PLACES];
        if (e->key == key && e->round == s->round && e->round > 0) return e;
    }
    return NULL;
}

/* Its entry from the round before, or else a place that nothing of this round or of that one has. */
static struct pn_since_entry *place_of(struct pn_since *s, uint64_t key)
{
    struct pn_since_entry *place = NULL;

    for (uint64_t i = 0; i < PROBES; i++) {
        struct pn_since_entry *e = &s->entries[(key + i) % PN_SINCE_PLACES];
        bool is_of_use = e->round > 0 && e->round + 1 >= s->round;
        if (is_of_use && e->key == key) return e;
        if (!is_of_use && !place) place = e;
    }
    if (place) *place = (struct pn_since_entry){ .key = key };
    return place;
}

struct noting {
    struct pn_since *s;
    const struct pn_active *active;
    int64_t now_s;
};

static void note(const struct noting *n, enum pn_thing thing, struct pn_slice name,
                 struct pn_slice tool)
{
    struct pn_since_entry *e = place_of(n->s, key_of(thing, name, tool));

    if (!e) return;
    if (e->round == 0) {
        e->sequence = n->active->sequence;
        e->at_s = n->now_s;
        e->earlier = n->s->round == 1;
    }
    e->round = n->s->round;
}

bool pn_since_note(struct pn_since *s, const struct pn_active *active, int64_t now_s)
{
    const struct pn_route_table *routes = &active->routes;
    const struct pn_attachment_table *attachments = &active->attachments;
    struct noting n = { s, active, now_s };

    if (s->round > 0 && memcmp(s->identity, active->identity, sizeof s->identity) == 0) {
        return false;
    }
    s->round++;
    memcpy(s->identity, active->identity, sizeof s->identity);
    for (size_t i = 0; i < pn_model_count(routes); i++) {
        note(&n, PN_THING_MODEL, pn_model_at(routes, i).name, PN_SLICE(""));
    }
    for (size_t i = 0; i < pn_server_count(routes); i++) {
        note(&n, PN_THING_SERVER, pn_server_at(routes, i).name, PN_SLICE(""));
    }
    for (size_t i = 0; i < pn_attachment_count(attachments); i++) {
        struct pn_attachment a = pn_attachment_at(attachments, i);
        if (a.what == PN_ATTACHES_TOOL) note(&n, PN_THING_TOOL, a.name, a.tool);
    }
    return true;
}
