/* see keyset_sign.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/keyset_sign.h"

#include <getopt.h>
#include <stdlib.h>

#include "tools/keyset_file.h"
#include "tools/keyset_make.h"
#include "tools/whole_file.h"

static const char program[] = "postern keyset sign";

static const char help[] =
    "postern keyset sign FILE -k ROOT.key [-o FILE]\n"
    "\n"
    "Put the signature of a root key on a key set. Gateways want as many as the threshold says, of\n"
    "the roots that they know, and of the roots that the set itself names. Each root signs where\n"
    "its key is, and the file goes round.\n"
    "\n"
    "  -k, --key FILE   private key of `postern key new`\n"
    "  -o, --out FILE   where it goes with the signature (default: where it was)\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit status: 0 signed, 1 could not be signed, 2 not called like this.\n";

static const char *why_not(enum pn_keyset_made made)
{
    switch (made) {
    case PN_KEYSET_MAKE_FAILED: return "the signature could not be made";
    case PN_KEYSET_MAKE_REFUSED: return "it is not a key set";
    case PN_KEYSET_MAKE_OVERSIZE: return "with one more signature it is above 2048 bytes";
    case PN_KEYSET_MAKE_FULL: return "it has eight signatures already";
    case PN_KEYSET_MAKE_DONE: break;
    }
    return NULL;
}

static int sign(const char *path, const char *out_path, const struct pn_key_pair *pair)
{
    uint8_t bytes[PN_KEYSET_BYTES_MAX];
    struct pn_writer out = pn_writer(bytes, sizeof bytes);
    struct pn_keyset alone = { 0 };
    struct pn_keyset_document doc;
    enum pn_keyset_made made;
    struct pn_slice before;

    if (!pn_keyset_file_read(program, path, &before, &doc)) return 1;
    made = pn_keyset_sign(before, pair, &out);
    free((void *)(uintptr_t)before.at);
    if (made != PN_KEYSET_MAKE_DONE) {
        fprintf(stderr, "%s: %s: %s\n", program, path, why_not(made));
        return 1;
    }
    if (!pn_whole_file_replace(program, out_path, pn_written(&out))) return 1;
    printf("signed: %s\n", out_path);
    if (pn_keyset_document_read(pn_written(&out), &doc) != PN_SEAL_ACCEPTED) return 1;
    if (pn_keyset_add(&alone, pair->xy, PN_KEY_ROOT) != PN_KEYSET_ADDED) return 1;
    return pn_keyset_file_print(stdout, &doc, &alone) ? 0 : 1;
}

int tool_keyset_sign(int argc, char **argv)
{
    static const struct option options[] = { { "key", required_argument, NULL, 'k' },
                                             { "out", required_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *key_path = NULL, *out_path = NULL;
    struct pn_key_pair pair;
    int option, status;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:o:h", options, NULL)) != -1) {
        switch (option) {
        case 'k': key_path = optarg; break;
        case 'o': out_path = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc || key_path == NULL) {
        fprintf(stderr, "%s: name one key set, and the private key with -k\n", program);
        return 2;
    }
    if (!pn_key_pair_read_file(program, key_path, &pair)) return 1;
    status = sign(argv[optind], out_path != NULL ? out_path : argv[optind], &pair);
    pn_key_pair_wipe(&pair);
    return status;
}
