/* operators.h - who may come in at the admin listener, read again while the gateway runs.
 *
 * The control thread looks every few seconds and on SIGHUP at the files that operators were read from at
 * the start. What is new takes the place of all of the old at once; where it cannot be used, all stays as
 * it is. That nobody at all is left is no good file: the listener would be open to everybody. Reading
 * YAML is the caller's, who lends a function.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_OPERATORS_H
#define PN_LINUX_OPERATORS_H

#include "core/postern.h"
#include "platforms/linux/seen_file.h"
#include "platforms/linux/serve.h"

enum { PN_OPERATORS_CHANGE_BYTES = 256 };

struct pn_operators {
    const struct pn_device *device;
    const struct pn_serve_operators *reader; /* NULL: they stay as they are */
    struct pn_door_rules sets[2];
    const struct pn_door_rules *current;
    struct pn_seen_file seen[2];
    uint32_t seen_count;
    uint64_t look_ms;                       /* when the files are looked at next */
    bool due;                               /* a change waits to be read */
    char change[PN_OPERATORS_CHANGE_BYTES]; /* "new: ana; other: bo; gone: cy", ended by NUL */
};

/* Begin in zeroed memory, with those that the device has. */
void pn_operators_make(struct pn_operators *o, const struct pn_device *device,
                       const struct pn_serve_operators *reader);

/* Look whether a file has changed, if it is time to; pn_operators_hurry() makes it time.
 *
 *   PN_OPERATORS_SAME     nothing was read
 *   PN_OPERATORS_NEW      `current` is another one, which must be used from now on: texts of the one
 *                         before are gone. `change` says who is another; empty: nobody
 *   PN_OPERATORS_REFUSED  told; all stays as it was */
enum pn_operators_news { PN_OPERATORS_SAME, PN_OPERATORS_NEW, PN_OPERATORS_REFUSED };
enum pn_operators_news pn_operators_watch(struct pn_operators *o, uint64_t now_ms);
void pn_operators_hurry(struct pn_operators *o);

#endif
