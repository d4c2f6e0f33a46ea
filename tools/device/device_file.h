/* device_file.h - the device file: a YAML map that becomes a struct pn_device.
 *
 *     listen:
 *       - 127.0.0.1:8080             # plain
 *       - at: 0.0.0.0:8443           # TLS
 *         tls:
 *           certificate: desk.pem    # with its chain, leaf first
 *           key: desk.key            # read again when either file changes, and on SIGHUP
 *           others: [{certificate: b.pem, key: b.key}]   # for clients that name their hosts
 *           client_roots: agents.pem # who may sign certificates of clients that are no SVIDs
 *           trust_bundles: {example.org: example.pem}   # who may sign X.509-SVIDs, by trust domain
 *           clients: required        # or optional
 *     tls:
 *       roots: system                # who may sign for https upstreams: the system's, or a file's
 *       certificates: [{certificate: c.pem, key: c.key, hosts: [api.example.com]}]   # ours, for these
 *     admin:                         # or an address alone, where nobody is asked who he is
 *       at: 127.0.0.1:9901           # another than loopback needs operators and tls
 *       tls: {certificate: gate.pem, key: gate.key, client_roots: ops.pem}    # as of a listener
 *       operators:
 *         - {name: ana, role: operator, key_sha256: 9f86...}   # postern admin key new
 *         - {name: bo, role: viewer, certificate: bo.ops.example}
 *         - {name: gil, role: viewer, password: $argon2id$...}   # postern admin password new
 *       operators_file: operators.yaml   # a map with such a list
 *       hosts: [gate.example.com]    # what it is called, beside its address
 *       origins: [https://console.example.com]   # whose pages may call it
 *     public_url: https://gate.example.com   # what clients call the gateway; else as they do
 *     workers: 1
 *     user: postern                # NAME or NAME:GROUP, when root starts it; see platforms/linux
 *     state: /var/lib/postern
 *     policy:
 *       file: policy.blob            # a sealed policy, read at start and on SIGHUP
 *       keys: [signer.pub]           # whose signatures are believed, until a key set replaces it
 *       roots: [r1.pub, r2.pub]      # who may sign key sets; without any there are none
 *       threshold: 2                 # so many of them have to; 2 where there are two
 *       key_set: keys.set            # a signed key set, read before the policy, at the same times
 *       device: gw-17
 *       groups: [edge]
 *       tenant: 00112233445566778899aabbccddeeff
 *       bytes_max: 4194304           # of a sealed policy; so much is kept for each of several
 *     credentials:
 *       openai: {env: OPENAI_API_KEY}
 *       crm: {file: /run/secrets/crm}
 *       pay: {systemd: pay-token}    # in $CREDENTIALS_DIRECTORY, as the service manager gives it
 *       hr: {vault: hr-token}
 *     vault: {file: secrets.vault, passphrase: {systemd: vault-passphrase}}   # or key: {file: vault.key}
 *     audit: {file: audit.jsonl, sync: interval, sync_every: 1s, facts: read, mask: [R.attr.x]}
 *     resolver: {nameservers: ["10.0.0.53"]}
 *     limits: {body_bytes_max: 8388608}     # every name of core/limits.def
 *
 * Relative paths are relative to the device file. Unknown keys are errors with a suggestion; where secrets
 * are is read here, and what they are only by the gateway.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEVICE_FILE_H
#define TOOLS_DEVICE_FILE_H

#include "core/audit/audit_writer.h"
#include "core/device.h"
#include "tools/compile/diagnostics.h"

/* Every default; no keys, no credentials, no policy file. Texts are constant. */
void device_defaults(struct pn_device *device);

enum device_keys {
    DEVICE_KEYS_NEEDED, /* a file without policy.keys is an error */
    DEVICE_KEYS_FOLLOW, /* the caller adds one */
};

/* Read the device file into `device`, whose defaults were set. What it refers to lives in `arena`.
 * False when `diagnostics` has errors. */
bool device_file_read(struct arena *arena, struct diagnostics *diagnostics, const char *path,
                      enum device_keys need, struct pn_device *device);

/* Read again who may come in at the admin listener of a device that runs, from where its operators were
 * (device->operators_path, operators_here): all else of `*rules` is as it was. What they refer to lives in
 * `arena`. False when `diagnostics` has errors; nobody at all is one. */
bool device_operators_read(struct arena *arena, struct diagnostics *diagnostics,
                           const struct pn_device *device, struct pn_door_rules *rules);

/* Offer every variable of the environment as a credential: as it is spelled, and in lower case with
 * "-" for "_", so that OPENAI_API_KEY is also openai-api-key. For development without a device
 * file. */
void device_credentials_from_environment(struct arena *arena, struct pn_device *device);

/* Read "127.0.0.1:8080" or "[::1]:8080". False when it is not that. */
bool device_read_address(struct pn_slice text, struct port_net_addr *address);

#endif
