/* serve.h - the gateway as a Linux process.
 *
 * The main thread is the control thread: it alone opens policies, writes slots, answers the admin
 * listener and takes signals. One thread writes the audit log, each worker is a thread. All memory
 * is taken before "ready"; after it nothing allocates, but to read operators again when their file has
 * changed.
 *
 *     SIGHUP            read the policy file and all that it shows and asks of others again; in
 *                       development, compile the bundle again
 *     SIGUSR1           begin a new audit log
 *     SIGTERM, SIGINT   drain: no new requests, those under way get `drain_ms`; then what is
 *                       left is cut off, with its end on record, and `gateway_stopped` is the last
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SERVE_H
#define PN_LINUX_SERVE_H

#include "core/postern.h"

/* Where sealed policies come from in development: a process of its own that compiles. */
struct pn_serve_feed {
    int socket;  /* messages: see feed.h; -1: there is none */
    int process; /* its pid, told to compile again by SIGHUP */
};

/* Reads who may come in at the admin listener again. False, told: the files cannot be used. What the rules
 * refer to lives until others were read, and then until the next call. */
struct pn_serve_operators {
    bool (*read)(void *context, struct pn_door_rules *rules);
    void *context;
};

/* Serve until told to stop. Returns the exit status: 0 stopped in order, 1 could not start (told on
 * standard error) or could not stop in order. `feed` NULL: there is none; `operators` NULL: they stay as
 * they are. */
int pn_serve(const struct pn_device *device, const struct pn_serve_feed *feed,
             const struct pn_serve_operators *operators);

/* Called when everything is made and nothing may be allocated any more, and when the gateway has
 * stopped; they do nothing. A program that watches the allocator defines its own. */
void pn_serve_is_ready(void);
void pn_serve_is_over(void);

#endif
