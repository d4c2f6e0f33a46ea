/* certificates.h - certificates, keys and roots as files: read at the start, and again when they change.
 *
 * The control thread looks at the files every few seconds and on SIGHUP. When all of them are good what
 * is new goes to the workers; where one is not, all stays as it is, and the log says why.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_CERTIFICATES_H
#define PN_LINUX_CERTIFICATES_H

#include "core/postern.h"
#include "platforms/linux/seen_file.h"

enum {
    PN_FILES_SEEN_MAX = (PN_LISTENERS_MAX + 1) * (2 * PN_DEVICE_PAIRS_MAX + PORT_TLS_TRUSTS_MAX) +
                        2 * PN_DEVICE_PAIRS_MAX + 1
};

struct pn_certificates {
    const struct pn_device *device;
    struct pn_tls tls;
    struct port_tls *checker;     /* an engine that only looks */
    uint8_t *memory[PN_TLS_SETS]; /* of a set, one file behind the other */
    uint8_t *text;                /* of the file of roots that is being read */
    const char *roots_path;       /* of upstreams; NULL: there are none */
    struct pn_seen_file seen[PN_FILES_SEEN_MAX];
    uint32_t seen_count;
    uint64_t look_ms;           /* when the files are looked at next */
    bool due;                   /* a change waits to be read */
    uint32_t reloads, refusals; /* since the start */
    int64_t end_s;              /* when the first of the certificates in force ends; 0: none */
};

/* Read all that the device file names. False, told on standard error, when something
 * cannot be used. `c` was zeroed. */
bool pn_certificates_make(struct pn_certificates *c, const struct pn_device *device);

/* Look whether a file has changed, if it is time to; pn_certificates_hurry() makes it time. True when
 * a set was put in force: wake the workers. */
bool pn_certificates_watch(struct pn_certificates *c, uint64_t now_ms);
void pn_certificates_hurry(struct pn_certificates *c);

/* Where this distribution keeps the roots that it trusts; NULL: nowhere. */
const char *pn_certificates_system(void);

#endif
