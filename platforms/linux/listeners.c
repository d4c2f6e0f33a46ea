/* see listeners.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "platforms/linux/log.h"
#include "platforms/linux/net/shim.h"

enum { FIRST_HANDED = 3, NOBODY = -1 };

union bound {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct sockaddr_un local;
};

static bool bound_at(int listener, union bound *at)
{
    socklen_t bytes = sizeof *at;

    memset(at, 0, sizeof *at);
    return getsockname(listener, &at->any, &bytes) == 0;
}

/* Family 0 for what is no internet address. */
static struct port_net_addr address_of(const union bound *at)
{
    struct port_net_addr address = { .family = 0 };

    if (at->any.sa_family == AF_INET) {
        address.family = 4;
        address.port = ntohs(at->four.sin_port);
        memcpy(address.ip, &at->four.sin_addr, 4);
    } else if (at->any.sa_family == AF_INET6) {
        address.family = 6;
        address.port = ntohs(at->six.sin6_port);
        memcpy(address.ip, &at->six.sin6_addr, 16);
    }
    return address;
}

static const char *address_text(const struct port_net_addr *at, char text[PN_LISTENER_TEXT_BYTES])
{
    char ip[INET6_ADDRSTRLEN] = "?";

    inet_ntop(at->family == 6 ? AF_INET6 : AF_INET, at->ip, ip, sizeof ip);
    snprintf(text, PN_LISTENER_TEXT_BYTES, at->family == 6 ? "[%s]:%u" : "%s:%u", ip,
             (unsigned)at->port);
    return text;
}

const char *pn_listener_text(int listener, char text[PN_LISTENER_TEXT_BYTES])
{
    union bound at;

    if (!bound_at(listener, &at)) return "?";
    struct port_net_addr address = address_of(&at);
    if (address.family != 0) return address_text(&address, text);
    if (at.any.sa_family != AF_UNIX) {
        snprintf(text, PN_LISTENER_TEXT_BYTES, "family %u", (unsigned)at.any.sa_family);
        return text;
    }
    snprintf(text, PN_LISTENER_TEXT_BYTES, "unix:%s%s", at.local.sun_path[0] ? "" : "@",
             at.local.sun_path + (at.local.sun_path[0] ? 0 : 1));
    return text;
}

/* --- handed over --- */

static bool is_loopback(const struct port_net_addr *at)
{
    static const uint8_t six[16] = { [15] = 1 };

    if (at->family == 4) return at->ip[0] == 127;
    return at->family == 6 && memcmp(at->ip, six, sizeof six) == 0;
}

/* A virtual machine's host, or whoever else a family brings, is another machine. */
static bool is_of_this_machine(const union bound *at)
{
    struct port_net_addr address = address_of(at);

    return at->any.sa_family == AF_UNIX || is_loopback(&address);
}

static bool same(const struct port_net_addr *a, const struct port_net_addr *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->ip, b->ip, 16) == 0;
}

/* The place of the listener with that name or address; NULL: there is none. */
static int *place_of(struct pn_listeners *l, const struct pn_device *d, const char *name,
                     const struct port_net_addr *at)
{
    if (strcmp(name, "admin") == 0 || same(&d->admin, at)) return &l->admin;
    for (uint32_t i = 0; i < d->listen_count; i++) {
        char own[24];
        snprintf(own, sizeof own, "listen%u", i + 1);
        if (strcmp(name, own) == 0 || same(&d->listen[i], at)) return &l->listen[i];
    }
    return strcmp(name, "listen") == 0 ? &l->listen[0] : NULL;
}

static bool is_listening(int fd)
{
    int value = 0;
    socklen_t bytes = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &bytes) == 0 && value == 1;
}

static bool refuse(int fd, const char *name, const char *why)
{
    char text[PN_LISTENER_TEXT_BYTES];

    pn_log(PN_LOG_ERROR, "the service manager's socket %d (%s, %s) %s", fd, name,
           pn_listener_text(fd, text), why);
    return false;
}

static bool take(struct pn_listeners *l, const struct pn_device *d, int fd, const char *name)
{
    union bound bound;

    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (!bound_at(fd, &bound) || !is_listening(fd)) {
        return refuse(fd, name, "does not listen: the unit wants ListenStream and Accept=no");
    }
    struct port_net_addr at = address_of(&bound);
    int *place = place_of(l, d, name, &at);
    if (!place) {
        return refuse(fd, name,
                      "is no listener of the device file: give it one's address, or "
                      "FileDescriptorName=listen1, listen2 or admin");
    }
    if (*place != NOBODY) return refuse(fd, name, "is for a listener that has another one");
    if (place == &l->admin && is_loopback(&d->admin) && !is_of_this_machine(&bound)) {
        return refuse(fd, name, "would open the admin listener to the network");
    }
    *place = fd;
    return true;
}

/* Take the next name off the list. */
static void next_name(struct pn_listeners *l, char name[64])
{
    size_t len = l->names ? strcspn(l->names, ":") : 0;

    snprintf(name, 64, "%.*s", (int)len, len > 0 ? l->names : "");
    if (l->names) l->names += len + (l->names[len] == ':' ? 1 : 0);
}

static bool take_handed(struct pn_listeners *l, const struct pn_device *d)
{
    const char *process = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    long fds = count ? strtol(count, NULL, 10) : 0;
    bool good = true;

    if (!process || strtol(process, NULL, 10) != (long)getpid()) return true;
    l->names = getenv("LISTEN_FDNAMES");
    for (long i = 0; good && i < fds; i++) {
        char name[64];
        next_name(l, name);
        good = take(l, d, FIRST_HANDED + (int)i, name);
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return good;
}

/* --- bound here --- */

static bool bind_one(int *listener, const struct port_net_addr *at, const char *what)
{
    char text[PN_LISTENER_TEXT_BYTES];

    if (*listener != NOBODY) return true;
    *listener = shim_listener_open(at);
    if (*listener >= 0) return true;
    pn_log(PN_LOG_ERROR, "cannot listen on %s (%s): %s", address_text(at, text), what,
           strerror(-*listener));
    return false;
}

bool pn_listeners_open(struct pn_listeners *l, const struct pn_device *device)
{
    l->admin = NOBODY;
    for (uint32_t i = 0; i < device->listen_count; i++) l->listen[i] = NOBODY;
    if (!take_handed(l, device)) return false;
    for (uint32_t i = 0; i < device->listen_count; i++) {
        if (!bind_one(&l->listen[i], &device->listen[i], "listen")) return false;
    }
    return bind_one(&l->admin, &device->admin, "admin");
}
