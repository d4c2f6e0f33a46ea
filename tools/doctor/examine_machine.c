/* see examination.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/device_values.h"
#include "tools/doctor/examination.h"

enum {
    BUILT_UNIX = 1735689600, /* 2025-01-01: no clock that is right says an earlier time */
    SOCKETS_BESIDE = 100,    /* of a worker, beside its connections */
};

static void examine_sandbox(const struct examination *x)
{
    const struct doctor_machine *m = &x->machine;

    if (m->landlock_abi < m->landlock_abi_whole) {
        finding_add(x->findings, FINDING_ADVICE, "landlock",
                    "use a kernel of 6.12 or newer with lsm=landlock, and a container runtime that "
                    "lets it through; --sandbox=strict does not start without",
                    "this kernel's Landlock has ABI %d of %d", m->landlock_abi,
                    m->landlock_abi_whole);
    }
    if (!m->seccomp) {
        finding_add(x->findings, FINDING_ADVICE, "seccomp",
                    "use a kernel with CONFIG_SECCOMP_FILTER on x86-64 or aarch64; "
                    "--sandbox=strict does not start without",
                    "system calls cannot be filtered here");
    }
    if (m->uid == 0) {
        finding_add(x->findings, FINDING_ADVICE, "runs_as_root",
                    "say `user: postern` in the device file, or --user; the service unit does it",
                    "the gateway would run as root");
    }
}

/* The vault and values read later may take the more of it: then a replacement fails, not the start. */
static void examine_locked(const struct examination *x)
{
    const struct doctor_machine *m = &x->machine;
    bool starts = m->locked_bytes_max >= m->secrets_bytes_min;

    if (m->locked_bytes_max >= m->secrets_bytes_max) return;
    finding_add(x->findings, starts ? FINDING_ADVICE : FINDING_FAULT, "locked_memory",
                "raise LimitMEMLOCK= of the unit (ulimit -l; --ulimit memlock= of a container)",
                "%llu KiB of memory may be locked, secrets take %llu to %llu%s",
                (unsigned long long)m->locked_bytes_max / 1024,
                (unsigned long long)m->secrets_bytes_min / 1024,
                (unsigned long long)m->secrets_bytes_max / 1024,
                starts ? "" : ": the gateway does not start");
}

void examine_machine(const struct examination *x)
{
    const struct pn_device *d = x->device;
    const struct doctor_machine *m = &x->machine;
    uint64_t files = (uint64_t)d->workers * (d->limits.connections_max + SOCKETS_BESIDE);

    if (m->now_unix < BUILT_UNIX) {
        finding_add(x->findings, FINDING_FAULT, "clock_unset",
                    "set the clock, or have a policy.time_keys key tell the time (PUT /v1/time); "
                    "no token and no certificate is believed meanwhile",
                    "the clock does not know the time");
    }
    if (!m->entropy) {
        finding_add(x->findings, FINDING_FAULT, "entropy",
                    "wait until the kernel has gathered some, or give the machine a source of it",
                    "the system gives no random bytes");
    }
    if (m->open_files_max < files) {
        finding_add(x->findings, FINDING_FAULT, "open_files",
                    "raise LimitNOFILE= of the unit (ulimit -n), or lower limits.connections_max",
                    "%llu descriptors are allowed, %llu needed for all connections",
                    (unsigned long long)m->open_files_max, (unsigned long long)files);
    }
    examine_locked(x);
    if (d->door.operator_count == 0) {
        finding_add(x->findings, FINDING_ADVICE, "admin_open",
                    "name operators under admin: (postern admin key new)",
                    "the admin listener asks nobody who he is: whoever is on this machine may "
                    "install policies%s",
                    device_is_loopback(&d->admin) ? "" : ", and others too");
    }
    examine_sandbox(x);
}
