/* token_request.h - what a client asks of the token endpoint (RFC 6749, 4.4; RFC 8693, 2.1).
 *
 * Two grants: an exchange of an API key, or of an issuer's token, for a token, and the same by client_credentials, where the
 * key's public name and the key are the client's. Each asks for one route, by `resource` (RFC 8707),
 * and may narrow: `agent`, `task`, `servers`, `tools`, `models` (names with spaces between them) and
 * `expires_in`. Parameters that are not known here are passed over, as RFC 6749 (3.2) wants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_TOKEN_REQUEST_H
#define PN_TOKEN_REQUEST_H

#include "core/base/step.h"

enum pn_grant { PN_GRANT_NONE, PN_GRANT_EXCHANGE, PN_GRANT_CLIENT };

struct pn_token_request {
    uint8_t grant;                  /* enum pn_grant */
    struct pn_slice subject;        /* of an exchange: the key or the token */
    bool is_jwt;                    /* it is said to be a JWT, which a key is not */
    struct pn_slice resource, path; /* as asked; the route that it is, set by who knows routes */
    struct pn_slice agent, task, servers, tools, models; /* empty: not narrowed */
    uint32_t holds_s;
};

/* Read the form of `len` bytes at `at`, which are overwritten and stay lent to `*request`.
 *
 *   PN_REASON_NONE               `*request` is filled, but for `path`
 *   PN_REASON_FORM_INVALID       not a form; a parameter missing, twice, or not of its kind
 *   PN_REASON_GRANT_UNSUPPORTED  another grant
 *   PN_REASON_RESOURCE_INVALID   no resource or several, or an audience in its place
 *   PN_REASON_SCOPE_INVALID      a scope: tokens of this gateway have none; or too much to say */
enum pn_reason pn_token_request_read(uint8_t *at, size_t len, struct pn_token_request *request);

/* Take the next of the words that single spaces stand between; false when there is none left. */
bool pn_token_request_word(struct pn_slice *words, struct pn_slice *word);

#endif
