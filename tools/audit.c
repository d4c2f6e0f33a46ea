/* see audit.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit.h"

#include <stdio.h>
#include <string.h>

#include "tools/audit_show.h"
#include "tools/audit_verify.h"

static const char help[] = "postern audit COMMAND ...\n"
                           "\n"
                           "  verify   check that a log is whole, unaltered and in order\n"
                           "  show     print its records as lines to read\n"
                           "  tail     print the last ones, and those to come\n"
                           "\n"
                           "Each has --help.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    { "verify", tool_audit_verify },
    { "show", tool_audit_show },
    { "tail", tool_audit_tail },
};

int tool_audit(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) return commands[i].run(argc - 1, argv + 1);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        fputs(help, stdout);
        return 0;
    }
    if (name[0] == '\0') fprintf(stderr, "postern audit: say what to do\n%s", help);
    else fprintf(stderr, "postern audit: there is no command '%s'\n%s", name, help);
    return 2;
}
