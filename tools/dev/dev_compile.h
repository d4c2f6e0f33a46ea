/* dev_compile.h - the compiler process of `postern serve --dev`.
 *
 * It compiles the bundle, seals it with the run's throw-away key, hands it over, and does so again
 * whenever a file of the bundle changes or SIGHUP comes. A bundle that does not compile is a
 * complaint, and the gateway keeps the policy it has. What comes of a bundle that changed while it
 * was read is never handed over: half of it may be from before the change.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEV_COMPILE_H
#define TOOLS_DEV_COMPILE_H

#include "tools/key_file.h"

enum dev_message {
    DEV_POLICY,    /* sealed */
    DEV_COMPLAINT, /* lines for a person: errors, and notes among them */
    DEV_NOTES,     /* lines for a person, on the bundle whose policy comes next */
};

struct dev_compiler {
    const char *folder;
    struct pn_key_pair pair;
    /* Hand a message over; false when nobody takes it any more. */
    bool (*send)(void *context, enum dev_message kind, struct pn_slice bytes);
    void *context;
};

/* Compile, watch, compile again, until nobody takes the results. */
void dev_compile_run(const struct dev_compiler *compiler);

#endif
