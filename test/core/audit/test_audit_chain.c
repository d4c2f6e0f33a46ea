/* The line of the log, and that no byte of it can change unseen.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit.h"
#include "core/audit/audit_chain.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static char log_text[4096];
static struct pn_audit_chain chain;

static size_t write_lines(const char *const *members, size_t count)
{
    struct pn_writer w = pn_writer(log_text, sizeof log_text - 1);

    chain = (struct pn_audit_chain){ 0 };
    for (size_t i = 0; i < count; i++) {
        TEST_ASSERT_TRUE(
            pn_audit_chain_write(&chain, &w, pn_slice(members[i], strlen(members[i]))));
    }
    log_text[w.len] = '\0';
    return w.len;
}

void setUp(void)
{
}

void tearDown(void)
{
}

/* Hashes by sha256sum, of the bytes before `,"hash"`. */
static void lines_as_written(void)
{
    static const char *const members[] = { "\"kind\":\"event\"", "\"a\":1" };

    write_lines(members, 2);
    TEST_ASSERT_EQUAL_STRING(
        "{\"v\":1,\"seq\":1,\"prev\":\"" ZEROS "\",\"kind\":\"event\",\"hash\":"
        "\"536d1617c2f58280a68c1f86eedd64a2a588949bd6819baad397a28309139c97\"}\n"
        "{\"v\":1,\"seq\":2,\"prev\":"
        "\"536d1617c2f58280a68c1f86eedd64a2a588949bd6819baad397a28309139c97\",\"a\":1,\"hash\":"
        "\"1ade873291c0b7e46ce0e6579fea4e4a9210af88bb40ede029a57ece76eca65e\"}\n",
        log_text);
    TEST_ASSERT_EQUAL(2, chain.seq);
}

static enum pn_audit_line_state read_exact(const char *line, size_t len, struct pn_audit_line *out)
{
    char *exact = malloc(len > 0 ? len : 1);
    enum pn_audit_line_state state;

    memcpy(exact, line, len);
    state = pn_audit_line_read(pn_slice(exact, len), out);
    free(exact);
    return state;
}

static void reads_back(void)
{
    static const char *const members[] = { "\"kind\":\"event\"" };
    struct pn_audit_line line;
    struct pn_audit_chain before = { 0 };
    size_t len = write_lines(members, 1) - 1;

    TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE, pn_audit_line_read(pn_slice(log_text, len), &line));
    TEST_ASSERT_EQUAL(1, line.seq);
    TEST_ASSERT_TRUE(pn_audit_chain_follows(&before, &line));
    TEST_ASSERT_FALSE(pn_audit_chain_follows(&chain, &line));
    TEST_ASSERT_EQUAL_MEMORY(chain.hash, line.hash, sizeof line.hash);
    TEST_ASSERT_TRUE(pn_slice_equal(line.members, PN_SLICE("\"kind\":\"event\"")));
}

static void no_byte_can_change(void)
{
    static const char *const members[] = { "\"kind\":\"event\",\"detail\":\"x\"" };
    struct pn_audit_line line;
    size_t len = write_lines(members, 1) - 1;

    for (size_t at = 0; at < len; at++) {
        for (int value = 0; value < 256; value++) {
            char kept = log_text[at];
            if ((char)value == kept) continue;
            log_text[at] = (char)value;
            TEST_ASSERT_NOT_EQUAL(PN_AUDIT_LINE_WHOLE, read_exact(log_text, len, &line));
            log_text[at] = kept;
        }
    }
    for (size_t cut = 0; cut < len; cut++) {
        TEST_ASSERT_NOT_EQUAL(PN_AUDIT_LINE_WHOLE, read_exact(log_text, cut, &line));
        TEST_ASSERT_NOT_EQUAL(PN_AUDIT_LINE_WHOLE, read_exact(log_text + len - cut, cut, &line));
    }
    log_text[len] = '}';
    TEST_ASSERT_NOT_EQUAL(PN_AUDIT_LINE_WHOLE, read_exact(log_text, len + 1, &line));
}

/* A form that means the same is another text; with its own hash it still is no line of ours. */
static void other_forms(void)
{
    static const char *const rows[] = {
        "",
        "{}",
        "\n",
        "{\"v\":1,\"seq\":0,",
        "{\"v\":1,\"seq\":01,\"prev\":\"" ZEROS "\",",
        "{\"v\":2,\"seq\":1,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "\"}",
        "{\"v\":1,\"seq\":,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "\"}",
        "{\"v\":1,\"seq\":01,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "\"}",
        "{\"v\":1,\"seq\":18446744073709551615,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS
        "\"}",
        "{\"v\":1,\"seq\":99999999999999999999,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS
        "\"}",
        "{\"v\":1,\"seq\":1,\"prev\":\"" ZEROS "0\",\"a\":1,\"hash\":\"" ZEROS "\"}",
        "{\"v\":1,\"seq\":1,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "0\"}",
        "{\"v\":1,\"seq\":1,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "\" }",
        "{\"v\":1, \"seq\":1,\"prev\":\"" ZEROS "\",\"a\":1,\"hash\":\"" ZEROS "\"}",
    };
    struct pn_audit_line line;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ASSERT_EQUAL_MESSAGE(PN_AUDIT_LINE_FORM, read_exact(rows[i], strlen(rows[i]), &line),
                                  rows[i]);
    }
}

static void overlong(void)
{
    static char members[PN_AUDIT_LINE_BYTES * 2];
    static uint8_t out[PN_AUDIT_LINE_BYTES * 3];
    struct pn_audit_line line;
    struct pn_audit_chain c = { .seq = UINT64_MAX - 2 };
    struct pn_writer w = pn_writer(out, sizeof out);

    memset(members, 'x', sizeof members);
    /* The longest record fits beside the longest sequence. */
    TEST_ASSERT_TRUE(pn_audit_chain_write(&c, &w, pn_slice(members, PN_AUDIT_BODY_BYTES)));
    TEST_ASSERT_TRUE(w.len <= PN_AUDIT_LINE_BYTES);
    TEST_ASSERT_EQUAL(PN_AUDIT_LINE_WHOLE, pn_audit_line_read(pn_slice(out, w.len - 1), &line));
    w.len = 0;
    TEST_ASSERT_TRUE(pn_audit_chain_write(&c, &w, pn_slice(members, sizeof members)));
    TEST_ASSERT_EQUAL(PN_AUDIT_LINE_FORM, pn_audit_line_read(pn_slice(out, w.len - 1), &line));
}

static void no_room_changes_nothing(void)
{
    uint8_t *out = malloc(300);
    struct pn_audit_chain c = { 0 }, empty = { 0 };
    struct pn_writer whole = pn_writer(out, 300);
    size_t need;

    TEST_ASSERT_TRUE(pn_audit_chain_write(&c, &whole, PN_SLICE("\"a\":1")));
    need = whole.len;
    for (size_t room = 0; room <= need; room++) {
        uint8_t *exact = malloc(room > 0 ? room : 1);
        struct pn_writer w = pn_writer(exact, room);

        c = empty;
        TEST_ASSERT_EQUAL(room == need, pn_audit_chain_write(&c, &w, PN_SLICE("\"a\":1")));
        if (room < need) TEST_ASSERT_EQUAL_MEMORY(&empty, &c, sizeof c);
        if (room < need) TEST_ASSERT_EQUAL(0, w.len);
        TEST_ASSERT_FALSE(w.full);
        free(exact);
    }
    free(out);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(lines_as_written);
    RUN_TEST(reads_back);
    RUN_TEST(no_byte_can_change);
    RUN_TEST(other_forms);
    RUN_TEST(overlong);
    RUN_TEST(no_room_changes_nothing);
    return UNITY_END();
}
