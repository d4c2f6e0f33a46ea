/* issuer_places_read.h - identity.yaml: where a device asks an issuer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_ISSUER_PLACES_READ_H
#define TOOLS_ISSUER_PLACES_READ_H

#include "tools/bundle/bundle.h"

struct issuer_places {
    const struct yaml_node *issuer, *jwks, *jwks_uri, *discovery, *introspection, *egress;
};

/* Read where its keys are fetched and where tokens are asked about; an error where there is neither,
 * nor keys in the bundle, or keys of two kinds. Nodes may be NULL but for `issuer`. */
void issuer_places_read(struct bundle *bundle, const struct issuer_places *places,
                        struct bundle_issuer *issuer);

#endif
