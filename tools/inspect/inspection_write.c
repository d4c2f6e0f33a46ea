/* see inspection.h: both forms
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/seal/cbor_reader.h"
#include "tools/compile/diagnostics.h"
#include "tools/inspect/inspection.h"
#include "tools/inspect/inspection_parts.h"
#include "tools/inspect/policy_report.h"
#include "tools/inspect/section_kind.h"
#include "tools/print_bytes.h"
#include "tools/seal_show.h"
#include "tools/time_text.h"

static const char *signature_word(enum signature_state state)
{
    switch (state) {
    case SIGNATURE_NONE: return "none";
    case SIGNATURE_UNCHECKED: return "not checked";
    case SIGNATURE_GOOD: return "good";
    case SIGNATURE_BAD: return "refused";
    }
    return "refused";
}

static const char *mode_text(uint8_t mode)
{
    return mode == PN_MODE_EDGE ? "edge" : mode == PN_MODE_CERBOS54 ? "cerbos54" : "unknown";
}

void body_fault_write(struct bytes *out, const struct body_fault *f)
{
    const struct section_kind *kind = section_kind_of(f->section);

    print_bytes(out, "%.*s", SLICE_ARGS(pn_policy_fault_sentence(f->fault)));
    if (f->fault == PN_POLICY_BAD_SECTION_UNKNOWN)
        print_bytes(out, " It is section %u.", f->section);
    if (f->section > 0 && kind != NULL) {
        if (f->record != BODY_FAULT_NOWHERE) {
            print_bytes(out, " It is record %zu of section %s,", f->record, kind->name);
        } else {
            print_bytes(out, " It is section %s%s", kind->name,
                        f->offset != BODY_FAULT_NOWHERE ? "," : ".");
        }
        if (f->offset != BODY_FAULT_NOWHERE)
            print_bytes(out, " at byte %zu of the body.", f->offset);
    } else if (f->offset != BODY_FAULT_NOWHERE) {
        print_bytes(out, " It can be read up to byte %zu.", f->offset);
    }
    if (f->count_max > 0 && f->count > f->count_max)
        print_bytes(out, " It has %zu records, at most %zu may be.", f->count, f->count_max);
}

/* --- text --- */

static void seal_text(struct bytes *out, const struct inspection *i)
{
    char *text = NULL;
    size_t len = 0;

    if (i->refusal == PN_SEAL_ACCEPTED || i->refusal == PN_SEAL_BODY_LENGTH ||
        i->refusal == PN_SEAL_DIGEST) {
        FILE *to = open_memstream(&text, &len);
        if (to == NULL) abort();
        pn_seal_print(to, &i->seal);
        fclose(to);
        bytes_append(out, pn_slice(text, len));
        free(text);
    }
    print_bytes(out, "signature: %s\n", signature_word(i->signature));
    if (i->refusal == PN_SEAL_ACCEPTED) return;
    print_bytes(out, "seal: %.*s: %.*s\n", SLICE_ARGS(pn_seal_refusal_name(i->refusal)),
                SLICE_ARGS(pn_seal_refusal_sentence(i->refusal)));
}

static void header_text(struct bytes *out, const struct inspection *i)
{
    struct header_fields h;

    if (!header_read(i->body, &h)) return;
    print_bytes(out, "format: %u\nengine: %u or newer\nmode: %s\nfeatures:", h.format, h.engine_min,
                mode_text(h.mode));
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((h.features >> bit & 1) == 0) continue;
        if (feature_name(bit) != NULL) print_bytes(out, " %s", feature_name(bit));
        else print_bytes(out, " bit %u", bit);
    }
    print_bytes(out, "%s\nrole words: %u\n", h.features == 0 ? " none" : "", h.role_words);
    if (h.cost > 0) print_bytes(out, "stated cost: %" PRIu32 "\n", h.cost);
}

static void counts_text(struct bytes *out, const struct inspection *i)
{
    uint32_t kinds[PREDICATE_KINDS];
    struct limit_row limits[LIMIT_ROWS];
    const char *between = "\npredicates: ";

    predicate_kind_counts(&i->policy, kinds);
    for (unsigned kind = 0; kind < PREDICATE_KINDS; kind++) {
        if (kinds[kind] == 0) continue;
        print_bytes(out, "%s%u %s", between, kinds[kind], predicate_kind_name(kind));
        between = ", ";
    }
    print_bytes(out, "%s\n\n%-24s %10s %10s\n", *between == '\n' ? "" : "\n", "limit", "used",
                "at most");
    limit_rows(&i->policy, limits);
    for (size_t k = 0; k < LIMIT_ROWS; k++) {
        print_bytes(out, "%-24s %10u %10u\n", limits[k].name, limits[k].used, limits[k].max);
    }
    print_bytes(out, "\n%-40s %8s %9s\n", "kind", "actions", "patterns");
    for (uint32_t k = 0; k < kind_count(&i->policy); k++) {
        struct kind_row row = kind_row_at(&i->policy, k);
        print_bytes(out, "%-40.*s %8u %9u\n", SLICE_ARGS(row.name), row.actions, row.patterns);
    }
}

void inspection_write_text(struct bytes *out, const struct inspection *i)
{
    print_bytes(out, "bytes: %zu, of which the body %zu\n", i->file.len, i->body.len);
    if (i->sealed) seal_text(out, i);
    else print_bytes(out, "signature: none, this is a body without a seal\n");
    header_text(out, i);
    if (i->body.len > 0) {
        print_bytes(out, "\n");
        report_sections_text(out, i->body);
    }
    if (i->fault.fault == PN_POLICY_GOOD) {
        counts_text(out, i);
        report_costs_text(out, &i->policy, &i->costs);
        return;
    }
    print_bytes(out, "\nbody: %.*s: ", SLICE_ARGS(pn_policy_fault_name(i->fault.fault)));
    body_fault_write(out, &i->fault);
    print_bytes(out, "\n");
}

/* --- JSON --- */

static void hex_json(struct bytes *out, const char *before, const uint8_t *bytes, size_t len)
{
    print_bytes(out, "%s\"", before);
    for (size_t i = 0; i < len; i++) print_bytes(out, "%02x", bytes[i]);
    print_bytes(out, "\"");
}

static void time_json(struct bytes *out, const char *before, uint64_t unix_s)
{
    char text[PN_TIME_TEXT_BYTES];

    pn_time_write(unix_s, text);
    print_json_words(out, before, text);
}

static void names_json(struct bytes *out, const char *before, struct pn_slice array)
{
    struct pn_cbor_reader r;
    const char *between = "";

    print_bytes(out, "%s[", before);
    if (array.len > 0 && pn_cbor_begin(&r, array)) {
        pn_cbor_enter_array(&r);
        while (pn_cbor_more(&r)) {
            print_json(out, between, pn_cbor_take_text(&r));
            between = ",";
        }
    }
    print_bytes(out, "]");
}

static void manifest_json(struct bytes *out, const struct pn_seal *seal)
{
    const struct pn_manifest *m = &seal->manifest;

    hex_json(out, "\"identity\":", seal->identity, sizeof seal->identity);
    hex_json(out, ",\"signer\":", seal->key_id, sizeof seal->key_id);
    print_bytes(out, ",\"sequence\":%" PRIu64 ",\"epoch\":%" PRIu32, m->sequence, m->epoch);
    time_json(out, ",\"issued\":", m->issued_s);
    time_json(out, ",\"expires\":", m->expires_s);
    print_json_words(out, ",\"on_expiry\":", m->on_expiry == PN_EXPIRY_KEEP ? "keep" : "deny");
    print_bytes(out, ",\"grace_s\":%" PRIu32, m->grace_s);
    hex_json(out, ",\"tenant\":", m->tenant, sizeof m->tenant);
    print_bytes(out, ",\"any_target\":%s", m->any_target ? "true" : "false");
    names_json(out, ",\"groups\":", m->groups);
    names_json(out, ",\"devices\":", m->devices);
    print_json_words(out, ",\"mode\":", mode_text(m->mode));
    print_bytes(out, ",\"engine_min\":%u,\"keyset_min\":%" PRIu32 ",\"no_fallback\":%s",
                m->engine_min, m->keyset_min,
                (m->flags & PN_MANIFEST_NO_FALLBACK) != 0 ? "true" : "false");
    hex_json(out, ",\"body_digest\":", m->body_digest, sizeof m->body_digest);
    print_bytes(out, ",\"body_bytes\":%" PRIu32, m->body_bytes);
}

static void seal_json(struct bytes *out, const struct inspection *i)
{
    bool read = i->refusal == PN_SEAL_ACCEPTED || i->refusal == PN_SEAL_BODY_LENGTH ||
                i->refusal == PN_SEAL_DIGEST;

    print_bytes(out, ",\"seal\":{");
    if (read) manifest_json(out, &i->seal);
    if (i->refusal != PN_SEAL_ACCEPTED) {
        print_json(out, read ? ",\"refused\":" : "\"refused\":", pn_seal_refusal_name(i->refusal));
        print_json(out, ",\"sentence\":", pn_seal_refusal_sentence(i->refusal));
    }
    print_bytes(out, "}");
}

static void header_json(struct bytes *out, const struct inspection *i)
{
    struct header_fields h;
    const char *between = "";

    if (!header_read(i->body, &h)) return;
    print_bytes(out, ",\"header\":{\"format\":%u,\"engine_min\":%u,\"mode\":\"%s\",\"features\":[",
                h.format, h.engine_min, mode_text(h.mode));
    for (unsigned bit = 0; bit < 32; bit++) {
        if ((h.features >> bit & 1) == 0) continue;
        if (feature_name(bit) != NULL) print_bytes(out, "%s\"%s\"", between, feature_name(bit));
        else print_bytes(out, "%s\"bit %u\"", between, bit);
        between = ",";
    }
    print_bytes(out, "],\"role_words\":%u,\"loop_items\":%u,\"cost\":%" PRIu32 "}", h.role_words,
                h.loop_items, h.cost);
}

static void counts_json(struct bytes *out, const struct inspection *i)
{
    uint32_t kinds[PREDICATE_KINDS];
    struct limit_row limits[LIMIT_ROWS];
    const char *between = ",\"predicates\":{";

    predicate_kind_counts(&i->policy, kinds);
    for (unsigned kind = 1; kind < PREDICATE_KINDS; kind++) {
        print_bytes(out, "%s\"%s\":%u", between, predicate_kind_name(kind), kinds[kind]);
        between = ",";
    }
    print_bytes(out, "},\"limits\":{");
    limit_rows(&i->policy, limits);
    for (size_t k = 0; k < LIMIT_ROWS; k++) {
        print_bytes(out, "%s\"%s\":{\"used\":%u,\"max\":%u}", k > 0 ? "," : "", limits[k].name,
                    limits[k].used, limits[k].max);
    }
    print_bytes(out, "},\"kinds\":[");
    for (uint32_t k = 0; k < kind_count(&i->policy); k++) {
        struct kind_row row = kind_row_at(&i->policy, k);
        print_json(out, k > 0 ? ",{\"kind\":" : "{\"kind\":", row.name);
        print_bytes(out, ",\"actions\":%u,\"patterns\":%u}", row.actions, row.patterns);
    }
    print_bytes(out, "],");
    report_costs_json(out, &i->policy, &i->costs);
}

static void fault_json(struct bytes *out, const struct body_fault *f)
{
    const struct section_kind *kind = section_kind_of(f->section);
    struct bytes sentence = { 0 };

    body_fault_write(&sentence, f);
    print_json(out, ",\"fault\":{\"name\":", pn_policy_fault_name(f->fault));
    print_json(out, ",\"sentence\":", bytes_slice(&sentence));
    if (f->section > 0) print_bytes(out, ",\"section\":%u", f->section);
    if (kind != NULL) print_json_words(out, ",\"section_name\":", kind->name);
    if (f->record != BODY_FAULT_NOWHERE) print_bytes(out, ",\"record\":%zu", f->record);
    if (f->offset != BODY_FAULT_NOWHERE) print_bytes(out, ",\"offset\":%zu", f->offset);
    print_bytes(out, "}");
    bytes_free(&sentence);
}

void inspection_write_json(struct bytes *out, const struct inspection *i)
{
    print_bytes(out, "{\"bytes\":%zu,\"body_bytes\":%zu", i->file.len, i->body.len);
    print_json_words(out, ",\"signature\":", signature_word(i->signature));
    if (i->sealed) seal_json(out, i);
    header_json(out, i);
    print_bytes(out, ",\"sections\":");
    report_sections_json(out, i->body);
    if (i->fault.fault == PN_POLICY_GOOD) counts_json(out, i);
    else fault_json(out, &i->fault);
    print_bytes(out, "}\n");
}
