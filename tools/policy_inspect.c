/* see policy_inspect.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_inspect.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/inspect/inspection.h"
#include "tools/seal_show.h"
#include "tools/whole_file.h"

enum { BLOB_BYTES_MAX = (64 << 20) + PN_ENVELOPE_BYTES_MAX };

static const char program[] = "postern policy inspect";

static const char help[] =
    "postern policy inspect BLOB [-k NAME.pub]... [--output json]\n"
    "\n"
    "Print everything that a sealed policy, or a body of `postern policy build`, says of itself:\n"
    "seal and signer, sequence and epoch, header and features, sections with their sizes, rules,\n"
    "predicates, kinds, how much of each limit it uses, and what its decisions take at worst. Of a\n"
    "file that is broken it is told what is wrong, and where.\n"
    "\n"
    "  -k, --key FILE    public key of `postern key new`, to check the signature; may be repeated\n"
    "  --output FORMAT   text or json\n"
    "  -h, --help        print this\n"
    "\n"
    "Exit status: 0 in order, 1 the file is broken or not signed by a key that was named, 2 wrong\n"
    "use.\n";

enum inspect_form { INSPECT_TEXT, INSPECT_JSON };

static int inspect(const char *path, const struct pn_keyset *keys, enum inspect_form form)
{
    static struct inspection inspection; /* large */
    struct bytes out = { 0 };
    struct pn_slice file;

    if (!pn_whole_file_read(program, path, BLOB_BYTES_MAX, &file)) return 1;
    inspection_make(&inspection, file, keys);
    if (form == INSPECT_JSON) {
        inspection_write_json(&out, &inspection);
    } else {
        inspection_write_text(&out, &inspection);
    }
    fwrite(out.at, 1, out.len, stdout);
    int status = inspection_is_good(&inspection) ? 0 : 1;
    inspection_free(&inspection);
    bytes_free(&out);
    free((void *)(uintptr_t)file.at);
    return status;
}

int tool_policy_inspect(int argc, char **argv)
{
    static const struct option options[] = { { "key", required_argument, NULL, 'k' },
                                             { "output", required_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct pn_keyset keys = { 0 };
    enum inspect_form form = INSPECT_TEXT;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:o:h", options, NULL)) != -1) {
        switch (option) {
        case 'k':
            if (!pn_keyset_add_file(program, &keys, optarg)) return 1;
            break;
        case 'o':
            form = strcmp(optarg, "json") == 0 ? INSPECT_JSON : INSPECT_TEXT;
            if (form == INSPECT_JSON || strcmp(optarg, "text") == 0) break;
            fprintf(stderr, "%s: --output is text or json\n", program);
            return 2;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one policy\n", program);
        return 2;
    }
    return inspect(argv[optind], &keys, form);
}
