/* see machine.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/machine.h"

#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platforms/linux/memory.h"
#include "platforms/linux/net/shim.h"
#include "platforms/linux/process.h"
#include "platforms/linux/seccomp.h"
#include "platforms/linux/store.h"

bool pn_machine_look(const struct pn_device *device, struct pn_machine *found)
{
    struct pn_user user = { geteuid(), getegid() };
    struct rlimit files = { 0, 0 }, locked = { 0, 0 };
    uint8_t byte;

    bool good = !device->user || pn_user_find(device->user, &user);
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)getrlimit(RLIMIT_MEMLOCK, &locked);
    *found = (struct pn_machine){
        .uid = user.uid,
        .gid = user.gid,
        .open_files_max = files.rlim_cur == RLIM_INFINITY ? UINT64_MAX : files.rlim_cur,
        .locked_bytes_max = locked.rlim_cur == RLIM_INFINITY ? UINT64_MAX : locked.rlim_cur,
        .secrets = pn_secrets_size(device),
        .landlock_abi = pn_landlock_abi(),
        .seccomp = pn_seccomp_possible(),
        .entropy = getrandom(&byte, 1, GRND_NONBLOCK) == 1,
    };
    return good;
}

struct port_store *pn_machine_store(const char *folder, uint32_t slot_bytes)
{
    struct port_store *store = pn_memory_reserve(sizeof *store);
    const char *where;

    if (!store || pn_store_open(store, folder, slot_bytes, &where) != PN_STORE_OPEN) return NULL;
    return store;
}

struct port_net *pn_machine_net(uint32_t sockets_max)
{
    size_t shim_size = shim_bytes(sockets_max + 1), net_size = port_net_bytes(sockets_max);
    void *shim_memory = pn_memory_reserve(shim_size), *net_memory = pn_memory_reserve(net_size);
    struct shim *shim = shim_memory ? shim_init(shim_memory, shim_size, sockets_max + 1) : NULL;

    if (!shim || !net_memory) return NULL;
    shim_enter(shim);
    return port_net_init(net_memory, net_size, sockets_max);
}
