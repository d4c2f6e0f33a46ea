/* bundle_folder.h - bundles written to disk by a test, and examples compiled.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_BUNDLE_FOLDER_H
#define TEST_BUNDLE_FOLDER_H

#include "tools/bundle/bundle.h"

struct bundle_folder {
    char path[64]; /* "." leads to it as well: the test changes into it */
    struct diagnostics diagnostics;
    struct bytes body;
};

/* A new folder with the least that compiles: bundle.yaml and an empty folder of policies. */
void bundle_folder_make(struct bundle_folder *folder);
void bundle_folder_write(struct bundle_folder *folder, const char *file, const char *text);

/* One model in it, gpt-4o, at port 9101 of this machine. */
void bundle_folder_model(struct bundle_folder *folder);

/* Compile it; true when it did. Messages as with policy_text_messages(), paths without the folder.
 */
bool bundle_folder_compile(struct bundle_folder *folder);
const char *bundle_folder_messages(const struct bundle_folder *folder);

/* Its messages hold that text, or do not; else the test fails. */
void bundle_folder_says(const struct bundle_folder *folder, const char *message);
void bundle_folder_says_not(const struct bundle_folder *folder, const char *message);

/* Remove the folder and forget the rest. */
void bundle_folder_remove(struct bundle_folder *folder);

#endif
