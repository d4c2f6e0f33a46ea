/* device_paths.h - the files that a gateway opens by name once it runs as its own user.
 *
 * What is secret among them has checks of its own; here each is told once, whatever it is for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DOCTOR_DEVICE_PATHS_H
#define TOOLS_DOCTOR_DEVICE_PATHS_H

#include "tools/doctor/examination.h"

enum device_path {
    DEVICE_PATH_PLAIN,   /* read: policies, certificates, roots */
    DEVICE_PATH_SECRET,  /* read: private keys, credentials, the vault */
    DEVICE_PATH_WRITTEN, /* a folder, or a file in one that others are made in */
};

/* Call `see` with each; never with what a service manager hands over. */
void device_paths_each(const struct examination *x,
                       void (*see)(const struct examination *x, const char *path,
                                   enum device_path is));

#endif
