/* SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/suite/suite_text.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char policy[] =
    "apiVersion: api.cerbos.dev/v1\n"
    "resourcePolicy:\n"
    "  resource: doc\n"
    "  version: default\n"
    "  rules:\n"
    "    - name: view\n"
    "      actions: [view]\n"
    "      effect: EFFECT_ALLOW\n"
    "      roles: [user]\n"
    "      condition: {match: {expr: R.attr.owner == P.id}}\n"
    "      output: {when: {ruleActivated: '{\"who\": P.id}', conditionNotMet: '\"not yours\"'}}\n"
    "    - name: edit\n"
    "      actions: [edit]\n"
    "      effect: EFFECT_ALLOW\n"
    "      roles: [user]\n"
    "      condition: {match: {all: {of: [{expr: R.attr.owner == P.id}, {expr: 'now() > "
    "timestamp(\"2026-06-01T00:00:00Z\")'}]}}}\n"
    "    - name: print\n"
    "      actions: [print]\n"
    "      effect: EFFECT_ALLOW\n"
    "      roles: [admin]\n"
    "    - name: delete\n"
    "      actions: [delete]\n"
    "      effect: EFFECT_DENY\n"
    "      roles: [\"*\"]\n"
    "      output: {when: {ruleActivated: '\"never\"'}}\n";

void suite_text_begin(struct suite_text *t)
{
    *t = (struct suite_text){ .path = "/tmp/suite-XXXXXX" };
    if (mkdtemp(t->path) == NULL || chdir(t->path) != 0) abort();
    t->policies = (struct suite_policies){ .arena = &t->arena, .diagnostics = &t->diagnostics };
    t->policies.source = (struct policy_source){ .path = ".", .is_folder = true };
    t->report.diagnostics = &t->diagnostics;
    t->report.mode = PN_MODE_CERBOS54;
}

void suite_text_write(struct suite_text *t, const char *file, const char *text)
{
    const char *slash = strchr(file, '/');

    for (; slash != NULL; slash = strchr(slash + 1, '/')) {
        mkdir(arena_format(&t->arena, "%.*s", (int)(slash - file), file), 0700);
    }
    FILE *out = fopen(file, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0) abort();
}

void suite_text_write_policy(struct suite_text *t)
{
    suite_text_write(t, "doc.yaml", policy);
}

const struct suite_outcome *suite_text_run(struct suite_text *t, const char *file)
{
    if (t->runner == NULL) t->runner = suite_runner(&t->policies, &t->filter, SUITE_QUIET);
    const struct suite_outcome *outcome = suite_run(t->runner, file);
    suite_report_add(&t->arena, &t->report, outcome);
    return outcome;
}

const char *suite_text_letters(const struct suite_outcome *outcome)
{
    static char letters[256];
    size_t count = outcome->results.count < 255 ? outcome->results.count : 255;

    for (size_t i = 0; i < count; i++) letters[i] = "-SPFE"[outcome->results.items[i].status];
    letters[count] = 0;
    return letters;
}

const char *suite_text_messages(const struct suite_text *t)
{
    static char text[16384];
    size_t len = 0;

    text[0] = 0;
    for (size_t i = 0; i < t->diagnostics.list.count && len < sizeof text - 512; i++) {
        const struct diag *diag = &t->diagnostics.list.items[i];
        len += (size_t)snprintf(text + len, 512, "%s:%u:%u: %s\n", diag->mark.file, diag->mark.line,
                                diag->mark.column, diag->message);
    }
    return text;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *at)
{
    (void)found;
    (void)kind;
    (void)at;
    return remove(path);
}

void suite_text_end(struct suite_text *t)
{
    if (chdir("/") != 0 || nftw(t->path, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) abort();
    diag_free(&t->diagnostics);
    arena_free(&t->arena);
}
