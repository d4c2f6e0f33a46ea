/* SPDX-License-Identifier: Apache-2.0 */
/* test_session.c - session ids belong to one key at one server of one device. */
#include "core/route/session.h"
#include "unity.h"

#include <stdlib.h>

static uint8_t device[32], other_device[32], key[32], other_key[32];

void setUp(void)
{
    memset(device, 1, sizeof device);
    memset(other_device, 2, sizeof other_device);
    memset(key, 3, sizeof key);
    memset(other_key, 3, sizeof other_key);
    other_key[31] = 4;
}

void tearDown(void)
{
}

static struct pn_slice seal(struct pn_slice id, uint8_t *out, size_t max)
{
    struct pn_session_owner owner = { PN_SLICE("crm"), key };
    struct pn_writer w = pn_writer(out, max);

    pn_session_seal(&w, device, &owner, id);
    return pn_written(&w);
}

static bool opens(const uint8_t *under, const char *server, const uint8_t *digest,
                  struct pn_slice sealed)
{
    struct pn_session_owner owner = { pn_slice(server, strlen(server)), digest };
    struct pn_slice id;

    return pn_session_open(under, &owner, sealed, &id);
}

static void test_its_owner_gets_the_servers_id_back(void)
{
    static const struct pn_slice ids[] = {
        PN_SLICE_INIT("s"),
        PN_SLICE_INIT("1868a90c-2f5c"),
        PN_SLICE_INIT("a.b.c"),
        PN_SLICE_INIT("0123456789abcdef.0123456789abcdef"),
    };

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        uint8_t bytes[128];
        struct pn_slice sealed = seal(ids[i], bytes, sizeof bytes), id = { NULL, 0 };
        struct pn_session_owner owner = { PN_SLICE("crm"), key };
        TEST_ASSERT_EQUAL(ids[i].len + 33, sealed.len);
        TEST_ASSERT_TRUE(pn_session_open(device, &owner, sealed, &id));
        TEST_ASSERT_TRUE(pn_slice_equal(ids[i], id));
    }
}

static void test_nobody_else_does(void)
{
    uint8_t bytes[128];
    struct pn_slice sealed = seal(PN_SLICE("session"), bytes, sizeof bytes);

    TEST_ASSERT_TRUE(opens(device, "crm", key, sealed));
    TEST_ASSERT_FALSE(opens(device, "crm", other_key, sealed));
    TEST_ASSERT_FALSE(opens(device, "crn", key, sealed));
    TEST_ASSERT_FALSE(opens(device, "", key, sealed));
    TEST_ASSERT_FALSE(opens(other_device, "crm", key, sealed));
}

static void test_every_change_and_every_cut_is_seen(void)
{
    uint8_t bytes[128];
    struct pn_slice sealed = seal(PN_SLICE("session"), bytes, sizeof bytes);

    for (size_t i = 0; i < sealed.len; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes[i] ^= (uint8_t)(1 << bit);
            TEST_ASSERT_FALSE(opens(device, "crm", key, sealed));
            bytes[i] ^= (uint8_t)(1 << bit);
        }
        uint8_t *cut = malloc(i > 0 ? i : 1);
        memcpy(cut, bytes, i);
        TEST_ASSERT_FALSE(opens(device, "crm", key, pn_slice(cut, i)));
        free(cut);
    }
    TEST_ASSERT_TRUE(opens(device, "crm", key, sealed));
}

/* Moving a byte from the server's name to the id, or an id of no bytes, makes no other session. */
static void test_an_id_cannot_be_read_two_ways(void)
{
    uint8_t bytes[128], moved[128];
    struct pn_slice sealed = seal(PN_SLICE("xid"), bytes, sizeof bytes);

    memcpy(moved, bytes + 1, sealed.len - 1);
    TEST_ASSERT_FALSE(opens(device, "crmx", key, pn_slice(moved, sealed.len - 1)));
    sealed = seal(PN_SLICE(""), bytes, sizeof bytes);
    TEST_ASSERT_FALSE(opens(device, "crm", key, sealed));
}

static void test_a_full_writer_is_marked(void)
{
    uint8_t bytes[39];

    TEST_ASSERT_EQUAL(0, seal(PN_SLICE("session"), bytes, sizeof bytes).len);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_its_owner_gets_the_servers_id_back);
    RUN_TEST(test_nobody_else_does);
    RUN_TEST(test_every_change_and_every_cut_is_seen);
    RUN_TEST(test_an_id_cannot_be_read_two_ways);
    RUN_TEST(test_a_full_writer_is_marked);
    return UNITY_END();
}
