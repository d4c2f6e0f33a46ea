/* see inspection.h: for people
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/compile/diagnostics.h"
#include "tools/inspect/inspection.h"
#include "tools/inspect/inspection_parts.h"
#include "tools/inspect/policy_report.h"
#include "tools/print_bytes.h"
#include "tools/seal_show.h"

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
    print_bytes(out, "signature: %s\n", inspection_signature(i->signature));
    if (i->refusal == PN_SEAL_ACCEPTED) return;
    print_bytes(out, "seal: %.*s: %.*s\n", SLICE_ARGS(pn_seal_refusal_name(i->refusal)),
                SLICE_ARGS(pn_seal_refusal_sentence(i->refusal)));
}

static void header_text(struct bytes *out, const struct inspection *i)
{
    struct header_fields h;

    if (!header_read(i->body, &h)) return;
    print_bytes(out, "format: %u\nengine: %u or newer\nmode: %s\nfeatures:", h.format, h.engine_min,
                inspection_mode(h.mode));
    features_text(out, h.features);
    print_bytes(out, "\nrole words: %u\n", h.role_words);
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
