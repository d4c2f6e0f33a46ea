/* config.h - what a gateway is told once, at its start, and what it counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_CONFIG_H
#define PN_CONFIG_H

#include "core/credential.h"
#include "core/identity/token_key.h"
#include "core/limits.h"
#include "core/shared.h"
#include "port/port_net.h"

struct pn_audit_ring;
struct pn_tls;

/* The time of one turn of the loop. */
struct pn_now {
    uint64_t mono_us; /* monotonic, for timeouts and durations */
    int64_t unix_ms;  /* wall clock, for expiry and records */
};

/* A name that resolves without asking: lines of a hosts file. */
struct pn_host {
    struct pn_slice name;
    struct port_net_addr address; /* its port is unused */
};

/* Which attribute values go into the audit record of a decision. */
enum pn_audit_facts {
    PN_AUDIT_FACTS_READ, /* those that the active policy's rules read */
    PN_AUDIT_FACTS_NONE,
    PN_AUDIT_FACTS_ALL,
};

struct pn_audit_config {
    struct pn_audit_ring *ring;    /* this worker's */
    const struct pn_slice *masked; /* paths whose values are recorded as masked */
    uint32_t masked_count;
    uint8_t facts;     /* enum pn_audit_facts */
    uint8_t sync_each; /* 1: no upstream byte before the record is on stable storage */
};

struct pn_config {
    struct pn_limits limits;
    struct pn_shared *shared;
    struct port_net *net;
    struct pn_audit_config audit;
    struct pn_credentials *credentials; /* NULL: the device knows none */
    const struct pn_host *hosts;
    uint32_t host_count;
    struct port_net_addr nameservers[3]; /* asked in turn */
    uint32_t nameserver_count;
    struct pn_tls *tls;         /* core/tls.h; NULL: this device speaks no TLS */
    uint32_t worker;            /* this loop's number, below PN_WORKERS_MAX */
    uint32_t boot_nonce;        /* random, the same for all workers: part of decision ids */
    uint8_t json_seed[16];      /* random: keys the hashes of JSON object keys */
    const uint8_t *device_key;  /* 32 bytes, kept across restarts: keys session ids and digests */
    struct pn_slice public_url; /* core/public_url.h; empty: as requests call it */
    struct pn_token_key *token_key; /* kept likewise: signs tokens of the gateway's own */
};

/* What happened, for /metrics. Each worker counts for itself; the reader adds them up. */
struct pn_stats {
#define PN_STAT(name, sentence) _Atomic uint32_t name;
#include "core/stats.def"
#undef PN_STAT
    _Atomic uint32_t refused[PN_REASON_COUNT]; /* answers by reason */
};

#endif
