/* dev_compile.h - the compiler process of `postern serve --dev`.
 *
 * It compiles the bundle, seals it with the run's throw-away key, hands it over, and does so again
 * whenever a file of the bundle changes or SIGHUP comes. A bundle that does not compile is a
 * complaint, and the gateway keeps the policy it has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_DEV_COMPILE_H
#define TOOLS_DEV_COMPILE_H

#include "tools/key_file.h"

enum dev_message { DEV_POLICY, DEV_COMPLAINT };

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
