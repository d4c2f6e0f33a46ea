/* The head kept outside the log: its form, whatever is left of it, and what a writer makes of a log
 * that was removed, cut or replaced while none ran.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"
#include "platforms/sim/sim_audit.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

enum { RINGS = 2 };

static struct port_audit port;
static struct pn_audit_writer writer;
static struct pn_audit_ring rings[RINGS];
static uint8_t batch[PN_AUDIT_BATCH_BYTES_MIN];
static uint32_t nonce;

static enum port_audit_result open_at(uint32_t sync)
{
    struct pn_audit_setup setup = { .port = &port,
                                    .rings = rings,
                                    .ring_count = RINGS,
                                    .spool_bytes = sizeof(struct pn_audit_spool) + 65536,
                                    .batch = batch,
                                    .batch_bytes = sizeof batch,
                                    .nonce = ++nonce,
                                    .sync = (uint8_t)sync,
                                    .sync_ms = 1000 };

    return pn_audit_writer_open(&writer, &setup, 0, -1);
}

static void open_writer(void)
{
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, open_at(PN_AUDIT_SYNC_INTERVAL));
}

void setUp(void)
{
    sim_audit_init(&port);
    nonce = 0;
}

void tearDown(void)
{
}

static uint32_t turn(void)
{
    return pn_audit_writer_turn(&writer, 1, -1);
}

static void event(void)
{
    struct pn_audit_event e = { .unix_ms = -1, .name = PN_AUDIT_EVENT_POLICY_INSTALLED };

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_event(&rings[0], &e));
}

/* Open, write `count` records, leave nothing waiting. */
static void run(unsigned count)
{
    open_writer();
    for (unsigned i = 0; i < count; i++) {
        event();
        turn();
    }
}

static unsigned logged(const char *text)
{
    unsigned count = 0;

    for (size_t at = 0; at + strlen(text) <= port.log_len; at++) {
        if (memcmp(port.log + at, text, strlen(text)) == 0) count++;
    }
    return count;
}

static size_t end_of_line(unsigned number)
{
    size_t at = 0;

    while (number > 0) {
        if (port.log[at++] == '\n') number--;
    }
    return at;
}

static struct pn_audit_chain kept(void)
{
    struct pn_audit_chain head;

    TEST_ASSERT_TRUE(pn_audit_head_read(pn_slice(port.head, sizeof port.head), &head));
    return head;
}

/* The log's lines follow `head`, and each other. */
static void goes_on_from(struct pn_audit_chain head)
{
    struct pn_slice rest = pn_slice(port.log, port.log_len);
    struct pn_audit_line line;

    while (rest.len > 0) {
        size_t feed = pn_slice_find(rest, '\n');

        TEST_ASSERT_TRUE(feed < rest.len);
        TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE,
                          pn_audit_line_read(pn_slice_head(rest, feed), &line));
        TEST_ASSERT_TRUE(pn_audit_chain_follows(&head, &line));
        head.seq = line.seq;
        memcpy(head.hash, line.hash, sizeof line.hash);
        rest = pn_slice_from(rest, feed + 1);
    }
    struct pn_audit_chain now = kept();
    TEST_ASSERT_EQUAL_UINT64(head.seq, now.seq);
    TEST_ASSERT_EQUAL_MEMORY(head.hash, now.hash, sizeof head.hash);
}

static void is_two_lines_of_text(void)
{
    struct pn_audit_chain chain = { .seq = 4711 }, found;
    uint8_t memory[PN_AUDIT_HEAD_BYTES + 1] = { 0 };
    struct pn_audit_head head;
    static const char want[] = "00000000000000004711 "
                               "abababababababababababababababababababababababababababababababab ";

    memset(chain.hash, 0xab, sizeof chain.hash);
    pn_audit_head_init(&head, memory);
    TEST_ASSERT_FALSE(pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES), &found));
    TEST_ASSERT_EQUAL_UINT64(0, found.seq);
    pn_audit_head_keep(&head, &chain);
    TEST_ASSERT_EQUAL_MEMORY(want, memory, sizeof want - 1);
    TEST_ASSERT_EQUAL('\n', memory[PN_AUDIT_HEAD_LINE_BYTES - 1]);
    chain.seq = UINT64_MAX - 1;
    pn_audit_head_keep(&head, &chain);
    TEST_ASSERT_EQUAL_MEMORY("18446744073709551614 ", memory + PN_AUDIT_HEAD_LINE_BYTES, 21);
    TEST_ASSERT_TRUE(pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES), &found));
    TEST_ASSERT_EQUAL_UINT64(UINT64_MAX - 1, found.seq);
    TEST_ASSERT_EQUAL(0, memory[PN_AUDIT_HEAD_BYTES]);
}

/* Killed after any byte of keeping a head: the one before is still there, or the new one is. */
static void survives_being_killed_at_every_byte(void)
{
    uint8_t before[PN_AUDIT_HEAD_BYTES] = { 0 }, after[PN_AUDIT_HEAD_BYTES];
    struct pn_audit_chain chain = { 0 }, found;
    struct pn_audit_head head;

    for (uint64_t seq = 1; seq < 5; seq++) {
        memcpy(after, before, sizeof after);
        pn_audit_head_init(&head, after);
        chain.seq = seq;
        chain.hash[7] = (uint8_t)(0x40 + seq);
        pn_audit_head_keep(&head, &chain);
        for (size_t put = 0; put <= sizeof after; put++) {
            uint8_t *torn = malloc(PN_AUDIT_HEAD_BYTES);
            memcpy(torn, after, put);
            memcpy(torn + put, before + put, sizeof before - put);
            bool known = pn_audit_head_read(pn_slice(torn, PN_AUDIT_HEAD_BYTES), &found);
            TEST_ASSERT_EQUAL(seq > 1 || memcmp(torn, after, sizeof after) == 0, known);
            if (known) TEST_ASSERT_TRUE(found.seq == seq || found.seq == seq - 1);
            if (known) TEST_ASSERT_EQUAL(0x40 + found.seq, found.hash[7]);
            free(torn);
        }
        memcpy(before, after, sizeof before);
    }
}

/* No change of a byte is taken for a head; a short copy is none. */
static void altered_lines_do_not_hold(void)
{
    struct pn_audit_chain chain = { .seq = 12 }, found;
    uint8_t memory[PN_AUDIT_HEAD_BYTES] = { 0 };
    struct pn_audit_head head;

    pn_audit_head_init(&head, memory);
    pn_audit_head_keep(&head, &chain);
    for (size_t i = 0; i < PN_AUDIT_HEAD_LINE_BYTES; i++) {
        memory[i] ^= 1;
        TEST_ASSERT_FALSE(pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES), &found));
        memory[i] ^= 1;
    }
    TEST_ASSERT_TRUE(pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES), &found));
    TEST_ASSERT_FALSE(pn_audit_head_read(pn_slice(memory, PN_AUDIT_HEAD_BYTES - 1), &found));
}

static void an_untouched_log_is_not_remarked_on(void)
{
    for (unsigned i = 0; i < 4; i++) {
        run(i);
        TEST_ASSERT_EQUAL(0, writer.met);
    }
    TEST_ASSERT_EQUAL(6, logged("\"kind\":\"event\""));
    goes_on_from((struct pn_audit_chain){ 0 });
}

static void expects(const char *said, const struct pn_audit_chain *head)
{
    char text[200];
    struct pn_writer w = pn_writer(text, sizeof text - 1);

    TEST_ASSERT_EQUAL_MESSAGE(1, logged(said), said);
    pn_write_text(&w, "; record ");
    pn_write_u64(&w, head->seq);
    pn_write_text(&w, " with hash ");
    pn_write_hex(&w, head->hash, sizeof head->hash);
    text[w.len] = '\0';
    TEST_ASSERT_EQUAL_MESSAGE(1, logged(text), text);
}

/* Told once, the chain goes on from the lost head, and the next start has nothing to say. */
static void told(uint32_t met, const char *said, const struct pn_audit_chain *head)
{
    open_writer();
    TEST_ASSERT_EQUAL(met, writer.met);
    expects(said, head);
    goes_on_from(*head);
    event();
    turn();
    goes_on_from(*head);
    open_writer();
    TEST_ASSERT_EQUAL(0, writer.met);
    goes_on_from(*head);
}

static void a_removed_log(void)
{
    run(5);
    struct pn_audit_chain head = kept();
    port.log_len = 0;
    told(PN_AUDIT_MET_LOG_MISSING, "\"event\":\"log_missing\",\"detail\":\"the log holds no record",
         &head);
    TEST_ASSERT_EQUAL_MESSAGE(0, port.aside_len, "nothing was there to be put aside");
}

static void a_log_cut_at_any_record(void)
{
    char said[100];

    for (unsigned left = 1; left < 5; left++) {
        setUp();
        run(5);
        struct pn_audit_chain head = kept();
        size_t bytes = port.log_len = end_of_line(left);
        snprintf(said, sizeof said,
                 "\"event\":\"log_cut\",\"detail\":\"the log before ends with record %u;", left);
        told(PN_AUDIT_MET_LOG_CUT, said, &head);
        TEST_ASSERT_EQUAL_MESSAGE(bytes, port.aside_len, "what was left is kept as it was");
        TEST_ASSERT_EQUAL(left, port.aside_last_seq);
    }
}

static void a_log_cut_within_a_record(void)
{
    run(5);
    struct pn_audit_chain head = kept();
    port.log_len = end_of_line(3) + 20;
    open_writer();
    TEST_ASSERT_EQUAL(PN_AUDIT_MET_LOG_CUT | PN_AUDIT_MET_LOG_TORN, writer.met);
    expects("\"event\":\"log_cut\"", &head);
    TEST_ASSERT_EQUAL(1, logged("20 bytes of an unfinished line"));
    goes_on_from(head);
}

/* Another log of the same length, a longer one, and one that only holds later records. */
static void a_replaced_log(void)
{
    static uint8_t own_head[SIM_AUDIT_HEAD_BYTES];

    for (unsigned records = 5; records < 8; records++) {
        setUp();
        run(5);
        struct pn_audit_chain head = kept();
        memcpy(own_head, port.head, sizeof own_head);
        setUp();
        nonce = 50; /* so that the ids differ */
        run(records);
        memcpy(port.head, own_head, sizeof own_head);
        told(PN_AUDIT_MET_LOG_REPLACED, "\"event\":\"log_replaced\"", &head);
        TEST_ASSERT_EQUAL(records, port.aside_last_seq);
    }
    setUp();
    run(5);
    struct pn_audit_chain head = kept();
    memcpy(own_head, port.head, sizeof own_head);
    event();
    event();
    event();
    turn();
    size_t from = end_of_line(6);
    memmove(port.log, port.log + from, port.log_len - from);
    port.log_len -= from;
    memcpy(port.head, own_head, sizeof own_head);
    told(PN_AUDIT_MET_LOG_REPLACED, "\"event\":\"log_replaced\"", &head);
}

/* The process dies between writing the log and keeping its head, or the machine loses the newest
 * heads: the log is ahead, by any number of records. */
static void killed_between_log_and_head(void)
{
    uint8_t heads[7][SIM_AUDIT_HEAD_BYTES];

    for (unsigned at = 0; at <= 6; at++) {
        setUp();
        open_writer();
        for (unsigned i = 0; i <= 6; i++) {
            memcpy(heads[i], port.head, sizeof heads[i]);
            event();
            turn();
        }
        memcpy(port.head, heads[at], sizeof heads[at]);
        open_writer();
        TEST_ASSERT_EQUAL(0, writer.met);
        TEST_ASSERT_EQUAL(7, kept().seq);
        goes_on_from((struct pn_audit_chain){ 0 });
    }
}

/* The same where a new log was begun in between: the record is in the one put aside. */
static void killed_between_rotation_and_head(void)
{
    uint8_t head[SIM_AUDIT_HEAD_BYTES];

    run(3);
    struct pn_audit_chain last = kept();
    memcpy(head, port.head, sizeof head);
    pn_audit_writer_rotate(&writer);
    turn();
    TEST_ASSERT_EQUAL(1, logged("log_rotated"));
    memcpy(port.head, head, sizeof head);
    open_writer();
    TEST_ASSERT_EQUAL(0, writer.met);
    goes_on_from(last);
}

/* The power fails, and of the head only what was synced is left: whatever is in the log and in those
 * put aside, nothing is missed. */
static void power_cut_after_rotations(void)
{
    for (unsigned rotations = 0; rotations < 4; rotations++) {
        setUp();
        run(3);
        for (unsigned i = 0; i < rotations; i++) {
            pn_audit_writer_rotate(&writer);
            turn();
            event();
            turn();
        }
        memcpy(port.head, port.synced_head, sizeof port.head);
        open_writer();
        TEST_ASSERT_EQUAL(0, writer.met);
        TEST_ASSERT_EQUAL(3 + 2 * rotations, kept().seq);
    }
}

static void stop_leaves_the_head_stable(void)
{
    run(3);
    TEST_ASSERT_TRUE(memcmp(port.head, port.synced_head, sizeof port.head) != 0);
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_STOPPED, turn());
    TEST_ASSERT_EQUAL_MEMORY(port.head, port.synced_head, sizeof port.head);
}

/* A log in which the record cannot be reached in one window. */
static void found_in_a_long_log(void)
{
    uint8_t head[SIM_AUDIT_HEAD_BYTES];

    run(1);
    for (unsigned i = 0; i < 300; i++) {
        event();
        if (i == 60) memcpy(head, port.head, sizeof head);
        turn();
    }
    TEST_ASSERT_TRUE(port.log_len > 2 * sizeof batch);
    memcpy(port.head, head, sizeof head);
    open_writer();
    TEST_ASSERT_EQUAL(0, writer.met);
    TEST_ASSERT_EQUAL(301, kept().seq);
}

static void a_missing_head(void)
{
    run(3);
    memset(port.head, 0, sizeof port.head);
    open_writer();
    TEST_ASSERT_EQUAL(PN_AUDIT_MET_HEAD_MISSING, writer.met);
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"head_missing\""));
    goes_on_from((struct pn_audit_chain){ 0 });
    open_writer();
    TEST_ASSERT_EQUAL(0, writer.met);
    port.log_len = 0;
    memset(port.head, 0,
           sizeof port.head); /* both gone, and the spools tell that this is not new */
    open_writer();
    TEST_ASSERT_EQUAL(PN_AUDIT_MET_HEAD_MISSING, writer.met);
}

static void faults(void)
{
    run(3);
    struct pn_audit_chain head = kept();
    port.head_fails = 1;
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT, open_at(PN_AUDIT_SYNC_INTERVAL));
    port.head_fails = 0;
    port.log_len = end_of_line(2);
    port.rotate_fails = 1;
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT, open_at(PN_AUDIT_SYNC_INTERVAL));
    port.rotate_fails = 0;
    told(PN_AUDIT_MET_LOG_CUT, "\"event\":\"log_cut\"", &head);
    port.head_fails = 1;
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    port.head_fails = 0;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_STOPPED, turn());
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(is_two_lines_of_text);
    RUN_TEST(survives_being_killed_at_every_byte);
    RUN_TEST(altered_lines_do_not_hold);
    RUN_TEST(an_untouched_log_is_not_remarked_on);
    RUN_TEST(a_removed_log);
    RUN_TEST(a_log_cut_at_any_record);
    RUN_TEST(a_log_cut_within_a_record);
    RUN_TEST(a_replaced_log);
    RUN_TEST(killed_between_log_and_head);
    RUN_TEST(killed_between_rotation_and_head);
    RUN_TEST(power_cut_after_rotations);
    RUN_TEST(stop_leaves_the_head_stable);
    RUN_TEST(found_in_a_long_log);
    RUN_TEST(a_missing_head);
    RUN_TEST(faults);
    return UNITY_END();
}
