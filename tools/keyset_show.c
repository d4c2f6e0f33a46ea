/* see keyset_show.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/keyset_show.h"

#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "tools/keyset_file.h"
#include "tools/whole_file.h"

static const char program[] = "postern keyset show";

static const char help[] =
    "postern keyset show FILE [-k NAME.pub]... [--after OLD]\n"
    "\n"
    "Print what a key set says and who has signed it. Signatures are checked with its own keys and\n"
    "those that are named.\n"
    "\n"
    "  -k, --key FILE   public key of `postern key new`; may be repeated\n"
    "  --after OLD      would a gateway that holds the key set OLD take this one? OLD is believed\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit status: 0 all is well, 1 a signature does not verify or the gateway would refuse it,\n"
    "2 not called like this.\n";

static bool add_key(struct pn_keyset *keys, const char *path)
{
    enum pn_keyset_result result;
    struct pn_slice text;

    if (!pn_whole_file_read(program, path, PN_KEY_TEXT_BYTES_MAX, &text)) return false;
    result = pn_keyset_add_text_as(keys, text, PN_KEY_ROOT);
    free((void *)(uintptr_t)text.at);
    if (result == PN_KEYSET_ADDED) return true;
    fprintf(stderr, "%s: %s: %s\n", program, path,
            result == PN_KEYSET_FULL ? "too many keys" : "not a public key of `postern key new`");
    return false;
}

static bool follows(struct pn_slice bytes, const char *old_path)
{
    struct pn_keyset_document old, doc;
    struct pn_slice before, name, sentence;
    enum pn_seal_refusal refusal;

    if (!pn_keyset_file_read(program, old_path, &before, &old)) return false;
    refusal = pn_keyset_document_check(&old.keys, bytes, (uint64_t)time(NULL), &doc);
    free((void *)(uintptr_t)before.at);
    name = pn_seal_refusal_name(refusal);
    sentence = pn_seal_refusal_sentence(refusal);
    if (refusal == PN_SEAL_ACCEPTED) sentence = PN_SLICE("It may follow.");
    printf("after %s: %.*s: %.*s\n", old_path, (int)name.len, (const char *)name.at,
           (int)sentence.len, (const char *)sentence.at);
    return refusal == PN_SEAL_ACCEPTED;
}

static int show(const char *path, const char *old_path, const struct pn_keyset *more)
{
    struct pn_keyset_document doc;
    struct pn_slice bytes;
    bool good;

    if (!pn_keyset_file_read(program, path, &bytes, &doc)) return 1;
    good = pn_keyset_file_print(stdout, &doc, more);
    if (old_path != NULL && !follows(bytes, old_path)) good = false;
    free((void *)(uintptr_t)bytes.at);
    return good ? 0 : 1;
}

int tool_keyset_show(int argc, char **argv)
{
    enum { AFTER = 256 };
    static const struct option options[] = { { "key", required_argument, NULL, 'k' },
                                             { "after", required_argument, NULL, AFTER },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct pn_keyset more = { 0 };
    const char *old_path = NULL;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:h", options, NULL)) != -1) {
        switch (option) {
        case 'k':
            if (!add_key(&more, optarg)) return 1;
            break;
        case AFTER: old_path = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one key set\n", program);
        return 2;
    }
    return show(argv[optind], old_path, &more);
}
