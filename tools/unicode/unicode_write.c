/* unicode_write.c - a program of the build: the Unicode Character Database to the tables of
 * unicode_tables.h. It reads UnicodeData.txt, Scripts.txt, CaseFolding.txt and
 * PropertyValueAliases.txt of a folder and writes a C file:
 *
 *     unicode_write FOLDER > unicode_tables.c
 *
 * A line it does not understand ends the build, with file and line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES = 0x110000, NAMES_MAX = 255, NAME_BYTES = 40, RUNS_BYTES = 1 << 16, FIELDS = 4 };

struct names {
    char name[NAMES_MAX][NAME_BYTES];
    unsigned count;
};

struct runs {
    uint8_t byte[RUNS_BYTES];
    size_t count;
};

static uint8_t category[CODES], script[CODES];
static uint32_t fold[CODES]; /* 0: to itself */
static struct names categories, scripts, aliases;

struct file {
    FILE *stream;
    char path[4096], line[1024], *field[FIELDS];
    unsigned number;
};

static void wrong(const struct file *file, const char *what)
{
    fprintf(stderr, "%s:%u: %s\n", file->path, file->number, what);
    exit(1);
}

static struct file opened(const char *folder, const char *name)
{
    struct file file = { 0 };

    snprintf(file.path, sizeof file.path, "%s/%s", folder, name);
    file.stream = fopen(file.path, "r");
    if (file.stream == NULL) wrong(&file, "cannot be read");
    return file;
}

static char *trimmed(char *text)
{
    size_t len;

    while (*text == ' ') text++;
    len = strlen(text);
    while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n')) text[--len] = 0;
    return text;
}

/* The next line with fields, those after the last are empty; false at the end. */
static int next_line(struct file *file)
{
    static char none[] = "";

    while (fgets(file->line, sizeof file->line, file->stream) != NULL) {
        char *rest = file->line, *comment = strchr(file->line, '#');
        file->number++;
        if (comment != NULL) *comment = 0;
        if (*trimmed(file->line) == 0) continue;
        for (unsigned i = 0; i < FIELDS; i++) {
            char *end = rest != NULL ? strchr(rest, ';') : NULL;
            if (end != NULL) *end = 0;
            file->field[i] = rest != NULL ? trimmed(rest) : none;
            rest = end != NULL ? end + 1 : NULL;
        }
        return 1;
    }
    fclose(file->stream);
    return 0;
}

static uint32_t code_of(const struct file *file, const char *text, char **end)
{
    unsigned long code = strtoul(text, end, 16);

    if (*end == text || code >= CODES) wrong(file, "this is no code point");
    return (uint32_t)code;
}

/* A field of one code point or two: both ends. */
static void range_of(const struct file *file, uint32_t *low, uint32_t *high)
{
    char *end;

    *low = *high = code_of(file, file->field[0], &end);
    if (strncmp(end, "..", 2) == 0) *high = code_of(file, end + 2, &end);
    if (*end != 0 || *high < *low) wrong(file, "this is no range");
}

/* The number of `name`, new or known. */
static uint8_t number_of(const struct file *file, struct names *names, const char *name)
{
    unsigned i = 0;

    while (i < names->count && strcmp(names->name[i], name) != 0) i++;
    if (i < names->count) return (uint8_t)i;
    if (i == NAMES_MAX - 1 || strlen(name) >= NAME_BYTES)
        wrong(file, "too many names, or too long");
    strcpy(names->name[names->count++], name);
    return (uint8_t)i;
}

static void add_alias(const struct file *file, const char *alias, const char *meant)
{
    if (*alias == 0) return;
    if (aliases.count + 2 > NAMES_MAX || strlen(alias) >= NAME_BYTES) wrong(file, "no more room");
    strcpy(aliases.name[aliases.count++], alias);
    strcpy(aliases.name[aliases.count++], meant);
}

/* gc ; Lu ; Uppercase_Letter. Names of one letter, and LC, stand for several categories. */
static void read_names(const char *folder)
{
    struct file file = opened(folder, "PropertyValueAliases.txt");

    while (next_line(&file)) {
        const char *name = file.field[1];
        if (strcmp(file.field[0], "gc") != 0) continue;
        if (strlen(name) == 2 && strcmp(name, "LC") != 0) number_of(&file, &categories, name);
        add_alias(&file, file.field[2], name);
        add_alias(&file, file.field[3], name);
    }
    if (categories.count == 0 || categories.count > 32) wrong(&file, "no categories, or too many");
}

/* Two lines name the ends of a range whose characters have no names of their own. */
static void read_categories(const char *folder)
{
    struct file file = opened(folder, "UnicodeData.txt");
    uint32_t first = 0;
    char *end;

    memset(category, number_of(&file, &categories, "Cn"), sizeof category);
    while (next_line(&file)) {
        uint32_t code = code_of(&file, file.field[0], &end);
        int ends_range = strstr(file.field[1], ", Last>") != NULL;
        uint8_t number = number_of(&file, &categories, file.field[2]);
        for (uint32_t at = ends_range ? first : code; at <= code; at++) category[at] = number;
        first = code;
    }
}

static void read_scripts(const char *folder)
{
    struct file file = opened(folder, "Scripts.txt");
    uint32_t low, high;

    number_of(&file, &scripts, "");
    while (next_line(&file)) {
        range_of(&file, &low, &high);
        memset(script + low, number_of(&file, &scripts, file.field[1]), high - low + 1);
    }
}

/* Common and simple folding: from one character to one. */
static void read_folds(const char *folder)
{
    struct file file = opened(folder, "CaseFolding.txt");
    char *end;

    while (next_line(&file)) {
        if (strchr("CS", file.field[1][0]) == NULL) continue;
        fold[code_of(&file, file.field[0], &end)] = code_of(&file, file.field[2], &end);
    }
}

static void put(struct runs *runs, unsigned byte)
{
    if (runs->count == RUNS_BYTES) {
        fprintf(stderr, "unicode_write: the tables are larger than they may be\n");
        exit(1);
    }
    runs->byte[runs->count++] = (uint8_t)byte;
}

static void put_number(struct runs *runs, uint32_t number)
{
    for (; number >= 0x80; number >>= 7) put(runs, (number & 0x7f) | 0x80);
    put(runs, number);
}

static uint32_t run_length(const uint8_t *of, uint32_t at)
{
    uint32_t end = at + 1;

    while (end < CODES && of[end] == of[at]) end++;
    return end - at;
}

static void put_categories(struct runs *runs)
{
    for (uint32_t at = 0, length; at < CODES; at += length) {
        length = run_length(category, at);
        put(runs, category[at] | (length < 8 ? length - 1 : 7) << 5);
        if (length >= 8) put_number(runs, length - 8);
    }
}

static void put_scripts(struct runs *runs)
{
    for (uint32_t at = 0, length; at < CODES; at += length) {
        length = run_length(script, at);
        put_number(runs, length);
        put(runs, script[at]);
    }
}

/* How many characters from `at` on, `stride` apart, are moved as it is. */
static uint32_t fold_run(uint32_t at, uint32_t stride)
{
    uint32_t count = 1;

    while (at + stride * count < CODES && fold[at + stride * count] != 0 &&
           fold[at + stride * count] - stride * count == fold[at] &&
           (stride == 1 || fold[at + stride * count - 1] == 0)) {
        count++;
    }
    return count;
}

static void put_folds(struct runs *runs)
{
    uint32_t behind = 0;

    for (uint32_t at = 0; at < CODES; at++) {
        if (fold[at] == 0) continue;
        uint32_t stride = fold_run(at, 2) > fold_run(at, 1) ? 2 : 1;
        uint32_t count = fold_run(at, stride);
        put_number(runs, at - behind);
        put_number(runs, count << 1 | (stride - 1));
        put_number(runs, fold[at] >= at ? (fold[at] - at) << 1 : (at - fold[at]) << 1 | 1);
        behind = at + stride * count;
        at = behind - 1;
    }
}

static void write_runs(const char *name, void (*make)(struct runs *))
{
    static struct runs runs;

    runs.count = 0;
    make(&runs);
    printf("\nstatic const uint8_t %s_bytes[] = {", name);
    for (size_t i = 0; i < runs.count; i++) printf("%s%u,", i % 24 == 0 ? "\n" : "", runs.byte[i]);
    printf("\n};\nconst struct pn_slice unicode_%s_runs = { %s_bytes, sizeof %s_bytes };\n", name,
           name, name);
}

static void write_names(const char *name, const struct names *names, unsigned first)
{
    printf("\nconst char unicode_%s_names[] =\n", name);
    for (unsigned i = first; i < names->count; i++) printf("    \"%s\\0\"\n", names->name[i]);
    printf("    \"\";\n");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: unicode_write FOLDER\n");
        return 2;
    }
    read_names(argv[1]);
    read_categories(argv[1]);
    read_scripts(argv[1]);
    read_folds(argv[1]);
    printf("/* written by tools/unicode/unicode_write.c */\n"
           "#include \"tools/unicode/unicode_tables.h\"\n");
    write_runs("category", put_categories);
    write_runs("script", put_scripts);
    write_runs("fold", put_folds);
    write_names("category", &categories, 0);
    write_names("script", &scripts, 1);
    write_names("alias", &aliases, 0);
    return fflush(stdout) == 0 ? 0 : 1;
}
