/* see inspection.h: for programs
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "core/seal/cbor_reader.h"
#include "tools/inspect/inspection.h"
#include "tools/inspect/inspection_parts.h"
#include "tools/inspect/policy_report.h"
#include "tools/inspect/section_kind.h"
#include "tools/print_bytes.h"
#include "tools/time_text.h"

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
    print_json_words(out, ",\"mode\":", inspection_mode(m->mode));
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

    if (!header_read(i->body, &h)) return;
    print_bytes(out, ",\"header\":{\"format\":%u,\"engine_min\":%u,\"mode\":\"%s\",\"features\":",
                h.format, h.engine_min, inspection_mode(h.mode));
    features_json(out, h.features);
    print_bytes(out, ",\"role_words\":%u,\"loop_items\":%u,\"cost\":%" PRIu32 "}", h.role_words,
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
    print_json_words(out, ",\"signature\":", inspection_signature(i->signature));
    if (i->sealed) seal_json(out, i);
    header_json(out, i);
    print_bytes(out, ",\"sections\":");
    report_sections_json(out, i->body);
    if (i->fault.fault == PN_POLICY_GOOD) counts_json(out, i);
    else fault_json(out, &i->fault);
    print_bytes(out, "}\n");
}
