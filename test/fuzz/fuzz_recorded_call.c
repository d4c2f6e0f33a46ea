/* Any bytes as a line of an audit log: read or broken, never more than the line, and what is read is
 * found again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/base/assert.h"
#include "tools/simulate/recorded_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct recorded_call call;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *line = malloc(size > 0 ? size : 1); /* exactly as long */

    if (size > 0) memcpy(line, data, size);
    enum recorded_kind kind = recorded_call_read(&call, pn_slice(line, size));
    if (kind == RECORDED_DECISION) {
        PN_ASSERT(call.text[RECORDED_ACTION].len > 0);
        for (size_t i = 0; i < call.fact_count; i++) {
            const struct recorded_fact *fact = &call.facts[i];
            PN_ASSERT(recorded_fact_find(&call, fact->path, fact->hash) != NULL);
            PN_ASSERT(fact->state < PN_AUDIT_FACT_STATE_COUNT);
        }
    }
    free(line);
    return 0;
}
