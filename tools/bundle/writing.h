/* writing.h - the gateway's sections while they are written.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BUNDLE_WRITING_H
#define TOOLS_BUNDLE_WRITING_H

#include "tools/bundle/bundle.h"

struct writing {
    struct bundle *bundle;
    const struct image *image;
    struct image pool; /* of which only the strings are used */
    struct bytes *sections;
};

/* Append a text, which is once in the pool, to a record: its place and length. */
void writing_text(struct writing *w, struct bytes *record, struct pn_slice text);

/* Who issues tokens, and what is attached to whom. */
void writing_issuers(struct writing *w);
void writing_attachments(struct writing *w);

#endif
