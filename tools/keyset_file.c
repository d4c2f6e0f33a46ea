/* see keyset_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/keyset_file.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tools/time_text.h"
#include "tools/whole_file.h"

bool pn_keyset_file_read(const char *program, const char *path, struct pn_slice *bytes,
                         struct pn_keyset_document *doc)
{
    enum pn_seal_refusal refusal;
    struct pn_slice name, sentence;

    if (!pn_whole_file_read(program, path, PN_KEYSET_BYTES_MAX, bytes)) return false;
    refusal = pn_keyset_document_read(*bytes, doc);
    if (refusal == PN_SEAL_ACCEPTED && doc->whole.len != bytes->len) refusal = PN_SEAL_BODY_LENGTH;
    if (refusal == PN_SEAL_ACCEPTED) return true;
    name = pn_seal_refusal_name(refusal);
    sentence = pn_seal_refusal_sentence(refusal);
    if (refusal == PN_SEAL_UNSIGNED) sentence = PN_SLICE("This is not a key set.");
    if (refusal == PN_SEAL_BODY_LENGTH) sentence = PN_SLICE("Bytes follow the key set.");
    fprintf(stderr, "%s: %s: %.*s: %.*s\n", program, path, (int)name.len, (const char *)name.at,
            (int)sentence.len, (const char *)sentence.at);
    free((void *)(uintptr_t)bytes->at);
    return false;
}

static void print_hex(FILE *to, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) fprintf(to, "%02x", bytes[i]);
}

static void print_key(FILE *to, const struct pn_seal_key *key)
{
    static const struct {
        uint8_t role;
        const char *name;
    } roles[] = { { PN_KEY_ROOT, "root" },
                  { PN_KEY_POLICY, "policy" },
                  { PN_KEY_DIRECTOR, "director" },
                  { PN_KEY_TIME, "time" },
                  { PN_KEY_FIRMWARE, "firmware" } };
    char until[PN_TIME_TEXT_BYTES];

    fputs("key: ", to);
    print_hex(to, key->id, sizeof key->id);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if ((key->roles & roles[i].role) != 0) fprintf(to, " %s", roles[i].name);
    }
    if (key->not_after_s != 0) {
        pn_time_write(key->not_after_s, until);
        fprintf(to, " until %s", until);
    }
    fputc('\n', to);
}

/* Whoever is no root of this set may be one of the set before; a policy key never is. */
static const char *judgement(const struct pn_keyset *keys, const struct pn_keyset_signature *s,
                             bool good)
{
    const struct pn_seal_key *key = pn_keyset_find(keys, s->key_id);

    if (!good) return " (does not verify)\n";
    if (key != NULL && key->roles == PN_KEY_ROOT) return " (good)\n";
    return " (good; not a root of this set, counted by gateways that know it as one)\n";
}

static bool print_signature(FILE *to, const struct pn_keyset_document *doc,
                            const struct pn_keyset_signature *s, const struct pn_keyset *more)
{
    const struct pn_seal_key *key = pn_keyset_find(&doc->keys, s->key_id);
    uint8_t digest[PORT_DIGEST_BYTES];
    bool good;

    if (key == NULL) key = pn_keyset_find(more, s->key_id);
    fputs("signed by: ", to);
    print_hex(to, s->key_id.at, s->key_id.len);
    if (key == NULL) {
        fputs(" (not checked: the set does not have this key; name it with -k)\n", to);
        return true;
    }
    pn_keyset_document_digest(s->protected_map, doc->payload, digest);
    good =
        s->alg == key->alg && port_es256_verify(key->xy, digest, s->bytes.at) == PORT_CRYPTO_GOOD;
    fputs(judgement(&doc->keys, s, good), to);
    return good;
}

bool pn_keyset_file_print(FILE *to, const struct pn_keyset_document *doc,
                          const struct pn_keyset *more)
{
    const struct pn_keyset *keys = &doc->keys;
    bool good = true;

    fputs("identity: ", to);
    print_hex(to, keys->identity, sizeof keys->identity);
    fprintf(to, "\nversion: %" PRIu32 "\n", keys->version);
    for (size_t i = 0; i < keys->count; i++) print_key(to, &keys->keys[i]);
    for (size_t i = 0; i < keys->revoked_count; i++) {
        fputs("revoked: ", to);
        print_hex(to, keys->revoked[i], PN_KEY_ID_BYTES);
        fputc('\n', to);
    }
    fprintf(to, "threshold: %u of %u roots\n", keys->threshold, pn_keyset_roots(keys));
    if (doc->has_counters) {
        fprintf(to, "counters: epoch %" PRIu32 ", sequence %" PRIu64 "\n", doc->epoch,
                doc->sequence);
    }
    if (doc->signature_count == 0) fputs("signed by: nobody yet\n", to);
    for (size_t i = 0; i < doc->signature_count; i++) {
        if (!print_signature(to, doc, &doc->signatures[i], more)) good = false;
    }
    return good;
}
