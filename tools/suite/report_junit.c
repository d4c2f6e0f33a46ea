/* see suite_report.h: JUnit's XML.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"
#include "tools/print_bytes.h"
#include "tools/suite/suite_report.h"

/* Characters of control have no spelling in XML 1.0; they become U+FFFD. */
static void escaped(struct bytes *out, struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        switch (ch) {
        case '&': print_bytes(out, "&amp;"); break;
        case '<': print_bytes(out, "&lt;"); break;
        case '>': print_bytes(out, "&gt;"); break;
        case '"': print_bytes(out, "&quot;"); break;
        case '\t': print_bytes(out, "&#9;"); break;
        case '\n': print_bytes(out, "&#10;"); break;
        case '\r': print_bytes(out, "&#13;"); break;
        default:
            if (ch < 0x20) {
                print_bytes(out, "\xef\xbf\xbd");
            } else {
                bytes_append_u8(out, ch);
            }
        }
    }
}

static void attribute(struct bytes *out, const char *name, struct pn_slice value)
{
    print_bytes(out, " %s=\"", name);
    escaped(out, value);
    print_bytes(out, "\"");
}

static void attribute_words(struct bytes *out, const char *name, const char *value)
{
    attribute(out, name, pn_slice(value, strlen(value)));
}

static void failure(struct bytes *out, const struct suite_result *result)
{
    print_bytes(out, "      <failure type=\"RESULT_FAILED\" message=\"");
    if (suite_decision_differs(result)) {
        print_bytes(out, "expected %s, was %s\">",
                    result->expected_outcome != NULL ? result->expected_outcome
                                                     : suite_effect_wanted(result),
                    result->expected_outcome != NULL ? outcome_word(result->outcome)
                                                     : effect_word(result->outcome));
    } else {
        print_bytes(out, "output expectation unsatisfied\">");
    }
    for (size_t i = 0; i < result->mismatches.count; i++) {
        const struct suite_mismatch *mismatch = &result->mismatches.items[i];
        print_bytes(out, "output of ");
        escaped(out, mismatch->wanted->src);
        print_bytes(out, ": expected ");
        escaped(out, mismatch->expected);
        print_bytes(out, ", was ");
        escaped(out, mismatch->actual.len > 0 ? mismatch->actual : PN_SLICE("missing"));
        print_bytes(out, "&#10;");
    }
    escaped(out, result->explanation);
    print_bytes(out, "</failure>\n");
}

static void property(struct bytes *out, const char *name, struct pn_slice value)
{
    print_bytes(out, "        <property name=\"%s\"", name);
    attribute(out, "value", value);
    print_bytes(out, "/>\n");
}

static void test_case(struct bytes *out, const struct suite_outcome *outcome,
                      const struct suite_result *result)
{
    const struct suite_case *asked = result->asked;
    struct bytes class = { 0 };

    print_bytes(&class, "%.*s.%.*s.%.*s", SLICE_ARGS(asked->principal->key),
                SLICE_ARGS(asked->resource->key), SLICE_ARGS(result->action));
    print_bytes(out, "    <testcase");
    attribute(out, "name", asked->test->name);
    attribute(out, "classname", bytes_slice(&class));
    attribute_words(out, "file", outcome->suite->file);
    print_bytes(out, ">\n      <properties>\n");
    property(out, "principal", asked->principal->key);
    property(out, "resource", asked->resource->key);
    property(out, "action", result->action);
    print_bytes(out, "      </properties>\n");
    if (result->status == SUITE_FAILED) failure(out, result);
    if (result->status == SUITE_SKIPPED || result->status == SUITE_ERRORED) {
        print_bytes(out, result->status == SUITE_SKIPPED ? "      <skipped"
                                                         : "      <error type=\"RESULT_ERRORED\"");
        if (result->why != NULL && result->why[0] != 0)
            attribute_words(out, "message", result->why);
        print_bytes(out, "/>\n");
    }
    print_bytes(out, "    </testcase>\n");
    bytes_free(&class);
}

/* A file that is not in order, or a suite that is skipped, is one test case. */
static void whole_file(struct bytes *out, const struct suite_report *report,
                       const struct suite_outcome *outcome)
{
    const struct suite *of = outcome->suite;
    struct bytes text = { 0 };

    print_bytes(out, "    <testcase");
    attribute_words(out, "name", of->file);
    attribute_words(out, "classname", of->file);
    print_bytes(out, ">\n");
    if (outcome->error != NULL) {
        for (size_t i = 0; i < outcome->message_count; i++) {
            suite_write_message(&text,
                                &report->diagnostics->list.items[outcome->first_message + i]);
            print_bytes(&text, "\n");
        }
        print_bytes(out, "      <error type=\"RESULT_ERRORED\"");
        attribute_words(out, "message", outcome->error);
        print_bytes(out, ">");
        escaped(out, bytes_slice(&text));
        print_bytes(out, "</error>\n");
    } else {
        print_bytes(out, "      <skipped");
        attribute(out, "message", of->skip_reason);
        print_bytes(out, "/>\n");
    }
    print_bytes(out, "    </testcase>\n");
    bytes_free(&text);
}

static void totals(struct bytes *out, const size_t counts[SUITE_STATUS_COUNT], size_t broken,
                   size_t skipped)
{
    print_bytes(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
                suite_counted(counts) + broken + skipped, counts[SUITE_FAILED],
                counts[SUITE_ERRORED] + broken, counts[SUITE_SKIPPED] + skipped);
}

static bool is_skipped(const struct suite_outcome *outcome)
{
    return outcome->error == NULL && outcome->suite->skip;
}

static void suite(struct bytes *out, const struct suite_report *report,
                  const struct suite_outcome *outcome)
{
    const struct suite *of = outcome->suite;

    print_bytes(out, "  <testsuite");
    attribute(out, "name", of->name.len > 0 ? of->name : PN_SLICE("Unknown"));
    attribute_words(out, "file", of->file);
    totals(out, outcome->counts, outcome->error != NULL, is_skipped(outcome));
    print_bytes(out, ">\n");
    if (outcome->error != NULL || of->skip) whole_file(out, report, outcome);
    for (size_t i = 0; i < outcome->results.count; i++) {
        if (outcome->results.items[i].status == SUITE_UNSELECTED) continue;
        test_case(out, outcome, &outcome->results.items[i]);
    }
    print_bytes(out, "  </testsuite>\n");
}

void suite_report_junit(struct bytes *out, const struct suite_report *report)
{
    size_t skipped = 0;

    for (size_t i = 0; i < report->outcomes.count; i++) {
        skipped += is_skipped(report->outcomes.items[i]);
    }
    print_bytes(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"postern\"");
    totals(out, report->counts, report->broken, skipped);
    print_bytes(out, ">\n");
    for (size_t i = 0; i < report->outcomes.count; i++) {
        suite(out, report, report->outcomes.items[i]);
    }
    print_bytes(out, "</testsuites>\n");
}
