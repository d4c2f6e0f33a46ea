/* The list of what is revoked on a real file system: killed in the middle of writing, and with no room
 * on the disk, nothing that was reported as kept is lost and nothing is half there.
 * links: linux
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation/revocation.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platforms/linux/store.h"
#include "unity.h"

enum { SLOT = 8192, MAX = 512, ROUNDS = 12 };

static char folder[64], state[128];
static struct port_store store;
static struct pn_slots slots;
static struct pn_revoked_set set;
static struct pn_revoked_place places[2 * MAX];
static struct pn_revocations list;
static uint8_t records[MAX * PN_REVOCATION_BYTES];
static const uint8_t seed[16] = { 1 };

void setUp(void)
{
    strcpy(folder, "/tmp/postern-revoked-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    snprintf(state, sizeof state, "%s/state", folder);
}

void tearDown(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

static bool start(void)
{
    const char *where;

    if (pn_store_open(&store, state, SLOT, &where) != PN_STORE_OPEN) return false;
    memset(&set, 0, sizeof set);
    memset(places, 0, sizeof places);
    pn_revoked_set_init(&set, places, MAX, seed);
    list = (struct pn_revocations){ .records = records, .max = MAX };
    return pn_slots_open(&slots, &store) == PN_SEAL_ACCEPTED &&
           pn_revocations_open(&list, &slots, &set);
}

static struct pn_revocation entry(uint32_t task, char name[16])
{
    int len = snprintf(name, 16, "T-%u", task);

    return (struct pn_revocation){ .kind = PN_REVOKED_TASK,
                                   .name = pn_slice(name, (size_t)len),
                                   .reason = PN_SLICE("r") };
}

static enum pn_revocation_result revoke_task(uint32_t task)
{
    char name[16];
    struct pn_revocation e = entry(task, name);

    return pn_revocations_add(&list, &e, 0);
}

static bool has(uint32_t task)
{
    char name[16];
    struct pn_revocation e = entry(task, name);

    return pn_revoked_has(&set, pn_revoked_mark_of(&set, PN_REVOKED_TASK, e.name));
}

/* Revokes one task after the other, and says so after each. */
static void revoke_on(uint32_t from, int told)
{
    if (!start()) _exit(1);
    for (uint32_t task = from; task < MAX; task++) {
        if (revoke_task(task) != PN_REVOCATION_KEPT) _exit(1);
        if (write(told, &task, sizeof task) != sizeof task) _exit(1);
    }
    _exit(0);
}

static void test_killed_in_the_middle(void)
{
    uint32_t next = 0, task;

    for (long round = 0; round < ROUNDS; round++) {
        int ends[2], status;
        struct timespec wait = { .tv_nsec = 1000000L + round * 1700000L };

        TEST_ASSERT_EQUAL(0, pipe(ends));
        pid_t child = fork();
        if (child == 0) revoke_on(next, ends[1]);
        close(ends[1]);
        nanosleep(&wait, NULL);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        TEST_ASSERT_FALSE_MESSAGE(WIFEXITED(status) && WEXITSTATUS(status) == 1, "it failed");
        while (read(ends[0], &task, sizeof task) == sizeof task) next = task + 1;
        close(ends[0]);
        TEST_ASSERT_TRUE(start());
        for (uint32_t i = 0; i < next; i++) TEST_ASSERT_TRUE(has(i));
        TEST_ASSERT_TRUE(list.count <= next + 1); /* at most the one that was under way */
        pn_store_shut(&store);
    }
}

static void test_no_room_on_the_disk(void)
{
    struct rlimit before, none;

    TEST_ASSERT_TRUE(start());
    for (uint32_t task = 0; task < 20; task++)
        TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, revoke_task(task));
    getrlimit(RLIMIT_FSIZE, &before);
    none = before;
    none.rlim_cur = 5000; /* in the middle of the list */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKEPT, revoke_task(20));
    TEST_ASSERT_TRUE(has(20));
    TEST_ASSERT_EQUAL(PN_REVOCATION_UNKEPT, pn_revocations_lift(&list, 1));
    TEST_ASSERT_TRUE(has(0));
    pn_store_shut(&store);
    setrlimit(RLIMIT_FSIZE, &before);

    TEST_ASSERT_TRUE(start()); /* the one before is whole */
    for (uint32_t task = 0; task < 20; task++) TEST_ASSERT_TRUE(has(task));
    TEST_ASSERT_FALSE(has(20));
    TEST_ASSERT_EQUAL(PN_REVOCATION_KEPT, revoke_task(20));
    pn_store_shut(&store);
    TEST_ASSERT_TRUE(start());
    TEST_ASSERT_TRUE(has(20));
    pn_store_shut(&store);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_killed_in_the_middle);
    RUN_TEST(test_no_room_on_the_disk);
    return UNITY_END();
}
