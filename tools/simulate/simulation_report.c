/* see simulation_report.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/simulation_report.h"

#include <inttypes.h>

#include "tools/print_bytes.h"

static bool is_json(const struct report *r)
{
    return r->wish->form == SIMULATION_JSON;
}

/* A text from a log, for a terminal: what could steer it is printed as a question mark. */
static void plain(struct bytes *out, struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        bool c1 = ch == 0xC2 && i + 1 < text.len && text.at[i + 1] < 0xA0;
        if (c1) i++;
        bytes_append_u8(out, c1 || ch < 0x20 || ch == 0x7F ? '?' : ch);
    }
}

static void words(struct bytes *out, const char *before, struct pn_slice text)
{
    if (text.len == 0) return;
    print_bytes(out, "%s", before);
    plain(out, text);
}

static void put(struct report *r)
{
    fwrite(r->line.at, 1, r->line.len, r->wish->out);
    r->line.len = 0;
}

/* True when one more of the kind is to be listed. */
static bool list(struct report *r, enum report_kind kind)
{
    if (r->listed[kind] >= r->wish->limit) {
        r->not_listed[kind]++;
        return false;
    }
    r->listed[kind]++;
    if (is_json(r)) print_bytes(&r->line, r->any ? ",\n  " : "\n  ");
    r->any = true;
    return true;
}

void report_begin(struct report *r, const struct simulation_wish *wish)
{
    *r = (struct report){ .wish = wish };
    if (!is_json(r)) return;
    print_bytes(&r->line, "{\"listed\":[");
    put(r);
}

/* --- a record --- */

static void side_json(struct report *r, const char *name, const struct report_side *side)
{
    print_bytes(&r->line, ",\"%s\":{", name);
    print_json(&r->line, "\"outcome\":", side->outcome);
    if (side->rule.len > 0) print_json(&r->line, ",\"rule\":", side->rule);
    if (side->error.len > 0) print_json(&r->line, ",\"error\":", side->error);
    if (side->rule_open) print_bytes(&r->line, ",\"rule_unknown\":true");
    print_bytes(&r->line, "}");
}

static void record_json(struct report *r, const char *what, const struct report_record *record)
{
    const struct pn_slice *text = record->call->text;

    print_bytes(&r->line, "{\"what\":\"%s\",\"record\":%" PRIu64, what, record->call->seq);
    print_json(&r->line, ",\"file\":", pn_slice(record->file, strlen(record->file)));
    print_bytes(&r->line, ",\"line\":%lu", record->line);
    print_json(&r->line, ",\"id\":", text[RECORDED_ID]);
    print_json(&r->line, ",\"time\":", text[RECORDED_TIME]);
    print_json(&r->line, ",\"principal\":", text[RECORDED_WHO_ID]);
    print_json(&r->line, ",\"action\":", text[RECORDED_ACTION]);
    if (text[RECORDED_SERVER].len > 0) print_json(&r->line, ",\"server\":", text[RECORDED_SERVER]);
    if (text[RECORDED_MODEL].len > 0) print_json(&r->line, ",\"model\":", text[RECORDED_MODEL]);
}

static void record_text(struct report *r, const char *what, const struct report_record *record)
{
    const struct pn_slice *text = record->call->text;

    print_bytes(&r->line, "%s  #%" PRIu64, what, record->call->seq);
    words(&r->line, "  ", text[RECORDED_ID]);
    words(&r->line, "  ", text[RECORDED_WHO_ID]);
    words(&r->line, "  ", text[RECORDED_ACTION]);
    words(&r->line, " on ", text[RECORDED_SERVER]);
    words(&r->line, " of ", text[RECORDED_MODEL]);
}

/* The rule, or why there is none. */
static struct pn_slice rule_words(const struct report_side *side)
{
    if (side->rule_open && side->rule.len == 0) return PN_SLICE("(one of several rules)");
    if (side->rule.len > 0) return side->rule;
    if (text_is(side->outcome, "refused")) {
        return side->error.len > 0 ? side->error : PN_SLICE("(the gateway)");
    }
    return PN_SLICE("(no rule)");
}

static void change_text(struct report *r, const struct report_record *record)
{
    record_text(r, "changed", record);
    words(&r->line, "\n    ", record->before.outcome);
    words(&r->line, "  ", rule_words(&record->before));
    words(&r->line, "\n    -> ", record->after.outcome);
    words(&r->line, "  ", rule_words(&record->after));
    print_bytes(&r->line, "\n");
}

void report_changed(struct report *r, const struct report_record *record)
{
    struct pn_slice kind[TALLY_TEXTS] = { record->call->text[RECORDED_ACTION],
                                          record->before.outcome, record->after.outcome,
                                          rule_words(&record->before), rule_words(&record->after) };

    tally_add(&r->changes, kind);
    if (!list(r, REPORT_CHANGED)) return;
    if (is_json(r)) {
        record_json(r, "changed", record);
        side_json(r, "before", &record->before);
        side_json(r, "after", &record->after);
        print_bytes(&r->line, "}");
    } else {
        change_text(r, record);
    }
    put(r);
}

/* --- what is not known --- */

static void add_fact(struct report *r, struct pn_slice fact, bool listed, bool *first)
{
    struct pn_slice kind[TALLY_TEXTS] = { fact };

    tally_add(&r->facts, kind);
    if (!listed) return;
    if (is_json(r)) print_json(&r->line, *first ? "" : ",", fact);
    else words(&r->line, *first ? "\n    not recorded: " : ", ", fact);
    *first = false;
}

static void add_facts(struct report *r, const struct candidate *c, const struct replayed *unsure,
                      bool listed)
{
    bool first = true;

    for (size_t i = 0; i < unsure->other_count; i++) add_fact(r, unsure->others[i], listed, &first);
    for (uint16_t slot = 0; slot < c->policy.slot_count; slot++) {
        if (unsure->told[slot]) add_fact(r, c->attributes[slot].path, listed, &first);
    }
}

void report_unknown(struct report *r, const struct report_record *record, const struct candidate *c,
                    const struct replayed *unsure)
{
    bool listed = list(r, REPORT_UNKNOWN);

    if (listed && is_json(r)) {
        record_json(r, "unknown", record);
        if (record->before.outcome.len > 0) side_json(r, "before", &record->before);
        print_bytes(&r->line, ",\"facts\":[");
    } else if (listed) {
        record_text(r, "unknown", record);
    }
    add_facts(r, c, unsure, listed);
    if (!listed) return;
    print_bytes(&r->line, is_json(r) ? "]}" : "\n");
    put(r);
}

void report_broken(struct report *r, const char *file, unsigned long line, const char *what)
{
    if (!list(r, REPORT_BROKEN)) return;
    if (is_json(r)) {
        print_json(&r->line, "{\"what\":\"broken\",\"file\":", pn_slice(file, strlen(file)));
        print_bytes(&r->line, ",\"line\":%lu,\"why\":\"%s\"}", line, what);
    } else {
        print_bytes(&r->line, "broken   %s:%lu: %s\n", file, line, what);
    }
    put(r);
}

/* --- the sums --- */

static void changes_json(struct report *r)
{
    static const char *const names[TALLY_TEXTS] = { "action", "before", "after", "rule_before",
                                                    "rule_after" };

    for (size_t i = 0; i < r->changes.count; i++) {
        const struct tally_row *row = &r->changes.rows[i];
        print_bytes(&r->line, "%s{\"count\":%" PRIu64, i > 0 ? ",\n  " : "\n  ", row->count);
        for (size_t k = 0; k < TALLY_TEXTS; k++) {
            print_bytes(&r->line, ",\"%s\":", names[k]);
            print_json(&r->line, "", row->texts[k]);
        }
        print_bytes(&r->line, "}");
    }
}

static void end_json(struct report *r, const struct simulation_counts *n)
{
    print_bytes(&r->line, "],\n \"changes\":[");
    changes_json(r);
    print_bytes(&r->line, "],\n \"facts_not_recorded\":[");
    for (size_t i = 0; i < r->facts.count; i++) {
        print_bytes(&r->line, "%s{\"records\":%" PRIu64 ",\"fact\":", i > 0 ? ",\n  " : "\n  ",
                    r->facts.rows[i].count);
        print_json(&r->line, "", r->facts.rows[i].texts[0]);
        print_bytes(&r->line, "}");
    }
    print_bytes(&r->line,
                "],\n \"summary\":{\"decisions\":%" PRIu64 ",\"same\":%" PRIu64
                ",\"changed\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"other_rule\":%" PRIu64
                ",\"undecided\":%" PRIu64 ",\"broken\":%" PRIu64 ",\"not_listed\":%" PRIu64
                ",\"changes_not_told_apart\":%" PRIu64 "}}\n",
                n->decisions, n->same, n->changed, n->unknown, n->other_rule, n->undecided,
                n->broken,
                r->not_listed[REPORT_CHANGED] + r->not_listed[REPORT_UNKNOWN] +
                    r->not_listed[REPORT_BROKEN],
                r->changes.others);
}

static void tables_text(struct report *r)
{
    if (r->changes.count > 0) print_bytes(&r->line, "\nwhat changes\n");
    for (size_t i = 0; i < r->changes.count; i++) {
        const struct tally_row *row = &r->changes.rows[i];
        print_bytes(&r->line, "%8" PRIu64 "  ", row->count);
        words(&r->line, "", row->texts[0]);
        words(&r->line, ": ", row->texts[1]);
        words(&r->line, " -> ", row->texts[2]);
        words(&r->line, "\n          ", row->texts[3]);
        words(&r->line, " -> ", row->texts[4]);
        print_bytes(&r->line, "\n");
    }
    if (r->changes.others > 0) print_bytes(&r->line, "%8" PRIu64 "  others\n", r->changes.others);
    if (r->facts.count > 0) print_bytes(&r->line, "\nfacts that were not recorded, by records\n");
    for (size_t i = 0; i < r->facts.count; i++) {
        print_bytes(&r->line, "%8" PRIu64 "  ", r->facts.rows[i].count);
        words(&r->line, "", r->facts.rows[i].texts[0]);
        print_bytes(&r->line, "\n");
    }
}

static void end_text(struct report *r, const struct simulation_counts *n)
{
    static const char *const names[REPORT_KINDS] = { "changed", "unknown", "broken" };

    for (int kind = 0; kind < REPORT_KINDS; kind++) {
        if (r->not_listed[kind] == 0) continue;
        print_bytes(&r->line, "%s  and %" PRIu64 " more that --limit leaves out\n", names[kind],
                    r->not_listed[kind]);
    }
    tables_text(r);
    print_bytes(&r->line,
                "%s%" PRIu64 " decisions: %" PRIu64 " stay, %" PRIu64 " change, %" PRIu64
                " unknown\n",
                r->any ? "\n" : "", n->decisions, n->same, n->changed, n->unknown);
    if (n->other_rule > 0) {
        print_bytes(&r->line, "%" PRIu64 " of those that stay are decided by another rule\n",
                    n->other_rule);
    }
    if (n->undecided > 0) {
        print_bytes(&r->line, "%" PRIu64 " records are of calls that no rule was asked about\n",
                    n->undecided);
    }
    if (n->broken > 0) {
        print_bytes(&r->line, "%" PRIu64 " lines are no records and count for nothing\n",
                    n->broken);
    }
}

void report_end(struct report *r, const struct simulation_counts *counts)
{
    tally_sort(&r->changes);
    tally_sort(&r->facts);
    if (is_json(r)) end_json(r, counts);
    else end_text(r, counts);
    put(r);
    fflush(r->wish->out);
    tally_free(&r->changes);
    tally_free(&r->facts);
    bytes_free(&r->line);
}
