/* see session.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/session.h"

#include "port/port_crypto.h"

enum { CODE_BYTES = 16, CODE_DIGITS = 2 * CODE_BYTES };

/* Each part but the last has a length in front, so that no two owners hash alike. */
static void add_part(struct port_hmac *mac, struct pn_slice part)
{
    uint8_t len[2] = { (uint8_t)(part.len >> 8), (uint8_t)part.len };

    port_hmac_add(mac, len, sizeof len);
    port_hmac_add(mac, part.at, part.len);
}

static void code_of(const uint8_t device_key[32], const struct pn_session_owner *owner,
                    struct pn_slice id, uint8_t digits[CODE_DIGITS])
{
    uint8_t code[PORT_DIGEST_BYTES];
    struct port_hmac mac;
    struct pn_writer w = pn_writer(digits, CODE_DIGITS);

    port_hmac_begin(&mac, device_key, 32);
    add_part(&mac, PN_SLICE("postern/session/v1"));
    add_part(&mac, owner->server);
    add_part(&mac, pn_slice(owner->key_digest, 32));
    port_hmac_add(&mac, id.at, id.len);
    port_hmac_end(&mac, code);
    pn_write_hex(&w, code, CODE_BYTES);
}

void pn_session_seal(struct pn_writer *w, const uint8_t device_key[32],
                     const struct pn_session_owner *owner, struct pn_slice id)
{
    uint8_t digits[CODE_DIGITS];

    code_of(device_key, owner, id, digits);
    pn_write(w, id);
    pn_write_text(w, ".");
    pn_write(w, pn_slice(digits, sizeof digits));
}

bool pn_session_open(const uint8_t device_key[32], const struct pn_session_owner *owner,
                     struct pn_slice sealed, struct pn_slice *id)
{
    uint8_t digits[CODE_DIGITS];

    if (sealed.len < CODE_DIGITS + 2) return false;
    size_t id_len = sealed.len - CODE_DIGITS - 1;
    if (sealed.at[id_len] != '.') return false;
    code_of(device_key, owner, pn_slice_head(sealed, id_len), digits);
    if (!pn_bytes_equal_secret(digits, sealed.at + id_len + 1, CODE_DIGITS)) return false;
    *id = pn_slice_head(sealed, id_len);
    return true;
}

struct pn_slice pn_session_code(struct pn_slice sealed)
{
    return sealed.len < CODE_DIGITS ? PN_SLICE("")
                                    : pn_slice_from(sealed, sealed.len - CODE_DIGITS);
}
