/* Any bytes as a policy: what opens must decide, list and explain without fault.
 *
 * Damage that keeps the CBOR frame whole goes deeper, so the input is either a body as it is, or
 * (first byte 0xFF) a list of changes to the sample policy of test/policy: four bytes of position,
 * one of value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "test/policy/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pn_asm sample;
static uint8_t changed[sizeof sample.body];

static struct pn_slice change_sample(const uint8_t *data, size_t size)
{
    struct pn_slice body =
        sample.body_len > 0 ? pn_slice(sample.body, sample.body_len) : pn_sample_policy(&sample);

    memcpy(changed, body.at, body.len);
    for (size_t i = 0; i + 5 <= size; i += 5) changed[pn_load32(data + i) % body.len] = data[i + 4];
    return pn_slice(changed, body.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pn_policy policy;
    struct pn_slice body =
        size > 0 && data[0] == 0xFF ? change_sample(data + 1, size - 1) : pn_slice(data, size);
    uint8_t *exact = malloc(body.len > 0 ? body.len : 1);

    if (body.len > 0) memcpy(exact, body.at, body.len);
    if (pn_policy_open(&policy, pn_slice(exact, body.len)) == PN_POLICY_GOOD) {
        for (uint32_t seed = 0; seed < 4; seed++)
            pn_sample_decide(&policy, seed * 40503u + body.at[body.len / 2]);
    }
    free(exact);
    return 0;
}
