/* SPDX-License-Identifier: Apache-2.0 */
/* label: unit slow */
/* test_starved.c - with too little memory, nothing verifies that should not, and nothing crashes.
 *
 * Each size of the arena gets its own process, since memory is lent once in a life. As the arena
 * grows, every allocation of the library fails in turn. */
/* links: linux */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/seal/keyset.h"
#include "unity.h"

enum { STEP = 64, MOST = 16384, WORKS = 0, FAULTS = 10, WRONG = 20 };

void setUp(void)
{
}

void tearDown(void)
{
}

static int in_child(size_t bytes)
{
    static const struct pn_slice secret = PN_SLICE_INIT("a secret of thirty-two bytes, ok");
    static const struct pn_slice public_hex =
        PN_SLICE_INIT("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
                      "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
    static const struct pn_slice signature_hex =
        PN_SLICE_INIT("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
                      "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8");
    uint8_t key[64], signature[64], digest[32], out[64];
    void *arena = malloc(bytes);
    enum port_crypto_verdict verify, wrong, sign;

    pn_key_text_hex(public_hex, key, 64);
    pn_key_text_hex(signature_hex, signature, 64);
    port_sha256("sample", 6, digest);
    if (port_crypto_init(arena, bytes) != PORT_CRYPTO_GOOD) return FAULTS;
    verify = port_es256_verify(key, digest, signature);
    signature[63] ^= 1;
    wrong = port_es256_verify(key, digest, signature);
    sign = port_es256_sign(secret.at, digest, out);
    if (wrong == PORT_CRYPTO_GOOD) return WRONG;
    if (verify == PORT_CRYPTO_BAD_SIGNATURE) return WRONG + 1; /* a fault must say that it is one */
    if (sign != PORT_CRYPTO_GOOD && sign != PORT_CRYPTO_FAULT) return WRONG + 2;
    return verify == PORT_CRYPTO_GOOD && sign == PORT_CRYPTO_GOOD ? WORKS : FAULTS;
}

static void test_every_arena_size(void)
{
    size_t least = 0;

    for (size_t bytes = 0; bytes <= MOST; bytes += STEP) {
        pid_t child = fork();
        int status = -1;

        if (child == 0) _exit(in_child(bytes));
        TEST_ASSERT_EQUAL(child, waitpid(child, &status, 0));
        TEST_ASSERT_TRUE_MESSAGE(WIFEXITED(status), "crashed");
        TEST_ASSERT_TRUE(WEXITSTATUS(status) == WORKS || WEXITSTATUS(status) == FAULTS);
        if (WEXITSTATUS(status) == WORKS && least == 0) least = bytes;
    }
    printf("least arena that verifies and signs: %zu bytes\n", least);
    TEST_ASSERT_TRUE(least > STEP);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_every_arena_size);
    return UNITY_END();
}
