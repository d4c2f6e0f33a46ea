/* The ring: promises of room, what an earlier run left, and two threads at once.
 * links: sim
 * label: unit tsan slow
 * cost: 9
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_ring.h"
#include "platforms/sim/sim_audit.h"
#include "unity.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { SMALL = 16384, NONCE = 0x1234ABCD };

static struct port_audit port;
static struct pn_audit_shared shared;
static struct pn_audit_ring ring;
static void *memory;
static size_t memory_bytes;

static const struct pn_audit_decision decision = { .unix_ms = -1,
                                                   .outcome = PN_SLICE_INIT("allow") };
static const struct pn_audit_end end = { .unix_ms = -1, .how = PN_AUDIT_HOW_COMPLETE };

void setUp(void)
{
    memset(&port.wakes, 0, sizeof port.wakes);
    shared = (struct pn_audit_shared){ .port = &port };
    memory_bytes = sizeof(struct pn_audit_spool) + SMALL;
    memory = aligned_alloc(64, memory_bytes);
    memset(memory, 0xA5, memory_bytes);
    pn_audit_ring_init(&ring, memory, memory_bytes, NONCE);
    ring.shared = &shared;
    ring.worker = 3;
}

void tearDown(void)
{
    free(memory);
}

static struct pn_slice taken(void)
{
    struct pn_slice body = { 0 };

    TEST_ASSERT_TRUE(pn_audit_ring_take(&ring, &body));
    return body;
}

static void takes_nothing(void)
{
    struct pn_slice body;

    TEST_ASSERT_FALSE(pn_audit_ring_take(&ring, &body));
}

static void is(struct pn_slice body, const char *want)
{
    TEST_ASSERT_EQUAL(strlen(want), body.len);
    TEST_ASSERT_EQUAL_MEMORY(want, body.at, body.len);
}

static void one_exchange(void)
{
    struct pn_audit_ticket t = { 0 };

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &t));
    takes_nothing();
    pn_audit_decide(&ring, &t, &decision);
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_accepted(&ring, &t));
    is(taken(), "\"kind\":\"decision\",\"id\":\"1234abcd-3-01\",\"outcome\":\"allow\"");
    takes_nothing();
    pn_audit_end(&ring, &t, &end);
    is(taken(), "\"kind\":\"end\",\"id\":\"1234abcd-3-01\",\"latency_us\":0,\"bytes_in\":0,"
                "\"bytes_out\":0,\"how\":\"done\"");
    TEST_ASSERT_EQUAL(0, ring.reserved_bytes);
    TEST_ASSERT_TRUE(pn_audit_ring_bytes_used(&ring) > 0);
    pn_audit_ring_free(&ring);
    TEST_ASSERT_EQUAL(0, pn_audit_ring_bytes_used(&ring));
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &t));
    TEST_ASSERT_EQUAL(2, t.id.counter);
    pn_audit_release(&ring, &t);
    pn_audit_release(&ring, &t); /* holds nothing: harmless */
    TEST_ASSERT_EQUAL(0, ring.reserved_bytes);
}

/* Every exchange that was let in can write both its records, the longest there are, while nobody
 * takes anything out. */
static void a_promise_holds(void)
{
    enum { MANY = 64 };
    static char longest[PN_AUDIT_BODY_BYTES];
    struct pn_audit_ticket tickets[MANY] = { 0 };
    struct pn_audit_fact facts[60];
    struct pn_audit_decision d = { .unix_ms = 0, .facts = facts, .fact_count = 60 };
    struct pn_slice text = pn_slice(longest, 320), body;

    memset(longest, '"', sizeof longest);
    d.who.id = d.who.user = d.model = d.tool = d.action = d.rule = d.reason = text;
    for (size_t i = 0; i < 60; i++) {
        struct pn_slice part = pn_slice(longest, 320 / (i + 1));
        facts[i] = (struct pn_audit_fact){ .path = part, .value = pn_value_string(part) };
    }
    for (unsigned seed = 0; seed < 4000; seed++) {
        unsigned count = 0, records = 0;

        srand(seed);
        while (count < MANY && pn_audit_reserve(&ring, &tickets[count]) == PN_DONE) {
            bool early = rand() % 2 != 0, is_short = seed % 2 != 0 && rand() % 2 != 0;
            if (early) pn_audit_decide(&ring, &tickets[count], is_short ? &decision : &d);
            count++;
        }
        TEST_ASSERT_TRUE(count > 0 && count < MANY);
        for (unsigned i = 0; i < count; i++) {
            if (tickets[i].position == 0) pn_audit_decide(&ring, &tickets[i], &d);
        }
        for (unsigned i = 0; i < count; i++) {
            struct pn_audit_end e = { .unix_ms = 0,
                                      .status = 65535,
                                      .upstream = text,
                                      .upstream_status = 65535,
                                      .latency_us = UINT32_MAX,
                                      .bytes_in = UINT64_MAX,
                                      .bytes_out = seed,
                                      .error = text };
            pn_audit_end(&ring, &tickets[i], &e);
        }
        TEST_ASSERT_EQUAL(0, ring.reserved_bytes);
        TEST_ASSERT_TRUE(pn_audit_ring_bytes_used(&ring) <= SMALL);
        while (pn_audit_ring_take(&ring, &body)) {
            records++;
            TEST_ASSERT_EQUAL_MEMORY("\"kind\":", body.at, 7);
        }
        TEST_ASSERT_EQUAL(2 * count, records);
        pn_audit_ring_free(&ring);
    }
}

static void full_waits_and_faulty_refuses(void)
{
    struct pn_audit_ticket tickets[64] = { 0 };
    unsigned count = 0;

    while (pn_audit_reserve(&ring, &tickets[count]) == PN_DONE) {
        count++;
    }
    TEST_ASSERT_EQUAL(PN_WAIT, pn_audit_reserve(&ring, &tickets[count]));
    TEST_ASSERT_EQUAL(1, atomic_load(&ring.waiting));
    TEST_ASSERT_TRUE_MESSAGE(atomic_load(&port.wakes) > 0, "the writer is told that we wait");
    pn_audit_release(&ring, &tickets[0]);
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &tickets[0]));
    atomic_store(&shared.fault, 1);
    pn_audit_release(&ring, &tickets[0]);
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_reserve(&ring, &tickets[0]));
    pn_audit_decide(&ring, &tickets[1], &decision); /* who holds room keeps it */
    pn_audit_end(&ring, &tickets[1], &end);
    atomic_store(&shared.fault, 0);
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &tickets[0]));
}

static void events_wait_when_full(void)
{
    struct pn_audit_event e = { .unix_ms = -1, .name = PN_AUDIT_EVENT_GATEWAY_STARTED };
    struct pn_audit_ticket tickets[64] = { 0 };
    unsigned count = 0;

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_event(&ring, &e));
    is(taken(), "\"kind\":\"event\",\"id\":\"1234abcd-3-01\",\"event\":\"gateway_started\"");
    while (pn_audit_reserve(&ring, &tickets[count]) == PN_DONE) {
        count++;
    }
    for (int i = 0; i < 4 && pn_audit_event(&ring, &e) == PN_DONE; i++) {
    }
    TEST_ASSERT_EQUAL(PN_WAIT, pn_audit_event(&ring, &e));
    pn_audit_release(&ring, &tickets[0]);
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_event(&ring, &e));
}

static void sync_each_waits_for_the_writer(void)
{
    struct pn_audit_ticket t = { 0 };

    shared.sync_each = 1;
    (void)pn_audit_reserve(&ring, &t);
    pn_audit_decide(&ring, &t, &decision);
    TEST_ASSERT_EQUAL(PN_WAIT, pn_audit_accepted(&ring, &t));
    TEST_ASSERT_EQUAL(1, atomic_load(&ring.waiting));
    (void)taken();
    TEST_ASSERT_EQUAL(PN_WAIT, pn_audit_accepted(&ring, &t));
    atomic_store(&shared.fault, 1);
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_accepted(&ring, &t));
    atomic_store(&ring.accepted, ring.taken);
    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_accepted(&ring, &t));
    pn_audit_end(&ring, &t, &end);
}

/* A sleeping writer is woken by any record, a napping one when the ring is half full, one that is
 * awake never. */
static void wakes_only_when_needed(void)
{
    size_t bytes = sizeof(struct pn_audit_spool) + 4 * SMALL;
    void *larger = aligned_alloc(64, bytes);
    struct pn_audit_ticket t = { 0 };

    pn_audit_ring_init(&ring, larger, bytes, NONCE);
    ring.shared = &shared;
    (void)pn_audit_reserve(&ring, &t);
    pn_audit_decide(&ring, &t, &decision);
    TEST_ASSERT_EQUAL(0, atomic_load(&port.wakes));
    atomic_store(&shared.sleeping, PN_AUDIT_NAP);
    pn_audit_end(&ring, &t, &end);
    TEST_ASSERT_EQUAL(0, atomic_load(&port.wakes));
    while (atomic_load(&port.wakes) == 0) {
        TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &t));
        pn_audit_decide(&ring, &t, &decision);
        pn_audit_end(&ring, &t, &end);
    }
    TEST_ASSERT_EQUAL(1, atomic_load(&port.wakes));
    TEST_ASSERT_TRUE(pn_audit_ring_bytes_used(&ring) > 2 * SMALL);
    atomic_store(&shared.sleeping, PN_AUDIT_ASLEEP);
    while (pn_audit_ring_take(&ring, &(struct pn_slice){ 0 })) {
    }
    pn_audit_ring_free(&ring);
    (void)pn_audit_reserve(&ring, &t);
    pn_audit_decide(&ring, &t, &decision);
    TEST_ASSERT_EQUAL(2, atomic_load(&port.wakes));
    free(larger);
}

/* Fill the ring a little beyond its first lap, leaving the last `kept` exchanges in it. */
static void leave(unsigned kept)
{
    struct pn_audit_ticket t = { 0 };
    struct pn_slice body;

    for (unsigned i = 0; i < 150 + kept; i++) {
        if (i == 150) {
            while (pn_audit_ring_take(&ring, &body)) {
            }
            pn_audit_ring_free(&ring);
        }
        if (i % 20 == 0 && i < 150) {
            while (pn_audit_ring_take(&ring, &body)) {
            }
            pn_audit_ring_free(&ring);
        }
        TEST_ASSERT_EQUAL(PN_DONE, pn_audit_reserve(&ring, &t));
        pn_audit_decide(&ring, &t, &decision);
        pn_audit_end(&ring, &t, &end);
    }
}

static void found_again(void)
{
    struct pn_audit_ring old;
    struct pn_slice body;
    uint32_t lost;
    unsigned records = 0;

    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_NOTHING,
                      pn_audit_ring_attach(&old, memory, memory_bytes, &lost));
    leave(20);
    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_RECORDS,
                      pn_audit_ring_attach(&old, memory, memory_bytes, &lost));
    TEST_ASSERT_EQUAL(0, lost);
    while (pn_audit_ring_take(&old, &body)) {
        records++;
    }
    TEST_ASSERT_EQUAL(40, records);
    pn_audit_ring_rewind(&old);
    TEST_ASSERT_TRUE(pn_audit_ring_take(&old, &body));
    is(body, "\"kind\":\"decision\",\"id\":\"1234abcd-3-97\",\"outcome\":\"allow\"");
}

static void no_spool_at_all(void)
{
    struct pn_audit_ring old;
    uint32_t lost;
    uint8_t *block = aligned_alloc(64, memory_bytes);

    memset(block, 0, memory_bytes);
    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_NOTHING,
                      pn_audit_ring_attach(&old, block, memory_bytes, &lost));
    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_NOTHING, pn_audit_ring_attach(&old, block, 64, &lost));
    leave(3);
    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_NOTHING,
                      pn_audit_ring_attach(&old, memory, memory_bytes - 8, &lost));
    memcpy(block, memory, memory_bytes);
    ((struct pn_audit_spool *)(void *)block)->data_bytes = SMALL / 2 + 8;
    TEST_ASSERT_EQUAL(PN_AUDIT_FOUND_NOTHING,
                      pn_audit_ring_attach(&old, block, memory_bytes, &lost));
    free(block);
}

/* Pages of another age: whatever word is changed, reading stays inside, ends, and gives no record
 * beyond the damage to its stamps. */
static void damaged_spools(void)
{
    uint8_t *block = aligned_alloc(64, memory_bytes);
    unsigned damaged = 0;

    leave(20);
    for (size_t at = 0; at + 4 <= memory_bytes; at += 4) {
        static const uint32_t values[] = { 0, 1, 0xFFFFFFFF, 0x7FFFFFF8, 4096 };
        for (size_t v = 0; v < 5; v++) {
            struct pn_audit_ring old;
            struct pn_slice body;
            uint32_t lost;
            unsigned records = 0;

            memcpy(block, memory, memory_bytes);
            memcpy(block + at, &values[v], 4);
            enum pn_audit_found found = pn_audit_ring_attach(&old, block, memory_bytes, &lost);
            if (found == PN_AUDIT_FOUND_NOTHING) continue;
            while (pn_audit_ring_take(&old, &body)) {
                records++;
            }
            pn_audit_ring_free(&old);
            TEST_ASSERT_TRUE(records <= 40);
            TEST_ASSERT_EQUAL(found == PN_AUDIT_FOUND_DAMAGE, lost > 0);
            if (found == PN_AUDIT_FOUND_DAMAGE) damaged++;
            if (found == PN_AUDIT_FOUND_DAMAGE) TEST_ASSERT_TRUE(records < 40);
        }
    }
    TEST_ASSERT_TRUE(damaged > 100);
    free(block);
}

/* One thread puts in, one takes out and frees; each record comes out once and in order. */
static void *take_all(void *count)
{
    uint64_t expected = 0, wanted = *(uint64_t *)count;

    while (expected < wanted) {
        struct pn_slice body;
        char want[40];

        if (!pn_audit_ring_take(&ring, &body)) {
            sched_yield();
            continue;
        }
        snprintf(want, sizeof want, "\"latency_us\":%llu,", (unsigned long long)expected);
        if (memmem(body.at, body.len, want, strlen(want)) == NULL) {
            /* The decision comes first, the end carries the number. */
            if (memmem(body.at, body.len, "\"decision\"", 10) == NULL) return count;
        } else {
            expected++;
        }
        if (expected % 7 == 0) pn_audit_ring_free(&ring);
        if (atomic_load(&ring.waiting) != 0) {
            pn_audit_ring_free(&ring);
            atomic_store(&ring.waiting, 0);
        }
    }
    return NULL;
}

static void two_threads(void)
{
    uint64_t count = 20000;
    pthread_t taker;
    void *failed;

    pthread_create(&taker, NULL, take_all, &count);
    for (uint64_t i = 0; i < count; i++) {
        struct pn_audit_ticket t = { 0 };
        struct pn_audit_end e = { .unix_ms = -1, .latency_us = (uint32_t)i };

        while (pn_audit_reserve(&ring, &t) == PN_WAIT) {
            sched_yield();
        }
        pn_audit_decide(&ring, &t, &decision);
        pn_audit_end(&ring, &t, &e);
    }
    pthread_join(taker, &failed);
    TEST_ASSERT_NULL_MESSAGE(failed, "a record came out of order or twice");
}

static void spool_sizes(void)
{
    for (uint32_t exchanges = 1; exchanges < 100000; exchanges = exchanges * 3 + 1) {
        size_t bytes = pn_audit_spool_bytes(exchanges) - sizeof(struct pn_audit_spool);
        TEST_ASSERT_EQUAL_UINT64(0, bytes & (bytes - 1));
        TEST_ASSERT_TRUE(bytes >=
                         (size_t)exchanges * PN_AUDIT_END_ROOM + 2 * PN_AUDIT_DECISION_ROOM);
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(one_exchange);
    RUN_TEST(a_promise_holds);
    RUN_TEST(full_waits_and_faulty_refuses);
    RUN_TEST(events_wait_when_full);
    RUN_TEST(sync_each_waits_for_the_writer);
    RUN_TEST(wakes_only_when_needed);
    RUN_TEST(found_again);
    RUN_TEST(no_spool_at_all);
    RUN_TEST(damaged_spools);
    RUN_TEST(two_threads);
    RUN_TEST(spool_sizes);
    return UNITY_END();
}
