/* self_test.h - requests that a policy carries with the outcome they must have.
 *
 * Whoever writes a policy says of some requests what must become of them. A device decides these
 * by the policy before it puts it in force, so that an engine that reads the policy otherwise than
 * its author did is found out by the author's own examples and not by a customer. FORMAT.md has
 * the records; that they are well-formed is checked when the policy is opened.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_SELF_TEST_H
#define PN_POLICY_SELF_TEST_H

#include "policy/check_input.h"

struct pn_self_test {
    struct pn_slice name, input; /* input: JSON as check_input.h reads it */
    int64_t now_ms;              /* what now() answers */
    enum pn_outcome outcome;     /* of each of its actions */
};

uint16_t pn_self_test_count(const struct pn_policy *policy);
struct pn_self_test pn_self_test_at(const struct pn_policy *policy, uint16_t index);

enum {
    PN_SELF_TEST_PLACES = 1024,      /* no input of PN_POLICY_TEST_BYTES_MAX has more keys */
    PN_SELF_TEST_VALUE_BYTES = 16384 /* for values that expressions build */
};

/* Memory for a run, the caller's; zeroed before its first use. */
struct pn_self_test_room {
    struct pn_check_input input;
    struct pn_policy_scratch scratch;
    struct pn_json_keys keys;
    struct pn_json_key places[PN_SELF_TEST_PLACES];
    uint64_t values[PN_SELF_TEST_VALUE_BYTES / 8];
};

enum pn_self_test_verdict {
    PN_SELF_TEST_UNREADABLE, /* the input of `test` is no request; `reason` and `offset` say why */
    PN_SELF_TEST_FAILED,     /* `action` of `test` came to `outcome` */
    PN_SELF_TEST_PASSED      /* all of them, or there is none */
};

struct pn_self_test_result {
    enum pn_self_test_verdict verdict;
    uint16_t test; /* the first that did not pass */
    enum pn_reason reason;
    uint64_t offset;
    struct pn_slice action; /* borrows from the room */
    enum pn_outcome outcome;
};

/* Decide all tests of an opened policy, up to the first that does not pass. */
struct pn_self_test_result pn_self_tests_run(const struct pn_policy *policy,
                                             struct pn_self_test_room *room);

#endif
