/* terms.h - terms made shorter: joined where they differ in one variable only, and without those
 * that others contain.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_TERMS_H
#define TOOLS_TERMS_H

#include "tools/diff/contrast.h"

/* Join contrast->terms. The requests that they speak of stay the same. */
void terms_join(struct arena *arena, const struct variables *variables, struct contrast *contrast);

#endif
