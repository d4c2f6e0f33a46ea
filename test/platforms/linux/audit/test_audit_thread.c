/* The whole path on Linux: workers, writer thread, files; killed, without room, robbed of its log.
 * label: unit tsan slow
 * timeout: 300
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/audit_thread.h"
#include "unity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RINGS = 3, CALLS_MAX = 400000, ROUNDS = 12, STOP_MS = 90000 };

static char folder[64], path[96];
static struct port_audit port;
static struct pn_audit_writer writer;
static struct pn_audit_ring rings[RINGS];
static struct pn_audit_thread thread;
static uint8_t batch[65536];
static uint8_t sync_mode;
static size_t spool_bytes;
static uint64_t rotate_bytes;
static uint32_t run;

void setUp(void)
{
    strcpy(folder, "/tmp/pn-audit-thread-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/audit.jsonl", folder);
    sync_mode = PN_AUDIT_SYNC_INTERVAL;
    spool_bytes = sizeof(struct pn_audit_spool) + 65536;
    rotate_bytes = 0;
    run = 0;
}

void tearDown(void)
{
    char line[100];

    snprintf(line, sizeof line, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(line));
}

static int begin(void)
{
    struct pn_audit_log_setup log = { .path = path, .spool_folder = folder };
    struct pn_audit_setup setup = { .port = &port,
                                    .rings = rings,
                                    .ring_count = RINGS,
                                    .spool_bytes = spool_bytes,
                                    .batch = batch,
                                    .batch_bytes = sizeof batch,
                                    .nonce = ++run,
                                    .sync = sync_mode,
                                    .sync_ms = 1000,
                                    .rotate_bytes = rotate_bytes };
    const char *where;

    if (pn_audit_log_open(&port, &log, &where) != PN_AUDIT_LOG_OPEN) return -1;
    if (pn_audit_writer_open(&writer, &setup, 0, -1) != PORT_AUDIT_DONE) return -2;
    return pn_audit_thread_start(&thread, &writer, &port) == PN_AUDIT_THREAD_DONE ? 0 : -3;
}

static void stop(void)
{
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL(PN_AUDIT_THREAD_DONE, pn_audit_thread_join(&thread, STOP_MS));
    pn_audit_log_shut(&port);
}

static void nap(long ms)
{
    struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

    nanosleep(&time, NULL);
}

/* One exchange up to the moment at which bytes may go upstream; false when it is refused. */
static bool judge(struct pn_audit_ring *r, struct pn_audit_ticket *t)
{
    static const struct pn_audit_decision allow = { .unix_ms = -1,
                                                    .outcome = PN_SLICE_INIT("allow") };
    enum pn_step step;

    while ((step = pn_audit_reserve(r, t)) == PN_WAIT) {
        sched_yield();
    }
    if (step != PN_DONE) return false;
    pn_audit_decide(r, t, &allow);
    while ((step = pn_audit_accepted(r, t)) == PN_WAIT) {
        sched_yield();
    }
    return step == PN_DONE;
}

static void finish(struct pn_audit_ring *r, struct pn_audit_ticket *t)
{
    struct pn_audit_end e = { .unix_ms = -1, .status = 200, .how = PN_AUDIT_HOW_COMPLETE };

    pn_audit_end(r, t, &e);
}

/* What the logs hold of one run: how often each decision and each end. */
static uint8_t decisions[RINGS][CALLS_MAX], ends[RINGS][CALLS_MAX];
static struct pn_audit_chain chain;
static unsigned events;

static void read_line(struct pn_slice text, uint32_t nonce)
{
    struct pn_audit_line line;
    char members[PN_AUDIT_LINE_BYTES], *id;
    unsigned in_run, ring;
    unsigned long long counter;

    TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE, pn_audit_line_read(text, &line));
    TEST_ASSERT_TRUE_MESSAGE(pn_audit_chain_follows(&chain, &line), "the chain is whole");
    chain.seq = line.seq;
    memcpy(chain.hash, line.hash, sizeof line.hash);
    snprintf(members, sizeof members, "%.*s", (int)line.members.len, (const char *)line.members.at);
    if (strstr(members, "\"kind\":\"event\"") != NULL) {
        events++;
        return;
    }
    id = strstr(members, "\"id\":\"");
    TEST_ASSERT_EQUAL(3, sscanf(id, "\"id\":\"%8x-%u-%llx\"", &in_run, &ring, &counter));
    if (in_run != nonce) return;
    TEST_ASSERT_TRUE(ring < RINGS && counter < CALLS_MAX);
    if (strstr(members, "\"kind\":\"decision\"") != NULL) decisions[ring][counter]++;
    else ends[ring][counter]++;
}

static void read_file(const char *name, uint32_t nonce)
{
    FILE *file = fopen(name, "r");
    char *line = NULL;
    size_t max = 0;
    ssize_t len;

    TEST_ASSERT_NOT_NULL_MESSAGE(file, name);
    while ((len = getline(&line, &max, file)) > 0) {
        TEST_ASSERT_EQUAL('\n', line[len - 1]);
        read_line(pn_slice(line, (size_t)len - 1), nonce);
    }
    free(line);
    fclose(file);
}

static int is_log(const struct dirent *entry)
{
    return strncmp(entry->d_name, "audit.jsonl.", 12) == 0;
}

/* All logs in their order, which is that of their names, the present one last. */
static void read_logs(uint32_t nonce)
{
    struct dirent **old;
    char name[400];
    int count = scandir(folder, &old, is_log, alphasort);

    memset(decisions, 0, sizeof decisions);
    memset(ends, 0, sizeof ends);
    chain = (struct pn_audit_chain){ 0 };
    events = 0;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%s", folder, old[i]->d_name);
        read_file(name, nonce);
        free(old[i]);
    }
    free(old);
    read_file(path, nonce);
}

/* The part of a gateway that is killed: each call is judged, then told to the parent (that is the
 * byte that went upstream), then ended. Several calls are under way at any time. */
static void serve_until_killed(int out)
{
    enum { OPEN = 16 };
    struct pn_audit_ticket open[OPEN] = { 0 };

    for (uint32_t i = 0;; i++) {
        struct pn_audit_ring *r = &rings[i % RINGS];
        struct pn_audit_ticket *t = &open[i % OPEN];
        uint64_t forwarded;

        if (t->id.counter > 0) finish(&rings[t->id.worker], t);
        if (r->counter + 1 >= CALLS_MAX || !judge(r, t)) _exit(3);
        forwarded = t->id.counter << 8 | t->id.worker;
        if (write(out, &forwarded, sizeof forwarded) != sizeof forwarded) _exit(4);
    }
}

static uint8_t told[RINGS][CALLS_MAX];

static unsigned listen_and_kill(int in, pid_t child, long after_ms)
{
    unsigned count = 0;
    uint64_t forwarded[512];
    ssize_t got;

    memset(told, 0, sizeof told);
    fcntl(in, F_SETFL, O_NONBLOCK);
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    bool killed = false;
    while ((got = read(in, forwarded, sizeof forwarded)) != 0) {
        for (ssize_t i = 0; i < got / 8; i++, count++) {
            told[forwarded[i] & 0xFF][forwarded[i] >> 8]++;
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        long ms = (now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000;
        if (!killed && ms >= after_ms && count > 0) {
            kill(child, SIGKILL);
            killed = true;
        }
        if (got < 0) sched_yield();
    }
    return count;
}

static void killed_once(long after_ms)
{
    int pair[2], status;
    unsigned count;

    TEST_ASSERT_EQUAL(0, pipe(pair));
    pid_t child = fork();
    if (child == 0) {
        close(pair[0]);
        if (begin() != 0) _exit(2);
        serve_until_killed(pair[1]);
    }
    run++; /* as begin() does in the child */
    close(pair[1]);
    count = listen_and_kill(pair[0], child, after_ms);
    close(pair[0]);
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE_MESSAGE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
                             "died of the kill");
    TEST_ASSERT_TRUE(count > 0);

    uint32_t killed_run = run;
    TEST_ASSERT_EQUAL(0, begin());
    TEST_ASSERT_EQUAL_MESSAGE(0, writer.met & ~(uint32_t)PN_AUDIT_MET_LOG_TORN,
                              "wherever it was killed, the log goes over the head that was kept");
    stop();
    read_logs(killed_run);
    for (uint32_t r = 0; r < RINGS; r++) {
        for (uint32_t i = 0; i < CALLS_MAX; i++) {
            TEST_ASSERT_TRUE_MESSAGE(decisions[r][i] >= told[r][i], "forwarded without a record");
            TEST_ASSERT_TRUE_MESSAGE(decisions[r][i] <= 1 && ends[r][i] <= 1, "recorded twice");
            TEST_ASSERT_TRUE_MESSAGE(ends[r][i] <= decisions[r][i], "an end without a decision");
        }
    }
}

static void kill_9(void)
{
    srand(20261120);
    for (int i = 0; i < ROUNDS; i++) {
        killed_once(1 + rand() % 40);
    }
}

static void kill_9_with_sync_each(void)
{
    sync_mode = PN_AUDIT_SYNC_EACH;
    for (int i = 0; i < ROUNDS / 3; i++) {
        killed_once(5 + rand() % 60);
    }
}

static void kill_9_with_rotation(void)
{
    rotate_bytes = 20000;
    killed_once(1500);
    killed_once(2300);
}

/* Workers on threads of their own. */
struct worker {
    struct pn_audit_ring *ring;
    uint32_t calls, refused;
    pthread_t id;
};

static void *work(void *argument)
{
    struct worker *w = argument;

    for (uint32_t i = 0; i < w->calls; i++) {
        struct pn_audit_ticket t = { 0 };

        if (judge(w->ring, &t)) {
            finish(w->ring, &t);
        } else {
            w->refused++;
            if (t.id.counter > 0) finish(w->ring, &t);
        }
    }
    return NULL;
}

static void workers(uint32_t calls)
{
    struct worker all[RINGS];

    TEST_ASSERT_EQUAL(0, begin());
    for (uint32_t r = 0; r < RINGS; r++) {
        all[r] = (struct worker){ .ring = &rings[r], .calls = calls };
        pthread_create(&all[r].id, NULL, work, &all[r]);
    }
    for (uint32_t r = 0; r < RINGS; r++) {
        pthread_join(all[r].id, NULL);
        TEST_ASSERT_EQUAL(0, all[r].refused);
    }
    stop();
    read_logs(run);
    for (uint32_t r = 0; r < RINGS; r++) {
        for (uint32_t i = 1; i <= calls; i++) {
            TEST_ASSERT_EQUAL(1, decisions[r][i]);
            TEST_ASSERT_EQUAL(1, ends[r][i]);
        }
    }
    TEST_ASSERT_EQUAL_UINT64(RINGS * calls * 2 + events, chain.seq);
    TEST_ASSERT_EQUAL(RINGS * calls * 2, atomic_load(&writer.batch.stats.records));
}

static void several_workers(void)
{
    workers(5000);
}

static void several_workers_with_sync_each(void)
{
    sync_mode = PN_AUDIT_SYNC_EACH;
    workers(150);
}

/* Twice as large as the disk, so to say: a file may not grow beyond a limit that is then lifted. */
static void set_limit(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void until_fault(uint32_t fault)
{
    for (int i = 0; i < 2000 && pn_audit_writer_fault(&writer) != fault; i++) {
        nap(5);
    }
    TEST_ASSERT_EQUAL(fault, pn_audit_writer_fault(&writer));
}

static void full_disk_stops_and_resumes(void)
{
    struct pn_audit_ticket t = { 0 }, under_way = { 0 };
    uint32_t let_in = 0;

    TEST_ASSERT_EQUAL(0, begin());
    TEST_ASSERT_TRUE(judge(&rings[1], &under_way));
    set_limit(30001); /* in the middle of a line */
    for (; let_in < 100000 && judge(&rings[0], &t); let_in++) {
        finish(&rings[0], &t);
    }
    TEST_ASSERT_TRUE_MESSAGE(let_in < 100000, "traffic stops");
    until_fault(1);
    TEST_ASSERT_EQUAL(EFBIG, pn_audit_log_error(&port));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_audit_reserve(&rings[2], &t));
    finish(&rings[1], &under_way);
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_THREAD_FAILED, pn_audit_thread_join(&thread, 150),
                              "does not stop before all is written");
    atomic_store(&writer.stop, 0);
    set_limit(RLIM_INFINITY);
    until_fault(0);
    TEST_ASSERT_TRUE(judge(&rings[2], &t));
    finish(&rings[2], &t);
    stop();
    read_logs(run);
    for (uint32_t i = 1; i <= let_in; i++) {
        TEST_ASSERT_EQUAL(1, decisions[0][i]);
        TEST_ASSERT_EQUAL(1, ends[0][i]);
    }
    TEST_ASSERT_EQUAL(1, ends[1][1]);
    TEST_ASSERT_EQUAL(1, ends[2][1]);
    TEST_ASSERT_TRUE_MESSAGE(events >= 1, "the fault is in the log");
}

static void removed_log_begins_anew(void)
{
    struct pn_audit_ticket t = { 0 };
    char away[120];

    TEST_ASSERT_EQUAL(0, begin());
    snprintf(away, sizeof away, "%s.000000000000", path); /* sorts before all others */
    TEST_ASSERT_TRUE(judge(&rings[0], &t));
    finish(&rings[0], &t);
    nap(50);
    TEST_ASSERT_EQUAL(0, rename(path, away));
    for (int i = 0; i < 400 && access(path, F_OK) != 0; i++) {
        TEST_ASSERT_TRUE(judge(&rings[0], &t));
        finish(&rings[0], &t);
        nap(10);
    }
    TEST_ASSERT_EQUAL_MESSAGE(0, access(path, F_OK), "a new log within a second or so");
    stop();
    read_logs(run);
    TEST_ASSERT_EQUAL(1, ends[0][1]);
    TEST_ASSERT_EQUAL(1, events);
}

static void rotates_under_load(void)
{
    rotate_bytes = 100000;
    TEST_ASSERT_EQUAL(0, begin());
    for (uint32_t i = 1; i < 3000; i++) {
        struct pn_audit_ticket t = { 0 };

        TEST_ASSERT_TRUE(judge(&rings[i % 2], &t));
        finish(&rings[i % 2], &t);
        if (i % 500 == 0) pn_audit_writer_rotate(&writer);
        if (i % 50 == 0) nap(5);
    }
    stop();
    read_logs(run);
    TEST_ASSERT_TRUE(events >= 5);
    TEST_ASSERT_EQUAL(1, ends[1][1499]);
}

int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    UNITY_BEGIN();
    RUN_TEST(kill_9);
    RUN_TEST(kill_9_with_sync_each);
    RUN_TEST(kill_9_with_rotation);
    RUN_TEST(several_workers);
    RUN_TEST(several_workers_with_sync_each);
    RUN_TEST(full_disk_stops_and_resumes);
    RUN_TEST(removed_log_begins_anew);
    RUN_TEST(rotates_under_load);
    return UNITY_END();
}
