/* see seal_show.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/seal_show.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/seal/cbor_reader.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"

enum { BLOB_BYTES_MAX = (64 << 20) + PN_ENVELOPE_BYTES_MAX };

static const char program[] = "postern policy show";

static const char help[] =
    "postern policy show BLOB [-k NAME.pub]...\n"
    "\n"
    "Print what a sealed policy says: identity, sequence, signer, targets, expiry. Its form and "
    "the\n"
    "digest of its body are checked; its signature only against the keys that are named.\n"
    "\n"
    "  -k, --key FILE   public key of `postern key new`; may be repeated\n"
    "  -h, --help       print this\n";

static void print_hex(FILE *to, const char *name, const uint8_t *bytes, size_t len)
{
    fprintf(to, "%s: ", name);
    for (size_t i = 0; i < len; i++) fprintf(to, "%02x", bytes[i]);
    fputc('\n', to);
}

static void print_time(FILE *to, const char *name, uint64_t unix_s)
{
    char text[PN_TIME_TEXT_BYTES];

    pn_time_write(unix_s, text);
    fprintf(to, "%s: %s\n", name, text);
}

/* Names come from whoever signed: what a terminal would act on is not passed through. */
static void print_names(FILE *to, const char *name, struct pn_slice array)
{
    struct pn_cbor_reader r;

    if (array.len == 0 || !pn_cbor_begin(&r, array)) return;
    pn_cbor_enter_array(&r);
    while (pn_cbor_more(&r)) {
        uint8_t quoted[6 * PN_TARGET_NAME_BYTES_MAX + 2];
        struct pn_writer w = pn_writer(quoted, sizeof quoted);

        pn_write_json_string(&w, pn_cbor_take_text(&r));
        fprintf(to, "%s: %.*s\n", name, (int)w.len, (const char *)quoted);
    }
}

static void print_expiry(FILE *to, const struct pn_manifest *m)
{
    print_time(to, "expires", m->expires_s);
    if (m->on_expiry == PN_EXPIRY_KEEP) {
        print_time(to, "then kept until", m->expires_s + m->grace_s);
    } else {
        fprintf(to, "then: deny\n");
    }
}

void pn_seal_print(FILE *to, const struct pn_seal *seal)
{
    const struct pn_manifest *m = &seal->manifest;

    print_hex(to, "identity", seal->identity, sizeof seal->identity);
    fprintf(to, "sequence: %" PRIu64 "\nepoch: %" PRIu32 "\n", m->sequence, m->epoch);
    print_hex(to, "signer", seal->key_id, sizeof seal->key_id);
    print_time(to, "issued", m->issued_s);
    print_expiry(to, m);
    print_hex(to, "tenant", m->tenant, sizeof m->tenant);
    if (m->any_target) fprintf(to, "target: every device of the tenant\n");
    print_names(to, "target group", m->groups);
    print_names(to, "target device", m->devices);
    fprintf(to, "mode: %s\n", m->mode == PN_MODE_EDGE ? "edge" : "cerbos54");
    fprintf(to, "engine: %u or newer\n", m->engine_min);
    if (m->keyset_min > 0) fprintf(to, "key set: %" PRIu32 " or newer\n", m->keyset_min);
    if ((m->flags & PN_MANIFEST_NO_FALLBACK) != 0) fprintf(to, "no fallback: yes\n");
    print_hex(to, "body digest", m->body_digest, sizeof m->body_digest);
    fprintf(to, "body bytes: %" PRIu32 "\n", m->body_bytes);
}

/* All that can be known without a device: form, manifest, digest of the body. */
static enum pn_seal_refusal read_unverified(struct pn_slice blob, struct pn_seal *seal,
                                            struct pn_cose *cose)
{
    enum pn_seal_refusal refusal = pn_cose_read(blob, cose);
    uint8_t digest[PORT_DIGEST_BYTES];

    memset(seal, 0, sizeof *seal);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    refusal = pn_manifest_read(cose->payload, &seal->manifest);
    if (refusal != PN_SEAL_ACCEPTED) return refusal;
    memcpy(seal->key_id, cose->key_id.at, sizeof seal->key_id);
    port_sha256(cose->payload.at, cose->payload.len, seal->identity);
    seal->body = pn_slice_from(blob, cose->envelope_bytes);
    if (seal->body.len != seal->manifest.body_bytes) return PN_SEAL_BODY_LENGTH;
    port_sha256(seal->body.at, seal->body.len, digest);
    if (memcmp(digest, seal->manifest.body_digest, sizeof digest) != 0) return PN_SEAL_DIGEST;
    return PN_SEAL_ACCEPTED;
}

static void print_refusal(const char *path, enum pn_seal_refusal refusal)
{
    struct pn_slice name = pn_seal_refusal_name(refusal);
    struct pn_slice sentence = pn_seal_refusal_sentence(refusal);

    fprintf(stderr, "%s: %s: %.*s: %.*s\n", program, path, (int)name.len, (const char *)name.at,
            (int)sentence.len, (const char *)sentence.at);
}

/* With no key named, saying so is all there is. */
static bool verify(const char *path, const struct pn_cose *cose, const struct pn_keyset *keys)
{
    const struct pn_seal_key *key = pn_keyset_find(keys, cose->key_id);
    enum pn_seal_refusal refusal = PN_SEAL_KEY_UNKNOWN;

    if (keys->count == 0) {
        printf("signature: not checked; name a public key with -k\n");
        return true;
    }
    if (key != NULL) refusal = pn_cose_verify(cose, key);
    if (refusal == PN_SEAL_ACCEPTED) {
        printf("signature: good\n");
        return true;
    }
    print_refusal(path, refusal);
    return false;
}

static int show(const char *path, const struct pn_keyset *keys)
{
    struct pn_slice blob;
    struct pn_seal seal;
    struct pn_cose cose;
    enum pn_seal_refusal refusal;
    bool good;

    if (!pn_whole_file_read(program, path, BLOB_BYTES_MAX, &blob)) return 1;
    refusal = read_unverified(blob, &seal, &cose);
    good = refusal == PN_SEAL_ACCEPTED;
    if (good || refusal == PN_SEAL_BODY_LENGTH || refusal == PN_SEAL_DIGEST) {
        pn_seal_print(stdout, &seal);
        if (!verify(path, &cose, keys)) good = false;
    }
    if (refusal != PN_SEAL_ACCEPTED) print_refusal(path, refusal);
    free((void *)(uintptr_t)blob.at);
    return good ? 0 : 1;
}

bool pn_keyset_add_file(const char *tool, struct pn_keyset *keys, const char *path)
{
    struct pn_slice text;
    enum pn_keyset_result result;

    if (!pn_whole_file_read(tool, path, PN_KEY_TEXT_BYTES_MAX, &text)) return false;
    result = pn_keyset_add_text(keys, text);
    free((void *)(uintptr_t)text.at);
    if (result == PN_KEYSET_ADDED) return true;
    fprintf(stderr, "%s: %s: %s\n", tool, path,
            result == PN_KEYSET_FULL ? "too many keys" : "not a public key of `postern key new`");
    return false;
}

int tool_policy_show(int argc, char **argv)
{
    static const struct option options[] = { { "key", required_argument, NULL, 'k' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct pn_keyset keys = { 0 };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:h", options, NULL)) != -1) {
        switch (option) {
        case 'k':
            if (!pn_keyset_add_file(program, &keys, optarg)) return 1;
            break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one sealed policy\n", program);
        return 2;
    }
    return show(argv[optind], &keys);
}
