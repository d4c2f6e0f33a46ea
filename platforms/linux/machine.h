/* machine.h - what this machine has, for who asks before the gateway runs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_MACHINE_H
#define PN_LINUX_MACHINE_H

#include "core/postern.h"
#include "platforms/linux/landlock.h"
#include "platforms/linux/resolv_conf.h"
#include "platforms/linux/secrets.h"

struct pn_machine {
    uint32_t uid, gid;              /* as whom the gateway would run */
    uint64_t open_files_max;        /* UINT64_MAX: any number */
    uint64_t locked_bytes_max;      /* of memory that may be locked; likewise */
    struct pn_secrets_size secrets; /* what would be */
    int landlock_abi;
    bool seccomp, entropy;
};

/* False, told, when the user of the device file is nobody. */
bool pn_machine_look(const struct pn_device *device, struct pn_machine *found);

/* The one store, and the one loop's sockets, of a command. NULL: it cannot be. */
struct port_store *pn_machine_store(const char *folder, uint32_t slot_bytes);
struct port_net *pn_machine_net(uint32_t sockets_max);

#endif
