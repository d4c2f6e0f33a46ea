/* see audit_verify.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit_verify.h"

void pn_audit_verify_begin(struct pn_audit_verify *v, const uint8_t *wanted)
{
    *v = (struct pn_audit_verify){ .wanted = wanted };
}

static bool stops(struct pn_audit_verify *v, enum pn_audit_verdict verdict)
{
    v->verdict = verdict;
    return false;
}

static void count(struct pn_audit_verify *v, const struct pn_audit_record *record)
{
    v->record_count++;
    if (pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("decision"))) v->decision_count++;
    if (pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("end"))) v->end_count++;
    if (pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("event"))) v->event_count++;
}

static void move_head(struct pn_audit_verify *v, const struct pn_audit_line *line)
{
    v->head.seq = line->seq;
    memcpy(v->head.hash, line->hash, sizeof v->head.hash);
    if (v->wanted != NULL && memcmp(v->wanted, line->hash, sizeof v->head.hash) == 0) {
        v->wanted_seq = line->seq;
    }
}

/* The first line may continue a log that we were not given: it is taken at its word. */
static void take_first(struct pn_audit_verify *v, const struct pn_audit_line *line)
{
    static const uint8_t zeros[PN_AUDIT_HASH_BYTES];

    v->first_seq = line->seq;
    v->begins_chain = line->seq == 1 && memcmp(line->prev, zeros, sizeof zeros) == 0;
    v->head.seq = line->seq - 1;
    memcpy(v->head.hash, line->prev, sizeof v->head.hash);
}

bool pn_audit_verify_line(struct pn_audit_verify *v, struct pn_slice line,
                          struct pn_audit_place place, struct pn_audit_record *record)
{
    struct pn_audit_line parts;
    struct pn_audit_record own;
    enum pn_audit_line_state state = pn_audit_line_read(line, &parts);

    v->place = place;
    v->seq = state == PN_AUDIT_LINE_FORM ? 0 : parts.seq;
    if (state == PN_AUDIT_LINE_FORM) return stops(v, PN_AUDIT_VERDICT_FORM);
    if (state == PN_AUDIT_LINE_ALTERED) return stops(v, PN_AUDIT_VERDICT_ALTERED);
    if (v->record_count == 0) take_first(v, &parts);
    if (parts.seq > v->head.seq + 1) return stops(v, PN_AUDIT_VERDICT_MISSING);
    if (parts.seq <= v->head.seq) return stops(v, PN_AUDIT_VERDICT_REPEATED);
    if (!pn_audit_chain_follows(&v->head, &parts)) return stops(v, PN_AUDIT_VERDICT_REPLACED);
    if (record == NULL) record = &own;
    if (!pn_audit_record_read(line, record)) return stops(v, PN_AUDIT_VERDICT_FORM);
    v->verdict = PN_AUDIT_VERDICT_WHOLE;
    move_head(v, &parts);
    count(v, record);
    return true;
}

void pn_audit_verify_behind(struct pn_audit_verify *v, struct pn_slice line,
                            struct pn_audit_place place)
{
    struct pn_audit_line parts;

    if (v->verdict != PN_AUDIT_VERDICT_MISSING) return;
    if (pn_audit_line_read(line, &parts) != PN_AUDIT_LINE_WHOLE) return;
    if (!pn_audit_chain_follows(&v->head, &parts)) return;
    v->verdict = PN_AUDIT_VERDICT_ELSEWHERE;
    v->behind = place;
}

void pn_audit_verify_unfinished(struct pn_audit_verify *v, struct pn_audit_place place)
{
    v->place = place;
    v->seq = 0;
    v->verdict = PN_AUDIT_VERDICT_UNFINISHED;
}

enum pn_audit_verdict pn_audit_verify_end(struct pn_audit_verify *v)
{
    bool good = v->verdict == PN_AUDIT_VERDICT_WHOLE || v->verdict == PN_AUDIT_VERDICT_UNKNOWN;

    if (good && v->wanted != NULL && v->wanted_seq == 0) v->verdict = PN_AUDIT_VERDICT_CUT;
    return v->verdict;
}
