/* see lint.h: findings as text and as JSON
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/lint/lint.h"
#include "tools/print_bytes.h"

static void write_count(struct bytes *out, const struct lint *lint, enum lint_severity severity,
                        const char *before)
{
    size_t count = lint->counts[severity];

    print_bytes(out, "%s%zu %s%s", before, count, lint_severity_text(severity),
                count == 1 ? "" : "s");
}

void lint_write_text(struct bytes *out, const struct lint *lint)
{
    for (size_t i = 0; i < lint->findings.count; i++) {
        const struct lint_finding *found = &lint->findings.items[i];
        print_bytes(out, "%s:", found->mark.file);
        if (found->mark.line > 0) print_bytes(out, "%u:%u:", found->mark.line, found->mark.column);
        print_bytes(out, " %s: %s [%s]\n", lint_severity_text(found->severity), found->sentence,
                    lint_name_text(found->name));
    }
    write_count(out, lint, LINT_ERROR, "");
    write_count(out, lint, LINT_WARNING, ", ");
    write_count(out, lint, LINT_NOTE, ", ");
    print_bytes(out, "\n");
}

static void write_finding(struct bytes *out, const struct lint_finding *found)
{
    print_json_words(out, "{\"name\":", lint_name_text(found->name));
    print_json_words(out, ",\"severity\":", lint_severity_text(found->severity));
    print_json_words(out, ",\"file\":", found->mark.file);
    if (found->mark.line > 0) {
        print_bytes(out, ",\"line\":%u,\"column\":%u", found->mark.line, found->mark.column);
    }
    print_json_words(out, ",\"sentence\":", found->sentence);
    print_bytes(out, "}");
}

void lint_write_json(struct bytes *out, const struct lint *lint)
{
    print_bytes(out, "{\"findings\":[");
    for (size_t i = 0; i < lint->findings.count; i++) {
        print_bytes(out, i > 0 ? ",\n" : "\n");
        write_finding(out, &lint->findings.items[i]);
    }
    print_bytes(out, "],\"errors\":%zu,\"warnings\":%zu,\"notes\":%zu}\n", lint->counts[LINT_ERROR],
                lint->counts[LINT_WARNING], lint->counts[LINT_NOTE]);
}
