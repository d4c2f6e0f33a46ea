/* see suite_report.h: the forms for people.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_report.h"

#include "tools/decision_words.h"
#include "tools/print_bytes.h"

void suite_report_add(struct arena *arena, struct suite_report *report,
                      const struct suite_outcome *outcome)
{
    LIST_PUSH(arena, &report->outcomes, outcome);
    for (size_t i = 0; i < SUITE_STATUS_COUNT; i++) report->counts[i] += outcome->counts[i];
    report->broken += outcome->error != NULL;
    if (outcome->status > report->status) report->status = outcome->status;
}

size_t suite_counted(const size_t counts[SUITE_STATUS_COUNT])
{
    return counts[SUITE_SKIPPED] + counts[SUITE_PASSED] + counts[SUITE_FAILED] +
           counts[SUITE_ERRORED];
}

static void counted(struct bytes *out, const size_t counts[SUITE_STATUS_COUNT])
{
    static const struct {
        enum suite_status status;
        const char *word;
    } told[] = { { SUITE_PASSED, "passed" },
                 { SUITE_FAILED, "failed" },
                 { SUITE_ERRORED, "in error" },
                 { SUITE_SKIPPED, "skipped" } };
    const char *between = "";

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (counts[told[i].status] == 0) continue;
        print_bytes(out, "%s%zu %s", between, counts[told[i].status], told[i].word);
        between = ", ";
    }
    if (*between == 0) print_bytes(out, "nothing to run");
}

/* Names come from files: on a terminal they stay on their line and change nothing else. */
static void name(struct bytes *out, const char *before, struct pn_slice text, const char *behind)
{
    print_bytes(out, "%s", before);
    for (size_t i = 0; i < text.len; i++) {
        bytes_append_u8(out, text.at[i] < 0x20 || text.at[i] == 0x7f ? ' ' : text.at[i]);
    }
    print_bytes(out, "%s", behind);
}

/* --- one result --- */

static const char *status_word(enum suite_status status)
{
    switch (status) {
    case SUITE_UNSELECTED: return "left out";
    case SUITE_SKIPPED: return "skipped";
    case SUITE_PASSED: return "ok";
    case SUITE_FAILED: return "FAILED";
    case SUITE_ERRORED:
    case SUITE_STATUS_COUNT: break;
    }
    return "ERROR";
}

const char *suite_effect_wanted(const struct suite_result *result)
{
    return result->expected_allow ? "EFFECT_ALLOW" : "EFFECT_DENY";
}

static bool outcome_differs(const struct suite_result *result)
{
    return result->expected_outcome != NULL &&
           strcmp(result->expected_outcome, outcome_word(result->outcome)) != 0;
}

bool suite_decision_differs(const struct suite_result *result)
{
    return outcome_differs(result) ||
           strcmp(suite_effect_wanted(result), effect_word(result->outcome)) != 0;
}

void suite_write_message(struct bytes *out, const struct diag *diag)
{
    const char *level = diag->level == DIAG_NOTE ? "note" : "error";

    print_bytes(out, "%s", diag->mark.file);
    if (diag->mark.line > 0) print_bytes(out, ":%u:%u", diag->mark.line, diag->mark.column);
    print_bytes(out, ": %s: %s", level, diag->message);
}

static void indented(struct bytes *out, const char *indent, struct pn_slice lines)
{
    while (lines.len > 0) {
        size_t len = pn_slice_find(lines, '\n');
        print_bytes(out, "%s%.*s\n", indent, (int)len, (const char *)lines.at);
        lines = pn_slice_from(lines, len < lines.len ? len + 1 : len);
    }
}

static void details(struct bytes *out, const char *indent, const struct suite_result *result)
{
    if (result->why != NULL && result->why[0] != 0) print_bytes(out, "%s%s\n", indent, result->why);
    if (result->status != SUITE_FAILED) return;
    if (outcome_differs(result)) {
        print_bytes(out, "%sexpected %s, was %s\n", indent, result->expected_outcome,
                    outcome_word(result->outcome));
    } else if (suite_decision_differs(result)) {
        print_bytes(out, "%sexpected %s, was %s\n", indent, suite_effect_wanted(result),
                    effect_word(result->outcome));
    }
    for (size_t i = 0; i < result->mismatches.count; i++) {
        const struct suite_mismatch *mismatch = &result->mismatches.items[i];
        print_bytes(out, "%soutput of ", indent);
        name(out, "", mismatch->wanted->src, "\n");
        print_bytes(out, "%s  expected ", indent);
        bytes_append(out, mismatch->expected);
        print_bytes(out, "\n%s  was ", indent);
        bytes_append(out, mismatch->actual.len > 0 ? mismatch->actual : PN_SLICE("missing"));
        print_bytes(out, "\n");
    }
    indented(out, indent, result->explanation);
}

/* --- tree --- */

static bool is_told(const struct suite_result *result)
{
    return result->status != SUITE_UNSELECTED && result->status != SUITE_PASSED;
}

/* Lines for whatever of test, principal and resource is another than above. */
static void tree_head(struct bytes *out, const struct suite_case *above,
                      const struct suite_case *asked)
{
    bool test = above == NULL || above->test != asked->test;
    bool principal = test || above->principal != asked->principal;
    bool resource = principal || above->resource != asked->resource;

    if (test) name(out, "  ", asked->test->name, "\n");
    if (principal) name(out, "    ", asked->principal->key, "\n");
    if (resource) name(out, "      ", asked->resource->key, "\n");
}

static void tree_results(struct bytes *out, const struct suite_outcome *outcome)
{
    const struct suite_case *above = NULL;

    for (size_t i = 0; i < outcome->results.count; i++) {
        const struct suite_result *result = &outcome->results.items[i];
        if (!is_told(result)) continue;
        tree_head(out, above, result->asked);
        above = result->asked;
        name(out, "        ", result->action, ": ");
        print_bytes(out, "%s\n", status_word(result->status));
        details(out, "          ", result);
    }
}

static void suite_line(struct bytes *out, const struct suite_outcome *outcome)
{
    const char *file = outcome->suite->file;

    if (outcome->suite->name.len > 0) {
        name(out, "", outcome->suite->name, " (");
        print_bytes(out, "%s): ", file);
    } else {
        print_bytes(out, "%s: ", file);
    }
    if (outcome->error != NULL) {
        print_bytes(out, "ERROR, %s\n", outcome->error);
    } else if (outcome->suite->skip) {
        name(out, outcome->suite->skip_reason.len > 0 ? "skipped, " : "skipped",
             outcome->suite->skip_reason, "\n");
    } else {
        counted(out, outcome->counts);
        print_bytes(out, "\n");
    }
}

static void file_messages(struct bytes *out, const struct suite_report *report,
                          const struct suite_outcome *outcome)
{
    for (size_t i = 0; i < outcome->message_count; i++) {
        print_bytes(out, "  ");
        suite_write_message(out, &report->diagnostics->list.items[outcome->first_message + i]);
        print_bytes(out, "\n");
    }
}

/* --- coverage --- */

static unsigned percent(unsigned part, size_t whole)
{
    return whole > 0 ? (unsigned)(part * 100 / whole) : 100;
}

static void coverage_lines(struct bytes *out, const struct coverage_table *table)
{
    print_bytes(out,
                "\ncoverage: %u of %zu rules matched (%u%%), %u of %zu predicates were true "
                "and false (%u%%)\n",
                table->rules_covered, table->rules.count,
                percent(table->rules_covered, table->rules.count), table->predicates_covered,
                table->predicates.count,
                percent(table->predicates_covered, table->predicates.count));
    for (size_t i = 0; i < table->rules.count; i++) {
        const struct coverage_rule *rule = &table->rules.items[i];
        const char *lacks = coverage_of_rule(rule);
        if (lacks == NULL) continue;
        print_bytes(out, "  rule %.*s (%.*s): %s\n", SLICE_ARGS(rule->name),
                    SLICE_ARGS(rule->source), lacks);
    }
    for (size_t i = 0; i < table->predicates.count; i++) {
        const struct coverage_predicate *predicate = &table->predicates.items[i];
        const char *lacks = coverage_of_predicate(predicate);
        if (lacks == NULL) continue;
        print_bytes(out, "  %.*s: %s%s%.*s\n", SLICE_ARGS(predicate->text), lacks,
                    predicate->reader.len > 0 ? ", in " : "", SLICE_ARGS(predicate->reader));
    }
}

static void total_line(struct bytes *out, const struct suite_report *report)
{
    size_t tests = suite_counted(report->counts), files = report->outcomes.count;

    print_bytes(out, "%zu test%s in %zu file%s, mode %s: ", tests, tests == 1 ? "" : "s", files,
                files == 1 ? "" : "s", mode_word(report->mode));
    counted(out, report->counts);
    if (report->broken > 0) {
        print_bytes(out, "; %zu file%s not in order", report->broken,
                    report->broken == 1 ? "" : "s");
    }
    print_bytes(out, "\n");
    if (report->coverage != NULL) coverage_lines(out, report->coverage);
}

void suite_report_tree(struct bytes *out, const struct suite_report *report)
{
    for (size_t i = 0; i < report->outcomes.count; i++) {
        const struct suite_outcome *outcome = report->outcomes.items[i];
        suite_line(out, outcome);
        file_messages(out, report, outcome);
        tree_results(out, outcome);
    }
    total_line(out, report);
}

/* --- list --- */

static void list_outcome(struct bytes *out, const struct suite_outcome *outcome)
{
    for (size_t i = 0; i < outcome->results.count; i++) {
        const struct suite_result *result = &outcome->results.items[i];
        if (result->status == SUITE_UNSELECTED) continue;
        print_bytes(out, "%-7s ", status_word(result->status));
        name(out, "", outcome->suite->name, "/");
        name(out, "", result->asked->test->name, "/");
        name(out, "", result->asked->principal->key, "/");
        name(out, "", result->asked->resource->key, "/");
        name(out, "", result->action, "\n");
        details(out, "        ", result);
    }
}

void suite_report_list(struct bytes *out, const struct suite_report *report)
{
    for (size_t i = 0; i < report->outcomes.count; i++) {
        const struct suite_outcome *outcome = report->outcomes.items[i];
        if (outcome->error != NULL || outcome->suite->skip) suite_line(out, outcome);
        file_messages(out, report, outcome);
        list_outcome(out, outcome);
    }
    total_line(out, report);
}
