/* The writer over a log in memory: what it writes, what it does when the log fails, and what a new
 * one makes of what an earlier one left.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"
#include "platforms/sim/sim_audit.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

enum { RINGS = 3, SECOND = 1000 };

static struct port_audit port;
static struct pn_audit_writer writer;
static struct pn_audit_ring rings[RINGS];
static uint8_t batch[PN_AUDIT_BATCH_BYTES_MIN];
static uint64_t now_ms;
static uint32_t nonce;
static struct pn_audit_setup setup;

static const struct pn_audit_decision decision = { .unix_ms = -1,
                                                   .outcome = PN_SLICE_INIT("allow") };

static void open_writer(void)
{
    setup.nonce = ++nonce;
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE,
                      pn_audit_writer_open(&writer, &setup, now_ms, (int64_t)now_ms));
}

void setUp(void)
{
    sim_audit_init(&port);
    now_ms = 1000000;
    nonce = 0;
    setup = (struct pn_audit_setup){ .port = &port,
                                     .rings = rings,
                                     .ring_count = RINGS,
                                     .spool_bytes = sizeof(struct pn_audit_spool) + 65536,
                                     .batch = batch,
                                     .batch_bytes = sizeof batch,
                                     .sync = PN_AUDIT_SYNC_INTERVAL,
                                     .sync_ms = SECOND };
}

void tearDown(void)
{
}

/* Both records of an exchange on ring `r`; `number` is told by its end. */
static void call(uint32_t r, uint32_t number)
{
    struct pn_audit_ticket t = { 0 };
    struct pn_audit_end e = { .unix_ms = -1, .latency_us = number };

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&rings[r], &t));
    pn_audit_decide(&rings[r], &t, &decision);
    pn_audit_end(&rings[r], &t, &e);
}

/* How often a text occurs in the log, and in the one put aside before it. */
static unsigned count_in(const uint8_t *log, size_t len, const char *text)
{
    unsigned count = 0;

    for (size_t at = 0; at + strlen(text) <= len; at++) {
        if (memcmp(log + at, text, strlen(text)) == 0) count++;
    }
    return count;
}

static unsigned logged(const char *text)
{
    return count_in(port.log, port.log_len, text);
}

/* The log is a chain from `begin`; its head comes back. */
static struct pn_audit_chain chained(const uint8_t *log, size_t len, struct pn_audit_chain begin)
{
    struct pn_slice rest = pn_slice(log, len);
    struct pn_audit_line line;

    while (rest.len > 0) {
        size_t feed = pn_slice_find(rest, '\n');
        TEST_ASSERT_TRUE_MESSAGE(feed < rest.len, "the last line is whole");
        TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE,
                          pn_audit_line_read(pn_slice_head(rest, feed), &line));
        TEST_ASSERT_TRUE(pn_audit_chain_follows(&begin, &line));
        begin.seq = line.seq;
        memcpy(begin.hash, line.hash, sizeof line.hash);
        rest = pn_slice_from(rest, feed + 1);
    }
    return begin;
}

static void log_is_chained(void)
{
    chained(port.log, port.log_len, (struct pn_audit_chain){ 0 });
}

/* The head that the run before kept. */
static struct pn_audit_chain kept_head(void)
{
    struct pn_audit_chain kept;

    TEST_ASSERT_TRUE(pn_audit_head_read(pn_slice(port.head, sizeof port.head), &kept));
    return kept;
}

static uint32_t turn(void)
{
    return pn_audit_writer_turn(&writer, now_ms, (int64_t)now_ms);
}

static void writes_what_waits(void)
{
    open_writer();
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_WAIT, turn());
    call(0, 1);
    call(1, 2);
    call(2, 3);
    TEST_ASSERT_TRUE(pn_audit_writer_bytes_waiting(&writer) > 0);
    TEST_ASSERT_EQUAL(PN_AUDIT_NAP_MS, turn());
    TEST_ASSERT_EQUAL(0, pn_audit_writer_bytes_waiting(&writer));
    TEST_ASSERT_EQUAL(3, logged("\"kind\":\"decision\""));
    TEST_ASSERT_EQUAL(3, logged("\"kind\":\"end\""));
    TEST_ASSERT_EQUAL(6, atomic_load(&writer.batch.stats.records));
    log_is_chained();
}

static void syncs_by_interval(void)
{
    open_writer();
    call(0, 1);
    TEST_ASSERT_EQUAL(PN_AUDIT_NAP_MS, turn());
    TEST_ASSERT_EQUAL(0, port.synced_len);
    now_ms += 5;
    TEST_ASSERT_EQUAL(SECOND - 5, turn());
    now_ms += SECOND - 5;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_WAIT, turn());
    TEST_ASSERT_EQUAL(port.log_len, port.synced_len);
}

static void syncs_each_before_accepting(void)
{
    struct pn_audit_ticket t = { 0 };

    setup.sync = PN_AUDIT_SYNC_EACH;
    open_writer();
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&rings[1], &t));
    pn_audit_decide(&rings[1], &t, &decision);
    TEST_ASSERT_EQUAL(PN_WAIT, pn_audit_accepted(&rings[1], &t));
    port.sync_fails = 1;
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    TEST_ASSERT_EQUAL_MESSAGE(1, atomic_load(&port.worker_wakes[1]), "told of the fault");
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_accepted(&rings[1], &t));
    port.sync_fails = 0;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_WAIT, turn());
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_accepted(&rings[1], &t));
    pn_audit_end(&rings[1], &t, &(struct pn_audit_end){ .unix_ms = -1 });
    turn();
    TEST_ASSERT_EQUAL(port.log_len, port.synced_len);
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"decision\""));
    log_is_chained();
}

static void syncs_never_if_asked(void)
{
    setup.sync = PN_AUDIT_SYNC_NONE;
    open_writer();
    call(0, 1);
    turn();
    now_ms += 100 * SECOND;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_WAIT, turn());
    TEST_ASSERT_EQUAL(0, port.synced_len);
}

/* At every size of the disk: traffic stops, nothing is lost, and it goes on when there is room. */
static void full_disk(void)
{
    struct pn_audit_ticket t = { 0 };

    for (size_t room = 0; room < 800; room += 7) {
        setUp();
        open_writer();
        call(0, 1);
        turn();
        port.disk_bytes = port.log_len + room;
        call(0, 2);
        call(1, 3);
        TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
        TEST_ASSERT_EQUAL(1, pn_audit_writer_fault(&writer));
        TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_reserve(&rings[0], &t));
        TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
        TEST_ASSERT_EQUAL(1, atomic_load(&writer.batch.stats.faults));
        port.disk_bytes = SIM_AUDIT_LOG_BYTES;
        turn();
        TEST_ASSERT_EQUAL(0, pn_audit_writer_fault(&writer));
        call(0, 4);
        turn();
        TEST_ASSERT_EQUAL(4, logged("\"kind\":\"decision\""));
        TEST_ASSERT_EQUAL(4, logged("\"kind\":\"end\""));
        TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_fault\""));
        log_is_chained();
    }
}

static void exchanges_under_way_end_while_the_disk_is_full(void)
{
    struct pn_audit_ticket t = { 0 };

    open_writer();
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&rings[0], &t));
    pn_audit_decide(&rings[0], &t, &decision);
    port.disk_bytes = port.log_len;
    turn();
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_accepted(&rings[0], &t)); /* it is in the spool */
    pn_audit_end(&rings[0], &t, &(struct pn_audit_end){ .unix_ms = -1 });
    turn();
    port.disk_bytes = SIM_AUDIT_LOG_BYTES;
    turn();
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
    log_is_chained();
}

static void failing_sync_is_a_fault_until_it_works(void)
{
    open_writer();
    call(0, 1);
    port.sync_fails = 1;
    now_ms += SECOND;
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    now_ms += PN_AUDIT_RETRY_MS;
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    port.sync_fails = 0;
    now_ms += PN_AUDIT_RETRY_MS;
    turn();
    TEST_ASSERT_EQUAL(0, pn_audit_writer_fault(&writer));
    TEST_ASSERT_EQUAL(port.log_len, port.synced_len);
    log_is_chained();
}

static void short_writes(void)
{
    for (size_t bytes = 1; bytes < 700; bytes += 13) {
        setUp();
        port.write_bytes = bytes;
        open_writer();
        call(0, 1);
        call(2, 2);
        turn();
        TEST_ASSERT_EQUAL(2, logged("\"kind\":\"end\""));
        log_is_chained();
    }
}

/* Many batches, and no ring starves another. */
static void more_than_a_batch(void)
{
    open_writer();
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < 60; i++) {
            call(i % RINGS, round * 60 + i);
        }
        turn();
    }
    TEST_ASSERT_EQUAL(1200, logged("\"kind\":\"end\""));
    log_is_chained();
}

static void waiting_workers_are_woken(void)
{
    struct pn_audit_ticket tickets[256] = { 0 };
    unsigned count = 0;

    open_writer();
    while (pn_audit_reserve(&rings[2], &tickets[count]) == PN_DONE) {
        pn_audit_decide(&rings[2], &tickets[count++], &decision);
    }
    TEST_ASSERT_EQUAL(0, atomic_load(&port.worker_wakes[2]));
    turn();
    TEST_ASSERT_EQUAL(1, atomic_load(&port.worker_wakes[2]));
    TEST_ASSERT_EQUAL(0, atomic_load(&port.worker_wakes[0]));
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&rings[2], &tickets[count]));
}

static void rotates_by_size(void)
{
    struct pn_audit_chain head;

    setup.rotate_bytes = 1500;
    open_writer();
    for (uint32_t i = 0; i < 4; i++) {
        call(0, i);
    }
    turn();
    TEST_ASSERT_EQUAL(0, port.aside_len);
    now_ms += PN_AUDIT_CHECK_MS;
    turn();
    TEST_ASSERT_TRUE(port.aside_len >= 1500);
    TEST_ASSERT_EQUAL(8, port.aside_last_seq);
    call(0, 9);
    turn();
    head = chained(port.aside, port.aside_len, (struct pn_audit_chain){ 0 });
    TEST_ASSERT_EQUAL(8, head.seq);
    head = chained(port.log, port.log_len, head);
    TEST_ASSERT_EQUAL(11, head.seq);
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_rotated\""));
}

static void rotates_when_asked(void)
{
    open_writer();
    call(0, 1);
    pn_audit_writer_rotate(&writer);
    TEST_ASSERT_EQUAL(1, atomic_load(&port.wakes));
    turn();
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_rotated\""));
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
    port.rotate_fails = 1;
    pn_audit_writer_rotate(&writer);
    turn(); /* a rotation that fails changes nothing */
    TEST_ASSERT_EQUAL(0, pn_audit_writer_fault(&writer));
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
}

static void moved_away_begins_a_new_log(void)
{
    struct pn_audit_ticket t = { 0 };
    struct pn_audit_chain head;

    open_writer();
    call(0, 1);
    turn();
    port.moved_away = 1;
    port.rotate_fails = 1;
    now_ms += PN_AUDIT_CHECK_MS;
    TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_RETRY_MS, turn(), "nobody would see what we append");
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_reserve(&rings[0], &t));
    port.rotate_fails = 0;
    now_ms += PN_AUDIT_CHECK_MS;
    turn();
    call(0, 2);
    turn();
    TEST_ASSERT_EQUAL(1, logged("moved or removed"));
    head = chained(port.aside, port.aside_len, (struct pn_audit_chain){ 0 });
    chained(port.log, port.log_len, head);
}

static void stops_when_all_is_written(void)
{
    open_writer();
    call(0, 1);
    pn_audit_writer_stop(&writer);
    port.disk_bytes = 0;
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    port.disk_bytes = SIM_AUDIT_LOG_BYTES;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_STOPPED, turn());
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
    TEST_ASSERT_EQUAL(port.log_len, port.synced_len);
}

static void put_stopped(void)
{
    struct pn_audit_event e = { .unix_ms = -1, .name = PN_AUDIT_EVENT_GATEWAY_STOPPED };

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_event(&rings[RINGS - 1], &e));
}

static void stopped_is_the_last_record(void)
{
    static const char last[] = "\"event\":\"gateway_stopped\"";
    size_t at = port.log_len;

    for (int feeds = 0; at > 0 && feeds < 2; feeds += port.log[at] == '\n') at--;
    TEST_ASSERT_EQUAL_MESSAGE(1, count_in(port.log + at, port.log_len - at, last),
                              "in the last line");
    TEST_ASSERT_EQUAL(1, logged(last));
    log_is_chained();
}

/* Neither a rotation that is due nor a disk that was full adds a record behind the last one. */
static void the_last_record_stays_the_last(void)
{
    setup.rotate_bytes = 1;
    open_writer();
    call(0, 1);
    turn();
    pn_audit_writer_ending(&writer);
    put_stopped();
    now_ms += PN_AUDIT_CHECK_MS;
    turn();
    now_ms += PN_AUDIT_CHECK_MS;
    turn(); /* before it is told to stop */
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_STOPPED, turn());
    TEST_ASSERT_EQUAL(1, atomic_load(&writer.batch.stats.rotations));
    TEST_ASSERT_TRUE(count_in(port.log, port.log_len, "gateway_stopped") == 1);

    setUp();
    open_writer();
    pn_audit_writer_ending(&writer);
    put_stopped();
    pn_audit_writer_stop(&writer);
    port.disk_bytes = port.log_len + 40; /* full in the middle of it */
    TEST_ASSERT_EQUAL(PN_AUDIT_RETRY_MS, turn());
    port.disk_bytes = SIM_AUDIT_LOG_BYTES;
    TEST_ASSERT_EQUAL(PN_AUDIT_TURN_STOPPED, turn());
    TEST_ASSERT_EQUAL(0, logged("log_fault"));
    stopped_is_the_last_record();
}

static void goes_on_with_the_chain(void)
{
    for (uint32_t run = 0; run < 4; run++) {
        open_writer();
        call(run % RINGS, run);
        turn();
    }
    TEST_ASSERT_EQUAL(4, logged("\"kind\":\"end\""));
    TEST_ASSERT_EQUAL(0, logged("\"kind\":\"event\""));
    log_is_chained();
}

/* The process is killed after any byte of the log was written, in any state of the disk: the next
 * run finds each record once. */
static void killed_at_every_byte(void)
{
    size_t all, killed;

    open_writer();
    call(0, 1);
    call(1, 2);
    call(2, 3);
    turn();
    all = port.log_len;
    for (killed = 0; killed <= all; killed++) {
        setUp();
        open_writer();
        port.disk_bytes = killed;
        call(0, 1);
        call(1, 2);
        call(2, 3);
        turn();
        port.disk_bytes = SIM_AUDIT_LOG_BYTES;
        open_writer(); /* without a stop: the rings are as they were left */
        TEST_ASSERT_EQUAL(3, logged("\"kind\":\"decision\""));
        TEST_ASSERT_EQUAL(3, logged("\"kind\":\"end\""));
        TEST_ASSERT_EQUAL(1, logged("\"id\":\"00000001-0-01\",\"outcome\""));
        TEST_ASSERT_EQUAL(1, logged("\"id\":\"00000001-2-01\",\"latency_us\":3,"));
        log_is_chained();
        if (killed < all) TEST_ASSERT_EQUAL(port.log_len, port.synced_len);
        open_writer();
        TEST_ASSERT_EQUAL_MESSAGE(3, logged("\"kind\":\"end\""), "and once only");
    }
}

/* The batch is in the log and its rings were not told so yet. */
static void killed_between_log_and_ring(void)
{
    open_writer();
    call(0, 1);
    turn();
    call(0, 2);
    call(1, 3);
    uint32_t tail_0 = atomic_load(&rings[0].spool->tail),
             tail_1 = atomic_load(&rings[1].spool->tail);
    turn();
    call(0, 4);
    atomic_store(&rings[0].spool->tail, tail_0);
    atomic_store(&rings[1].spool->tail, tail_1);
    open_writer();
    TEST_ASSERT_EQUAL(4, logged("\"kind\":\"decision\""));
    TEST_ASSERT_EQUAL(4, logged("\"kind\":\"end\""));
    TEST_ASSERT_EQUAL(1, logged("2 records of a run that was killed follow"));
    TEST_ASSERT_EQUAL(2, atomic_load(&writer.batch.stats.recovered));
    log_is_chained();
}

static void recovery_needs_a_writable_log(void)
{
    open_writer();
    call(0, 1);
    port.disk_bytes = 10;
    setup.nonce = ++nonce;
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT,
                      pn_audit_writer_open(&writer, &setup, now_ms, (int64_t)now_ms));
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT,
                      pn_audit_writer_open(&writer, &setup, now_ms, (int64_t)now_ms));
    port.disk_bytes = SIM_AUDIT_LOG_BYTES;
    port.read_fails = 1;
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT,
                      pn_audit_writer_open(&writer, &setup, now_ms, (int64_t)now_ms));
    port.read_fails = 0;
    open_writer();
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
    log_is_chained();
}

/* A log larger than the window in which it is searched. */
static void recovery_in_a_long_log(void)
{
    open_writer();
    for (uint32_t i = 0; i < 400; i++) {
        call(i % RINGS, i);
        if (i % 20 == 19) turn();
    }
    call(0, 1000);
    uint32_t tail = atomic_load(&rings[0].spool->tail);
    turn();
    atomic_store(&rings[0].spool->tail, tail);
    call(1, 1001);
    open_writer();
    TEST_ASSERT_EQUAL(402, logged("\"kind\":\"end\""));
    log_is_chained();
}

static void fewer_rings_and_other_sizes(void)
{
    open_writer();
    call(2, 1);
    setup.ring_count = 1;
    setup.spool_bytes = sizeof(struct pn_audit_spool) + 131072;
    open_writer();
    TEST_ASSERT_EQUAL(1, logged("\"kind\":\"end\""));
    TEST_ASSERT_EQUAL(0, port.spool_bytes[2]);
    call(0, 2);
    turn();
    setup.ring_count = 2;
    open_writer();
    TEST_ASSERT_EQUAL(2, logged("\"kind\":\"end\""));
    log_is_chained();
}

/* As a power cut leaves it: the head that was kept is older. */
static void torn_last_line(void)
{
    uint8_t head[SIM_AUDIT_HEAD_BYTES];

    open_writer();
    memcpy(head, port.head, sizeof head);
    call(0, 1);
    turn();
    size_t whole = port.log_len;
    for (size_t cut = 1; cut < whole; cut += 11) {
        char detail[60];
        size_t kept = whole - cut, feed = 0;

        open_writer(); /* drains the rings; the log is then ours to cut */
        port.log_len = kept;
        memcpy(port.head, head, sizeof head);
        for (size_t at = 0; at < kept; at++) {
            if (port.log[at] == '\n') feed = at + 1;
        }
        setup.nonce = ++nonce;
        TEST_ASSERT_EQUAL(PORT_AUDIT_DONE,
                          pn_audit_writer_open(&writer, &setup, now_ms, (int64_t)now_ms));
        snprintf(detail, sizeof detail, "\"detail\":\"%zu bytes of an unfinished line",
                 kept - feed);
        TEST_ASSERT_EQUAL(kept > feed, logged(detail));
        TEST_ASSERT_EQUAL(kept > feed ? PN_AUDIT_MET_LOG_TORN : 0, writer.met);
        log_is_chained();
        setUp();
        open_writer();
        call(0, 1);
        turn();
    }
}

static void damaged_last_line(void)
{
    open_writer();
    call(0, 1);
    turn();
    port.log[port.log_len - 80] ^= 1;
    struct pn_audit_chain kept = kept_head();
    open_writer();
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_damaged\""));
    TEST_ASSERT_EQUAL(1, logged("does not verify; record 2 with hash "));
    TEST_ASSERT_EQUAL(PN_AUDIT_MET_LOG_DAMAGED, writer.met);
    TEST_ASSERT_EQUAL(0, logged("\"kind\":\"end\""));
    TEST_ASSERT_TRUE(port.aside_len > 0);
    call(0, 2);
    turn();
    chained(port.log, port.log_len, kept);
}

/* No line of ours, and no line at all as far as can be seen. */
static void foreign_log(void)
{
    memset(port.log, '\n', 5);
    port.log_len = 5;
    open_writer();
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_damaged\""));
    log_is_chained();
    memset(port.log, 0, 100000);
    port.log_len = 100000;
    struct pn_audit_chain kept = kept_head();
    open_writer();
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"log_damaged\""));
    chained(port.log, port.log_len, kept);
}

static void unreadable_spool_is_told(void)
{
    open_writer();
    call(0, 1);
    call(0, 2);
    rings[0].data[200] ^= 1;
    memset(rings[0].data + 100, 0xEE, 300);
    open_writer();
    TEST_ASSERT_EQUAL(PN_AUDIT_MET_SPOOL_DAMAGED, writer.met);
    TEST_ASSERT_EQUAL(1, logged("\"event\":\"spool_damaged\""));
    TEST_ASSERT_EQUAL(1, logged("bytes of records that waited cannot be read"));
    log_is_chained();
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(writes_what_waits);
    RUN_TEST(syncs_by_interval);
    RUN_TEST(syncs_each_before_accepting);
    RUN_TEST(syncs_never_if_asked);
    RUN_TEST(full_disk);
    RUN_TEST(exchanges_under_way_end_while_the_disk_is_full);
    RUN_TEST(failing_sync_is_a_fault_until_it_works);
    RUN_TEST(short_writes);
    RUN_TEST(more_than_a_batch);
    RUN_TEST(waiting_workers_are_woken);
    RUN_TEST(rotates_by_size);
    RUN_TEST(rotates_when_asked);
    RUN_TEST(moved_away_begins_a_new_log);
    RUN_TEST(stops_when_all_is_written);
    RUN_TEST(the_last_record_stays_the_last);
    RUN_TEST(goes_on_with_the_chain);
    RUN_TEST(killed_at_every_byte);
    RUN_TEST(killed_between_log_and_ring);
    RUN_TEST(recovery_needs_a_writable_log);
    RUN_TEST(recovery_in_a_long_log);
    RUN_TEST(fewer_rings_and_other_sizes);
    RUN_TEST(torn_last_line);
    RUN_TEST(damaged_last_line);
    RUN_TEST(foreign_log);
    RUN_TEST(unreadable_spool_is_told);
    return UNITY_END();
}
