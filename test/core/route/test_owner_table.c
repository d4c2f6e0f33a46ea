/* Who answers for what; malformed tables refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/owner_table.h"

#include <stdlib.h>
#include <string.h>

#include "unity.h"

static const uint8_t models[3 * PN_MODEL_BYTES], servers[PN_SERVER_BYTES];
static const char strings[] = "anabo";

void setUp(void)
{
}

void tearDown(void)
{
}

struct row {
    uint8_t records[40];
    size_t len;
    bool good;
};

#define RECORD(what, zero, index, at, len) what, zero, index, 0, at, 0, 0, 0, len, 0, 0, 0

static const struct row rows[] = {
    { { 0 }, 0, true },
    { { RECORD(1, 0, 0, 0, 3), RECORD(1, 0, 2, 3, 2), RECORD(2, 0, 0, 5, 0) }, 36, true },
    { { RECORD(1, 0, 2, 0, 5) }, 12, true },
    { { RECORD(1, 0, 2, 0, 5) }, 11, false },
    { { RECORD(0, 0, 0, 0, 3) }, 12, false },
    { { RECORD(3, 0, 0, 0, 3) }, 12, false },
    { { RECORD(1, 1, 0, 0, 3) }, 12, false },
    { { RECORD(1, 0, 3, 0, 3) }, 12, false },
    { { RECORD(2, 0, 1, 0, 3) }, 12, false },
    { { RECORD(1, 0, 0, 1, 5) }, 12, false },
    { { RECORD(1, 0, 0, 6, 0) }, 12, false },
    { { RECORD(1, 0, 1, 0, 3), RECORD(1, 0, 1, 0, 3) }, 24, false },
    { { RECORD(1, 0, 1, 0, 3), RECORD(1, 0, 0, 0, 3) }, 24, false },
    { { RECORD(2, 0, 0, 0, 3), RECORD(1, 0, 0, 0, 3) }, 24, false },
};

static struct pn_route_table table_of(const uint8_t *records, size_t len)
{
    return (struct pn_route_table){ .strings = pn_slice(strings, 5),
                                    .models = pn_slice(models, sizeof models),
                                    .servers = pn_slice(servers, sizeof servers),
                                    .owners = pn_slice(records, len) };
}

static void test_tables(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *exact = malloc(rows[i].len + 1);
        memcpy(exact, rows[i].records, rows[i].len);
        struct pn_route_table table = table_of(exact, rows[i].len);
        TEST_ASSERT_EQUAL(rows[i].good, pn_owner_table_check(&table));
        free(exact);
    }
}

static void test_owners(void)
{
    struct pn_route_table table = table_of(rows[1].records, rows[1].len);

    TEST_ASSERT_EQUAL_MEMORY("ana", pn_owner_of(&table, PN_OWNS_MODEL, 0).at, 3);
    TEST_ASSERT_EQUAL_size_t(0, pn_owner_of(&table, PN_OWNS_MODEL, 1).len);
    TEST_ASSERT_EQUAL_MEMORY("bo", pn_owner_of(&table, PN_OWNS_MODEL, 2).at, 2);
    TEST_ASSERT_EQUAL_size_t(2, pn_owner_of(&table, PN_OWNS_MODEL, 2).len);
    TEST_ASSERT_EQUAL_size_t(0, pn_owner_of(&table, PN_OWNS_SERVER, 0).len);
    table.owners.len = 0;
    TEST_ASSERT_EQUAL_size_t(0, pn_owner_of(&table, PN_OWNS_MODEL, 0).len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_tables);
    RUN_TEST(test_owners);
    return UNITY_END();
}
