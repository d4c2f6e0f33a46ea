/* see stand_in.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/demo/stand_in.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/http/h1_body.h"
#include "core/http/h1_write.h"
#include "core/limits.h"

enum { READ_BYTES = 65536 };

/* One connection and the thread that serves it. */
struct peer {
    struct stand_in *s;
    int socket;
    struct pn_h1_head head;
    uint8_t bytes[PN_HEAD_BYTES + READ_BYTES]; /* a head, and what came behind it */
    size_t len;
    uint8_t *body;
    size_t body_len, body_max;
    uint8_t answer[STAND_IN_ANSWER_BYTES];
    uint8_t out[STAND_IN_ANSWER_BYTES + PN_HEAD_BYTES];
};

bool stand_in_send(int socket, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(socket, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return false;
        if (sent > 0) bytes = pn_slice_from(bytes, (size_t)sent);
    }
    return true;
}

static bool append(struct peer *p, struct pn_slice data)
{
    if (p->body_len + data.len > STAND_IN_BODY_BYTES) return false;
    if (p->body_len + data.len > p->body_max) {
        p->body_max = 2 * (p->body_len + data.len);
        uint8_t *grown = realloc(p->body, p->body_max);
        if (!grown) return false;
        p->body = grown;
    }
    if (data.len > 0) memcpy(p->body + p->body_len, data.at, data.len);
    p->body_len += data.len;
    return true;
}

/* More bytes behind those there are; false at the end of the connection. */
static bool read_more(struct peer *p, size_t max)
{
    ssize_t got = recv(p->socket, p->bytes + p->len, max - p->len, 0);

    if (got > 0) p->len += (size_t)got;
    return got > 0;
}

static bool read_head(struct peer *p)
{
    pn_h1_head_reset(&p->head);
    for (;;) {
        enum pn_step step = pn_h1_request_parse(&p->head, pn_slice(p->bytes, p->len));
        if (step == PN_DONE) return true;
        if (step == PN_REFUSED || p->len >= PN_HEAD_BYTES || !read_more(p, PN_HEAD_BYTES))
            return false;
    }
}

static bool read_body(struct peer *p)
{
    struct pn_h1_body body = pn_h1_request_body(&p->head);
    size_t head = p->head.head_bytes;
    struct pn_slice in = pn_slice(p->bytes + head, p->len - head);

    p->body_len = 0;
    for (;;) {
        struct pn_slice data = PN_SLICE("");
        enum pn_step step = pn_h1_body_next(&body, &in, &data);
        if (step == PN_REFUSED || !append(p, data)) return false;
        if (step == PN_DONE) break;
        if (in.len > 0) continue;
        p->len = head;
        if (!read_more(p, sizeof p->bytes)) return false;
        in = pn_slice(p->bytes + head, p->len - head);
    }
    p->len = 0;
    return in.len == 0; /* nobody here sends two requests at once */
}

static struct stand_in_answer count_of(const struct stand_in *s, struct pn_writer *w)
{
    pn_write_text(w, "{\"requests\":");
    pn_write_u64(w, s->requests);
    pn_write_text(w, ",\"bytes\":");
    pn_write_u64(w, s->bytes);
    pn_write_text(w, "}\n");
    return (struct stand_in_answer){ .status = 200,
                                     .content_type = PN_SLICE("application/json"),
                                     .body = pn_written(w) };
}

static struct stand_in_answer answer(struct peer *p)
{
    struct pn_writer w = pn_writer(p->answer, sizeof p->answer);
    struct stand_in_request request = { &p->head, pn_slice(p->body, p->body_len), p->socket };

    if (pn_slice_equal(pn_h1_path(&p->head), PN_SLICE("/count"))) return count_of(p->s, &w);
    p->s->requests++;
    p->s->bytes += p->head.head_bytes + p->body_len;
    return p->s->answer(p->s, &request, &w);
}

static bool serve_one(struct peer *p)
{
    if (!read_head(p) || !read_body(p)) return false;

    struct stand_in_answer a = answer(p);
    if (a.streamed) return p->head.keep_alive;
    struct pn_h1_extra session = { PN_FIELD_MCP_SESSION_ID, a.session };
    struct pn_writer w = pn_writer(p->out, sizeof p->out);
    struct pn_h1_response response = {
        .status = a.status,
        .method = (enum pn_h1_method)p->head.method,
        .after = p->head.keep_alive ? PN_H1_KEEP : PN_H1_CLOSE,
        .content_type = a.content_type,
        .body = a.body,
        .extra = &session,
        .extra_count = a.session.len > 0 ? 1 : 0,
    };
    pn_h1_write_response(&w, &response);
    return !w.full && stand_in_send(p->socket, pn_written(&w)) && p->head.keep_alive;
}

static void *serve(void *argument)
{
    struct peer *p = argument;

    while (serve_one(p)) continue;
    close(p->socket);
    free(p->body);
    free(p);
    return NULL;
}

static void *accept_all(void *argument)
{
    struct stand_in *s = argument;

    for (;;) {
        int socket = accept(s->listener, NULL, NULL);
        struct peer *p = socket >= 0 ? calloc(1, sizeof *p) : NULL;
        pthread_t thread;
        int one = 1;
        if (!p) continue;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        p->s = s;
        p->socket = socket;
        if (pthread_create(&thread, NULL, serve, p) == 0) pthread_detach(thread);
    }
    return NULL;
}

bool stand_in_start(struct stand_in *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_port = htons(s->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    pthread_t thread;
    int one = 1;

    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s->listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(s->listener, 128) < 0 ||
        pthread_create(&thread, NULL, accept_all, s) != 0) {
        fprintf(stderr, "postern demo: %s cannot listen on 127.0.0.1:%u: %s\n", s->name, s->port,
                strerror(errno));
        return false;
    }
    pthread_detach(thread);
    return true;
}
