/* doctor.h - postern doctor: is this deployment in order, and what to do where it is not?
 *
 * It looks and changes nothing, also beside a gateway that runs. The checks are in examination.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DOCTOR_H
#define TOOLS_DOCTOR_H

#include "tools/doctor/examination.h"

/* What only a platform can do. */
struct doctor_platform {
    /* Find out what the machine has. False, told, when the user of the device file is nobody. */
    bool (*look)(const struct pn_device *device, struct doctor_machine *machine);
    /* A store on the files in a folder of our own, and sockets. NULL: it cannot be. */
    struct port_store *(*open_store)(const char *folder, uint32_t slot_bytes);
    struct port_net *(*open_net)(uint32_t sockets_max);
};

/* Run the command; its exit status. */
int tool_doctor(int argc, char **argv, const struct doctor_platform *platform);

#endif
