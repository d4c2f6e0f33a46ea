/* store.h - port_store.h on the files of a state directory.
 *
 *     slot-a slot-b   a sealed policy each      log-a log-b   the log
 *     keys-a keys-b   key sets                  revoked-a revoked-b   what is revoked
 *     lock            held while a gateway runs
 *
 * The files behave like erased flash: what is not there reads as 0xFF. Nothing is allocated, and
 * after opening nothing is created, so a full disk shows when a policy is written, not later.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_STORE_H
#define PN_LINUX_STORE_H

#include "port/port_store.h"

struct port_store {
    int folder, lock;
    int file[PORT_STORE_AREA_COUNT];
    bool written[PORT_STORE_AREA_COUNT]; /* since the last sync */
    uint32_t slot_bytes;
};

enum pn_store_result {
    PN_STORE_FAILED, /* errno says why, `*where` names the file */
    PN_STORE_BUSY,   /* another process has the directory */
    PN_STORE_OPEN
};

/* Open the state directory `path`, made (0700) when only its last part is missing, for this
 * process alone. A slot has `slot_bytes`, rounded up to whole units: the largest sealed policy and
 * PN_SLOT_OVERHEAD_BYTES of core/seal/slots.h. `*where` is a constant: the name of the file that
 * failed, or "." for the directory. Unless OPEN, nothing stays open. */
enum pn_store_result pn_store_open(struct port_store *store, const char *path, uint32_t slot_bytes,
                                   const char **where);

/* Close the files; another gateway may then use the directory. */
void pn_store_shut(struct port_store *store);

#endif
