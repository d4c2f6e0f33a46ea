/* see findings.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/doctor/findings.h"

#include <stdarg.h>

#include "core/base/writer.h"

void finding_add(struct findings *f, enum finding_level level, const char *name, const char *cure,
                 const char *what, ...)
{
    struct finding finding = { .name = name, .cure = cure, .level = level };
    va_list arguments;

    va_start(arguments, what);
    finding.what = arena_format_list(&f->arena, what, arguments);
    va_end(arguments);
    LIST_PUSH(&f->arena, &f->list, finding);
    if (level == FINDING_FAULT) f->fault_count++;
}

static const char *level_name(enum finding_level level)
{
    return level == FINDING_FAULT ? "fault" : "advice";
}

void findings_print(const struct findings *f, FILE *to)
{
    for (size_t i = 0; i < f->list.count; i++) {
        const struct finding *it = &f->list.items[i];
        fprintf(to, "%-6s  %s: %s\n        %s\n", level_name(it->level), it->name, it->what,
                it->cure);
    }
    if (f->list.count == 0) fputs("nothing found\n", to);
}

static void print_string(FILE *to, const char *key, const char *text)
{
    uint8_t room[8192];
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_write_json_string(&w, pn_slice(text, strlen(text)));
    fprintf(to, "\"%s\":%.*s", key, w.full ? 2 : (int)w.len, w.full ? "\"\"" : (char *)room);
}

void findings_print_json(const struct findings *f, FILE *to)
{
    static const char *const words[] = { "good", "advice", "faults" };

    fprintf(to, "{\"status\":\"%s\",\"findings\":[", words[findings_status(f)]);
    for (size_t i = 0; i < f->list.count; i++) {
        const struct finding *it = &f->list.items[i];
        fprintf(to, "%s\n{\"level\":\"%s\",", i > 0 ? "," : "", level_name(it->level));
        print_string(to, "name", it->name);
        fputc(',', to);
        print_string(to, "what", it->what);
        fputc(',', to);
        print_string(to, "do", it->cure);
        fputc('}', to);
    }
    fputs("]}\n", to);
}

int findings_status(const struct findings *f)
{
    if (f->list.count == 0) return 0;
    return f->fault_count > 0 ? 2 : 1;
}
