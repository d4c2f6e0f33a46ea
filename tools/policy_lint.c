/* see policy_lint.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_lint.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/lint/lint.h"

enum { TOOLS_FILES_MAX = 64 };

static const char program[] = "postern policy lint";

static const char help[] =
    "postern policy lint BUNDLE [--tools SERVER=FILE]... [--output json]\n"
    "\n"
    "Tell what is valid in a bundle folder and most likely not meant, each with file, line, column\n"
    "and a name that stays; and what keeps the bundle from being built.\n"
    "\n"
    "  --tools SERVER=FILE  the answer of an MCP server to tools/list, as JSON: rules are compared\n"
    "                       with its tools and their arguments; may be repeated\n"
    "  --output FORMAT      text (one finding a line) or json\n"
    "  --names              list the names, with what each means\n"
    "  -h, --help           print this\n"
    "\n"
    "An error keeps the bundle from being built. A warning is a policy that decides otherwise than\n"
    "it reads. A note is worth knowing, such as what a stock Cerbos would decide differently.\n"
    "\n"
    "Exit status: 0 nothing but notes, 1 warnings or errors, 2 wrong use.\n";

struct lint_options {
    const char *folder;
    struct lint_tools_file tools[TOOLS_FILES_MAX];
    size_t tools_count;
    enum { OUTPUT_TEXT, OUTPUT_JSON } output;
};

static int print_names(void)
{
    for (enum lint_name name = 0; name < LINT_NAME_COUNT; name++) {
        printf("%-18s %s\n", lint_name_text(name), lint_name_sentence(name));
    }
    return 0;
}

static int lint(const struct lint_options *options)
{
    struct lint lint = { 0 };
    struct bytes out = { 0 };

    lint_bundle(&lint, options->folder, options->tools, options->tools_count);
    if (options->output == OUTPUT_JSON) {
        lint_write_json(&out, &lint);
    } else {
        lint_write_text(&out, &lint);
    }
    fwrite(out.at, 1, out.len, stdout);
    int status = lint.counts[LINT_WARNING] + lint.counts[LINT_ERROR] > 0;
    bytes_free(&out);
    lint_free(&lint);
    return status;
}

static bool add_tools(struct lint_options *options, const char *word)
{
    const char *path = strchr(word, '=');

    if (path == NULL || path == word || path[1] == 0 || options->tools_count == TOOLS_FILES_MAX) {
        fprintf(stderr, "%s: --tools takes SERVER=FILE, at most %d times\n", program,
                TOOLS_FILES_MAX);
        return false;
    }
    options->tools[options->tools_count++] = (struct lint_tools_file){ word, path + 1 };
    return true;
}

static bool set_output(struct lint_options *options, const char *word)
{
    bool json = strcmp(word, "json") == 0;

    options->output = json ? OUTPUT_JSON : OUTPUT_TEXT;
    if (json || strcmp(word, "text") == 0) return true;
    fprintf(stderr, "%s: --output is text or json\n", program);
    return false;
}

int tool_policy_lint(int argc, char **argv)
{
    static const struct option known[] = { { "tools", required_argument, NULL, 't' },
                                           { "output", required_argument, NULL, 'o' },
                                           { "names", no_argument, NULL, 'n' },
                                           { "help", no_argument, NULL, 'h' },
                                           { NULL, 0, NULL, 0 } };
    struct lint_options options = { 0 };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:h", known, NULL)) != -1) {
        switch (option) {
        case 't':
            if (!add_tools(&options, optarg)) return 2;
            break;
        case 'o':
            if (!set_output(&options, optarg)) return 2;
            break;
        case 'n': return print_names();
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind + 1 != argc) {
        fprintf(stderr, "%s: name one bundle folder\n", program);
        return 2;
    }
    options.folder = argv[optind];
    return lint(&options);
}
