/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena.c - blocks are apart, zeroed, aligned, and come back. */
/* links: linux */
#include "platforms/mbedtls/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "unity.h"

void setUp(void)
{
}

void tearDown(void)
{
}

static struct arena arena;
static void *memory;

static void begin(size_t bytes)
{
    memory = malloc(bytes);
    memset(memory, 0xEE, bytes);
    pn_arena_init(&arena, memory, bytes);
}

static void test_a_block_of_each_size(void)
{
    begin(65536);
    for (size_t bytes = 0; bytes < 5000; bytes++) {
        uint8_t *block = pn_arena_take(&arena, bytes);

        TEST_ASSERT_NOT_NULL(block);
        TEST_ASSERT_EQUAL(0, (uintptr_t)block % alignof(max_align_t));
        for (size_t i = 0; i < bytes; i++) TEST_ASSERT_EQUAL(0, block[i]);
        memset(block, 0xAB, bytes); /* the next one of this size is zeroed again */
        pn_arena_give(&arena, block);
        TEST_ASSERT_EQUAL(0, arena.used_bytes);
    }
    free(memory);
}

static void test_blocks_do_not_overlap(void)
{
    uint8_t *blocks[64];
    size_t count = 0;

    begin(16384);
    while (count < 64 && (blocks[count] = pn_arena_take(&arena, 10 + count * 7)) != NULL) {
        memset(blocks[count], (int)count, 10 + count * 7);
        count++;
    }
    TEST_ASSERT_TRUE(count > 20);
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < 10 + i * 7; at++) TEST_ASSERT_EQUAL(i, blocks[i][at]);
    }
    free(memory);
}

static void test_full_means_no(void)
{
    void *blocks[16];
    size_t count = 0;

    begin(1024);
    while ((blocks[count] = pn_arena_take(&arena, 100)) != NULL) count++;
    TEST_ASSERT_TRUE(count >= 7);
    TEST_ASSERT_NULL(pn_arena_take(&arena, 100));
    TEST_ASSERT_NULL(pn_arena_take(&arena, SIZE_MAX));
    TEST_ASSERT_NULL(pn_arena_take(&arena, 1 << 30));
    pn_arena_give(&arena, blocks[0]);
    TEST_ASSERT_EQUAL_PTR(blocks[0], pn_arena_take(&arena, 100));
    pn_arena_give(&arena, blocks[1]);
    TEST_ASSERT_EQUAL_PTR(blocks[1], pn_arena_take(&arena, 20)); /* a larger one serves */
    free(memory);
}

static void test_a_steady_load_takes_no_new_memory(void)
{
    uint8_t *fresh;

    begin(65536);
    for (int round = 0; round < 100; round++) {
        void *a = pn_arena_take(&arena, 72), *b = pn_arena_take(&arena, 1500),
             *c = pn_arena_take(&arena, 16);

        pn_arena_give(&arena, b);
        pn_arena_give(&arena, a);
        pn_arena_give(&arena, c);
        if (round == 0) fresh = arena.fresh;
    }
    TEST_ASSERT_EQUAL_PTR(fresh, arena.fresh);
    TEST_ASSERT_EQUAL(0, arena.used_bytes);
    TEST_ASSERT_TRUE(arena.used_bytes_max >= 72 + 1500 + 16);
    pn_arena_give(&arena, NULL);
    free(memory);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_block_of_each_size);
    RUN_TEST(test_blocks_do_not_overlap);
    RUN_TEST(test_full_means_no);
    RUN_TEST(test_a_steady_load_takes_no_new_memory);
    return UNITY_END();
}
