/* The compiler process of `serve --dev`: the last edit wins, no half of one is handed over, and what
 * `policy build` notes is told.
 * links: linux
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/core/seal/sealed.h"
#include "tools/dev/dev_compile.h"
#include "unity.h"

enum {
    FILES = 120, /* between the first and the last, so that compiling takes a while */
    EDITS = 12,
    QUIET_MS = 1500, /* nothing has come for so long: nothing will */
    WAIT_MS = 60000,
};

static char folder[64];
static int ends[2]; /* messages arrive at the first */
static pid_t compiler;

static char *in_folder(const char *name)
{
    static char paths[4][256];
    static unsigned next;

    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *out = fopen(in_folder(name), "w");

    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(text, out) >= 0);
    TEST_ASSERT_EQUAL(0, fclose(out));
}

static void write_policy(const char *name, const char *resource, const char *rule)
{
    char text[512];

    snprintf(text, sizeof text,
             "apiVersion: api.cerbos.dev/v1\nresourcePolicy:\n  resource: %s\n  version: default\n"
             "  rules:\n    - name: %s\n      actions: [chat]\n      effect: EFFECT_ALLOW\n"
             "      roles: [clerk]\n",
             resource, rule);
    write_file(name, text);
}

void setUp(void)
{
    sealed_crypto_init();
    strcpy(folder, "/tmp/postern-dev-test-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    TEST_ASSERT_EQUAL(0, mkdir(in_folder("bundle"), 0700));
    write_file("bundle/bundle.yaml", "name: test\n");
    TEST_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
    compiler = 0;
}

void tearDown(void)
{
    char command[128];

    if (compiler > 0) {
        kill(compiler, SIGKILL);
        waitpid(compiler, NULL, 0);
    }
    close(ends[0]);
    close(ends[1]);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

/* A message is its kind and then its bytes, in one packet. */
static bool send_packet(void *context, enum dev_message kind, struct pn_slice bytes)
{
    static uint8_t packet[1 << 17];

    (void)context;
    if (bytes.len >= sizeof packet) abort();
    packet[0] = (uint8_t)kind;
    memcpy(packet + 1, bytes.at, bytes.len);
    return send(ends[1], packet, bytes.len + 1, 0) >= 0;
}

static void start(void)
{
    struct dev_compiler c = { .folder = in_folder("bundle"), .send = send_packet };

    TEST_ASSERT_TRUE(pn_key_pair_new(&c.pair));
    compiler = fork();
    if (compiler != 0) return;
    dev_compile_run(&c);
    _exit(0);
}

struct message {
    enum dev_message kind;
    size_t len;
    char bytes[1 << 17];
};

static bool await_message(struct message *m, int ms)
{
    struct pollfd waiting = { .fd = ends[0], .events = POLLIN };
    uint8_t kind;
    struct iovec parts[] = { { &kind, 1 }, { m->bytes, sizeof m->bytes - 1 } };
    struct msghdr head = { .msg_iov = parts, .msg_iovlen = 2 };

    if (poll(&waiting, 1, ms) <= 0) return false;
    ssize_t got = recvmsg(ends[0], &head, 0);
    TEST_ASSERT_GREATER_THAN(0, got);
    m->kind = (enum dev_message)kind;
    m->len = (size_t)got - 1;
    m->bytes[m->len] = '\0';
    return true;
}

/* --- a bundle that is edited while it is compiled --- */

/* A folder of policies of which the first and the last say `edit`; what lies between never changes. */
static void make_policies(int edit)
{
    char name[64], from[64], rule[32];

    snprintf(name, sizeof name, "edit-%d", edit);
    TEST_ASSERT_EQUAL(0, mkdir(in_folder(name), 0700));
    snprintf(name, sizeof name, "edit-%d/a.yaml", edit);
    snprintf(rule, sizeof rule, "first-%03d", edit);
    write_policy(name, "llm", rule);
    snprintf(name, sizeof name, "edit-%d/z.yaml", edit);
    snprintf(rule, sizeof rule, "last-%03d", edit);
    write_policy(name, "mcp:z", rule);
    for (int i = 0; i < FILES; i++) {
        snprintf(from, sizeof from, "between/m%03d.yaml", i);
        snprintf(name, sizeof name, "edit-%d/m%03d.yaml", edit, i);
        TEST_ASSERT_EQUAL(0, link(in_folder(from), in_folder(name)));
    }
}

static void make_between(void)
{
    char name[64], resource[32];

    TEST_ASSERT_EQUAL(0, mkdir(in_folder("between"), 0700));
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "between/m%03d.yaml", i);
        snprintf(resource, sizeof resource, "mcp:m%03d", i);
        write_policy(name, resource, "same");
    }
}

/* One step changes both files at once, so that whoever reads half of each edit has read badly. */
static void put_in_place(int edit)
{
    char target[64];

    snprintf(target, sizeof target, "../edit-%d", edit);
    TEST_ASSERT_EQUAL(0, symlink(target, in_folder("next")));
    TEST_ASSERT_EQUAL(0, rename(in_folder("next"), in_folder("bundle/policies")));
}

static int number_behind(const struct message *m, const char *word)
{
    const char *at = memmem(m->bytes, m->len, word, strlen(word));

    TEST_ASSERT_NOT_NULL_MESSAGE(at, word);
    return atoi(at + strlen(word));
}

/* The edit that a policy is of, -1 when there is none within the time. */
static int next_edit(int ms)
{
    static struct message m;

    do {
        if (!await_message(&m, ms)) return -1;
    } while (m.kind == DEV_NOTES);
    TEST_ASSERT_EQUAL_MESSAGE(DEV_POLICY, m.kind, m.bytes);
    int edit = number_behind(&m, "first-");
    TEST_ASSERT_EQUAL_INT_MESSAGE(edit, number_behind(&m, "last-"), "half of an edit");
    return edit;
}

static void test_the_last_edit_wins_and_none_is_halved(void)
{
    int seen = 0, edit;

    make_between();
    for (int i = 0; i <= EDITS; i++) make_policies(i);
    put_in_place(0);
    start();
    TEST_ASSERT_EQUAL(0, next_edit(WAIT_MS));
    for (int i = 1; i <= EDITS; i++) {
        put_in_place(i);
        usleep(150000 +
               4000 * (useconds_t)i); /* compiling begins, and the next edit falls into it */
    }
    while (seen < EDITS && (edit = next_edit(WAIT_MS)) >= 0) {
        TEST_ASSERT_GREATER_THAN(seen, edit);
        seen = edit;
    }
    TEST_ASSERT_EQUAL(EDITS, seen);
    TEST_ASSERT_EQUAL(-1, next_edit(QUIET_MS)); /* and nothing older comes after it */
}

/* --- what is told --- */

static void test_notes_come_before_the_policy(void)
{
    static struct message m;

    TEST_ASSERT_EQUAL(0, mkdir(in_folder("bundle/policies"), 0700));
    write_policy("bundle/policies/a.yaml", "llm", "rule");
    write_file("bundle/servers.yaml", "servers:\n  - {name: crm, url: 'http://127.0.0.1:9/'}\n");
    start();
    TEST_ASSERT_TRUE(await_message(&m, WAIT_MS));
    TEST_ASSERT_EQUAL_MESSAGE(DEV_NOTES, m.kind, m.bytes);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(m.bytes, "servers.yaml:2:"), m.bytes);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(m.bytes, "egress: [loopback]"), m.bytes);
    TEST_ASSERT_TRUE(await_message(&m, WAIT_MS));
    TEST_ASSERT_EQUAL(DEV_POLICY, m.kind);
}

static void test_a_mistake_is_a_complaint(void)
{
    static struct message m;

    TEST_ASSERT_EQUAL(0, mkdir(in_folder("bundle/policies"), 0700));
    write_file("bundle/policies/a.yaml", "apiVersion: [\n");
    start();
    TEST_ASSERT_TRUE(await_message(&m, WAIT_MS));
    TEST_ASSERT_EQUAL(DEV_COMPLAINT, m.kind);
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(m.bytes, "a.yaml:"), m.bytes);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_the_last_edit_wins_and_none_is_halved);
    RUN_TEST(test_notes_come_before_the_policy);
    RUN_TEST(test_a_mistake_is_a_complaint);
    return UNITY_END();
}
