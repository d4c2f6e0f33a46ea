/* audit_verify_tool.c - `postern audit verify`; see audit_verify.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/audit/audit_head.h"
#include "tools/audit_lines.h"
#include "tools/audit_open_ids.h"
#include "tools/audit_show.h"
#include "tools/audit_verify.h"
#include "tools/whole_file.h"

enum { OPEN_SHOWN_MAX = 20, HEX_BYTES = 2 * PN_AUDIT_HASH_BYTES, HEAD_FILE_BYTES_MAX = 4096 };

static const char program[] = "postern audit verify";

static const char help[] =
    "postern audit verify [--head HASH|FILE] FILE...\n"
    "\n"
    "Check that the records of an audit log are all there, unaltered and in order. Give rotated\n"
    "files in their order, the present one last; - is standard input.\n"
    "\n"
    "The first record that is altered, missing or out of order is named. What lines alone do not\n"
    "show: records missing after the last one, unless the head of the log is given; and a log that\n"
    "somebody who may write the file made anew from some record on. The head is the hash of the\n"
    "last record, which this command prints: keep it where the gateway cannot write.\n"
    "\n"
    "The gateway keeps a head itself, in the file audit-head of its state directory, and looks at\n"
    "the start whether the log still goes over it; give that file as --head and so does this\n"
    "command. It does not see what was done by somebody who may write both the log and the state\n"
    "directory, nor records appended in the right form; and after a power cut the file may be\n"
    "older than the last records by half a minute.\n"
    "\n"
    "  --head HASH   the record with this hash must be there\n"
    "  --head FILE   so must the record that this audit-head names\n"
    "  -h, --help    print this\n"
    "\n"
    "Exit status: 0 the log is whole, 1 it is not or says itself that records were lost, or a file\n"
    "cannot be read, 2 called wrongly.\n"
    "\n"
    "Example: postern audit verify /var/lib/postern/audit.jsonl.* /var/lib/postern/audit.jsonl\n";

static void print_hash(const uint8_t hash[PN_AUDIT_HASH_BYTES])
{
    for (size_t i = 0; i < PN_AUDIT_HASH_BYTES; i++) {
        printf("%02x", hash[i]);
    }
}

static void print_break(const struct pn_audit_verify *v)
{
    unsigned long long here = v->seq, next = v->head.seq + 1;

    if (v->verdict == PN_AUDIT_VERDICT_CUT) printf("BROKEN  ");
    else printf("BROKEN  %s:%lu: ", v->place.file, v->place.line);
    switch (v->verdict) {
    case PN_AUDIT_VERDICT_ALTERED:
        printf("record %llu was altered: its hash is not that of its bytes\n", here);
        return;
    case PN_AUDIT_VERDICT_FORM:
        if (v->record_count > 0) printf("this is not record %llu: ", next);
        printf("not a line that the gateway wrote\n");
        return;
    case PN_AUDIT_VERDICT_MISSING:
        if (here == next + 1) printf("record %llu is missing", next);
        else printf("records %llu to %llu are missing", next, here - 1);
        printf(" before record %llu\n", here);
        return;
    case PN_AUDIT_VERDICT_ELSEWHERE:
        printf("out of order: record %llu stands here, and record %llu, which belongs here, at "
               "%s:%lu\n",
               here, next, v->behind.file, v->behind.line);
        return;
    case PN_AUDIT_VERDICT_REPEATED:
        printf("record %llu stands here, after record %llu: repeated, or another chain begins\n",
               here, next - 1);
        return;
    case PN_AUDIT_VERDICT_REPLACED:
        printf("record %llu follows another record %llu than the one before it: one of them was"
               " replaced\n",
               here, here - 1);
        return;
    case PN_AUDIT_VERDICT_UNFINISHED:
        printf("the last line is not finished: a record is being written, or was cut off\n");
        return;
    case PN_AUDIT_VERDICT_CUT:
        printf("no record has the head asked for: records after %llu are missing, or it is"
               " another log\n",
               next - 1);
        return;
    case PN_AUDIT_VERDICT_UNKNOWN:
    case PN_AUDIT_VERDICT_WHOLE: return;
    }
}

enum told { TOLD_NOTE, TOLD_LOST, TOLD_LOST_BEFORE };

/* What the gateway itself wrote about its log. True: records were lost or altered. Those that were
 * missing before an event, and are given here, were not: the event's line follows them. */
static bool print_told(const struct pn_audit_verify *v, const struct pn_audit_record *record)
{
    static const struct {
        const char *event;
        enum told told;
    } told[] = { { "log_damaged", TOLD_LOST },    { "log_missing", TOLD_LOST_BEFORE },
                 { "log_cut", TOLD_LOST_BEFORE }, { "log_replaced", TOLD_LOST_BEFORE },
                 { "spool_damaged", TOLD_LOST },  { "head_missing", TOLD_NOTE },
                 { "log_torn", TOLD_NOTE },       { "log_fault", TOLD_NOTE } };

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        struct pn_slice event = pn_slice(told[i].event, strlen(told[i].event));

        if (!pn_audit_record_is(record, PN_AUDIT_SHOWN_KIND, PN_SLICE("event"))) return false;
        if (!pn_audit_record_is(record, PN_AUDIT_SHOWN_EVENT, event)) continue;
        bool lost =
            told[i].told == TOLD_LOST || (told[i].told == TOLD_LOST_BEFORE && v->record_count == 1);
        printf("%s  %s:%lu: %s: ", lost ? "LOST  " : "note  ", v->place.file, v->place.line,
               told[i].event);
        pn_audit_show_text(stdout, pn_audit_record_text(record, PN_AUDIT_SHOWN_DETAIL));
        printf("\n");
        return lost;
    }
    return false;
}

static void print_open(const struct pn_audit_open_ids *ids)
{
    const struct pn_audit_open_id *open;
    size_t at = 0, shown = 0;

    if (ids->count == 0) return;
    printf("without an end: %zu (under way, or the gateway was killed meanwhile)\n", ids->count);
    while (shown < OPEN_SHOWN_MAX && (open = pn_audit_open_ids_next(ids, &at)) != NULL) {
        printf("  %s  ", open->id);
        pn_audit_show_text(stdout, pn_slice(open->summary, strlen(open->summary)));
        printf("\n");
        shown++;
    }
    if (ids->count > shown) printf("  and %zu more\n", ids->count - shown);
}

static void print_result(const struct pn_audit_verify *v, const struct pn_audit_open_ids *ids)
{
    bool whole = v->verdict == PN_AUDIT_VERDICT_WHOLE;

    if (v->verdict == PN_AUDIT_VERDICT_UNKNOWN) {
        printf("no records\n");
        printf("not visible: whether there ever were any (give --head)\n");
        return;
    }
    if (!whole) print_break(v);
    if (v->record_count == 0) return;
    printf("%s  %llu records, %llu to %llu: %llu decisions, %llu ends, %llu events\n",
           whole ? "WHOLE " : "before", (unsigned long long)v->record_count,
           (unsigned long long)v->first_seq, (unsigned long long)v->head.seq,
           (unsigned long long)v->decision_count, (unsigned long long)v->end_count,
           (unsigned long long)v->event_count);
    printf("head    ");
    print_hash(v->head.hash);
    printf("\n");
    if (whole) print_open(ids);
    if (!v->begins_chain) {
        printf("not checked: what came before record %llu\n", (unsigned long long)v->first_seq);
    }
    if (whole && v->wanted == NULL) {
        printf("not visible: records missing after %llu (give --head), and a chain made anew by"
               " somebody who may write the file\n",
               (unsigned long long)v->head.seq);
    } else if (whole && v->wanted_seq < v->head.seq) {
        printf("not visible: records missing after %llu; the head given is that of record %llu\n",
               (unsigned long long)v->head.seq, (unsigned long long)v->wanted_seq);
    }
}

/* A record that is not where it belongs may stand further on: look there before it is called
 * missing. */
static bool look_behind(struct pn_audit_verify *v, struct pn_audit_lines *l)
{
    enum pn_audit_lines_step step;
    struct pn_slice line;

    while (v->verdict == PN_AUDIT_VERDICT_MISSING &&
           (step = pn_audit_lines_next(l, &line)) != PN_AUDIT_LINES_END) {
        if (step == PN_AUDIT_LINES_ERROR) return false;
        pn_audit_verify_behind(v, line, (struct pn_audit_place){ l->name, l->number });
    }
    return true;
}

static bool read_all(struct pn_audit_verify *v, struct pn_audit_lines *l,
                     struct pn_audit_open_ids *ids, bool *lost)
{
    struct pn_audit_record record;
    enum pn_audit_lines_step step;
    struct pn_slice line;

    while ((step = pn_audit_lines_next(l, &line)) != PN_AUDIT_LINES_END) {
        struct pn_audit_place place = { l->name, l->number };

        if (step == PN_AUDIT_LINES_ERROR) return false;
        if (step == PN_AUDIT_LINES_UNFINISHED) {
            pn_audit_verify_unfinished(v, place);
            return true;
        }
        if (!pn_audit_verify_line(v, line, place, &record)) return look_behind(v, l);
        if (print_told(v, &record)) *lost = true;
        if (!pn_audit_open_ids_see(ids, &record)) {
            fprintf(stderr, "%s: out of memory\n", program);
            return false;
        }
    }
    return true;
}

static int verify(char *const *files, int file_count, const uint8_t *wanted)
{
    struct pn_audit_open_ids ids = { 0 };
    struct pn_audit_verify v;
    struct pn_audit_lines l;

    pn_audit_verify_begin(&v, wanted);
    pn_audit_lines_begin(&l, program, files, file_count);
    bool lost = false;
    bool read = read_all(&v, &l, &ids, &lost);
    enum pn_audit_verdict verdict = pn_audit_verify_end(&v);
    if (read) print_result(&v, &ids);
    pn_audit_open_ids_end(&ids);
    pn_audit_lines_end(&l);
    bool whole = verdict == PN_AUDIT_VERDICT_WHOLE || verdict == PN_AUDIT_VERDICT_UNKNOWN;
    return read && whole && !lost ? 0 : 1;
}

static bool read_hash(const char *text, struct pn_audit_chain *head)
{
    uint8_t lower[HEX_BYTES];

    if (strlen(text) != HEX_BYTES) return false;
    for (size_t i = 0; i < HEX_BYTES; i++) {
        lower[i] = pn_ascii_lower((uint8_t)text[i]);
    }
    return pn_audit_hash_read(pn_slice(lower, HEX_BYTES), head->hash);
}

/* The file is read before the log: what the gateway writes meanwhile comes after both. */
static bool read_kept(const char *path, struct pn_audit_chain *head)
{
    struct pn_slice bytes;

    if (!pn_whole_file_read(program, path, HEAD_FILE_BYTES_MAX, &bytes)) return false;
    bool whole = pn_audit_head_read(bytes, head);
    free((void *)(uintptr_t)bytes.at);
    if (!whole) fprintf(stderr, "%s: %s holds no head of a log\n", program, path);
    return whole;
}

/* The file of a gateway that has not written a record yet asks for none. */
static bool is_head(const struct pn_audit_chain *head)
{
    static const uint8_t zeros[PN_AUDIT_HASH_BYTES];

    return memcmp(head->hash, zeros, sizeof zeros) != 0;
}

int tool_audit_verify(int argc, char **argv)
{
    static const struct option options[] = { { "head", required_argument, NULL, 'H' },
                                             { "help", no_argument, NULL, 'h' },
                                             { NULL, 0, NULL, 0 } };
    struct pn_audit_chain head = { 0 };
    const char *wanted = NULL;
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'H': wanted = optarg; break;
        case 'h': fputs(help, stdout); return 0;
        default: fprintf(stderr, "see %s --help\n", program); return 2;
        }
    }
    if (optind == argc) {
        fprintf(stderr, "%s: say which file; see %s --help\n", program, program);
        return 2;
    }
    if (wanted != NULL && !read_hash(wanted, &head) && !read_kept(wanted, &head)) return 1;
    return verify(argv + optind, argc - optind, is_head(&head) ? head.hash : NULL);
}
