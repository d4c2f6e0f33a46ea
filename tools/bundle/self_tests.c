/* self_tests in bundle.yaml: policy/self_test.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/self_test.h"

#include <stdlib.h>

#include "tools/bundle/bundle.h"
#include "tools/compile/yaml_fields.h"
#include "tools/decision_words.h"
#include "tools/suite/yaml_json.h"

#define FIELDS(fields) (fields), sizeof(fields) / sizeof((fields)[0])

static void read_input(struct bundle *bundle, const struct yaml_node *input,
                       struct bundle_self_test *test)
{
    struct bytes json = { 0 };

    yaml_write_json(bundle->arena, &json, input);
    yaml_note_words(bundle->diagnostics, input);
    test->input_mark = input->mark;
    test->input = arena_copy(bundle->arena, bytes_slice(&json));
    bytes_free(&json);
    if (test->input.len > PN_POLICY_TEST_BYTES_MAX) {
        diag_error(bundle->diagnostics, input->mark,
                   "this request takes %zu bytes as JSON; a self-test has room for %d",
                   test->input.len, PN_POLICY_TEST_BYTES_MAX);
    }
}

static void read_test(struct bundle *bundle, const struct yaml_node *node)
{
    static const char *const outcomes[] = { "deny", "step_up", "redact", "allow" };
    struct diagnostics *diagnostics = bundle->diagnostics;
    struct yaml_node *name = NULL, *input = NULL, *expect = NULL, *now = NULL;
    struct yaml_field fields[] = { { "name", YAML_WANT_TEXT | YAML_REQUIRED, &name },
                                   { "input", YAML_WANT_MAP | YAML_REQUIRED, &input },
                                   { "expect", YAML_WANT_TEXT | YAML_REQUIRED, &expect },
                                   { "now", YAML_WANT_TEXT, &now } };
    struct bundle_self_test test = { .input_mark = node->mark, .expect_mark = node->mark };

    if (!yaml_fields(diagnostics, node, "a self-test", FIELDS(fields))) return;
    test.name = name->text;
    test.expect_mark = expect->mark;
    if (test.name.len == 0) diag_error(diagnostics, name->mark, "a self-test needs a name");
    read_input(bundle, input, &test);
    int outcome = yaml_read_word(diagnostics, expect, outcomes, 4);
    if (outcome > 0) test.outcome = (enum pn_outcome)outcome;
    if (now != NULL && !timestamp_read(now->text, &test.now_ms)) {
        diag_error(diagnostics, now->mark, "a time such as 2026-01-01T00:00:00Z");
    }
    LIST_PUSH(bundle->arena, &bundle->self_tests, test);
}

void bundle_read_self_tests(struct bundle *bundle, const struct yaml_node *list)
{
    for (size_t i = 0; i < list->items.count; i++) {
        if (i == PN_POLICY_SELF_TESTS_MAX) {
            diag_error(bundle->diagnostics, list->items.items[i]->mark,
                       "%d self-tests are the most; tests/ has room for any number",
                       PN_POLICY_SELF_TESTS_MAX);
            return;
        }
        read_test(bundle, list->items.items[i]);
    }
}

void bundle_write_self_tests(const struct bundle *bundle, struct image *image,
                             struct bytes sections[PN_POLICY_SECTION_COUNT])
{
    struct bytes *out = &sections[PN_POLICY_SECTION_SELF_TESTS];

    for (size_t i = 0; i < bundle->self_tests.count; i++) {
        const struct bundle_self_test *test = &bundle->self_tests.items[i];
        bytes_append_u32(out, image_string(image, test->name));
        bytes_append_u32(out, image_string(image, test->input));
        bytes_append_u64(out, (uint64_t)test->now_ms);
        bytes_append_u8(out, (uint8_t)test->outcome);
        bytes_append_zero(out, 3);
    }
}

static void tell(struct bundle *bundle, const struct pn_self_test_result *result)
{
    const struct bundle_self_test *test = &bundle->self_tests.items[result->test];

    if (result->verdict == PN_SELF_TEST_FAILED) {
        diag_error(bundle->diagnostics, test->expect_mark, "self-test '%.*s': %.*s comes to %s",
                   SLICE_ARGS(test->name), SLICE_ARGS(result->action),
                   outcome_word(result->outcome));
        return;
    }
    diag_error(bundle->diagnostics, test->input_mark,
               "self-test '%.*s': the input is no request with principal.roles, resource.kind and "
               "actions (%.*s)",
               SLICE_ARGS(test->name), SLICE_ARGS(pn_reason_name(result->reason)));
}

void bundle_run_self_tests(struct bundle *bundle, const struct pn_policy *policy)
{
    struct pn_self_test_room *room = calloc(1, sizeof *room);

    if (room == NULL) abort();
    struct pn_self_test_result result = pn_self_tests_run(policy, room);
    if (result.verdict != PN_SELF_TEST_PASSED) tell(bundle, &result);
    free(room);
}
