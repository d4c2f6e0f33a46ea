/* The log as files: opening, locking, rotating, and what is left by a rotation that was cut off.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit_writer.h"
#include "platforms/linux/audit_log.h"
#include "unity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[96];
static struct port_audit port;
static const char *where;

static void shell(const char *command)
{
    char line[300];

    snprintf(line, sizeof line, "cd %s && { %s ; }", folder, command);
    TEST_ASSERT_EQUAL_MESSAGE(0, system(line), line);
}

static enum pn_audit_log_result open_at(struct port_audit *a, const char *log)
{
    struct pn_audit_log_setup setup = { .path = log, .spool_folder = folder };

    return pn_audit_log_open(a, &setup, &where);
}

static void append(const char *text)
{
    size_t taken;

    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE,
                      port_audit_log_append(&port, pn_slice(text, strlen(text)), &taken));
    TEST_ASSERT_EQUAL(strlen(text), taken);
}

static void holds(const char *name, const char *want)
{
    char full[160], text[200] = "";
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", folder, name);
    file = fopen(full, "r");
    TEST_ASSERT_NOT_NULL_MESSAGE(file, full);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    TEST_ASSERT_EQUAL_STRING(want, text);
}

void setUp(void)
{
    strcpy(folder, "/tmp/pn-audit-log-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/audit.jsonl", folder);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path));
}

void tearDown(void)
{
    char line[100];

    pn_audit_log_shut(&port);
    snprintf(line, sizeof line, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(line));
}

static void appends_reads_and_cuts(void)
{
    uint8_t out[16];

    append("one\n");
    append("two\n");
    TEST_ASSERT_EQUAL(8, port_audit_log_bytes(&port));
    TEST_ASSERT_EQUAL(3, port_audit_log_read(&port, 5, out, sizeof out));
    TEST_ASSERT_EQUAL_MEMORY("wo\n", out, 3);
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_cut(&port, 5));
    append("wice\n");
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_sync(&port));
    holds("audit.jsonl", "one\ntwice\n");
    pn_audit_log_shut(&port);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path));
    TEST_ASSERT_EQUAL(10, port_audit_log_bytes(&port));
}

static void refuses_what_is_no_log(void)
{
    struct port_audit other;
    char missing[120];

    TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_LOG_BUSY, open_at(&other, path), "one writer only");
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_FAILED, open_at(&other, "/dev/null"));
    TEST_ASSERT_EQUAL(EINVAL, errno);
    snprintf(missing, sizeof missing, "%s/none/audit.jsonl", folder);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_FAILED, open_at(&other, missing));
    TEST_ASSERT_EQUAL(ENOENT, errno);
    TEST_ASSERT_EQUAL_STRING(missing, where);
    snprintf(missing, sizeof missing, "%s/", folder);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_FAILED, open_at(&other, missing));
    struct pn_audit_log_setup setup = { .path = path, .spool_folder = "/nowhere" };
    pn_audit_log_shut(&port);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_FAILED, pn_audit_log_open(&other, &setup, &where));
    TEST_ASSERT_EQUAL_STRING("/nowhere", where);
    TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_LOG_OPEN, open_at(&port, path),
                              "a failed opening holds no lock");
}

static void rotates(void)
{
    append("old\n");
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_rotate(&port, 7, PN_SLICE("first\n")));
    append("more\n");
    holds("audit.jsonl", "first\nmore\n");
    holds("audit.jsonl.000000000007", "old\n");
    TEST_ASSERT_EQUAL(11, port_audit_log_bytes(&port));
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_rotate(&port, 7, PN_SLICE("again\n")));
    holds("audit.jsonl.000000000007", "old\n"); /* never over another file */
    holds("audit.jsonl.000000000007-1", "first\nmore\n");
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_present(&port));
    struct port_audit other;
    TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_LOG_BUSY, open_at(&other, path),
                              "the new log is locked too");
}

static void rotation_that_fails_changes_nothing(void)
{
    append("old\n");
    shell("mkdir audit.jsonl.new && touch audit.jsonl.new/x");
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT, port_audit_log_rotate(&port, 7, PN_SLICE("first\n")));
    TEST_ASSERT_EQUAL(EISDIR, pn_audit_log_error(&port));
    append("on\n");
    holds("audit.jsonl", "old\non\n");
}

static void rotation_that_was_cut_off(void)
{
    pn_audit_log_shut(&port);
    shell("mv audit.jsonl audit.jsonl.000000000003; echo first > audit.jsonl.new");
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path)); /* after the old one went aside */
    holds("audit.jsonl", "first\n");
    pn_audit_log_shut(&port);
    shell("echo half > audit.jsonl.new");
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path)); /* before it did */
    holds("audit.jsonl", "first\n");
    shell("! test -e audit.jsonl.new");
}

static void notices_what_others_do(void)
{
    append("text\n");
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_present(&port));
    shell("mv audit.jsonl away");
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT, port_audit_log_present(&port));
    shell("touch audit.jsonl");
    TEST_ASSERT_EQUAL(PORT_AUDIT_FAULT, port_audit_log_present(&port));
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_rotate(&port, 1, PN_SLICE("first\n")));
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_log_present(&port));
    shell(": > audit.jsonl");
    TEST_ASSERT_EQUAL_MESSAGE(PORT_AUDIT_FAULT, port_audit_log_present(&port), "emptied in place");
}

static void spools_outlive_their_maker(void)
{
    size_t bytes = 0;
    uint8_t *spool;

    TEST_ASSERT_NULL(port_audit_spool_found(&port, 0, &bytes));
    spool = port_audit_spool_make(&port, 0, 20000);
    TEST_ASSERT_NOT_NULL(spool);
    spool[19999] = 77;
    TEST_ASSERT_EQUAL_PTR(spool, port_audit_spool_make(&port, 0, 20000));
    pn_audit_log_shut(&port);
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path));
    spool = port_audit_spool_found(&port, 0, &bytes);
    TEST_ASSERT_NOT_NULL(spool);
    TEST_ASSERT_EQUAL(20000, bytes);
    TEST_ASSERT_EQUAL(77, spool[19999]);
    spool = port_audit_spool_make(&port, 0, 40000);
    TEST_ASSERT_EQUAL(0, spool[19999]);
    port_audit_spool_drop(&port, 0);
    TEST_ASSERT_NULL(port_audit_spool_found(&port, 0, &bytes));
}

/* What cannot be read must not be replaced by something empty. */
static void unreadable_spools_stay(void)
{
    size_t bytes = 0;

    shell("mkdir audit-spool-01");
    TEST_ASSERT_NULL(port_audit_spool_found(&port, 1, &bytes));
    TEST_ASSERT_NULL(port_audit_spool_make(&port, 1, 20000));
    TEST_ASSERT_NULL(port_audit_spool_make(&port, 0, 20000));
}

static void the_head_outlives_its_maker(void)
{
    uint8_t *head = port_audit_head(&port, 190);

    TEST_ASSERT_NOT_NULL(head);
    for (size_t i = 0; i < 190; i++) {
        TEST_ASSERT_EQUAL(0, head[i]);
    }
    memcpy(head, "kept", 4);
    pn_audit_log_shut(&port); /* as a kill does: nothing was synced */
    shell("test $(stat -c %a:%s audit-head) = 600:190 && grep -q kept audit-head");
    TEST_ASSERT_EQUAL(PN_AUDIT_LOG_OPEN, open_at(&port, path));
    head = port_audit_head(&port, 190);
    TEST_ASSERT_EQUAL_MEMORY("kept", head, 4);
    TEST_ASSERT_EQUAL(PORT_AUDIT_DONE, port_audit_head_sync(&port));
}

static void a_head_that_is_no_file(void)
{
    shell("ln -s audit.jsonl audit-head");
    TEST_ASSERT_NULL_MESSAGE(port_audit_head(&port, 190), "a link could lead into the log");
    TEST_ASSERT_EQUAL(ELOOP, pn_audit_log_error(&port));
}

static void a_wake_is_kept(void)
{
    port_audit_wake(&port);
    port_audit_wake(&port);
    pn_audit_log_wait(&port, UINT32_MAX); /* returns at once */
    pn_audit_log_wait(&port, 1);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(appends_reads_and_cuts);
    RUN_TEST(refuses_what_is_no_log);
    RUN_TEST(rotates);
    RUN_TEST(rotation_that_fails_changes_nothing);
    RUN_TEST(rotation_that_was_cut_off);
    RUN_TEST(notices_what_others_do);
    RUN_TEST(spools_outlive_their_maker);
    RUN_TEST(unreadable_spools_stay);
    RUN_TEST(the_head_outlives_its_maker);
    RUN_TEST(a_head_that_is_no_file);
    RUN_TEST(a_wake_is_kept);
    return UNITY_END();
}
