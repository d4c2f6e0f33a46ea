/* Why there is no policy: told by one thread, read whole or not at all by the others.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/absence.h"

#include <string.h>

#include "unity.h"

static struct pn_absence absence;
static uint8_t room[PN_ABSENCE_BYTES];

void setUp(void)
{
    pn_absence_init(&absence);
}

void tearDown(void)
{
}

static void expect_read(struct pn_slice name)
{
    TEST_ASSERT_TRUE(pn_slice_equal(name, pn_absence_read(&absence, room)));
}

static void test_nothing_is_known_at_first(void)
{
    expect_read(PN_SLICE(""));
}

static void test_the_last_one_told_is_read(void)
{
    pn_absence_tell(&absence, PN_SLICE("seal_sequence_older"));
    expect_read(PN_SLICE("seal_sequence_older"));
    pn_absence_tell(&absence, PN_SLICE("mode"));
    expect_read(PN_SLICE("mode"));
    pn_absence_tell(&absence, PN_SLICE(""));
    expect_read(PN_SLICE(""));
}

static void test_a_name_of_exactly_that_size_fits_and_a_longer_one_is_cut(void)
{
    uint8_t text[PN_ABSENCE_BYTES + 1];

    memset(text, 'x', sizeof text);
    for (size_t len = PN_ABSENCE_BYTES - 1; len <= sizeof text; len++) {
        pn_absence_tell(&absence, pn_slice(text, len));
        expect_read(pn_slice(text, len < PN_ABSENCE_BYTES ? len : PN_ABSENCE_BYTES));
    }
}

static void test_while_it_changes_nothing_is_read(void)
{
    pn_absence_tell(&absence, PN_SLICE("seal_digest"));
    atomic_fetch_add(&absence.version, 1);
    expect_read(PN_SLICE(""));
    atomic_fetch_add(&absence.version, 1);
    expect_read(PN_SLICE("seal_digest"));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_nothing_is_known_at_first);
    RUN_TEST(test_the_last_one_told_is_read);
    RUN_TEST(test_a_name_of_exactly_that_size_fits_and_a_longer_one_is_cut);
    RUN_TEST(test_while_it_changes_nothing_is_read);
    return UNITY_END();
}
