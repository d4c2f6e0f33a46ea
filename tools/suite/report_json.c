/* see suite_report.h: Cerbos's JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"
#include "tools/print_bytes.h"
#include "tools/suite/suite_report.h"

static const char *result_word(enum suite_status status)
{
    switch (status) {
    case SUITE_UNSELECTED:
    case SUITE_SKIPPED: return "RESULT_SKIPPED";
    case SUITE_PASSED: return "RESULT_PASSED";
    case SUITE_FAILED: return "RESULT_FAILED";
    case SUITE_ERRORED:
    case SUITE_STATUS_COUNT: break;
    }
    return "RESULT_ERRORED";
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

static void summary(struct bytes *out, enum suite_status status,
                    const size_t counts[SUITE_STATUS_COUNT])
{
    size_t all = suite_counted(counts);
    const char *between = "";

    print_json_words(out, "\"summary\":{\"overallResult\":", result_word(status));
    if (all == 0) {
        print_bytes(out, "}");
        return;
    }
    print_bytes(out, ",\"testsCount\":%zu,\"resultCounts\":[", all);
    for (enum suite_status s = SUITE_SKIPPED; s < SUITE_STATUS_COUNT; s++) {
        if (counts[s] == 0) continue;
        print_bytes(out, "%s", between);
        print_json_words(out, "{\"result\":", result_word(s));
        print_bytes(out, ",\"count\":%zu}", counts[s]);
        between = ",";
    }
    print_bytes(out, "]}");
}

static void mismatches(struct bytes *out, const struct suite_result *result)
{
    if (result->mismatches.count == 0) return;
    print_bytes(out, ",\"outputs\":[");
    for (size_t i = 0; i < result->mismatches.count; i++) {
        const struct suite_mismatch *mismatch = &result->mismatches.items[i];
        bool missing = mismatch->actual.len == 0;
        print_json(out, i > 0 ? ",{\"src\":" : "{\"src\":", mismatch->wanted->src);
        print_bytes(out,
                    missing ? ",\"missing\":{\"expected\":" : ",\"mismatched\":{\"expected\":");
        bytes_append(out, mismatch->expected);
        if (!missing) {
            print_bytes(out, ",\"actual\":");
            bytes_append(out, mismatch->actual);
        }
        print_bytes(out, "}}");
    }
    print_bytes(out, "]");
}

static void decided(struct bytes *out, const struct suite_result *result)
{
    if (result->status == SUITE_PASSED) {
        print_json_words(out, ",\"success\":{\"effect\":", effect_word(result->outcome));
        if (result->outputs.len > 0) {
            print_bytes(out, ",\"outputs\":[");
            bytes_append(out, result->outputs);
            print_bytes(out, "]");
        }
    } else {
        print_json_words(out, ",\"failure\":{\"expected\":", suite_effect_wanted(result));
        print_json_words(out, ",\"actual\":", effect_word(result->outcome));
        mismatches(out, result);
    }
    print_json_words(out, "},\"postern\":{\"outcome\":", outcome_word(result->outcome));
    if (result->expected_outcome != NULL)
        print_json_words(out, ",\"expected\":", result->expected_outcome);
    if (result->explanation.len > 0) print_json(out, ",\"explanation\":", result->explanation);
    print_bytes(out, "}");
}

static void action(struct bytes *out, const struct suite_result *result)
{
    print_json(out, "{\"name\":", result->action);
    print_json_words(out, ",\"details\":{\"result\":", result_word(result->status));
    if (result->status == SUITE_PASSED || result->status == SUITE_FAILED) {
        decided(out, result);
    } else if (result->why != NULL && result->why[0] != 0) {
        print_json_words(
            out, result->status == SUITE_ERRORED ? ",\"error\":" : ",\"skipReason\":", result->why);
    }
    print_bytes(out, "}}");
}

/* Close what was open above and open what begins here. Results come test by test, within a test
 * principal by principal. */
static void nest(struct bytes *out, const struct suite_case *above, const struct suite_case *asked)
{
    bool test = above == NULL || above->test != asked->test;
    bool principal = test || above->principal != asked->principal;
    bool resource = principal || above->resource != asked->resource;

    if (above != NULL) {
        if (resource) print_bytes(out, "]}");
        if (principal) print_bytes(out, "]}");
        if (test) print_bytes(out, "]}");
        print_bytes(out, ",");
    }
    if (test) {
        print_json(out, "{\"name\":", asked->test->name);
        print_bytes(out, ",\"principals\":[");
    }
    if (principal) {
        print_json(out, "{\"name\":", asked->principal->key);
        print_bytes(out, ",\"resources\":[");
    }
    if (resource) {
        print_json(out, "{\"name\":", asked->resource->key);
        print_bytes(out, ",\"actions\":[");
    }
}

static void cases(struct bytes *out, const struct suite_outcome *outcome)
{
    const struct suite_case *above = NULL;

    if (outcome->results.count == 0) return;
    print_bytes(out, ",\"testCases\":[");
    for (size_t i = 0; i < outcome->results.count; i++) {
        nest(out, above, outcome->results.items[i].asked);
        action(out, &outcome->results.items[i]);
        above = outcome->results.items[i].asked;
    }
    print_bytes(out, "]}]}]}]");
}

static void file_error(struct bytes *out, const struct suite_report *report,
                       const struct suite_outcome *outcome)
{
    struct bytes text = { 0 };

    for (size_t i = 0; i < outcome->message_count; i++) {
        if (i > 0) print_bytes(&text, "\n");
        suite_write_message(&text, &report->diagnostics->list.items[outcome->first_message + i]);
    }
    print_json(out, ",\"error\":", bytes_slice(&text));
    bytes_free(&text);
}

static void suite(struct bytes *out, const struct suite_report *report,
                  const struct suite_outcome *outcome)
{
    const struct suite *of = outcome->suite;

    print_json_words(out, "{\"file\":", of->file);
    print_json(out, ",\"name\":", of->name.len > 0 ? of->name : PN_SLICE("Unknown"));
    if (of->description.len > 0) print_json(out, ",\"description\":", of->description);
    print_bytes(out, ",");
    summary(out, outcome->status, outcome->counts);
    if (outcome->error != NULL) file_error(out, report, outcome);
    if (of->skip && of->skip_reason.len > 0) print_json(out, ",\"skipReason\":", of->skip_reason);
    cases(out, outcome);
    print_bytes(out, "}");
}

static void coverage(struct bytes *out, const struct coverage_table *table)
{
    print_bytes(out, ",\"coverage\":{\"rules\":[");
    for (size_t i = 0; i < table->rules.count; i++) {
        const struct coverage_rule *rule = &table->rules.items[i];
        print_json(out, i > 0 ? ",{\"rule\":" : "{\"rule\":", rule->name);
        print_json(out, ",\"source\":", rule->source);
        print_bytes(out, ",\"considered\":%s,\"matched\":%s}", truth(rule->considered),
                    truth(rule->matched));
    }
    print_bytes(out, "],\"predicates\":[");
    for (size_t i = 0; i < table->predicates.count; i++) {
        const struct coverage_predicate *p = &table->predicates.items[i];
        print_json(out, i > 0 ? ",{\"predicate\":" : "{\"predicate\":", p->text);
        if (p->reader.len > 0) print_json(out, ",\"readBy\":", p->reader);
        print_bytes(out, ",\"true\":%s,\"false\":%s,\"error\":%s}", truth(p->was_true),
                    truth(p->was_false), truth(p->was_faulty));
    }
    print_bytes(out, "],\"rulesCovered\":%u,\"predicatesCovered\":%u}", table->rules_covered,
                table->predicates_covered);
}

void suite_report_json(struct bytes *out, const struct suite_report *report)
{
    print_bytes(out, "{\"suites\":[");
    for (size_t i = 0; i < report->outcomes.count; i++) {
        if (i > 0) print_bytes(out, ",");
        suite(out, report, report->outcomes.items[i]);
    }
    print_bytes(out, "],");
    summary(out, report->status, report->counts);
    print_json_words(out, ",\"postern\":{\"mode\":", mode_word(report->mode));
    if (report->coverage != NULL) coverage(out, report->coverage);
    print_bytes(out, "}}\n");
}
