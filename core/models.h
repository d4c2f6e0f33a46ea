/* models.h - GET /v1/models: the models that the caller may use, and no others.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MODELS_H
#define PN_MODELS_H

#include "core/exchange.h"

/* Answer with the list, or with the one model that the path names; 404 MODEL_UNKNOWN when there is no
 * such model or the caller may not see it. */
void pn_models_answer(struct pn_exchange *x);

#endif
