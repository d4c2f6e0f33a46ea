/* log_stream.h - the lines of audit logs of any size, in a buffer of a fixed one.
 *
 * A log may be damaged: a last line without its end, a stretch that is no text. Both are told as
 * what they are, and reading goes on behind them; a line is never longer than a record can be
 * without being told as broken, so no damage can exhaust memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_LOG_STREAM_H
#define TOOLS_LOG_STREAM_H

#include "core/base/slice.h"

enum log_step {
    LOG_FAILED, /* a file cannot be read; told on standard error */
    LOG_END,    /* no file is left */
    LOG_LINE,
    LOG_TORN,     /* the last line of a file, without a line feed */
    LOG_TOO_LONG, /* a line that no record of ours can be; the slice holds its beginning */
};

struct log_stream {
    const char *program;
    char *const *files; /* "-" is standard input */
    int file_count, file, fd;
    const char *name;     /* of the file the line is from */
    unsigned long number; /* of the line, from 1 */
    uint64_t read_bytes;  /* of all files */
    uint64_t all_bytes;   /* of all files as they were at the start; 0: not known */
    uint8_t *buffer;      /* from malloc(); lines lie in it */
    size_t begin, end;
    bool ended, skips; /* the file has no more bytes; the rest of a line is skipped */
};

/* Begin with the first of `file_count` paths, which are lent. False, told on standard error, when
 * one of them cannot be read, so that nobody waits for hours to hear of it. */
bool log_stream_begin(struct log_stream *s, const char *program, char *const *files,
                      int file_count);

/* The next line, without its line feed; borrows until the next call. */
enum log_step log_stream_next(struct log_stream *s, struct pn_slice *line);

/* Close and free. */
void log_stream_end(struct log_stream *s);

#endif
