/* see keyset.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/keyset.h"

/* SubjectPublicKeyInfo of a P-256 key up to x (RFC 5480): id-ecPublicKey, prime256v1, a bit string
 * that holds an uncompressed point. */
static const uint8_t spki_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48,
                                     0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
                                     0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };

void pn_key_id(const uint8_t xy[PORT_ES256_PUBLIC_BYTES], uint8_t id[PN_KEY_ID_BYTES])
{
    uint8_t digest[PORT_DIGEST_BYTES];
    struct port_sha256 sha;

    port_sha256_begin(&sha);
    port_sha256_add(&sha, spki_head, sizeof spki_head);
    port_sha256_add(&sha, xy, PORT_ES256_PUBLIC_BYTES);
    port_sha256_end(&sha, digest);
    memcpy(id, digest, PN_KEY_ID_BYTES);
}

const struct pn_seal_key *pn_keyset_find(const struct pn_keyset *set, struct pn_slice id)
{
    for (size_t i = 0; i < set->count; i++) {
        if (pn_slice_equal(id, pn_slice(set->keys[i].id, PN_KEY_ID_BYTES))) return &set->keys[i];
    }
    return NULL;
}

bool pn_keyset_is_revoked(const struct pn_keyset *set, struct pn_slice id)
{
    for (size_t i = 0; i < set->revoked_count; i++) {
        if (pn_slice_equal(id, pn_slice(set->revoked[i], PN_KEY_ID_BYTES))) return true;
    }
    return false;
}

unsigned pn_keyset_roots(const struct pn_keyset *set)
{
    unsigned count = 0;

    for (size_t i = 0; i < set->count; i++) count += set->keys[i].roles == PN_KEY_ROOT ? 1u : 0u;
    return count;
}

enum pn_keyset_result pn_keyset_add(struct pn_keyset *set,
                                    const uint8_t xy[PORT_ES256_PUBLIC_BYTES], uint8_t roles)
{
    struct pn_seal_key key = { .alg = PN_KEY_ES256, .roles = roles };
    const struct pn_seal_key *there;

    if (port_es256_public_check(xy) != PORT_CRYPTO_GOOD) return PN_KEYSET_POINT_BAD;
    memcpy(key.xy, xy, sizeof key.xy);
    pn_key_id(xy, key.id);
    there = pn_keyset_find(set, pn_slice(key.id, sizeof key.id));
    if (there != NULL) return there->roles == roles ? PN_KEYSET_ADDED : PN_KEYSET_ROLES_BAD;
    if (set->count == PN_KEYSET_KEYS_MAX) return PN_KEYSET_FULL;
    set->keys[set->count++] = key;
    return PN_KEYSET_ADDED;
}

struct pn_slice pn_key_text_word(struct pn_slice *line)
{
    struct pn_slice rest = pn_slice_trim(*line);
    struct pn_slice word = pn_slice_head(rest, pn_slice_find(rest, ' '));

    *line = pn_slice_from(rest, word.len);
    return word;
}

bool pn_key_text_line(struct pn_slice text, struct pn_slice *line)
{
    unsigned count = 0;

    if (text.len > PN_KEY_TEXT_BYTES_MAX) return false;
    while (text.len > 0) {
        struct pn_slice next = pn_slice_head(text, pn_slice_find(text, '\n'));

        text = pn_slice_from(text, next.len < text.len ? next.len + 1 : next.len);
        if (next.len > 0 && next.at[next.len - 1] == '\r') next.len--;
        next = pn_slice_trim(next);
        if (next.len == 0 || next.at[0] == '#') continue;
        *line = next;
        count++;
    }
    return count == 1;
}

bool pn_key_text_hex(struct pn_slice digits, uint8_t *out, size_t bytes)
{
    if (digits.len != bytes * 2) return false;
    for (size_t i = 0; i < bytes; i++) {
        int high = pn_hex_digit(digits.at[i * 2]);
        int low = pn_hex_digit(digits.at[i * 2 + 1]);

        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

enum pn_keyset_result pn_keyset_add_text(struct pn_keyset *set, struct pn_slice text)
{
    return pn_keyset_add_text_as(set, text, PN_KEY_POLICY);
}

enum pn_keyset_result pn_keyset_add_text_as(struct pn_keyset *set, struct pn_slice text,
                                            uint8_t roles)
{
    uint8_t id[PN_KEY_ID_BYTES], made[PN_KEY_ID_BYTES], xy[PORT_ES256_PUBLIC_BYTES];
    struct pn_slice line;

    if (!pn_key_text_line(text, &line)) return PN_KEYSET_TEXT_BAD;
    if (!pn_slice_equal(pn_key_text_word(&line), PN_SLICE("postern-public-key-v1")) ||
        !pn_slice_equal(pn_key_text_word(&line), PN_SLICE("es256")) ||
        !pn_key_text_hex(pn_key_text_word(&line), id, sizeof id) ||
        !pn_key_text_hex(pn_key_text_word(&line), xy, sizeof xy) || pn_slice_trim(line).len > 0) {
        return PN_KEYSET_TEXT_BAD;
    }
    pn_key_id(xy, made);
    if (memcmp(id, made, sizeof id) != 0) return PN_KEYSET_ID_BAD;
    return pn_keyset_add(set, xy, roles);
}

void pn_key_write_text(struct pn_writer *w, const uint8_t xy[PORT_ES256_PUBLIC_BYTES])
{
    uint8_t id[PN_KEY_ID_BYTES];

    pn_key_id(xy, id);
    pn_write_text(w,
                  "# Public key. A device that trusts it accepts policies signed with the private "
                  "one.\npostern-public-key-v1 es256 ");
    pn_write_hex(w, id, sizeof id);
    pn_write_byte(w, ' ');
    pn_write_hex(w, xy, PORT_ES256_PUBLIC_BYTES);
    pn_write_byte(w, '\n');
}
