/* see secret_name.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/secret_name.h"

#include <string.h>

#define NAME_BYTES_MAX 64

/* Names, and ends of names: a client_secret is one as well. */
static const char *const whole[] = { "authorization", "cookie", "setcookie", "pin",
                                     "cvv",           "cvc",    "otp",       "jwt" };
static const char *const ends[] = { "password",  "passwd",     "passphrase", "pwd",
                                    "secret",    "secrets",    "token",      "apikey",
                                    "secretkey", "privatekey", "credential", "credentials",
                                    "accesskey" };

static bool is_end(struct pn_slice name, const char *end)
{
    size_t len = strlen(end);

    return name.len >= len && memcmp(name.at + name.len - len, end, len) == 0;
}

bool secret_name(struct pn_slice name)
{
    uint8_t plain[NAME_BYTES_MAX];
    struct pn_slice word = { plain, 0 };

    for (size_t i = 0; i < name.len && word.len < sizeof plain; i++) {
        uint8_t ch = pn_ascii_lower(name.at[i]);
        if (ch != '-' && ch != '_' && ch != ' ') plain[word.len++] = ch;
    }
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        if (word.len == strlen(whole[i]) && is_end(word, whole[i])) return true;
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (is_end(word, ends[i])) return true;
    }
    return false;
}
