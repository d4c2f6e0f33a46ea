/* device.h - what only the device knows: where it listens, whom it trusts, where things are kept.
 *
 * Read from the device file on the host (tools/device), handed to the platform as it is. Texts are
 * lent for the life of the process. Paths mean something only to platforms that have files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_DEVICE_H
#define PN_DEVICE_H

#include "core/admin/door_rules.h"
#include "core/config.h"
#include "core/freshness.h"
#include "core/seal/keyset.h"
#include "core/seal/manifest.h"
#include "port/port_tls.h"

enum { PN_LISTENERS_MAX = 8, PN_GROUPS_MAX = 32, PN_MASKS_MAX = 64, PN_CREDENTIALS_MAX = 128 };
enum { PN_DEVICE_PAIRS_MAX = 8, PN_PAIR_HOSTS_MAX = 16 };

/* Certificates of one listener, as files; no pair: it is plain. */
struct pn_device_tls {
    struct {
        const char *chain_path, *key_path;
    } pairs[PN_DEVICE_PAIRS_MAX];
    uint32_t pair_count;
    uint8_t clients; /* enum port_tls_clients */
    /* Whose certificates are believed: a trust domain of SPIFFE and the file of its roots; number 0,
     * without a domain, is for certificates that are no SVIDs, and has no path where none are. */
    struct pn_slice trust_domains[PORT_TLS_TRUSTS_MAX];
    const char *trust_paths[PORT_TLS_TRUSTS_MAX];
    uint32_t trust_count; /* 0, or with number 0 */
};

/* A certificate of ours for upstreams that ask for one, as files. */
struct pn_device_own {
    const char *chain_path, *key_path;
    struct pn_slice hosts[PN_PAIR_HOSTS_MAX]; /* that it is for, in lower case */
    uint32_t host_count;                      /* 0: for all that no other is for */
};

/* How far a process shuts itself in once it has what it needs. */
enum pn_sandbox_mode {
    PN_SANDBOX_OFF,
    PN_SANDBOX_BEST_EFFORT, /* as far as the system goes along */
    PN_SANDBOX_STRICT,      /* all of it, or it does not start */
};

/* Whether a crash may leave a core file. */
enum pn_core_dumps { PN_CORE_DUMPS_OFF, PN_CORE_DUMPS_ON };

/* Where the value of a credential is. */
enum pn_secret_place {
    PN_SECRET_NOWHERE,
    PN_SECRET_ENV,   /* a variable of the environment */
    PN_SECRET_FILE,  /* a file; one that the service manager gives, too */
    PN_SECRET_VAULT, /* the device's vault, by its name there */
};

struct pn_secret_ref {
    struct pn_slice name; /* of the credential; what is meant otherwise */
    const char *where;    /* variable, path, or name */
    uint32_t line;        /* of the device file; 0: not from there */
    uint8_t place;        /* enum pn_secret_place */
};

/* core/vault/vault.h, and what opens it: one of the two. */
struct pn_device_vault {
    const char *path; /* NULL: there is none */
    struct pn_secret_ref passphrase, key;
};

struct pn_device {
    struct port_net_addr listen[PN_LISTENERS_MAX];
    struct pn_device_tls
        tls[PN_LISTENERS_MAX + 1]; /* of each listener, and of the admin listener */
    uint32_t listen_count;
    struct port_net_addr admin;
    struct pn_door_rules door;  /* who may come in there */
    const char *operators_path; /* a file with operators of it; NULL: none */
    uint8_t operators_here;     /* 1: the device file has some itself */
    struct pn_slice public_url; /* scheme and authority; empty: as requests call it */
    uint32_t workers;

    /* Policy: whose, for whom, and how large. */
    struct pn_keyset keys;
    struct pn_slice device_id;
    struct pn_slice groups[PN_GROUPS_MAX];
    uint32_t group_count;
    uint8_t tenant[PN_TENANT_BYTES];
    uint32_t policy_bytes_max; /* of a sealed policy */
    uint32_t stale_after_s;    /* without a signed timestamp; 0 where on_stale is nothing */
    uint8_t on_stale;          /* enum pn_on_stale */
    const char *policy_path;   /* a sealed policy to install at start and reload; NULL: none */
    const char *keyset_path;   /* a signed key set, likewise, before the policy */

    const char *roots_path; /* of upstreams; NULL: the system's */
    struct pn_device_own own[PN_DEVICE_PAIRS_MAX];
    uint32_t own_count;
    const char *state_path; /* slots, device key, spools */

    const char *audit_path;
    uint64_t audit_rotate_bytes; /* 0: never */
    uint32_t audit_sync_ms;
    uint8_t audit_sync;  /* enum pn_audit_sync */
    uint8_t audit_facts; /* enum pn_audit_facts */
    struct pn_slice masked[PN_MASKS_MAX];
    uint32_t masked_count;

    struct pn_secret_ref credentials[PN_CREDENTIALS_MAX];
    uint32_t credential_count;
    struct pn_device_vault vault;
    struct port_net_addr nameservers[3];
    uint32_t nameserver_count; /* 0: the system's */
    struct pn_limits limits;

    const char *user;   /* NAME or NAME:GROUP to run as; NULL: whoever started it */
    uint8_t sandbox;    /* enum pn_sandbox_mode */
    uint8_t core_dumps; /* enum pn_core_dumps */

    const char *file_path; /* of the device file itself; NULL: there is none */
};

#endif
