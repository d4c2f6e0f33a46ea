/* see log_stream.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/simulate/log_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, LINE_BYTES_MAX = 64 << 10 };

static bool is_standard_input(const char *name)
{
    return strcmp(name, "-") == 0;
}

static void complain(const struct log_stream *s, const char *name)
{
    fprintf(stderr, "%s: cannot read %s: %s\n", s->program, name, strerror(errno));
}

static bool add_size(struct log_stream *s, const char *name, bool *known)
{
    struct stat found;

    if (is_standard_input(name)) {
        *known = false;
        return true;
    }
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fstat(fd, &found) == 0;
    if (good && S_ISDIR(found.st_mode)) {
        errno = EISDIR;
        good = false;
    }
    if (!good) complain(s, name);
    if (good && S_ISREG(found.st_mode)) s->all_bytes += (uint64_t)found.st_size;
    else *known = false;
    if (fd >= 0) close(fd);
    return good;
}

bool log_stream_begin(struct log_stream *s, const char *program, char *const *files, int file_count)
{
    bool known = true;

    *s = (struct log_stream){
        .program = program, .files = files, .file_count = file_count, .fd = -1
    };
    for (int i = 0; i < file_count; i++) {
        if (!add_size(s, files[i], &known)) return false;
    }
    if (!known) s->all_bytes = 0;
    s->buffer = malloc(BUFFER_BYTES);
    if (s->buffer == NULL) fprintf(stderr, "%s: out of memory\n", program);
    return s->buffer != NULL;
}

static void shut(struct log_stream *s)
{
    if (s->fd > STDIN_FILENO) close(s->fd);
    s->fd = -1;
}

static enum log_step fail(struct log_stream *s)
{
    complain(s, s->name);
    shut(s);
    return LOG_FAILED;
}

static bool open_next(struct log_stream *s)
{
    s->name = s->files[s->file++];
    s->number = 0;
    s->begin = s->end = 0;
    s->ended = s->skips = false;
    s->fd = is_standard_input(s->name) ? STDIN_FILENO : open(s->name, O_RDONLY | O_CLOEXEC);
    return s->fd >= 0;
}

/* Read more behind what is left of the buffer. */
static bool fill(struct log_stream *s)
{
    ssize_t got;

    memmove(s->buffer, s->buffer + s->begin, s->end - s->begin);
    s->end -= s->begin;
    s->begin = 0;
    do {
        got = read(s->fd, s->buffer + s->end, BUFFER_BYTES - s->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return false;
    s->ended = got == 0;
    s->end += (size_t)got;
    s->read_bytes += (uint64_t)got;
    return true;
}

/* Take `len` bytes and what ends them off the front. */
static struct pn_slice take(struct log_stream *s, size_t len, size_t end_bytes)
{
    struct pn_slice line = pn_slice(s->buffer + s->begin, len);

    s->begin += len + end_bytes;
    return line;
}

/* One step within the buffer; LOG_END: it wants more bytes, or the file has ended. */
static enum log_step step(struct log_stream *s, struct pn_slice *line)
{
    size_t left = s->end - s->begin;
    const uint8_t *feed = left > 0 ? memchr(s->buffer + s->begin, '\n', left) : NULL;
    size_t len = feed != NULL ? (size_t)(feed - s->buffer) - s->begin : left;

    if (s->skips) {
        (void)take(s, len, feed != NULL);
        s->skips = feed == NULL;
        return feed != NULL ? step(s, line) : LOG_END;
    }
    if (len > LINE_BYTES_MAX) {
        *line = take(s, len, feed != NULL);
        s->skips = feed == NULL;
        s->number++;
        return LOG_TOO_LONG;
    }
    if (feed == NULL && !(s->ended && left > 0)) return LOG_END;
    *line = take(s, len, feed != NULL);
    s->number++;
    return feed != NULL ? LOG_LINE : LOG_TORN;
}

enum log_step log_stream_next(struct log_stream *s, struct pn_slice *line)
{
    for (;;) {
        if (s->fd < 0 && s->file == s->file_count) return LOG_END;
        if (s->fd < 0 && !open_next(s)) return fail(s);
        enum log_step found = step(s, line);
        if (found != LOG_END) return found;
        if (s->ended) shut(s);
        else if (!fill(s)) return fail(s);
    }
}

void log_stream_end(struct log_stream *s)
{
    shut(s);
    free(s->buffer);
    s->buffer = NULL;
}
