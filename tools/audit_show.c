/* see audit_show.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit_show.h"

static bool is_any(const struct pn_audit_record *record, struct pn_slice who)
{
    return pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_ID, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_USER, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_AGENT, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_KEY_ID, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_ISSUER, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_TOKEN_ID, who) ||
           pn_audit_record_is(record, PN_AUDIT_SHOWN_WHO_SPIFFE_ID, who);
}

static bool was_refused(const struct pn_audit_record *record)
{
    return record->fields[PN_AUDIT_SHOWN_OUTCOME].type != PN_ABSENT &&
           !pn_audit_record_is(record, PN_AUDIT_SHOWN_OUTCOME, PN_SLICE("allow")) &&
           !pn_audit_record_is(record, PN_AUDIT_SHOWN_OUTCOME, PN_SLICE("redact"));
}

bool pn_audit_filter_passes(const struct pn_audit_filter *f, const struct pn_audit_record *record)
{
    if (f->id.len > 0 && !pn_audit_record_is(record, PN_AUDIT_SHOWN_ID, f->id)) return false;
    if (f->who.len > 0 && !is_any(record, f->who)) return false;
    return !f->refused || was_refused(record);
}

/* Text stays escaped as the log has it, so what could steer a terminal is what a broken log holds,
 * DEL, and the controls of U+0080 to U+009F. */
void pn_audit_show_text(FILE *out, struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        bool c1 = ch == 0xC2 && i + 1 < text.len && text.at[i + 1] < 0xA0;

        if (c1) i++;
        fputc(c1 || ch < 0x20 || ch == 0x7F ? '?' : ch, out);
    }
}

static void print_field(FILE *out, const char *before, const struct pn_audit_record *record,
                        enum pn_audit_shown field)
{
    const struct pn_value *v = &record->fields[field];

    if (v->type != PN_STRING && v->type != PN_INT) return;
    fputs(before, out);
    if (v->type == PN_INT) fprintf(out, "%lld", (long long)v->as.i);
    else pn_audit_show_text(out, pn_value_text(v));
}

/* How the caller was proven, and by which token or key; whose token it is, and the certificate's
 * identifier, where these do not say it already. */
static void print_proof(FILE *out, const struct pn_audit_record *record)
{
    bool token = record->fields[PN_AUDIT_SHOWN_WHO_TOKEN_ID].type == PN_STRING;
    enum pn_audit_shown by = token ? PN_AUDIT_SHOWN_WHO_TOKEN_ID : PN_AUDIT_SHOWN_WHO_KEY_ID;
    struct pn_slice spiffe_id = pn_audit_record_text(record, PN_AUDIT_SHOWN_WHO_SPIFFE_ID);

    print_field(out, " by ", record, PN_AUDIT_SHOWN_WHO_PROOF);
    print_field(out, " ", record, by);
    if (!pn_slice_begins(spiffe_id, pn_audit_record_text(record, PN_AUDIT_SHOWN_WHO_ISSUER))) {
        print_field(out, " from ", record, PN_AUDIT_SHOWN_WHO_ISSUER);
    }
    if (pn_slice_equal(spiffe_id, pn_audit_record_text(record, by))) return;
    print_field(out, " as ", record, PN_AUDIT_SHOWN_WHO_SPIFFE_ID);
}

static void print_decision(FILE *out, const struct pn_audit_record *record)
{
    struct pn_slice outcome = pn_audit_record_text(record, PN_AUDIT_SHOWN_OUTCOME);

    fputs("  ", out);
    pn_audit_show_text(out, outcome);
    for (size_t i = outcome.len; i < 8; i++) {
        fputc(' ', out);
    }
    print_field(out, "  ", record, PN_AUDIT_SHOWN_WHO_ID);
    print_proof(out, record);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_ACTION);
    print_field(out, " on ", record, PN_AUDIT_SHOWN_SERVER);
    print_field(out, " of ", record, PN_AUDIT_SHOWN_MODEL);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_ERROR);
    print_field(out, "  rule ", record, PN_AUDIT_SHOWN_RULE);
    print_field(out, ": ", record, PN_AUDIT_SHOWN_REASON);
}

static void print_end(FILE *out, const struct pn_audit_record *record)
{
    fputs("  end     ", out);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_HOW);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_STATUS);
    print_field(out, "  from ", record, PN_AUDIT_SHOWN_UPSTREAM);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_ERROR);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_BYTES_OUT);
    fputs(" bytes", out);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_LATENCY_US);
    fputs(" us", out);
}

static void print_event(FILE *out, const struct pn_audit_record *record)
{
    fputs("  event   ", out);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_EVENT);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_REASON);
    print_field(out, "  ", record, PN_AUDIT_SHOWN_DETAIL);
    print_field(out, "  by ", record, PN_AUDIT_SHOWN_WHO_ID);
}

void pn_audit_show_record(FILE *out, const struct pn_audit_record *record)
{
    if (record->fields[PN_AUDIT_SHOWN_TIME].type == PN_ABSENT)
        fputs("time unknown            ", out);
    print_field(out, "", record, PN_AUDIT_SHOWN_TIME);
    if (pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("decision"))) {
        print_decision(out, record);
    } else if (pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("end"))) {
        print_end(out, record);
    } else {
        print_event(out, record);
    }
    print_field(out, "  id ", record, PN_AUDIT_SHOWN_ID);
    fputc('\n', out);
}
