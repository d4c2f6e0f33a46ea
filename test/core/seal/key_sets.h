/* SPDX-License-Identifier: Apache-2.0 */
/* key_sets.h - signed key sets for tests, right and wrong. */
#ifndef PN_TEST_KEY_SETS_H
#define PN_TEST_KEY_SETS_H

#include "test/core/seal/sealed.h"
#include "tools/keyset_make.h"

enum { KEY_SETS_ROOTS = 6, KEY_SETS_WORKERS = 4 };

/* Root keys 0 to KEY_SETS_ROOTS - 1; working keys, of which 0 is sealed_author(). */
const struct pn_key_pair *key_sets_root(int which);
const struct pn_key_pair *key_sets_worker(int which);

/* What a device file says: the author may sign policies, roots 0, 1 and 2 key sets, two of three. */
const struct pn_keyset *key_sets_provisioned(void);

/* A wish like what is provisioned, as version `version`. */
struct pn_keyset_wish key_sets_wish(uint32_t version);

/* Put the key in or out. Putting in what is in another role aborts. */
void key_sets_add(struct pn_keyset_wish *wish, const struct pn_key_pair *pair, uint8_t roles);
void key_sets_remove(struct pn_keyset_wish *wish, const struct pn_key_pair *pair);
void key_sets_revoke(struct pn_keyset_wish *wish, const struct pn_key_pair *pair);

struct key_set {
    uint8_t bytes[PN_KEYSET_BYTES_MAX];
    size_t len;
};

static inline struct pn_slice key_set_slice(const struct key_set *set)
{
    return pn_slice(set->bytes, set->len);
}

/* Write a key set, signed by the root keys whose digits are in `roots`, such as "01"; 'w' is
 * working key 0 and 's' the stranger. Nothing is asked of the wish: it may be nonsense. */
void key_set_make(struct key_set *out, const struct pn_keyset_wish *wish, const char *roots);

/* The same around a payload of any bytes. */
void key_set_raw(struct key_set *out, struct pn_slice payload, const char *roots);

/* The payload that a wish becomes, as it is. */
struct pn_slice key_set_payload(const struct pn_keyset_wish *wish);

/* What pn_keyset_document_check() says, from a block of exactly the size. */
enum pn_seal_refusal key_set_verdict(const struct pn_keyset *held, struct pn_slice document);

#endif
