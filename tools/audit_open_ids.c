/* see audit_open_ids.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit_open_ids.h"

#include <stdio.h>
#include <stdlib.h>

static size_t place_of(const struct pn_audit_open_ids *ids, const char *id)
{
    uint32_t hash = 2166136261u;

    for (const char *at = id; *at != '\0'; at++) {
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    }
    return hash & (ids->max - 1);
}

/* Where `id` is, or the free place where it belongs: the table is never full. */
static struct pn_audit_open_id *find(const struct pn_audit_open_ids *ids, const char *id)
{
    size_t at = place_of(ids, id);

    while (ids->at[at].id[0] != '\0' && strcmp(ids->at[at].id, id) != 0) {
        at = (at + 1) & (ids->max - 1);
    }
    return &ids->at[at];
}

static bool grow(struct pn_audit_open_ids *ids)
{
    struct pn_audit_open_ids more = { .max = ids->max > 0 ? 2 * ids->max : 64,
                                      .count = ids->count };

    more.at = calloc(more.max, sizeof *more.at);
    if (more.at == NULL) return false;
    for (size_t i = 0; i < ids->max; i++) {
        if (ids->at[i].id[0] != '\0') *find(&more, ids->at[i].id) = ids->at[i];
    }
    free(ids->at);
    *ids = more;
    return true;
}

/* Those behind it that had to step over it move up. */
static void take_out(struct pn_audit_open_ids *ids, struct pn_audit_open_id *gone)
{
    size_t hole = (size_t)(gone - ids->at), mask = ids->max - 1;

    gone->id[0] = '\0';
    ids->count--;
    for (size_t at = (hole + 1) & mask; ids->at[at].id[0] != '\0'; at = (at + 1) & mask) {
        struct pn_audit_open_id moved = ids->at[at];

        ids->at[at].id[0] = '\0';
        *find(ids, moved.id) = moved;
    }
}

static void copy(char *out, size_t max, struct pn_slice text)
{
    snprintf(out, max, "%.*s", (int)(text.len < max ? text.len : max), (const char *)text.at);
}

static void summarise(char out[PN_AUDIT_SUMMARY_BYTES], const struct pn_audit_record *record)
{
    struct pn_slice time = pn_audit_record_text(record, PN_AUDIT_SHOWN_TIME);
    struct pn_slice who = pn_audit_record_text(record, PN_AUDIT_SHOWN_WHO_ID);
    struct pn_slice action = pn_audit_record_text(record, PN_AUDIT_SHOWN_ACTION);
    struct pn_slice outcome = pn_audit_record_text(record, PN_AUDIT_SHOWN_OUTCOME);

    snprintf(out, PN_AUDIT_SUMMARY_BYTES, "%.*s %.*s %.*s %.*s", (int)time.len,
             (const char *)time.at, (int)outcome.len, (const char *)outcome.at, (int)who.len,
             (const char *)who.at, (int)action.len, (const char *)action.at);
}

bool pn_audit_open_ids_see(struct pn_audit_open_ids *ids, const struct pn_audit_record *record)
{
    bool begins = pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("decision"));
    bool ends = pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("end"));
    char id[48];

    copy(id, sizeof id, pn_audit_record_text(record, PN_AUDIT_SHOWN_ID));
    if ((!begins && !ends) || id[0] == '\0') return true;
    if (begins && 2 * ids->count >= ids->max && !grow(ids)) return false;
    if (ids->max == 0) return true;
    struct pn_audit_open_id *place = find(ids, id);
    if (ends && place->id[0] != '\0') take_out(ids, place);
    if (begins && place->id[0] == '\0') {
        memcpy(place->id, id, sizeof id);
        summarise(place->summary, record);
        ids->count++;
    }
    return true;
}

const struct pn_audit_open_id *pn_audit_open_ids_next(const struct pn_audit_open_ids *ids,
                                                      size_t *at)
{
    while (*at < ids->max) {
        const struct pn_audit_open_id *place = &ids->at[(*at)++];

        if (place->id[0] != '\0') return place;
    }
    return NULL;
}

void pn_audit_open_ids_end(struct pn_audit_open_ids *ids)
{
    free(ids->at);
    *ids = (struct pn_audit_open_ids){ 0 };
}
