/* see policy_build.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_build.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/bundle/bundle.h"
#include "tools/inspect/policy_report.h"
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
    "  -r, --report     print how large each section and policy is, and for each action what its\n"
    "                   decisions take at worst and which rule takes most; --report=json for "
    "programs\n"
    "  -h, --help       print this\n"
    "\n"
    "Exit status: 0 built, 1 the bundle has errors, 2 wrong use.\n";

enum loudness { LOUD, QUIET };
enum report { REPORT_NONE, REPORT_TEXT, REPORT_JSON };

static void print_report(struct pn_slice body, enum report report)
{
    struct pn_policy policy;
    struct bytes text = { 0 };

    if (report == REPORT_NONE || pn_policy_open(&policy, body) != PN_POLICY_GOOD) return;
    if (report == REPORT_JSON) {
        policy_report_json(&text, &policy, body);
    } else {
        policy_report_text(&text, &policy, body);
    }
    fwrite(text.at, 1, text.len, stdout);
    bytes_free(&text);
}

static void summary(struct pn_slice body, const char *out)
{
    struct bytes worst = { 0 };
    struct pn_policy policy;

    if (pn_policy_open(&policy, body) != PN_POLICY_GOOD) return;
    printf("%zu bytes: %u rules, %u distinct conditions, %u attributes, %u roles\n", body.len,
           policy.rule_count, policy.predicate_count, policy.slot_count,
           policy.role_count + policy.derived_count);
    policy_report_line(&worst, &policy);
    fwrite(worst.at, 1, worst.len, stdout);
    bytes_free(&worst);
    if (out == NULL) printf("checked only, nothing was written; -o FILE writes the body\n");
}

static int build(const char *folder, const char *out, enum loudness loudness, enum report report)
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
    if (status == 0 && loudness == LOUD && report != REPORT_JSON) summary(bytes_slice(&body), out);
    if (status == 0) print_report(bytes_slice(&body), report);
    bytes_free(&body);
    diag_free(&diagnostics);
    return status;
}

int tool_policy_build(int argc, char **argv)
{
    static const struct option options[] = { { "out", required_argument, NULL, 'o' },
                                             { "quiet", no_argument, NULL, 'q' },
                                             { "report", optional_argument, NULL, 'r' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *out = NULL;
    enum loudness loudness = LOUD;
    enum report report = REPORT_NONE;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:qrh", options, NULL)) != -1) {
        switch (option) {
        case 'o': out = optarg; break;
        case 'q': loudness = QUIET; break;
        case 'r':
            report = REPORT_TEXT;
            if (optarg == NULL || strcmp(optarg, "text") == 0) break;
            report = REPORT_JSON;
            if (strcmp(optarg, "json") == 0) break;
            fprintf(stderr, "%s: --report is text or json\n", program);
            return 2;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one bundle folder\n", program);
        return 2;
    }
    return build(argv[optind], out, loudness, report);
}
