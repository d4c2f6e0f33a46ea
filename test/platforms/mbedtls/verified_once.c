/* verified_once.c - port_es256_verify(), remembered: for tests that start a gateway thousands of times over the same few
 * signatures and are not about signatures. A test asks for it with the note `remembers: signatures`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "port/port_crypto.h"

#include <string.h>

enum { PLACES = 4096 };

struct question {
    uint8_t public_key[PORT_ES256_PUBLIC_BYTES], digest[PORT_DIGEST_BYTES];
    uint8_t signature[PORT_ES256_SIGNATURE_BYTES];
};

static struct {
    struct question question;
    enum port_crypto_verdict verdict; /* 0: nothing is known */
} places[PLACES];

/* The linker puts them in the places of the true one. */
enum port_crypto_verdict __real_port_es256_verify(const uint8_t *public_key, const uint8_t *digest,
                                                  const uint8_t *signature);
enum port_crypto_verdict __wrap_port_es256_verify(const uint8_t *public_key, const uint8_t *digest,
                                                  const uint8_t *signature);

enum port_crypto_verdict __wrap_port_es256_verify(const uint8_t *public_key, const uint8_t *digest,
                                                  const uint8_t *signature)
{
    struct question asked;

    memcpy(asked.public_key, public_key, sizeof asked.public_key);
    memcpy(asked.digest, digest, sizeof asked.digest);
    memcpy(asked.signature, signature, sizeof asked.signature);
    size_t place = (digest[0] | (size_t)digest[1] << 8 | (size_t)signature[0] << 4) % PLACES;
    if (places[place].verdict == 0 || memcmp(&places[place].question, &asked, sizeof asked) != 0) {
        places[place].question = asked;
        places[place].verdict = __real_port_es256_verify(public_key, digest, signature);
    }
    return places[place].verdict;
}
