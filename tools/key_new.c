/* see key_new.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/key_new.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "tools/key_file.h"
#include "tools/whole_file.h"

static const char program[] = "postern key new";

static const char help[] =
    "postern key new -o NAME\n"
    "\n"
    "Make an ES256 key pair for signing policies: NAME.key, readable by you only, and NAME.pub,\n"
    "which goes into the device file of every gateway that is to accept your policies.\n"
    "Files that exist are left alone.\n"
    "\n"
    "  -o, --out NAME   the files' name without .key and .pub\n"
    "  -h, --help       print this\n"
    "\n"
    "Example: postern key new -o signing && postern policy sign body.bin -k signing.key -o "
    "policy.pol\n";

/* The path NAME + suffix in `path`; told when it is too long. */
static bool path_of(const char *name, const char *suffix, char path[4096])
{
    int len = snprintf(path, 4096, "%s%s", name, suffix);

    if (len > 0 && len < 4096) return true;
    fprintf(stderr, "%s: the name after -o is too long\n", program);
    return false;
}

static bool is_free(const char *path)
{
    if (access(path, F_OK) != 0) return true;
    fprintf(stderr, "%s: %s exists and is not overwritten; choose another name after -o\n", program,
            path);
    return false;
}

/* The private half last: where it is, the public one is too. */
static bool write_pair(const struct pn_key_pair *pair, const char *public_path,
                       const char *private_path)
{
    uint8_t text[512];
    struct pn_writer w = pn_writer(text, sizeof text);
    bool good;

    pn_key_write_text(&w, pair->xy);
    if (!pn_whole_file_create(program, public_path, 0644, pn_written(&w))) return false;
    w = pn_writer(text, sizeof text);
    pn_key_pair_write_text(&w, pair);
    good = pn_whole_file_create(program, private_path, 0600, pn_written(&w));
    explicit_bzero(text, sizeof text);
    if (!good) unlink(public_path);
    return good;
}

static int make(const char *name)
{
    char public_path[4096], private_path[4096];
    struct pn_key_pair pair;
    bool good;

    if (!path_of(name, ".pub", public_path) || !path_of(name, ".key", private_path)) return 1;
    if (!is_free(public_path) || !is_free(private_path)) return 1;
    if (!pn_key_pair_new(&pair)) {
        fprintf(stderr, "%s: the key could not be made; is there a random source?\n", program);
        return 1;
    }
    good = write_pair(&pair, public_path, private_path);
    if (good) {
        printf("key id   ");
        for (size_t i = 0; i < sizeof pair.id; i++) printf("%02x", pair.id[i]);
        printf("\nprivate  %s (keep it secret)\npublic   %s (name it in the device file)\n",
               private_path, public_path);
    }
    pn_key_pair_wipe(&pair);
    return good ? 0 : 1;
}

int tool_key_new(int argc, char **argv)
{
    static const struct option options[] = { { "out", required_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *name = NULL;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        switch (option) {
        case 'o': name = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "%s: what is '%s'? The name follows -o\n", program, argv[optind]);
        return 2;
    }
    if (name == NULL || name[0] == '\0') {
        fprintf(stderr, "%s: say where to write with -o NAME\n", program);
        return 2;
    }
    return make(name);
}
