/* policy_load.h - the policy that a command was given, whatever form it has.
 *
 * A bundle folder is compiled; a folder of policy files without bundle.yaml is too, as Cerbos would
 * (mode cerbos54); a file is the body of `postern policy build` or a sealed policy. The signature
 * of a sealed policy is not checked: these commands look, they do not enforce.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_POLICY_LOAD_H
#define TOOLS_POLICY_LOAD_H

#include "tools/compile/diagnostics.h"

enum policy_load {
    POLICY_LOADED,
    POLICY_UNREADABLE, /* told on standard error */
    POLICY_WRONG,      /* a folder that does not compile: `diagnostics` has the errors */
};

struct policy_source {
    const char *path;
    bool is_folder;
    struct pn_slice sealed; /* a sealed policy as it is in its file; else empty */
    struct pn_slice body;
};

/* Load `path` into `source`. What it holds lives as long as `arena` and `diagnostics`. Notes may be
 * in `diagnostics` either way. */
enum policy_load policy_load(const char *program, const char *path, struct arena *arena,
                             struct diagnostics *diagnostics, struct policy_source *source);

/* True when `path` is a folder. */
bool path_is_folder(const char *path);

#endif
