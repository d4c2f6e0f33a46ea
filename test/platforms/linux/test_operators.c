/* Operators that are read again while the gateway runs: who is another, and what stays when they cannot be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/operators.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unity.h"

static char path[64];
static struct pn_device device;
static struct pn_operators *o;
static struct pn_door_rules file; /* what the reader finds */
static bool readable;
static unsigned reads;

static bool read_file(void *context, struct pn_door_rules *rules)
{
    TEST_ASSERT_EQUAL_PTR(&file, context);
    reads++;
    memset(rules, 0x55, sizeof *rules);
    if (readable) *rules = file;
    return readable;
}

static const struct pn_serve_operators reader = { read_file, &file };

static struct pn_door_operator *add(struct pn_door_rules *rules, const char *name)
{
    struct pn_door_operator *who = &rules->operators[rules->operator_count++];

    *who = (struct pn_door_operator){ .name = pn_slice(name, strlen(name)),
                                      .role = PN_OPERATOR_VIEWER,
                                      .by_key = 1 };
    return who;
}

static void touch(const char *text)
{
    FILE *out = fopen(path, "w");

    TEST_ASSERT_NOT_NULL(out);
    TEST_ASSERT_TRUE(fputs(text, out) >= 0);
    fclose(out);
}

void setUp(void)
{
    snprintf(path, sizeof path, "/tmp/postern-operators-%d", (int)getpid());
    touch("1");
    memset(&device, 0, sizeof device);
    device.operators_path = path;
    add(&device.door, "ana");
    add(&device.door, "bo");
    file = device.door;
    readable = true;
    reads = 0;
    o = calloc(1, sizeof *o);
    pn_operators_make(o, &device, &reader);
}

void tearDown(void)
{
    unlink(path);
    free(o);
}

static void test_nothing_is_read_while_nothing_changes(void)
{
    TEST_ASSERT_EQUAL_PTR(&device.door, o->current);
    for (uint64_t ms = 1; ms < 60000; ms += 1000) {
        TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, pn_operators_watch(o, ms));
    }
    TEST_ASSERT_EQUAL(0, reads);
}

static void test_a_change_is_seen_in_two_seconds(void)
{
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, pn_operators_watch(o, 1));
    touch("22");
    file.operator_count = 1;
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, pn_operators_watch(o, 1999));
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, pn_operators_watch(o, 2001));
    TEST_ASSERT_EQUAL_STRING("gone: bo", o->change);
    TEST_ASSERT_EQUAL(1, o->current->operator_count);
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, pn_operators_watch(o, 4001));
}

static enum pn_operators_news hurry(void)
{
    pn_operators_hurry(o);
    return pn_operators_watch(o, 1);
}

static void test_who_is_another(void)
{
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("", o->change);
    file.operators[0].role = PN_OPERATOR_ADMIN;
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: ana", o->change);
    file.operators[0].key_digest[31] ^= 1;
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: ana", o->change);
    file.operators[1].certificate = PN_SLICE("bo.example");
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: bo", o->change);
    file.operators[1].by_password = 1;
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: bo", o->change);
    file.operators[1].password.key[0] ^= 1;
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: bo", o->change);
    file.operators[1].by_key = 0;
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("other: bo", o->change);
    file.operators[1].role = PN_OPERATOR_OPERATOR;
    file.operators[0].name = PN_SLICE("cy");
    add(&file, "dee");
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("new: cy, dee; other: bo; gone: ana", o->change);
}

static void test_what_cannot_be_read_changes_nothing(void)
{
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    const struct pn_door_rules *before = o->current;
    readable = false;
    for (int i = 0; i < 3; i++) TEST_ASSERT_EQUAL(PN_OPERATORS_REFUSED, hurry());
    TEST_ASSERT_EQUAL_PTR(before, o->current);
    TEST_ASSERT_EQUAL(2, o->current->operator_count);
    TEST_ASSERT_EQUAL_MEMORY("ana", o->current->operators[0].name.at, 3);
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME,
                      pn_operators_watch(o, 9001)); /* told once for each change */
    TEST_ASSERT_EQUAL(4, reads);
}

static void test_more_names_than_are_told(void)
{
    static char names[PN_OPERATORS_MAX][32];

    file.operator_count = 0;
    for (int i = 0; i < PN_OPERATORS_MAX; i++) {
        snprintf(names[i], sizeof names[i], "operator-%07d", i);
        add(&file, names[i]);
    }
    TEST_ASSERT_EQUAL(PN_OPERATORS_NEW, hurry());
    TEST_ASSERT_EQUAL_STRING("32 in all; more are others than fit here", o->change);
}

static void test_without_operators_or_a_reader(void)
{
    memset(o, 0, sizeof *o);
    device.operators_path = NULL;
    pn_operators_make(o, &device, &reader);
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, hurry());
    memset(o, 0, sizeof *o);
    device.operators_path = path;
    pn_operators_make(o, &device, NULL);
    TEST_ASSERT_EQUAL(PN_OPERATORS_SAME, hurry());
    TEST_ASSERT_EQUAL(0, reads);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_nothing_is_read_while_nothing_changes);
    RUN_TEST(test_a_change_is_seen_in_two_seconds);
    RUN_TEST(test_who_is_another);
    RUN_TEST(test_what_cannot_be_read_changes_nothing);
    RUN_TEST(test_more_names_than_are_told);
    RUN_TEST(test_without_operators_or_a_reader);
    return UNITY_END();
}
