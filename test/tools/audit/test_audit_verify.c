/* Every damage to a log is found and named, and what cannot be found is said.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit.h"
#include "core/audit/audit_head.h"
#include "tools/audit.h"
#include "tools/audit_show.h"
#include "tools/audit_verify.h"
#include "unity.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 6, TEXT_MAX = 16384, ARGUMENTS_MAX = 10 };

/* A log, as lines of text. */
struct text {
    char at[TEXT_MAX];
    size_t len;
};

static struct text whole;
static struct pn_audit_chain whole_head;
static char folder[64], output[TEXT_MAX];

static void add(struct text *log, struct pn_audit_chain *chain, const struct pn_audit_id *id,
                int kind)
{
    struct pn_audit_decision d = { .unix_ms = 1795217718042,
                                   .who = { .id = PN_SLICE("triage-bot"),
                                            .user = PN_SLICE("sue"),
                                            .key_id = PN_SLICE("es-1"),
                                            .proof = PN_SLICE("jwt"),
                                            .token_id = PN_SLICE("t\"1"),
                                            .issuer = PN_SLICE("https://login.example/"),
                                            .spiffe_id = PN_SLICE("spiffe://a.example/bot") },
                                   .action = PN_SLICE("tools/call/refund_issue"),
                                   .server = PN_SLICE("payments"),
                                   .outcome = PN_SLICE("deny"),
                                   .rule = PN_SLICE("cap"),
                                   .reason = PN_SLICE("over\x1b[2J\xC2\x9B"
                                                      "5"),
                                   .error = PN_SLICE("denied_by_rule") };
    struct pn_audit_end e = {
        .unix_ms = 1795217718043, .status = 403, .latency_us = 55, .how = PN_AUDIT_HOW_REFUSED
    };
    struct pn_audit_event v = { .unix_ms = 1795217718000, .name = PN_AUDIT_EVENT_GATEWAY_STARTED };
    uint8_t members[PN_AUDIT_BODY_BYTES];
    struct pn_writer w = pn_writer(members, sizeof members);
    struct pn_writer lines = { .at = (uint8_t *)log->at, .max = TEXT_MAX, .len = log->len };

    if (kind == 3) v.name = PN_AUDIT_EVENT_LOG_DAMAGED;
    if (kind == 0 || kind == 3) pn_audit_write_event(&w, id, &v);
    if (kind == 1) pn_audit_write_decision(&w, id, &d);
    if (kind == 2) pn_audit_write_end(&w, id, &e);
    TEST_ASSERT_TRUE(pn_audit_chain_write(chain, &lines, pn_written(&w)));
    log->len = lines.len;
}

/* Started, two decisions of which one ends, a third with its end. */
static void write_records(struct text *log, struct pn_audit_chain *chain)
{
    struct pn_audit_id id = { .nonce = 1, .counter = 1 };
    static const int kinds[RECORDS] = { 0, 1, 1, 2, 1, 2 };
    static const uint64_t counters[RECORDS] = { 1, 2, 3, 3, 4, 4 };

    for (int i = 0; i < RECORDS; i++) {
        id.counter = counters[i];
        add(log, chain, &id, kinds[i]);
    }
}

void setUp(void)
{
    whole.len = 0;
    whole_head = (struct pn_audit_chain){ 0 };
    write_records(&whole, &whole_head);
    strcpy(folder, "/tmp/pn-audit-tool-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    TEST_ASSERT_EQUAL(0, chdir(folder));
}

void tearDown(void)
{
    char line[100];

    snprintf(line, sizeof line, "rm -rf %s", folder);
    TEST_ASSERT_EQUAL(0, system(line));
}

/* The lines of a log: where number `i`, from 0, begins and how long it is with its line feed. */
static struct pn_slice line_of(const struct text *log, int i)
{
    struct pn_slice rest = pn_slice(log->at, log->len);

    for (;; i--) {
        struct pn_slice line = pn_slice_head(rest, pn_slice_find(rest, '\n') + 1);
        if (i == 0) return line;
        rest = pn_slice_from(rest, line.len);
    }
}

static void append(struct text *log, struct pn_slice bytes)
{
    memcpy(log->at + log->len, bytes.at, bytes.len);
    log->len += bytes.len;
}

/* As the tool reads it, from memory: each line from a block of exactly its size. */
static struct pn_audit_verify check(const struct text *log, const uint8_t *head)
{
    struct pn_slice rest = pn_slice(log->at, log->len);
    struct pn_audit_place place = { "log", 0 };
    struct pn_audit_verify v;
    bool good = true;

    pn_audit_verify_begin(&v, head);
    while (rest.len > 0) {
        size_t feed = pn_slice_find(rest, '\n');
        uint8_t *exact = malloc(feed > 0 ? feed : 1);

        place.line++;
        memcpy(exact, rest.at, feed);
        if (feed == rest.len && good) {
            pn_audit_verify_unfinished(&v, place);
            free(exact);
            return v;
        }
        if (good) good = pn_audit_verify_line(&v, pn_slice(exact, feed), place, NULL);
        else pn_audit_verify_behind(&v, pn_slice(exact, feed), place);
        free(exact);
        rest = pn_slice_from(rest, feed < rest.len ? feed + 1 : feed);
    }
    pn_audit_verify_end(&v);
    return v;
}

static void a_whole_log(void)
{
    struct pn_audit_verify v = check(&whole, whole_head.hash);

    TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_WHOLE, v.verdict);
    TEST_ASSERT_EQUAL(RECORDS, v.record_count);
    TEST_ASSERT_EQUAL(3, v.decision_count);
    TEST_ASSERT_EQUAL(2, v.end_count);
    TEST_ASSERT_EQUAL(1, v.event_count);
    TEST_ASSERT_EQUAL(RECORDS, v.wanted_seq);
    TEST_ASSERT_EQUAL(1, v.begins_chain);
    TEST_ASSERT_EQUAL_MEMORY(whole_head.hash, v.head.hash, PN_AUDIT_HASH_BYTES);
}

/* Every byte, every bit: the line it is on is named. */
static void altered_bytes(void)
{
    unsigned long line = 1;

    for (size_t at = 0; at < whole.len; at++) {
        char kept = whole.at[at];
        for (int bit = 0; bit < 8; bit++) {
            whole.at[at] = (char)(kept ^ 1 << bit);
            struct pn_audit_verify v = check(&whole, NULL);
            TEST_ASSERT_TRUE(v.verdict > PN_AUDIT_VERDICT_WHOLE);
            TEST_ASSERT_EQUAL(line, v.place.line);
            TEST_ASSERT_EQUAL(line - 1, v.record_count);
        }
        whole.at[at] = kept;
        if (kept == '\n') line++;
    }
}

static void removed_lines(void)
{
    for (int gone = 0; gone < RECORDS; gone++) {
        struct text log = { .len = 0 };
        for (int i = 0; i < RECORDS; i++) {
            if (i != gone) append(&log, line_of(&whole, i));
        }
        struct pn_audit_verify v = check(&log, NULL), with_head = check(&log, whole_head.hash);
        if (gone == 0) {
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_WHOLE, v.verdict);
            TEST_ASSERT_EQUAL_MESSAGE(0, v.begins_chain, "it is said that it begins later");
            TEST_ASSERT_EQUAL(2, v.first_seq);
        } else if (gone == RECORDS - 1) {
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_WHOLE, v.verdict);
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_CUT, with_head.verdict);
        } else {
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_MISSING, v.verdict);
            TEST_ASSERT_EQUAL(gone + 1, v.place.line);
            TEST_ASSERT_EQUAL(gone + 2, v.seq);
            TEST_ASSERT_EQUAL(gone, v.head.seq);
        }
    }
}

static void swapped_lines(void)
{
    for (int a = 0; a < RECORDS; a++) {
        for (int b = a + 1; b < RECORDS; b++) {
            struct text log = { .len = 0 };
            for (int i = 0; i < RECORDS; i++) {
                append(&log, line_of(&whole, i == a ? b : i == b ? a : i));
            }
            struct pn_audit_verify v = check(&log, NULL);
            if (a == 0) {
                TEST_ASSERT_TRUE(v.verdict == PN_AUDIT_VERDICT_REPEATED);
                continue;
            }
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_ELSEWHERE, v.verdict);
            TEST_ASSERT_EQUAL(a + 1, v.place.line);
            TEST_ASSERT_EQUAL(b + 1, v.seq);
            TEST_ASSERT_EQUAL(b + 1, v.behind.line);
        }
    }
}

static void repeated_lines(void)
{
    for (int twice = 0; twice < RECORDS; twice++) {
        struct text log = { .len = 0 };
        for (int i = 0; i < RECORDS; i++) {
            append(&log, line_of(&whole, i));
            if (i == twice) append(&log, line_of(&whole, i));
        }
        struct pn_audit_verify v = check(&log, NULL);
        TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_REPEATED, v.verdict);
        TEST_ASSERT_EQUAL(twice + 2, v.place.line);
    }
}

static void cut_tails(void)
{
    for (size_t len = 0; len < whole.len; len++) {
        struct text log = whole;
        log.len = len;
        bool between = len == 0 || log.at[len - 1] == '\n';
        struct pn_audit_verify v = check(&log, NULL), with_head = check(&log, whole_head.hash);
        if (len == 0) TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_UNKNOWN, v.verdict);
        else if (between) TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_WHOLE, v.verdict);
        else TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_UNFINISHED, v.verdict);
        TEST_ASSERT_TRUE(with_head.verdict == PN_AUDIT_VERDICT_CUT ||
                         with_head.verdict == PN_AUDIT_VERDICT_UNFINISHED);
    }
}

/* Somebody alters a record and makes its hash anew. */
static void replaced_records(void)
{
    for (int other = 0; other < RECORDS; other++) {
        struct text log = { .len = 0 };
        struct pn_audit_chain chain = { 0 };
        struct pn_audit_line line;

        for (int i = 0; i < RECORDS; i++) {
            struct pn_slice kept = line_of(&whole, i);
            struct pn_writer w = { .at = (uint8_t *)log.at, .max = TEXT_MAX, .len = log.len };

            if (i == other) {
                TEST_ASSERT_TRUE(pn_audit_chain_write(&chain, &w, PN_SLICE("\"kind\":\"event\"")));
                log.len = w.len;
            } else {
                append(&log, kept);
            }
            TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE,
                              pn_audit_line_read(pn_slice_head(kept, kept.len - 1), &line));
            chain.seq = line.seq;
            memcpy(chain.hash, line.hash, sizeof line.hash);
        }
        struct pn_audit_verify v = check(&log, NULL), with_head = check(&log, whole_head.hash);
        if (other == RECORDS - 1) {
            TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_VERDICT_WHOLE, v.verdict, "the last cannot be told");
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_CUT, with_head.verdict);
        } else {
            TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_REPLACED, v.verdict);
            TEST_ASSERT_EQUAL(other + 2, v.place.line);
        }
    }
}

static void foreign_lines(void)
{
    static const char *const rows[] = { "\n", "hello\n", "{}\n", "\r\n", "{\"v\":1,\"seq\":1}\n" };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text log = whole;
        append(&log, pn_slice(rows[i], strlen(rows[i])));
        struct pn_audit_verify v = check(&log, NULL);
        TEST_ASSERT_EQUAL(PN_AUDIT_VERDICT_FORM, v.verdict);
        TEST_ASSERT_EQUAL(RECORDS + 1, v.place.line);
        TEST_ASSERT_EQUAL(0, v.seq);
    }
}

/* The programs. */

static void put(const char *name, struct pn_slice bytes)
{
    FILE *file = fopen(name, "w");

    TEST_ASSERT_NOT_NULL(file);
    TEST_ASSERT_EQUAL(bytes.len, fwrite(bytes.at, 1, bytes.len, file));
    fclose(file);
}

/* Run `postern audit` with these arguments, NULL last, and keep what it prints. */
static int run(const char *first, ...)
{
    char *arguments[ARGUMENTS_MAX] = { "audit" };
    int count = 1, status;
    va_list rest;

    va_start(rest, first);
    for (const char *next = first; next != NULL; next = va_arg(rest, const char *)) {
        arguments[count++] = (char *)(uintptr_t)next;
    }
    va_end(rest);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int file = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(file, 1);
        dup2(file, 2);
        status = tool_audit(count, arguments);
        fflush(NULL);
        _exit(status);
    }
    TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    TEST_ASSERT_TRUE(WIFEXITED(status));
    FILE *file = fopen("out", "r");
    size_t len = fread(output, 1, sizeof output - 1, file);
    output[len] = '\0';
    fclose(file);
    return WEXITSTATUS(status);
}

static void says(const char *text)
{
    TEST_ASSERT_NOT_NULL_MESSAGE(strstr(output, text), output);
}

static void says_not(const char *text)
{
    TEST_ASSERT_NULL_MESSAGE(strstr(output, text), output);
}

static const char *hex(const uint8_t *hash)
{
    static char text[2 * PN_AUDIT_HASH_BYTES + 1];

    for (size_t i = 0; i < PN_AUDIT_HASH_BYTES; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    }
    return text;
}

static void verify_says_what_it_saw(void)
{
    put("log", pn_slice(whole.at, whole.len));
    TEST_ASSERT_EQUAL(0, run("verify", "log", NULL));
    says("WHOLE   6 records, 1 to 6: 3 decisions, 2 ends, 1 events\n");
    says("without an end: 1 ");
    says("\n  00000001-0-02  2026-11-20T23:35:18.042Z deny triage-bot tools/call/refund_issue\n");
    says("head    ");
    says(hex(whole_head.hash));
    says("not visible: records missing after 6 (give --head)");
    TEST_ASSERT_EQUAL(0, run("verify", "--head", hex(whole_head.hash), "log", NULL));
    says_not("not visible");
    TEST_ASSERT_EQUAL(0, run("verify", "/dev/null", NULL));
    says("no records");
    says("not visible: whether there ever were any");
}

static void verify_finds_the_head_it_is_given(void)
{
    struct pn_slice front = pn_slice(whole.at, line_of(&whole, 0).len);
    struct pn_audit_line first;
    char head[80];

    TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE,
                      pn_audit_line_read(pn_slice_head(front, front.len - 1), &first));
    strcpy(head, hex(first.hash));
    put("log", pn_slice(whole.at, whole.len));
    put("front", front);
    TEST_ASSERT_EQUAL_MESSAGE(0, run("verify", "--head", head, "log", NULL),
                              "the log went on since");
    says("not visible: records missing after 6; the head given is that of record 1");
    TEST_ASSERT_EQUAL(1, run("verify", "--head", hex(whole_head.hash), "front", NULL));
    says("BROKEN  no record has the head asked for: records after 1 are missing");
    TEST_ASSERT_EQUAL(1, run("verify", "--head", hex(whole_head.hash), "/dev/null", NULL));
}

static void verify_goes_over_files(void)
{
    struct text rest = { .len = 0 }, middle = { .len = 0 };
    size_t cut = line_of(&whole, 0).len + line_of(&whole, 1).len;

    append(&rest, pn_slice(whole.at + cut, whole.len - cut));
    append(&middle, line_of(&rest, 0));
    put("log.1", pn_slice(whole.at, cut));
    put("log.2", pn_slice(middle.at, middle.len));
    put("log", pn_slice_from(pn_slice(rest.at, rest.len), middle.len));
    TEST_ASSERT_EQUAL(0, run("verify", "log.1", "log.2", "log", NULL));
    TEST_ASSERT_EQUAL(1, run("verify", "log.1", "log", NULL));
    says("BROKEN  log:1: record 3 is missing before record 4");
    says("before  2 records, 1 to 2");
    TEST_ASSERT_EQUAL(1, run("verify", "log.1", "log", "log.2", NULL));
    says("BROKEN  log:1: out of order: record 4 stands here, and record 3, which belongs here, at "
         "log.2:1");
    TEST_ASSERT_EQUAL(0, run("verify", "log.2", "log", NULL));
    says("not checked: what came before record 3");
    TEST_ASSERT_EQUAL(1, run("verify", "log.1", "none", NULL));
    says("cannot read none: No such file");
}

static void verify_names_the_damage(void)
{
    struct text log = whole;
    size_t third = line_of(&whole, 0).len + line_of(&whole, 1).len;

    log.at[third + 150] ^= 1;
    put("log", pn_slice(log.at, log.len));
    TEST_ASSERT_EQUAL(1, run("verify", "log", NULL));
    says("BROKEN  log:3: record 3 was altered: its hash is not that of its bytes\n");
    log.at[third] = 'x';
    put("log", pn_slice(log.at, log.len));
    TEST_ASSERT_EQUAL(1, run("verify", "log", NULL));
    says("BROKEN  log:3: this is not record 3: not a line that the gateway wrote\n");
    put("log", pn_slice(whole.at, whole.len - 1));
    TEST_ASSERT_EQUAL(1, run("verify", "log", NULL));
    says("BROKEN  log:6: the last line is not finished");
}

static void verify_repeats_what_the_gateway_told(void)
{
    struct pn_audit_id id = { .nonce = 1, .counter = 9 };

    add(&whole, &whole_head, &id, 3);
    put("log", pn_slice(whole.at, whole.len));
    TEST_ASSERT_EQUAL(1, run("verify", "log", NULL));
    says("LOST    log:7: log_damaged");
}

/* What the gateway told about records before its new log, which is given alone, and after them. */
static void verify_weighs_what_was_told(void)
{
    static const struct {
        enum pn_audit_event_name name;
        int alone, with_those_before;
    } rows[] = { { PN_AUDIT_EVENT_LOG_MISSING, 1, 0 },   { PN_AUDIT_EVENT_LOG_CUT, 1, 0 },
                 { PN_AUDIT_EVENT_LOG_REPLACED, 1, 0 },  { PN_AUDIT_EVENT_LOG_DAMAGED, 1, 1 },
                 { PN_AUDIT_EVENT_SPOOL_DAMAGED, 1, 1 }, { PN_AUDIT_EVENT_HEAD_MISSING, 0, 0 },
                 { PN_AUDIT_EVENT_LOG_TORN, 0, 0 },      { PN_AUDIT_EVENT_LOG_FAULT, 0, 0 } };

    put("log.1", pn_slice(whole.at, whole.len));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_audit_event event = { .unix_ms = -1, .name = (uint8_t)rows[i].name };
        struct pn_slice name = pn_audit_event_text(rows[i].name);
        struct pn_audit_chain chain = whole_head;
        char members[400], line[1000], want[100];
        struct pn_writer w = pn_writer(members, sizeof members), log = pn_writer(line, sizeof line);

        pn_audit_write_event(&w, &(struct pn_audit_id){ 0 }, &event);
        TEST_ASSERT_TRUE(pn_audit_chain_write(&chain, &log, pn_written(&w)));
        put("log", pn_written(&log));
        TEST_ASSERT_EQUAL(rows[i].alone, run("verify", "log", NULL));
        snprintf(want, sizeof want, "%s  log:1: %.*s", rows[i].alone ? "LOST  " : "note  ",
                 (int)name.len, (const char *)name.at);
        says(want);
        TEST_ASSERT_EQUAL(rows[i].with_those_before, run("verify", "log.1", "log", NULL));
    }
}

static void verify_takes_the_head_that_the_gateway_keeps(void)
{
    uint8_t memory[PN_AUDIT_HEAD_BYTES] = { 0 };
    struct pn_audit_head head;
    size_t five = whole.len - line_of(&whole, RECORDS - 1).len;

    pn_audit_head_init(&head, memory);
    put("log", pn_slice(whole.at, whole.len));
    put("cut", pn_slice(whole.at, five));
    put("empty", pn_slice("", 0));
    put("audit-head", pn_slice(memory, sizeof memory));
    TEST_ASSERT_EQUAL(1, run("verify", "--head", "audit-head", "log", NULL));
    says("audit-head holds no head of a log");
    pn_audit_head_keep(&head, &(struct pn_audit_chain){ 0 });
    put("audit-head", pn_slice(memory, sizeof memory));
    TEST_ASSERT_EQUAL(0, run("verify", "--head", "audit-head", "empty", NULL));
    TEST_ASSERT_EQUAL(0, run("verify", "--head", "audit-head", "log", NULL));
    pn_audit_head_keep(&head, &whole_head);
    put("audit-head", pn_slice(memory, sizeof memory));
    TEST_ASSERT_EQUAL(0, run("verify", "--head", "audit-head", "log", NULL));
    TEST_ASSERT_EQUAL(1, run("verify", "--head", "audit-head", "cut", NULL));
    says("no record has the head asked for: records after 5 are missing");
    TEST_ASSERT_EQUAL(1, run("verify", "--head", "audit-head", "empty", NULL));
    memory[PN_AUDIT_HEAD_LINE_BYTES] ^= 1;
    put("audit-head", pn_slice(memory, sizeof memory));
    TEST_ASSERT_EQUAL_MESSAGE(0, run("verify", "--head", "audit-head", "cut", NULL),
                              "the line before holds");
}

static void called_wrongly(void)
{
    TEST_ASSERT_EQUAL(2, run("verify", NULL));
    TEST_ASSERT_EQUAL(1, run("verify", "--head", "123", "x", NULL));
    says("123: No such file");
    TEST_ASSERT_EQUAL(2, run("verify", "--what", "x", NULL));
    TEST_ASSERT_EQUAL(2, run("show", NULL));
    TEST_ASSERT_EQUAL(2, run("show", "-f", "x", NULL));
    TEST_ASSERT_EQUAL(2, run("tail", "-n", "many", "x", NULL));
    TEST_ASSERT_EQUAL(2, run("tail", "a", "b", NULL));
    TEST_ASSERT_EQUAL(2, run("prune", NULL));
    says("there is no command 'prune'");
    TEST_ASSERT_EQUAL(2, run(NULL));
    TEST_ASSERT_EQUAL(1, run("show", "none", NULL));
    TEST_ASSERT_EQUAL(1, run("tail", "none", NULL));
    TEST_ASSERT_EQUAL(1, run("show", "/dev/null", NULL));
    says("there is no record");
    TEST_ASSERT_EQUAL(0, run("--help", NULL));
    TEST_ASSERT_EQUAL(0, run("verify", "--help", NULL));
    says("--head HASH");
    says("audit-head of its state directory");
    TEST_ASSERT_EQUAL(0, run("show", "--help", NULL));
    TEST_ASSERT_EQUAL(0, run("tail", "--help", NULL));
}

static void show_prints_and_filters(void)
{
    put("log", pn_slice(whole.at, whole.len));
    TEST_ASSERT_EQUAL(0, run("show", "log", NULL));
    says("2026-11-20T23:35:18.000Z  event     gateway_started  id 00000001-0-01\n");
    says(
        "2026-11-20T23:35:18.042Z  deny      triage-bot by jwt t\\\"1 from https://login.example/ as spiffe://a.example/bot"
        "  tools/call/refund_issue on payments"
        "  denied_by_rule  rule cap: over\\u001b[2J?5  id 00000001-0-02\n");
    says("2026-11-20T23:35:18.043Z  end       refused  403  0 bytes  55 us  id 00000001-0-03\n");
    TEST_ASSERT_EQUAL(0, run("show", "--denied", "log", NULL));
    says("deny");
    says_not("event");
    says_not("end");
    TEST_ASSERT_EQUAL(0, run("show", "--id", "00000001-0-04", "log", NULL));
    says("deny");
    says("end");
    says_not("00000001-0-03");
    TEST_ASSERT_EQUAL(0, run("show", "--who", "sue", "log", NULL));
    says("triage-bot");
    TEST_ASSERT_EQUAL(0, run("show", "--who", "t\"1", "log", NULL));
    says("triage-bot");
    TEST_ASSERT_EQUAL(0, run("show", "--who", "https://login.example/", "log", NULL));
    says("triage-bot");
    TEST_ASSERT_EQUAL(0, run("show", "--who", "spiffe://a.example/bot", "log", NULL));
    says("triage-bot");
    TEST_ASSERT_EQUAL(0, run("show", "--who", "su", "log", NULL));
    TEST_ASSERT_EQUAL_STRING("", output);
    TEST_ASSERT_EQUAL(0, run("show", "--json", "log", NULL));
    TEST_ASSERT_EQUAL_STRING_LEN(whole.at, output, whole.len);
}

static void tail_prints_the_last(void)
{
    put("log", pn_slice(whole.at, whole.len));
    TEST_ASSERT_EQUAL(0, run("tail", "-n", "2", "--json", "log", NULL));
    size_t two = line_of(&whole, 4).len + line_of(&whole, 5).len;
    TEST_ASSERT_EQUAL(two, strlen(output));
    TEST_ASSERT_EQUAL_MEMORY(whole.at + whole.len - two, output, two);
    TEST_ASSERT_EQUAL(0, run("tail", "-n", "100", "--json", "log", NULL));
    TEST_ASSERT_EQUAL(whole.len, strlen(output));
    TEST_ASSERT_EQUAL(0, run("tail", "-n", "0", "log", NULL));
    TEST_ASSERT_EQUAL_STRING("", output);
    TEST_ASSERT_EQUAL(0, run("tail", "-n", "1", "--denied", "log", NULL));
    says("id 00000001-0-04\n");
    says_not("00000001-0-03");
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(a_whole_log);
    RUN_TEST(altered_bytes);
    RUN_TEST(removed_lines);
    RUN_TEST(swapped_lines);
    RUN_TEST(repeated_lines);
    RUN_TEST(cut_tails);
    RUN_TEST(replaced_records);
    RUN_TEST(foreign_lines);
    RUN_TEST(verify_says_what_it_saw);
    RUN_TEST(verify_finds_the_head_it_is_given);
    RUN_TEST(verify_goes_over_files);
    RUN_TEST(verify_names_the_damage);
    RUN_TEST(verify_repeats_what_the_gateway_told);
    RUN_TEST(verify_weighs_what_was_told);
    RUN_TEST(verify_takes_the_head_that_the_gateway_keeps);
    RUN_TEST(called_wrongly);
    RUN_TEST(show_prints_and_filters);
    RUN_TEST(tail_prints_the_last);
    return UNITY_END();
}
