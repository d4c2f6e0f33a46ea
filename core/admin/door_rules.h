/* door_rules.h - who may come in at the admin listener: what the device file says of it.
 *
 * Without an operator nobody is asked who he is, and then the listener is on loopback only. Texts are
 * lent for as long as the rules are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_DOOR_RULES_H
#define PN_DOOR_RULES_H

#include "core/admin/operator.h"
#include "port/port_argon2id.h"

enum { PN_OPERATORS_MAX = 32, PN_DOOR_NAMES_MAX = 8, PN_ADMIN_KEY_DIGEST_BYTES = 32 };
enum { PN_PASSWORD_SALT_BYTES_MAX = 32, PN_PASSWORD_KIB_MAX = 65536 /* of its cost */ };

/* What an admin key begins with, as `postern admin key new` makes it: 256 random bits follow. */
#define PN_ADMIN_KEY_PREFIX "postern_admin_"

/* What is kept of a password. */
struct pn_password {
    struct port_argon2id_cost cost;
    uint8_t salt_len, salt[PN_PASSWORD_SALT_BYTES_MAX];
    uint8_t key[PORT_ARGON2ID_BYTES];
};

/* One operator, with one way or more to prove that he is it. */
struct pn_door_operator {
    struct pn_slice name;
    uint8_t role;   /* enum pn_operator_role */
    uint8_t by_key; /* 1: key_digest is the SHA-256 of a key */
    uint8_t key_digest[PN_ADMIN_KEY_DIGEST_BYTES];
    uint8_t by_password; /* 1: password is there */
    struct pn_password password;
    struct pn_slice certificate; /* SPIFFE identifier, DNS name or common name; empty: none */
};

struct pn_door_rules {
    struct pn_door_operator operators[PN_OPERATORS_MAX];
    uint32_t operator_count;
    struct pn_slice hosts[PN_DOOR_NAMES_MAX]; /* what the listener is called, beside its address */
    uint32_t host_count;
    struct pn_slice origins[PN_DOOR_NAMES_MAX]; /* whose pages may call it: scheme and authority */
    uint32_t origin_count;
};

#endif
