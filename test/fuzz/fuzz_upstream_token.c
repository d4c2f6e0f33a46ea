/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_upstream_token.c - any bytes as what an authorization server answers.
 *
 * Bytes before the first line end are the status, the rest is the body. Whatever it was, what is sent
 * to an upstream afterwards is one word, and there is a token or a reason why there is none. */
/* links: linux */
#include <stdlib.h>
#include <string.h>

#include "core/pass_desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pn_pass_token token;
static struct pn_pass_digest digest;
static struct pn_pass_desk desk;
static struct pn_json_key places[64];
static struct pn_json_keys keys;

static void must(bool holds)
{
    if (!holds) abort();
}

static void begin(void)
{
    static const uint8_t seed[16] = { 1 };
    struct pn_pass pass = { .kind = PN_PASS_CLIENT, .client_id = PN_SLICE("gate") };
    struct pn_upstream to = { .host = PN_SLICE("login"), .port = 80 };
    struct pn_pass_ask ask = { .pass = &pass, .to = &to, .mono_s = 100 };

    memset(&token, 0, sizeof token);
    pn_pass_desk_init(&desk, &token, &digest, 1);
    pn_json_keys_init(&keys, places, 64, seed);
    must(pn_pass_hold(&desk, &ask) == 0);
    must(pn_pass_due(&desk, 100) == 0);
}

static void check(void)
{
    struct pn_slice bearer = pn_pass_bearer(&desk, 0, 100);
    bool there = pn_pass_step(&desk, 0, 100) == PN_DONE;

    must(there == (bearer.len > 0));
    must(there || token.reason != PN_REASON_NONE);
    must(bearer.len <= PN_PASS_TOKEN_BYTES);
    for (size_t i = 0; i < bearer.len; i++) must(bearer.at[i] > ' ' && bearer.at[i] < 0x7F);
    must(!there || (token.fresh_until_s <= token.ends_s && token.ends_s <= 100 + 86400));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice all = pn_slice(data, size);
    struct pn_slice head = pn_slice_head(all, pn_slice_find(all, '\n'));
    struct pn_slice body = pn_slice_from(all, head.len < size ? head.len + 1 : size);
    uint64_t status = 0;

    begin();
    if (!pn_slice_decimal(head, 999, &status)) status = 200;
    uint8_t *exact = malloc(body.len + 1);
    if (body.len > 0) memcpy(exact, body.at, body.len);
    struct pn_pass_answer answer = { .status = (uint16_t)status,
                                     .body = pn_slice(exact, body.len),
                                     .mono_s = 100 };
    pn_pass_answered(&desk, 0, &answer, &keys);
    free(exact);
    check();
    return 0;
}
