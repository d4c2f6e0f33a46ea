/* What a start meets in the files that an earlier run left is told on standard error, each with its
 * reason, and stands in the log: a log that was removed, emptied, cut, replaced, altered or torn, a
 * spool and a head that cannot be read.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/audit_thread.h"
#include "unity.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RINGS = 2, STOP_MS = 90000, TEXT_MAX = 65536 };

static char folder[64], path[96];
static struct port_audit port;
static struct pn_audit_writer writer;
static struct pn_audit_ring rings[RINGS];
static struct pn_audit_thread thread;
static uint8_t batch[65536];
static uint32_t run;
static char told[TEXT_MAX], log_text[TEXT_MAX];

void setUp(void)
{
    strcpy(folder, "/tmp/pn-audit-told-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/audit.jsonl", folder);
    run = 0;
}

void tearDown(void)
{
    char line[100];

    snprintf(line, sizeof line, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(line));
}

static void shell(const char *command)
{
    char line[400];

    snprintf(line, sizeof line, "cd %s && { %s ; }", folder, command);
    TEST_ASSERT_EQUAL_MESSAGE(0, system(line), line);
}

static void read_text(const char *name, char text[TEXT_MAX])
{
    char full[160];

    snprintf(full, sizeof full, "%s/%s", folder, name);
    FILE *file = fopen(full, "r");
    TEST_ASSERT_NOT_NULL_MESSAGE(file, full);
    text[fread(text, 1, TEXT_MAX - 1, file)] = '\0';
    fclose(file);
}

static void open_writer(void)
{
    struct pn_audit_log_setup log = { .path = path, .spool_folder = folder };
    struct pn_audit_setup setup = { .port = &port,
                                    .rings = rings,
                                    .ring_count = RINGS,
                                    .spool_bytes = sizeof(struct pn_audit_spool) + 16384,
                                    .batch = batch,
                                    .batch_bytes = sizeof batch,
                                    .nonce = ++run,
                                    .sync = PN_AUDIT_SYNC_INTERVAL,
                                    .sync_ms = 1000 };
    const char *where;

    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, pn_audit_log_open(&port, &log, &where));
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, pn_audit_writer_open(&writer, &setup, 0, -1));
}

/* Start the thread; what it says on standard error is in `told`. */
static void begin(void)
{
    char name[100];
    int terminal = dup(STDERR_FILENO);

    open_writer();
    snprintf(name, sizeof name, "%s/stderr", folder);
    int file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    TEST_ASSERT_TRUE(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
    enum pn_audit_thread_result result = pn_audit_thread_start(&thread, &writer, &port);
    TEST_ASSERT_TRUE(dup2(terminal, STDERR_FILENO) >= 0);
    close(file);
    close(terminal);
    TEST_ASSERT_EQUAL(PN_AUDIT_THREAD_DONE, result);
    read_text("stderr", told);
}

static void event(struct pn_audit_ring *r)
{
    struct pn_audit_event e = { .unix_ms = -1, .name = PN_AUDIT_EVENT_POLICY_INSTALLED };

    TEST_ASSERT_EQUAL(PN_DONE, pn_audit_event(r, &e));
}

static void stop(void)
{
    pn_audit_writer_stop(&writer);
    TEST_ASSERT_EQUAL(PN_AUDIT_THREAD_DONE, pn_audit_thread_join(&thread, STOP_MS));
    pn_audit_log_shut(&port);
}

/* A run that leaves this many records. */
static void leave(int count)
{
    begin();
    for (int i = 0; i < count; i++) event(&rings[i % RINGS]);
    stop();
}

/* The next start tells this, with a record of it; the one after has nothing to tell. */
static void is_told(const char *line, const char *record)
{
    begin();
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(told, line), told);
    stop();
    read_text("audit.jsonl", log_text);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(log_text, record), log_text);
    begin();
    TEST_ASSERT_EQUAL_STRING("", told);
    stop();
}

static void nothing_to_tell(void)
{
    for (int i = 0; i < 3; i++) {
        leave(i);
        TEST_ASSERT_EQUAL_STRING("", told);
    }
}

static void an_unfinished_line(void)
{
    leave(3);
    shell("printf '{\"v\":1,\"seq\":4,\"pr' >> audit.jsonl");
    is_told("postern: error: audit: log_torn: the log ended in an unfinished line",
            "\"seq\":4,\"prev\":");
    TEST_ASSERT_NOT_NULL(strstr(log_text, "\"event\":\"log_torn\",\"detail\":\"18 bytes"));
}

/* Records wait in a spool, as a killed run leaves them, and their bytes are altered there. */
static void a_spool_that_cannot_be_read(void)
{
    leave(1);
    open_writer();
    event(&rings[0]);
    event(&rings[0]);
    pn_audit_log_shut(&port);
    shell("printf '\\377\\377\\377\\377' | "
          "dd of=audit-spool-00 bs=1 seek=192 conv=notrunc status=none");
    is_told("postern: error: audit: spool_damaged: records that waited in a spool cannot be read",
            "\"event\":\"spool_damaged\"");
}

static void a_removed_log(void)
{
    leave(4);
    shell("rm audit.jsonl");
    is_told("postern: error: audit: log_missing: the log was moved, removed or emptied while no "
            "gateway ran: it holds no record, and 4 were written; a new log goes on with record 5",
            "{\"v\":1,\"seq\":5,\"prev\":\"");
    TEST_ASSERT_NOT_NULL(strstr(log_text, "\"event\":\"log_missing\""));
}

static void an_emptied_log(void)
{
    leave(4);
    shell(": > audit.jsonl");
    is_told("audit: log_missing: ", "\"event\":\"log_missing\"");
}

static void a_log_cut_at_the_end_of_a_record(void)
{
    leave(6);
    shell("sed -n 1,4p audit.jsonl > cut && cat cut > audit.jsonl");
    is_told("postern: error: audit: log_cut: the log was cut while no gateway ran: it ends with "
            "record 4, and 6 were written; it was set aside and a new log goes on with record 7",
            "{\"v\":1,\"seq\":7,\"prev\":\"");
    TEST_ASSERT_NOT_NULL(strstr(log_text, "the log before ends with record 4; record 6 with hash"));
    shell("cmp -s cut audit.jsonl.000000000004");
}

/* A longer one, and a shorter one. */
static void the_log_of_another_gateway(void)
{
    leave(2);
    shell("mkdir other && mv audit* other/");
    run = 77; /* other ids */
    leave(3);
    shell("cp other/audit-head . && cp audit.jsonl 3");
    is_told(
        "postern: error: audit: log_replaced: the log is not the one that was written: record 2 "
        "of it is missing or another; it was set aside and a new log goes on with record 3",
        "\"event\":\"log_replaced\"");
    shell("cmp -s 3 audit.jsonl.000000000003");
    leave(3);
    shell("cp other/audit.jsonl audit.jsonl");
    is_told("audit: log_cut: ", "\"event\":\"log_cut\"");
}

static void an_altered_log(void)
{
    leave(3);
    shell("sed -i '3s/policy_installed/policy_destroyed/' audit.jsonl");
    is_told("postern: error: audit: log_damaged: the last record of the log does not verify",
            "\"event\":\"log_damaged\"");
}

static void a_missing_head(void)
{
    leave(3);
    shell("rm audit-head");
    is_told("postern: error: audit: head_missing: audit-head is missing or damaged",
            "\"event\":\"head_missing\"");
    shell("printf x | dd of=audit-head bs=1 seek=3 conv=notrunc status=none; "
          "printf x | dd of=audit-head bs=1 seek=100 conv=notrunc status=none");
    is_told("audit: head_missing: ", "\"event\":\"head_missing\"");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(nothing_to_tell);
    RUN_TEST(an_unfinished_line);
    RUN_TEST(a_spool_that_cannot_be_read);
    RUN_TEST(a_removed_log);
    RUN_TEST(an_emptied_log);
    RUN_TEST(a_log_cut_at_the_end_of_a_record);
    RUN_TEST(the_log_of_another_gateway);
    RUN_TEST(an_altered_log);
    RUN_TEST(a_missing_head);
    return UNITY_END();
}
