/* Argon2id against the vector of RFC 9106, 5.3, and three of the library's authors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/port_argon2id.h"

#include <stdio.h>
#include <stdlib.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

struct row {
    const char *name;
    struct port_argon2id_cost cost;
    const char *password, *salt, *secret, *data;
    const char *key; /* hexadecimal */
};

#define EIGHT(text) text text text text text text text text
#define ONES        EIGHT("\1\1\1\1")
#define TWOS        EIGHT("\2\2")

static const struct row rows[] = {
    { "RFC 9106, 5.3",
      { 32, 3, 4 },
      ONES,
      TWOS,
      EIGHT("\3"),
      "\4\4\4\4\4\4\4\4\4\4\4\4",
      "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659" },
    { "256 KiB",
      { 256, 2, 1 },
      "password",
      "somesalt",
      "",
      "",
      "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe" },
    { "two lanes",
      { 256, 2, 2 },
      "password",
      "somesalt",
      "",
      "",
      "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037" },
    { "64 MiB",
      { 65536, 2, 1 },
      "password",
      "somesalt",
      "",
      "",
      "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7" },
};

static struct pn_slice text(const char *of)
{
    return pn_slice(of, strlen(of));
}

static bool derive(const struct row *row, uint8_t key[PORT_ARGON2ID_BYTES])
{
    struct port_argon2id_input input = { text(row->password), text(row->salt), text(row->secret),
                                         text(row->data) };
    size_t bytes = port_argon2id_bytes(&row->cost);
    uint8_t *memory = malloc(bytes);

    TEST_ASSERT_NOT_NULL(memory);
    bool done = port_argon2id(&row->cost, &input, memory, key);
    for (size_t i = 0; done && i < bytes; i++) {
        if (memory[i] != 0) TEST_FAIL_MESSAGE("something is left in the memory");
    }
    free(memory);
    return done;
}

static void test_known_answers(void)
{
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        uint8_t key[PORT_ARGON2ID_BYTES];
        char hex[2 * PORT_ARGON2ID_BYTES + 1];

        TEST_ASSERT_TRUE_MESSAGE(derive(&rows[r], key), rows[r].name);
        for (size_t i = 0; i < sizeof key; i++) snprintf(hex + 2 * i, 3, "%02x", key[i]);
        TEST_ASSERT_EQUAL_STRING_MESSAGE(rows[r].key, hex, rows[r].name);
    }
}

static void test_an_empty_password_is_one(void)
{
    struct row row = { "", { 64, 1, 1 }, "", "somesalt", "", "", "" };
    uint8_t key[PORT_ARGON2ID_BYTES], zero[PORT_ARGON2ID_BYTES] = { 0 };

    TEST_ASSERT_TRUE(derive(&row, key));
    TEST_ASSERT_NOT_EQUAL(0, memcmp(key, zero, sizeof key));
}

static void test_what_is_beyond_the_limits(void)
{
    static const struct {
        struct port_argon2id_cost cost;
        const char *salt;
    } bad[] = {
        { { 0, 1, 1 }, "somesalt" },          { { 7, 1, 1 }, "somesalt" },
        { { 31, 1, 4 }, "somesalt" },         { { 64, 0, 1 }, "somesalt" },
        { { 64, 65, 1 }, "somesalt" },        { { 64, 1, 0 }, "somesalt" },
        { { 1024, 1, 17 }, "somesalt" },      { { 1048577, 1, 1 }, "somesalt" },
        { { UINT32_MAX, 1, 1 }, "somesalt" }, { { 64, UINT32_MAX, 1 }, "somesalt" },
        { { 1048576, 5, 1 }, "somesalt" },    { { 65537, 64, 1 }, "somesalt" },
        { { 64, 1, 1 }, "somesal" },
    };
    static const struct port_argon2id_cost good[] = {
        { 8, 1, 1 }, { 128, 64, 16 }, { 65536, 64, 1 }, { 1048576, 4, 1 }
    };
    uint8_t zero[PORT_ARGON2ID_BYTES] = { 0 };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct port_argon2id_input input = { text("password"), text(bad[i].salt), text(""),
                                             text("") };
        uint8_t key[PORT_ARGON2ID_BYTES] = { 1 };
        TEST_ASSERT_FALSE(port_argon2id(&bad[i].cost, &input, NULL, key));
        TEST_ASSERT_EQUAL_MEMORY(zero, key, sizeof key);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        TEST_ASSERT_TRUE(port_argon2id_cost_is_good(&good[i]));
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_known_answers);
    RUN_TEST(test_an_empty_password_is_one);
    RUN_TEST(test_what_is_beyond_the_limits);
    return UNITY_END();
}
