/* vault.h - one file of secrets, sealed with AES-256-GCM.
 *
 * The key is given by the device (32 bytes), or derived from a passphrase by Argon2id, at the cost and
 * with the salt that the file's head says. Deriving is the caller's (port_argon2id.h), as are files
 * and locked memory: here is only what the bytes mean, in memory that the caller lends, so firmware
 * reads a vault from flash as a host does from a file.
 *
 * The file, numbers little-endian:
 *
 *     at   bytes
 *      0     8    "PNVAULT1"
 *      8     1    where the key comes from: 1 a passphrase, 2 given
 *      9     1    lanes of Argon2id     (RFC 9106, version 0x13; these four are 0 with a given key)
 *     10     1    passes
 *     11     1    0
 *     12     4    memory, KiB
 *     16    16    salt
 *     32    12    nonce; random, another one each time the file is written
 *     44     4    N, bytes of the sealed text, at most PN_VAULT_TEXT_BYTES_MAX
 *     48     N    the text, sealed; bytes 0 to 47 are authenticated with it
 *   48 + N  16    tag
 *
 * Nothing follows. The text is a row of entries, their names in ascending order of bytes, each once:
 *
 *      0     1    L, bytes of the name, 1 to 64: A-Z a-z 0-9 . _ -
 *      1     2    M, bytes of the value, 1 to 4096
 *      3     8    when it was set, Unix time
 *     11     L    name
 *    11+L    M    value
 *
 * A key that is not right and a file that was altered are the same answer. The head is believed only
 * as far as is harmless before it is authenticated: a cost beyond port_argon2id.h's limits, of memory,
 * of passes and of both together, is refused. A
 * file that was replaced by an older one of its own is not told from it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_VAULT_H
#define PN_VAULT_H

#include "core/base/writer.h"
#include "port/port_argon2id.h"
#include "port/port_crypto.h"

enum {
    PN_VAULT_HEAD_BYTES = 48,
    PN_VAULT_SALT_BYTES = 16,
    PN_VAULT_TEXT_BYTES_MAX = 65536,
    PN_VAULT_BYTES_MAX = PN_VAULT_HEAD_BYTES + PN_VAULT_TEXT_BYTES_MAX + PORT_GCM_TAG_BYTES,
    PN_VAULT_NAME_BYTES_MAX = 64,
    PN_VAULT_VALUE_BYTES_MAX = 4096
};

/* What reading, changing or sealing came to; all but GOOD leave no secret behind. */
enum pn_vault_verdict {
    PN_VAULT_NOT_ONE, /* not a vault, or of a version that is not known here */
    PN_VAULT_GOOD,
    PN_VAULT_CUT,       /* shorter or longer than its head says, or larger than any is */
    PN_VAULT_COST,      /* its cost is beyond the limits */
    PN_VAULT_SHUT,      /* another key, or the file was altered */
    PN_VAULT_MALFORMED, /* rightly sealed, and not what is described above */
    PN_VAULT_FULL,      /* the memory lent is too small for its text */
    PN_VAULT_FAULT      /* the cryptographic library failed */
};

/* A sentence for people, such as "The passphrase or key is not this vault's, or ...". */
struct pn_slice pn_vault_sentence(enum pn_vault_verdict verdict);

enum pn_vault_key { PN_VAULT_KEY_NONE, PN_VAULT_KEY_PASSPHRASE, PN_VAULT_KEY_GIVEN };

struct pn_vault_head {
    uint8_t key;                    /* enum pn_vault_key */
    struct port_argon2id_cost cost; /* PASSPHRASE */
    uint8_t salt[PN_VAULT_SALT_BYTES];
};

/* Read how the key of `file` is made. GOOD, NOT_ONE, CUT or COST; whether it is true is known only
 * when it was opened. */
enum pn_vault_verdict pn_vault_read_head(struct pn_slice file, struct pn_vault_head *head);

/* A vault that is open, in memory of the caller's, to be wiped by him. */
struct pn_vault {
    uint8_t *text; /* entries, as above */
    size_t len, max;
};

/* Open `file` into `v`, whose text and max are set. Any verdict; unless it is GOOD the text is all zero. */
enum pn_vault_verdict pn_vault_open(struct pn_vault *v, struct pn_slice file,
                                    const uint8_t key[PORT_AES256_KEY_BYTES]);

struct pn_vault_entry {
    struct pn_slice name, value; /* lie in the vault */
    uint64_t set_unix;
};

/* The entry at `*at`, which goes on to the next; begin with 0. False at the end. */
bool pn_vault_next(const struct pn_vault *v, size_t *at, struct pn_vault_entry *entry);

/* The entry of that name; false: there is none. */
bool pn_vault_find(const struct pn_vault *v, struct pn_slice name, struct pn_vault_entry *entry);

/* May it be a name? */
bool pn_vault_name_is_good(struct pn_slice name);

/* Put an entry in, in place of one of its name. GOOD; FULL, or MALFORMED when name or value cannot be
 * one: then nothing has changed. */
enum pn_vault_verdict pn_vault_set(struct pn_vault *v, const struct pn_vault_entry *entry);

/* Take an entry out. False: there was none. */
bool pn_vault_remove(struct pn_vault *v, struct pn_slice name);

/* Append the sealed file to `w`. `nonce` is random and never used before.
 * GOOD, FAULT, or FULL when it does not fit: then nothing of it is in `w`. */
enum pn_vault_verdict pn_vault_seal(const struct pn_vault *v, const struct pn_vault_head *head,
                                    const uint8_t key[PORT_AES256_KEY_BYTES],
                                    const uint8_t nonce[PORT_GCM_NONCE_BYTES], struct pn_writer *w);

#endif
