/* see simulation.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/simulation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/simulate/log_stream.h"
#include "tools/simulate/simulation_report.h"

enum { PROGRESS_MS = 2000, LINES_BETWEEN = 1024 };

/* Everything at work; large, so it comes from the heap. */
struct simulation {
    const struct simulation_wish *wish;
    struct candidate *before, *after;
    struct simulation_counts *counts;
    struct log_stream lines;
    struct report report;
    struct recorded_call call;
    struct replay replay[2];
    struct replayed then, now;
    uint64_t line_count;
    int64_t told_ms;
    bool told; /* progress is on the screen */
};

/* --- progress --- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* On a terminal one line that is written over, else a line each time. */
static void progress(struct simulation *s)
{
    const struct log_stream *l = &s->lines;
    const char *front = isatty(STDERR_FILENO) ? "\r" : "";
    const char *back = isatty(STDERR_FILENO) ? " " : "\n";
    int64_t now = now_ms();

    if (s->wish->quiet || now - s->told_ms < PROGRESS_MS) return;
    s->told_ms = now;
    s->told = true;
    fprintf(stderr, "%s%s: %" PRIu64 " records, %" PRIu64 " MiB", front, s->wish->program,
            s->line_count, l->read_bytes >> 20);
    if (l->all_bytes > 0) {
        uint64_t read = l->read_bytes < l->all_bytes ? l->read_bytes : l->all_bytes;
        fprintf(stderr, " of %" PRIu64 " (%u %%)", l->all_bytes >> 20,
                (unsigned)(100.0 * (double)read / (double)l->all_bytes));
    }
    fprintf(stderr, ", %" PRIu64 " changed, %" PRIu64 " unknown%s", s->counts->changed,
            s->counts->unknown, back);
    fflush(stderr);
}

/* --- records --- */

static struct report_side side_of(const struct replayed *replayed)
{
    return (struct report_side){ replayed->outcome, replayed->rule, replayed->error,
                                 replayed->rule_open };
}

static struct report_side recorded_side(const struct simulation *s)
{
    return (struct report_side){ .outcome = replay_outcome_then(s->after, &s->call),
                                 .rule = s->call.text[RECORDED_RULE],
                                 .error = s->call.text[RECORDED_ERROR],
                                 .rule_open = !recorded_whole(&s->call, RECORDED_RULE) };
}

static void compare(struct simulation *s, const struct report_record *record)
{
    const struct report_side *before = &record->before, *after = &record->after;

    if (!pn_slice_equal(before->outcome, after->outcome)) {
        s->counts->changed++;
        report_changed(&s->report, record);
        return;
    }
    s->counts->same++;
    bool sure = !before->rule_open && !after->rule_open;
    if (sure && !pn_slice_equal(before->rule, after->rule)) s->counts->other_rule++;
}

static void take_decision(struct simulation *s, enum recorded_kind kind)
{
    struct report_record record = { .call = &s->call,
                                    .file = s->lines.name,
                                    .line = s->lines.number };

    s->then.known = true;
    if (s->before != NULL) {
        replay_call(&s->replay[0], s->before, &s->call, kind, &s->then);
        record.before = side_of(&s->then);
    } else {
        record.before = recorded_side(s);
    }
    replay_call(&s->replay[1], s->after, &s->call, kind, &s->now);
    record.after = side_of(&s->now);

    s->counts->decisions++;
    if (s->then.known && s->now.known) {
        compare(s, &record);
        return;
    }
    s->counts->unknown++;
    bool is_then = !s->then.known;
    report_unknown(&s->report, &record, is_then ? s->before : s->after,
                   is_then ? &s->then : &s->now);
}

/* About these no rule was asked. The key may be one that the candidate does not know: then a list
 * that was given would be refused. */
static void take_undecided(struct simulation *s)
{
    bool was_answered = text_is(s->call.text[RECORDED_OUTCOME], "allow");

    if (was_answered) {
        take_decision(s, RECORDED_UNDECIDED);
        return;
    }
    s->counts->undecided++;
}

static bool take_broken(struct simulation *s, const char *what)
{
    s->counts->broken++;
    report_broken(&s->report, s->lines.name, s->lines.number, what);
    if (!s->wish->strict) return true;
    fprintf(stderr, "%s: %s:%lu: %s\n", s->wish->program, s->lines.name, s->lines.number, what);
    return false;
}

static bool take_line(struct simulation *s, struct pn_slice line)
{
    enum recorded_kind kind = recorded_call_read(&s->call, line);

    switch (kind) {
    case RECORDED_BROKEN: return take_broken(s, "not a record of an audit log");
    case RECORDED_OTHER: break;
    case RECORDED_UNDECIDED: take_undecided(s); break;
    case RECORDED_DECISION: take_decision(s, kind); break;
    }
    return true;
}

/* False: it cannot go on. */
static bool take_lines(struct simulation *s)
{
    enum log_step step;
    struct pn_slice line;
    bool good = true;

    while (good && (step = log_stream_next(&s->lines, &line)) != LOG_END) {
        if (step == LOG_FAILED) return false;
        if (step == LOG_LINE) good = take_line(s, line);
        else if (step == LOG_TORN) good = take_broken(s, "the last line is not finished");
        else good = take_broken(s, "longer than any record");
        if (++s->line_count % LINES_BETWEEN == 0) progress(s);
    }
    return good;
}

static enum simulation_status status_of(const struct simulation_counts *counts)
{
    if (counts->changed > 0) return SIMULATION_CHANGED;
    return counts->unknown + counts->broken > 0 ? SIMULATION_UNSURE : SIMULATION_SAME;
}

enum simulation_status simulation_run(const struct simulation_wish *wish, struct candidate *before,
                                      struct candidate *after, struct simulation_counts *counts)
{
    struct simulation *s = calloc(1, sizeof *s);
    bool good = false;

    memset(counts, 0, sizeof *counts);
    if (s == NULL) return SIMULATION_FAILED;
    s->wish = wish;
    s->before = before;
    s->after = after;
    s->counts = counts;
    s->told_ms = now_ms();
    if (log_stream_begin(&s->lines, wish->program, wish->logs, wish->log_count)) {
        report_begin(&s->report, wish);
        good = take_lines(s);
        if (s->told && isatty(STDERR_FILENO)) fputc('\n', stderr);
        report_end(&s->report, counts);
    }
    log_stream_end(&s->lines);
    free(s);
    return good ? status_of(counts) : SIMULATION_FAILED;
}
