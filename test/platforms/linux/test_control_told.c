/* What the control thread tells while the audit log takes nothing: strangers at the admin door cannot
 * crowd out what operators do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/control_told.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unity.h"

enum { RING = 1 << 16, FLOOD = 10000, WORTH = 8 };

static struct pn_control *control;
static struct pn_shared *shared;
static struct pn_audit_ring ring;
static struct pn_audit_shared log_shared;
static void *memory;
static int standard_error;

void setUp(void)
{
    size_t bytes = sizeof(struct pn_audit_spool) + RING;

    memory = aligned_alloc(64, bytes);
    memset(memory, 0, bytes);
    pn_audit_ring_init(&ring, memory, bytes, 1);
    ring.shared = &log_shared;
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    control = calloc(1, sizeof *control);
    control->setup.shared = shared;
    control->setup.ring = &ring;
    standard_error = dup(STDERR_FILENO);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
}

void tearDown(void)
{
    dup2(standard_error, STDERR_FILENO);
    close(standard_error);
    free(control);
    free(shared);
    free(memory);
}

static void flood(unsigned count)
{
    struct port_net_addr from = { .family = 4, .ip = { 10, 0, 0, 1 } };
    struct pn_admin_denied denied = { .denial = PN_DENIAL_UNKNOWN, .from = &from };

    for (unsigned i = 0; i < count; i++) {
        denied.telling = i % 10 == 9 ? PN_ATTEMPT_TOLD_LAST : PN_ATTEMPT_TOLD;
        pn_control_told_denied(control, &denied);
        pn_control_told_untold(control);
    }
}

/* How many events wait that have that text; all of them are gone then. */
static unsigned drain(const char *text, char last[512])
{
    struct pn_slice body;
    unsigned count = 0;

    while (pn_audit_ring_take(&ring, &body)) {
        char line[512];
        size_t len = body.len < sizeof line ? body.len : sizeof line - 1;
        memcpy(line, body.at, len);
        line[len] = '\0';
        if (!strstr(line, text)) continue;
        count++;
        memcpy(last, line, sizeof line);
    }
    pn_audit_ring_free(&ring);
    return count;
}

static void test_a_revocation_has_room_in_a_flood(void)
{
    char last[512];

    flood(FLOOD);
    for (int i = 0; i < WORTH; i++) {
        pn_control_tell_why(control, PN_AUDIT_EVENT_REVOKED, PN_SLICE("task T-1, entry 1"),
                            PN_SLICE("why"));
        flood(FLOOD);
    }
    TEST_ASSERT_LESS_THAN_UINT32(RING / 2 + RING / 8, pn_audit_ring_bytes_used(&ring));
    TEST_ASSERT_EQUAL_UINT(WORTH, drain("\"event\":\"revoked\"", last));
}

static void test_what_was_only_counted_is_told_at_once(void)
{
    char last[512], expected[64];

    flood(FLOOD);
    unsigned told = drain("\"event\":\"admin_denied\"", last);
    TEST_ASSERT_TRUE(told > 10 && told < FLOOD / 2);
    pn_control_told_untold(control);
    TEST_ASSERT_EQUAL_UINT(1, drain("\"event\":\"admin_denied\"", last));
    snprintf(expected, sizeof expected, "\"detail\":\"%u more, ", FLOOD - told);
    TEST_ASSERT_NOT_NULL(strstr(last, expected));
    pn_control_told_untold(control);
    TEST_ASSERT_EQUAL_UINT(0, drain("\"event\"", last));
}

/* As long as the log takes them each is told by itself. */
static void test_a_few_are_told_one_by_one(void)
{
    char last[512];

    flood(10);
    TEST_ASSERT_EQUAL_UINT(10, drain("\"detail\":\"10.0.0.1: a certificate ", last));
    TEST_ASSERT_NOT_NULL(strstr(last, "further ones of this minute are only counted"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_revocation_has_room_in_a_flood);
    RUN_TEST(test_what_was_only_counted_is_told_at_once);
    RUN_TEST(test_a_few_are_told_one_by_one);
    return UNITY_END();
}
