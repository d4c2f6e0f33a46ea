/* see suite_report.h: the Test Anything Protocol, version 14.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"
#include "tools/print_bytes.h"
#include "tools/suite/suite_report.h"

/* A description is one line, in which '#' begins a directive. */
static void description(struct bytes *out, struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        if (ch == '#' || ch == '\\') bytes_append_u8(out, '\\');
        bytes_append_u8(out, ch < 0x20 ? ' ' : ch);
    }
}

static void description_words(struct bytes *out, const char *words)
{
    description(out, pn_slice(words, strlen(words)));
}

static void skip(struct bytes *out, struct pn_slice reason)
{
    print_bytes(out, " # SKIP%s", reason.len > 0 ? " " : "");
    description(out, reason);
}

/* JSON is YAML, so values need no form of their own. */
static void failure(struct bytes *out, const struct suite_result *result)
{
    print_bytes(out, "  ---\n  expected: %s\n  actual: %s\n",
                result->expected_outcome != NULL ? result->expected_outcome
                                                 : suite_effect_wanted(result),
                result->expected_outcome != NULL ? outcome_word(result->outcome)
                                                 : effect_word(result->outcome));
    if (result->mismatches.count > 0) print_bytes(out, "  outputs:\n");
    for (size_t i = 0; i < result->mismatches.count; i++) {
        const struct suite_mismatch *mismatch = &result->mismatches.items[i];
        print_json(out, "    - src: ", mismatch->wanted->src);
        print_bytes(out, "\n      expected: ");
        bytes_append(out, mismatch->expected);
        if (mismatch->actual.len > 0) print_bytes(out, "\n      actual: ");
        bytes_append(out, mismatch->actual);
        print_bytes(out, "\n");
    }
    if (result->explanation.len > 0) {
        print_json(out, "  explanation: ", result->explanation);
        print_bytes(out, "\n");
    }
    print_bytes(out, "  ...\n");
}

static void line(struct bytes *out, size_t number, const struct suite_outcome *outcome,
                 const struct suite_result *result)
{
    const struct suite_case *asked = result->asked;
    const struct pn_slice parts[] = { outcome->suite->name, asked->test->name,
                                      asked->principal->key, asked->resource->key, result->action };
    bool good = result->status == SUITE_PASSED || result->status == SUITE_SKIPPED;

    print_bytes(out, "%s %zu - ", good ? "ok" : "not ok", number);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (i > 0) print_bytes(out, "/");
        description(out, parts[i]);
    }
    if (result->status == SUITE_SKIPPED) skip(out, pn_slice(result->why, strlen(result->why)));
    print_bytes(out, "\n");
    if (result->status == SUITE_FAILED) failure(out, result);
    if (result->status == SUITE_ERRORED) {
        print_json_words(out, "  ---\n  error: ", result->why);
        print_bytes(out, "\n  ...\n");
    }
}

static void whole_file(struct bytes *out, size_t number, const struct suite_report *report,
                       const struct suite_outcome *outcome)
{
    print_bytes(out, "%s %zu - ", outcome->error != NULL ? "not ok" : "ok", number);
    description_words(out, outcome->suite->file);
    if (outcome->error == NULL) {
        skip(out, outcome->suite->skip_reason);
        print_bytes(out, "\n");
        return;
    }
    print_bytes(out, "\n  ---\n  messages:\n");
    for (size_t i = 0; i < outcome->message_count; i++) {
        struct bytes text = { 0 };
        suite_write_message(&text, &report->diagnostics->list.items[outcome->first_message + i]);
        print_json(out, "    - ", bytes_slice(&text));
        print_bytes(out, "\n");
        bytes_free(&text);
    }
    print_bytes(out, "  ...\n");
}

static void suite(struct bytes *out, size_t *number, const struct suite_report *report,
                  const struct suite_outcome *outcome)
{
    if (outcome->error != NULL || outcome->suite->skip) {
        whole_file(out, ++*number, report, outcome);
        return;
    }
    for (size_t i = 0; i < outcome->results.count; i++) {
        if (outcome->results.items[i].status == SUITE_UNSELECTED) continue;
        line(out, ++*number, outcome, &outcome->results.items[i]);
    }
}

void suite_report_tap(struct bytes *out, const struct suite_report *report)
{
    struct bytes lines = { 0 };
    size_t number = 0;

    for (size_t i = 0; i < report->outcomes.count; i++) {
        suite(&lines, &number, report, report->outcomes.items[i]);
    }
    print_bytes(out, "TAP version 14\n1..%zu\n", number);
    bytes_append(out, bytes_slice(&lines));
    bytes_free(&lines);
    if (report->coverage != NULL) {
        print_bytes(out, "# rules matched: %u of %zu\n# predicates true and false: %u of %zu\n",
                    report->coverage->rules_covered, report->coverage->rules.count,
                    report->coverage->predicates_covered, report->coverage->predicates.count);
    }
}
