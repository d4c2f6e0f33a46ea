/* device_reading.h - one reading of a device file, and the parts of it that have files of their own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEVICE_READING_H
#define TOOLS_DEVICE_READING_H

#include "core/device.h"
#include "tools/compile/yaml.h"

/* What every part needs. */
struct device_reading {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const char *path; /* of the device file */
    struct pn_device *device;
    enum { VAULT_MISSING, VAULT_UNCLEAR } vault; /* UNCLEAR: why there is none was told already */
};

/* A path that the file names, from the folder of the file. The arena owns it. */
const char *device_path_from(struct device_reading *r, struct pn_slice text);

/* Read the map under `policy` and the one under `audit` (NULL: there is none) into the device.
 * Mistakes are diagnosed where they stand. */
void device_read_policy(struct device_reading *r, const struct yaml_node *node);
void device_read_audit(struct device_reading *r, const struct yaml_node *node);

/* Read the map under `vault`, then the one under `credentials`: where secrets are, not what they are. */
void device_read_vault(struct device_reading *r, const struct yaml_node *node);
void device_read_credentials(struct device_reading *r, const struct yaml_node *node);

/* Read an address and port into `*address`. */
void device_read_address_node(struct device_reading *r, const struct yaml_node *node,
                              struct port_net_addr *address);

/* Read what is under `admin`: an address, or the map that says who may come in there. */
void device_read_admin(struct device_reading *r, const struct yaml_node *node);

/* Read the map under the `tls` of a listener. */
void device_read_tls(struct device_reading *r, const struct yaml_node *node,
                     struct pn_device_tls *tls);

/* Read the list under `listen`, with the certificates of those that speak TLS, and the map under `tls`:
 * whom to trust among upstreams. */
void device_read_listen(struct device_reading *r, const struct yaml_node *node);
void device_read_upstream_tls(struct device_reading *r, const struct yaml_node *node);

#endif
