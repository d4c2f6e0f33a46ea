/* sandbox.h - the process shuts itself in once it has all that it needs.
 *
 * Three steps of pn_serve(): before the state is opened, pn_sandbox_enter() gives up rights and core
 * dumps; when everything is made and there is one thread, pn_sandbox_shut() restricts files and
 * ports; when all threads are there, and none has served anybody, pn_sandbox_seal() restricts system
 * calls for all of them.
 *
 * `off` leaves files, ports and calls as they are. `best-effort` applies what the kernel has and logs
 * what it lacks. `strict` starts with all of it or not at all, not as root, and not where a file that is read
 * again stands in a folder that others use.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_LINUX_SANDBOX_H
#define PN_LINUX_SANDBOX_H

#include "core/postern.h"
#include "platforms/linux/certificates.h"
#include "platforms/linux/landlock.h"
#include "platforms/linux/secrets.h"

/* What goes on being opened and done: files that are read again when they change, and signals. */
struct pn_sandbox_needs {
    const struct pn_certificates *certificates;
    const struct pn_secrets *secrets;
    enum pn_landlock_signals signals;
};

/* Each: false, told on standard error, when the gateway must not start. What was reached is in
 * `system`. A signal of our own goes to the compiler process of --dev only. */
bool pn_sandbox_enter(const struct pn_device *device, struct pn_system *system);
bool pn_sandbox_shut(const struct pn_device *device, const struct pn_sandbox_needs *needs,
                     struct pn_system *system);
bool pn_sandbox_seal(const struct pn_device *device, struct pn_system *system);

/* For the compiler process of --dev, once it is whom it is to be: no capability, no socket, nothing
 * executed or written, nobody signalled; it reads what its user may. False, told: it must not begin. */
bool pn_sandbox_compiler(const struct pn_device *device);

#endif
