/* Any bytes as a policy: what opens must decide, list and explain without fault, its self-tests too.
 *
 * Damage that keeps the CBOR frame whole goes deeper, so the input is either a body as it is, or
 * (first byte 0xFF, or 0xFE and 0xFD for the one with layers in modes edge and cerbos54) a list of
 * changes to a sample policy of test/policy: four bytes of position, one of value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/self_test.h"
#include "test/policy/sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pn_asm samples[3];
static uint8_t changed[sizeof samples[0].body];

/* The sample that the first byte asks for. */
static struct pn_slice sample_of(uint8_t first)
{
    struct pn_asm *a = &samples[0xFF - first];

    if (a->body_len > 0) return pn_slice(a->body, a->body_len);
    if (first == 0xFF) return pn_sample_policy(a);
    return pn_sample_layers(a, first == 0xFE ? PN_MODE_EDGE : PN_MODE_CERBOS54);
}

static struct pn_slice change_sample(const uint8_t *data, size_t size)
{
    struct pn_slice body = sample_of(data[0]);

    memcpy(changed, body.at, body.len);
    for (size_t i = 1; i + 5 <= size; i += 5) changed[pn_load32(data + i) % body.len] = data[i + 4];
    return pn_slice(changed, body.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct pn_policy policy;
    static struct pn_self_test_room room;
    struct pn_slice body =
        size > 0 && data[0] >= 0xFD ? change_sample(data, size) : pn_slice(data, size);
    uint8_t *exact = malloc(body.len > 0 ? body.len : 1);

    if (body.len > 0) memcpy(exact, body.at, body.len);
    if (pn_policy_open(&policy, pn_slice(exact, body.len)) == PN_POLICY_GOOD) {
        for (uint32_t seed = 0; seed < 4; seed++)
            pn_sample_decide(&policy, seed * 40503u + body.at[body.len / 2]);
        pn_self_tests_run(&policy, &room);
    }
    free(exact);
    return 0;
}
