/* see policy_schema.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_schema.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tools/compile/diagnostics.h"
#include "tools/schema/schema_text.h"
#include "tools/whole_file.h"

enum { KINDS_MAX = 32 };

static const char program[] = "postern policy schema";

static const char help[] =
    "postern policy schema [--kind KIND | --out FOLDER]\n"
    "\n"
    "JSON Schemas (draft 7) of the files of a bundle, for editors that complete and check while one\n"
    "writes. Without an option the kinds are listed with the files that each is for.\n"
    "\n"
    "  --kind KIND    print the schema of this kind\n"
    "  --out FOLDER   write all of them there as KIND.schema.json; the folder is made if need be\n"
    "  -h, --help     print this\n"
    "\n"
    "Exit status: 0 done, 1 a file could not be written, 2 wrong use.\n";

/* The files of a bundle that a schema is for. */
static const char *files_of(const char *kind)
{
    static const char *const rows[][2] = {
        { "bundle", "bundle.yaml" },          { "identity", "identity.yaml" },
        { "models", "models.yaml" },          { "policy", "policies/**/*.yaml" },
        { "servers", "servers.yaml" },        { "test", "**/*_test.yaml" },
        { "testdata", "**/testdata/*.yaml" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i][0], kind) == 0) return rows[i][1];
    }
    return "";
}

static int list_kinds(void)
{
    for (const struct schema_text *s = schema_texts; s->name != NULL; s++) {
        printf("%-10s %s\n", s->name, files_of(s->name));
    }
    return 0;
}

static int print_kind(const char *kind)
{
    const char *names[KINDS_MAX];
    size_t count = 0;

    for (const struct schema_text *s = schema_texts; s->name != NULL; s++) {
        if (strcmp(s->name, kind) == 0) {
            fwrite(s->text.at, 1, s->text.len, stdout);
            return 0;
        }
        if (count < KINDS_MAX) names[count++] = s->name;
    }
    const char *nearest = diag_nearest(pn_slice(kind, strlen(kind)), names, count);
    fprintf(stderr, "%s: there is no kind '%s'%s%s%s\n", program, kind,
            nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
            nearest != NULL ? "'?" : "");
    return 2;
}

static int write_all(const char *folder)
{
    struct arena arena = { 0 };
    int status = 0;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s: %s\n", program, folder, strerror(errno));
        return 1;
    }
    for (const struct schema_text *s = schema_texts; s->name != NULL; s++) {
        const char *path = arena_format(&arena, "%s/%s.schema.json", folder, s->name);
        if (!pn_whole_file_replace(program, path, s->text)) status = 1;
    }
    arena_free(&arena);
    return status;
}

int tool_policy_schema(int argc, char **argv)
{
    static const struct option options[] = { { "kind", required_argument, NULL, 'k' },
                                             { "out", required_argument, NULL, 'o' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    const char *kind = NULL, *folder = NULL;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:o:h", options, NULL)) != -1) {
        switch (option) {
        case 'k': kind = optarg; break;
        case 'o': folder = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind != argc || (kind != NULL && folder != NULL)) {
        fprintf(stderr, "%s: one of --kind and --out, and nothing else\n", program);
        return 2;
    }
    if (folder != NULL) return write_all(folder);
    return kind != NULL ? print_kind(kind) : list_kinds();
}
