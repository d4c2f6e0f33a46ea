/* see token_claims.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/token_claims.h"

#include "core/base/base64url.h"

static bool decode(struct arena *arena, struct pn_slice text, struct pn_slice *bytes)
{
    return pn_base64url_decode(text, arena_take(arena, text.len + 1), bytes);
}

/* What is before the next dot, taken from the front of `rest`; false without a dot. */
static bool take_part(struct pn_slice *rest, struct pn_slice *part)
{
    size_t len = pn_slice_find(*rest, '.');

    if (len == rest->len) return false;
    *part = pn_slice_head(*rest, len);
    *rest = pn_slice_from(*rest, len + 1);
    return true;
}

bool token_claims(struct arena *arena, struct pn_slice token, struct pn_slice *claims)
{
    struct pn_slice head, body, ignored;

    if (!take_part(&token, &head) || !take_part(&token, &body)) return false;
    return decode(arena, head, &ignored) && decode(arena, body, claims) &&
           decode(arena, token, &ignored);
}
