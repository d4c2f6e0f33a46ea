/* resolv_conf.h - the system's name servers and hosts file, read once at the start.
 *
 * /etc/resolv.conf gives name servers (resolv.conf(5)), /etc/hosts names that resolve without asking
 * (hosts(5)). What cannot be read is as if it were empty; "localhost" always resolves.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_RESOLV_CONF_H
#define PN_LINUX_RESOLV_CONF_H

#include "core/postern.h"

enum { PN_HOSTS_MAX = 256, PN_HOSTS_TEXT_BYTES = 16384 };

struct pn_resolv_conf {
    struct port_net_addr nameservers[3];
    uint32_t nameserver_count;
    struct pn_host hosts[PN_HOSTS_MAX]; /* names lie in `text` */
    uint32_t host_count;
    uint8_t text[PN_HOSTS_TEXT_BYTES];
};

/* Fill `conf`, which was zeroed. Entries beyond the room are left out. */
void pn_resolv_conf_read(struct pn_resolv_conf *conf);

#endif
