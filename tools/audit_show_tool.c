/* audit_show_tool.c - `postern audit show` and `tail`; see audit_show.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/audit_lines.h"
#include "tools/audit_show.h"

enum { TAIL_LINES = 20, TAIL_LINES_MAX = 100000, FOLLOW_MS = 200 };

static const char show_help[] =
    "postern audit show [--denied] [--id ID] [--who NAME] [--json] FILE...\n"
    "\n"
    "Print the records of an audit log, one on a line: time, outcome, who, by which proof, action,\n"
    "rule and reason.\n"
    "Nothing is verified; postern audit verify does that. - is standard input.\n"
    "\n"
    "  --denied     decisions that did not let the call through\n"
    "  --id ID      one decision and its end\n"
    "  --who NAME   decisions about this principal, user, agent, key, issuer, token id or SPIFFE id\n"
    "  --json       the records as they stand in the log\n"
    "  -h, --help   print this\n"
    "\n"
    "Example: postern audit show --denied --who triage-bot audit.jsonl\n";

static const char tail_help[] =
    "postern audit tail [-n COUNT] [-f] [--denied] [--id ID] [--who NAME] [--json] FILE\n"
    "\n"
    "Print the last records of an audit log, and those to come; the filters are those of\n"
    "postern audit show.\n"
    "\n"
    "  -n, --lines COUNT   how many at first (20)\n"
    "  -f, --follow        go on as records are written, over rotations too\n"
    "  -h, --help          print this\n"
    "\n"
    "Example: postern audit tail -f --denied /var/lib/postern/audit.jsonl\n";

struct show {
    const char *program;
    struct pn_audit_filter filter;
    bool json, follow;
    size_t lines;
};

static bool passes(const struct show *s, struct pn_slice line, struct pn_audit_record *record)
{
    return pn_audit_record_read(line, record) && pn_audit_filter_passes(&s->filter, record);
}

static void print(const struct show *s, struct pn_slice line, const struct pn_audit_record *record)
{
    if (!s->json) {
        pn_audit_show_record(stdout, record);
        return;
    }
    fwrite(line.at, 1, line.len, stdout);
    fputc('\n', stdout);
}

static int show(const struct show *s, char *const *files, int file_count)
{
    enum pn_audit_lines_step step;
    struct pn_audit_record record;
    struct pn_audit_lines l;
    struct pn_slice line;
    bool met = false;

    pn_audit_lines_begin(&l, s->program, files, file_count);
    while ((step = pn_audit_lines_next(&l, &line)) > PN_AUDIT_LINES_END) {
        if (!pn_audit_record_read(line, &record)) continue;
        met = true;
        if (pn_audit_filter_passes(&s->filter, &record)) print(s, line, &record);
    }
    pn_audit_lines_end(&l);
    if (step != PN_AUDIT_LINES_END) return 1;
    if (!met) fprintf(stderr, "%s: there is no record in what was given\n", s->program);
    return met ? 0 : 1;
}

/* The last lines that pass, in a ring of copies. */
static bool print_last(const struct show *s, FILE *file, char **buffer, size_t *buffer_bytes)
{
    char **kept = calloc(s->lines + 1, sizeof *kept);
    struct pn_audit_record record;
    size_t next = 0;
    ssize_t len;

    if (kept == NULL) return false;
    while ((len = getline(buffer, buffer_bytes, file)) > 0) {
        if ((*buffer)[len - 1] == '\n') (*buffer)[--len] = '\0';
        if (!passes(s, pn_slice(*buffer, (size_t)len), &record)) continue;
        free(kept[next]);
        kept[next] = strdup(*buffer);
        next = (next + 1) % (s->lines + 1);
        free(kept[next]);
        kept[next] = NULL;
    }
    for (size_t i = 0; i < s->lines + 1; i++) {
        char *text = kept[(next + i) % (s->lines + 1)];

        if (text != NULL && passes(s, pn_slice(text, strlen(text)), &record)) {
            print(s, pn_slice(text, strlen(text)), &record);
        }
        free(text);
    }
    free(kept);
    return true;
}

/* Another file has the name now: the log was rotated, and this one is read to its end. */
static FILE *reopen_if_rotated(FILE *file, const char *path)
{
    struct stat now, then;

    if (stat(path, &now) != 0 || fstat(fileno(file), &then) != 0) return file;
    if (now.st_ino == then.st_ino && now.st_dev == then.st_dev) return file;
    FILE *fresh = fopen(path, "r");
    if (fresh == NULL) return file;
    fclose(file);
    return fresh;
}

/* A line may be read in two pieces while it is written. */
static FILE *follow(const struct show *s, FILE *file, const char *path)
{
    char *buffer = NULL, *line = NULL;
    size_t buffer_bytes = 0, len = 0;
    struct pn_audit_record record;

    for (;;) {
        ssize_t got = getline(&buffer, &buffer_bytes, file);

        if (got <= 0) {
            struct timespec pause = { 0, FOLLOW_MS * 1000000L };
            if (fflush(stdout) != 0) break;
            nanosleep(&pause, NULL);
            clearerr(file);
            if (len == 0) file = reopen_if_rotated(file, path);
            continue;
        }
        char *longer = realloc(line, len + (size_t)got + 1);
        if (longer == NULL) break;
        line = longer;
        memcpy(line + len, buffer, (size_t)got);
        len += (size_t)got;
        if (line[len - 1] != '\n') continue;
        if (passes(s, pn_slice(line, len - 1), &record)) print(s, pn_slice(line, len - 1), &record);
        len = 0;
    }
    free(buffer);
    free(line);
    return file;
}

static int tail(const struct show *s, const char *path)
{
    FILE *file = fopen(path, "r");
    char *buffer = NULL;
    size_t buffer_bytes = 0;

    if (file == NULL) {
        fprintf(stderr, "%s: cannot read ", s->program);
        perror(path);
        return 1;
    }
    bool good = print_last(s, file, &buffer, &buffer_bytes);
    free(buffer);
    clearerr(file);
    if (good && s->follow) file = follow(s, file, path);
    fclose(file);
    return good ? 0 : 1;
}

/* The options of both; `letters` says which of them are taken. False: `*status` is the answer. */
static bool read_options(struct show *s, const char *letters, const char *help, int argc,
                         char **argv, int *status)
{
    static const struct option options[] = {
        { "denied", no_argument, NULL, 'd' },    { "id", required_argument, NULL, 'i' },
        { "who", required_argument, NULL, 'w' }, { "json", no_argument, NULL, 'j' },
        { "help", no_argument, NULL, 'h' },      { "lines", required_argument, NULL, 'n' },
        { "follow", no_argument, NULL, 'f' },    { NULL, 0, NULL, 0 }
    };
    uint64_t lines = TAIL_LINES;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    *status = 2;
    while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
        if ((option == 'n' || option == 'f') && strchr(letters, option) == NULL) option = '?';
        switch (option) {
        case 'd': s->filter.refused = true; break;
        case 'i': s->filter.id = pn_slice(optarg, strlen(optarg)); break;
        case 'w': s->filter.who = pn_slice(optarg, strlen(optarg)); break;
        case 'j': s->json = true; break;
        case 'f': s->follow = true; break;
        case 'n':
            if (pn_slice_decimal(pn_slice(optarg, strlen(optarg)), TAIL_LINES_MAX, &lines)) break;
            fprintf(stderr, "%s: -n takes a number up to %d\n", s->program, TAIL_LINES_MAX);
            return false;
        case 'h':
            fputs(help, stdout);
            *status = 0;
            return false;
        default: fprintf(stderr, "see %s --help\n", s->program); return false;
        }
    }
    s->lines = (size_t)lines;
    if (optind < argc) return true;
    fprintf(stderr, "%s: say which file; see %s --help\n", s->program, s->program);
    return false;
}

int tool_audit_show(int argc, char **argv)
{
    struct show s = { .program = "postern audit show" };
    int status;

    if (!read_options(&s, "h", show_help, argc, argv, &status)) return status;
    return show(&s, argv + optind, argc - optind);
}

int tool_audit_tail(int argc, char **argv)
{
    struct show s = { .program = "postern audit tail" };
    int status;

    if (!read_options(&s, "hfn:", tail_help, argc, argv, &status)) return status;
    if (optind + 1 < argc) {
        fprintf(stderr, "%s: one file at a time\n", s.program);
        return 2;
    }
    return tail(&s, argv[optind]);
}
