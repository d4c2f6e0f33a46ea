/* see lint.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/lint/lint.h"

#include <stdlib.h>

static const struct {
    const char *name, *sentence;
} names[] = {
#define LINT(symbol, name, sentence) { name, sentence },
#include "tools/lint/lint.def"
#undef LINT
};

const char *lint_name_text(enum lint_name name)
{
    return names[name].name;
}

const char *lint_name_sentence(enum lint_name name)
{
    return names[name].sentence;
}

const char *lint_severity_text(enum lint_severity severity)
{
    switch (severity) {
    case LINT_NOTE: return "note";
    case LINT_WARNING: return "warning";
    case LINT_ERROR: return "error";
    }
    return "error";
}

static bool same_place(struct mark a, struct mark b)
{
    return a.line == b.line && a.column == b.column && strcmp(a.file, b.file) == 0;
}

void lint_find(struct lint *lint, enum lint_name name, enum lint_severity severity,
               struct mark mark, const char *format, ...)
{
    struct lint_finding finding = { .name = name, .severity = severity, .mark = mark };
    va_list arguments;

    if (mark.file == NULL) finding.mark.file = lint->bundle.folder;
    va_start(arguments, format);
    finding.sentence = arena_format_list(lint->bundle.arena, format, arguments);
    va_end(arguments);
    for (size_t i = 0; i < lint->findings.count; i++) {
        const struct lint_finding *known = &lint->findings.items[i];
        bool same = known->name == name && same_place(known->mark, finding.mark);
        if (same && strcmp(known->sentence, finding.sentence) == 0) return;
    }
    LIST_PUSH(lint->bundle.arena, &lint->findings, finding);
    lint->counts[severity]++;
}

/* A finding with a name of its own says it better. */
static bool is_found(const struct lint *lint, const struct diag *diag)
{
    for (size_t i = 0; i < lint->findings.count; i++) {
        const struct lint_finding *found = &lint->findings.items[i];
        if (diag->mark.file == NULL || !same_place(found->mark, diag->mark)) continue;
        if (diag->level == DIAG_NOTE || found->severity == LINT_ERROR) return true;
    }
    return false;
}

static void add_diagnostics(struct lint *lint)
{
    for (size_t i = 0; i < lint->diagnostics.list.count; i++) {
        const struct diag *diag = &lint->diagnostics.list.items[i];
        bool error = diag->level == DIAG_ERROR;
        if (is_found(lint, diag)) continue;
        lint_find(lint, error ? LINT_BUILD : LINT_BUILD_NOTE, error ? LINT_ERROR : LINT_NOTE,
                  diag->mark, "%s", diag->message);
    }
}

static int by_place(const void *a, const void *b)
{
    const struct lint_finding *x = a, *y = b;
    int files = strcmp(x->mark.file, y->mark.file);

    if (files != 0) return files;
    if (x->mark.line != y->mark.line) return x->mark.line < y->mark.line ? -1 : 1;
    if (x->mark.column != y->mark.column) return x->mark.column < y->mark.column ? -1 : 1;
    if (x->name != y->name) return x->name < y->name ? -1 : 1;
    return strcmp(x->sentence, y->sentence);
}

void lint_bundle(struct lint *lint, const char *folder, const struct lint_tools_file *tools,
                 size_t tools_count)
{
    bundle_read(&lint->bundle, &lint->set, folder, &lint->diagnostics);
    bool built = bundle_compile(&lint->bundle, &lint->set, &lint->body) == 0 &&
                 pn_policy_open(&lint->policy, bytes_slice(&lint->body)) == PN_POLICY_GOOD;
    lint_settings(lint);
    lint_rules(lint);
    lint_expressions(lint);
    lint_outputs(lint);
    if (built) lint_overlaps(lint);
    if (built) lint_listings(lint);
    lint_manifests(lint, tools, tools_count);
    add_diagnostics(lint);
    if (lint->findings.count > 0) {
        qsort(lint->findings.items, lint->findings.count, sizeof *lint->findings.items, by_place);
    }
}

void lint_free(struct lint *lint)
{
    bytes_free(&lint->body);
    diag_free(&lint->quiet);
    diag_free(&lint->diagnostics);
    *lint = (struct lint){ 0 };
}
