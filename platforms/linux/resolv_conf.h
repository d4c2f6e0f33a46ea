/* resolv_conf.h - the system's name servers and hosts file, read once at the start.
 *
 * /etc/resolv.conf gives name servers (resolv.conf(5)), /etc/hosts names that resolve unasked
 * (hosts(5)). Lines that cannot be understood are passed over, as the C library passes over them;
 * so are search domains and options, as names of upstreams are absolute. A file that cannot be read
 * is as if it were empty; of one larger than its room the last lines are not seen.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_RESOLV_CONF_H
#define PN_LINUX_RESOLV_CONF_H

#include "core/postern.h"

enum { PN_NAMESERVERS_MAX = 3, PN_HOSTS_MAX = 1024, PN_HOSTS_TEXT_BYTES = 65536 };

struct pn_resolv_conf {
    struct port_net_addr nameservers[PN_NAMESERVERS_MAX];
    uint32_t nameserver_count;
    struct pn_host hosts[PN_HOSTS_MAX]; /* names lie in `text` */
    uint32_t host_count;
    uint8_t text[PN_HOSTS_TEXT_BYTES];
};

/* Fill `conf`, which then stays where it is. Entries beyond the room are left out. Without a name
 * server there is that of this machine, 127.0.0.1, as resolv.conf(5) has it. */
void pn_resolv_conf_read(struct pn_resolv_conf *conf);

/* The same from other files. */
void pn_resolv_conf_read_files(struct pn_resolv_conf *conf, const char *resolv_path,
                               const char *hosts_path);

#endif
