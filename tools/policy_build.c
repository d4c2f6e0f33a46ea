/* see policy_build.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_build.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/bundle/bundle.h"
#include "tools/whole_file.h"

static const char program[] = "postern policy build";

static const char help[] =
    "postern policy build BUNDLE -o BODY\n"
    "\n"
    "Compile the bundle folder into the body of a policy, which `postern policy sign` seals. "
    "Every\n"
    "mistake is told with file, line and column; notes stop nothing.\n"
    "\n"
    "  -o, --out FILE   where the body goes; replaced if it exists. Without it the bundle is only\n"
    "                   checked\n"
    "  -q, --quiet      print errors only: no notes, no summary\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit status: 0 built, 1 the bundle has errors, 2 wrong use.\n";

enum loudness { LOUD, QUIET };

static void summary(struct pn_slice body, const char *out)
{
    struct pn_policy policy;

    if (pn_policy_open(&policy, body) != PN_POLICY_GOOD) return;
    printf("%zu bytes: %u rules, %u distinct conditions, %u attributes, %u roles\n", body.len,
           policy.rule_count, policy.predicate_count, policy.slot_count,
           policy.role_count + policy.derived_count);
    if (out == NULL) printf("checked only, nothing was written; -o FILE writes the body\n");
}

static int build(const char *folder, const char *out, enum loudness loudness)
{
    struct diagnostics diagnostics = { 0 };
    struct bytes body;
    int status = compile_bundle(folder, &body, &diagnostics);

    if (loudness == QUIET) {
        diag_print_errors(&diagnostics, stderr);
    } else {
        diag_print(&diagnostics, stderr);
    }
    if (status == 0 && out != NULL && !pn_whole_file_replace(program, out, bytes_slice(&body))) {
        status = 1;
    }
    if (status == 0 && loudness == LOUD) summary(bytes_slice(&body), out);
    bytes_free(&body);
    diag_free(&diagnostics);
    return status;
}

int tool_policy_build(int argc, char **argv)
{
    static const struct option options[] = { { "out", required_argument, NULL, 'o' },
                                             { "quiet", no_argument, NULL, 'q' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *out = NULL;
    enum loudness loudness = LOUD;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:qh", options, NULL)) != -1) {
        switch (option) {
        case 'o': out = optarg; break;
        case 'q': loudness = QUIET; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one bundle folder\n", program);
        return 2;
    }
    return build(argv[optind], out, loudness);
}
