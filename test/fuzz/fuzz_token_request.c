/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_token_request.c - any bytes as a form for the token endpoint: what is read lies in it. */
#include "core/token_request.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void within(const uint8_t *form, size_t size, struct pn_slice text)
{
    if (text.len == 0) return;
    if (text.at < form || text.at + text.len > form + size) abort();
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < ' ' || text.at[i] == 0x7f) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *form = malloc(size > 0 ? size : 1);
    struct pn_token_request request;
    struct pn_slice word;

    if (size > 0) memcpy(form, data, size);
    if (pn_token_request_read(form, size, &request) == PN_REASON_NONE) {
        if (request.holds_s == 0 || request.resource.len == 0) abort();
        if (request.grant == PN_GRANT_NONE) abort();
        within(form, size, request.subject);
        within(form, size, request.resource);
        within(form, size, request.agent);
        within(form, size, request.task);
        while (pn_token_request_word(&request.tools, &word)) within(form, size, word);
    }
    free(form);
    return 0;
}
