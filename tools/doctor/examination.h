/* examination.h - the checks of postern doctor, by what they look at.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DOCTOR_EXAMINATION_H
#define TOOLS_DOCTOR_EXAMINATION_H

#include "core/config.h"
#include "core/device.h"
#include "core/install.h"
#include "tools/doctor/findings.h"

/* The machine, as the gateway would meet it. */
struct doctor_machine {
    int64_t now_unix;
    uint32_t uid, gid;         /* as whom the gateway will run */
    uint64_t open_files_max;   /* UINT64_MAX: any number */
    uint64_t locked_bytes_max; /* of memory that may be locked; likewise */
    uint64_t secrets_bytes_min,
        secrets_bytes_max; /* what it locks for its secrets, as they may be */
    int landlock_abi, landlock_abi_whole;
    bool seccomp, entropy;
    const char *roots_path; /* of the system, for upstreams; NULL: it has none */
    const struct pn_host *hosts;
    uint32_t host_count;
    const struct port_net_addr *nameservers;
    uint32_t nameserver_count;
    /* Would reading this file again leave a folder open to the gateway where others keep what is theirs?
     * Then which, in `folder` of 4096 bytes. */
    bool (*is_broad)(const char *path, char *folder);
};

struct examination {
    struct findings *findings;
    const struct pn_device *device;
    struct doctor_machine machine;
    struct pn_install *install; /* as the gateway's would be after a start; NULL: not known */
};

/* Clock, descriptors, what the sandbox needs, chance, the admin listener. */
void examine_machine(const struct examination *x);

/* Modes of what is secret, the state folder, room for the audit log. */
void examine_files(const struct examination *x);

/* When certificates end. */
void examine_certificates(const struct examination *x);

/* What a gateway would make of its state folder and the files that it installs: which policy would be in
 * force, until when, under whose key. Works on a copy in `folder`. */
void examine_policy(struct examination *x, struct port_store *store);

/* Whether upstreams and issuers of that policy answer, and prove who they are. */
void examine_reach(const struct examination *x, struct port_net *net);

#endif
