/* see admin_client.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/admin_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/writer.h"
#include "core/http/h1_body.h"
#include "core/http/h1_head.h"
#include "tools/admin_tls.h"
#include "tools/device/device_file.h"
#include "tools/device/device_values.h"
#include "tools/whole_file.h"

enum { REQUEST_BYTES = 8192 };

static bool fail(const struct admin_client *c, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", c->program, c->at, what);
    return false;
}

/* The key without the end of its line; empty where none was given. */
static bool read_key(const struct admin_client *c, char key[ADMIN_KEY_BYTES])
{
    const char *variable = getenv(ADMIN_CLIENT_VARIABLE);
    struct pn_slice text = pn_slice(variable, variable ? strlen(variable) : 0);

    key[0] = '\0';
    if (c->key_path && !pn_whole_file_read(c->program, c->key_path, ADMIN_KEY_BYTES, &text)) {
        return false;
    }
    size_t len = text.len;
    while (len > 0 && (text.at[len - 1] == '\n' || text.at[len - 1] == '\r')) len--;
    bool good = len < ADMIN_KEY_BYTES;
    for (size_t i = 0; i < len; i++) good = good && text.at[i] > ' ' && text.at[i] < 0x7F;
    if (good && len > 0) memcpy(key, text.at, len);
    if (good) key[len] = '\0';
    if (c->key_path) {
        explicit_bzero((void *)(uintptr_t)text.at, text.len);
        free((void *)(uintptr_t)text.at);
    }
    return good || fail(c, "this is no admin key");
}

static bool write_request(const struct admin_client *c, const struct admin_request *r,
                          const char *key, struct pn_writer *w)
{
    char lines[REQUEST_BYTES];
    int len = snprintf(
        lines, sizeof lines, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s%s%s%s%.*s%s",
        r->method, r->path, c->at, key[0] ? "Authorization: Bearer " : "", key,
        key[0] ? "\r\n" : "", r->match.len > 0 ? "If-Match: " : "", (int)r->match.len,
        (const char *)r->match.at, r->match.len > 0 ? "\r\n" : "");

    pn_write(w, pn_slice(lines, (size_t)len < sizeof lines ? (size_t)len : 0));
    explicit_bzero(lines, sizeof lines);
    if (r->body.len > 0) {
        pn_write_text(w, "Content-Type: application/json\r\nContent-Length: ");
        pn_write_u64(w, r->body.len);
        pn_write_text(w, "\r\n");
    }
    pn_write_text(w, "\r\n");
    pn_write(w, r->body);
    return !w->full;
}

static int connect_to(const struct port_net_addr *at)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(at->port) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(at->port) };
    struct timeval wait = { .tv_sec = ADMIN_CLIENT_WAIT_S };
    bool six = at->family == 6;
    int s = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(&v4.sin_addr, at->ip, 4);
    memcpy(&v6.sin6_addr, at->ip, 16);
    if (s < 0) return s;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    const void *to = six ? (const void *)&v6 : (const void *)&v4;
    if (connect(s, to, six ? sizeof v6 : sizeof v4) == 0) return s;
    int error = errno;
    close(s);
    errno = error;
    return -1;
}

static bool send_all(int s, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(s, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes = pn_slice_from(bytes, (size_t)sent);
    }
    return true;
}

/* Up to the end of the connection, which was asked for. */
static bool receive_all(int s, struct pn_writer *w)
{
    for (;;) {
        ssize_t got = recv(s, w->at + w->len, w->max - w->len, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0;
        w->len += (size_t)got;
        if (w->len == w->max) return false;
    }
}

static bool read_reply(const struct admin_client *c, struct pn_slice bytes,
                       struct admin_reply *reply)
{
    struct pn_h1_head head = { .method = PN_METHOD_GET };

    if (pn_h1_response_parse(&head, bytes) != PN_DONE) {
        return fail(c, "the answer is no HTTP; is this the admin listener? One with TLS is asked "
                       "by --roots");
    }
    reply->status = head.status;
    reply->tag = pn_h1_field(&head, PN_FIELD_ETAG);
    reply->body = pn_slice_from(bytes, head.head_bytes);
    bool whole = head.framing == PN_BODY_LENGTH ? reply->body.len == head.body_bytes
                                                : head.framing != PN_BODY_CHUNKED;
    return whole || fail(c, "the answer ends too early");
}

static void tell_fault(const struct admin_client *c, int error)
{
    if (error == ECONNRESET) {
        fail(c, "the connection was reset; a listener with TLS is asked by --roots");
    } else {
        fail(c, error == EAGAIN ? "no answer came in time" : strerror(error));
    }
}

static bool exchange_plain(const struct admin_client *c, const struct port_net_addr *at,
                           struct pn_slice request, struct pn_writer *w)
{
    int s = connect_to(at);
    bool good = s >= 0 && send_all(s, request) && receive_all(s, w);

    if (!good) tell_fault(c, errno);
    if (s >= 0) close(s);
    return good;
}

static bool exchange(const struct admin_client *c, const struct port_net_addr *at,
                     struct pn_slice request, struct admin_reply *reply)
{
    struct pn_writer w = pn_writer(reply->bytes, ADMIN_REPLY_BYTES);
    bool good =
        c->roots_path ? admin_tls_exchange(c, at, request, &w) : exchange_plain(c, at, request, &w);

    if (!good) return false;
    reply->bytes[w.len] = '\0';
    return read_reply(c, pn_slice(w.at, w.len), reply);
}

bool admin_client_ask(const struct admin_client *c, const struct admin_request *r,
                      struct admin_reply *reply)
{
    char key[ADMIN_KEY_BYTES];
    uint8_t bytes[REQUEST_BYTES];
    struct pn_writer w = pn_writer(bytes, sizeof bytes);
    struct port_net_addr at;

    if (!device_read_address(pn_slice(c->at, strlen(c->at)), &at) || at.port == 0) {
        return fail(c, "not an address and port, such as " ADMIN_CLIENT_AT);
    }
    if (!read_key(c, key)) return false;
    if (key[0] && !c->roots_path && !device_is_loopback(&at)) {
        return fail(c, "the key would be sent unencrypted; ask on the machine itself, through a "
                       "tunnel, or over TLS with --roots");
    }
    bool written = write_request(c, r, key, &w);
    explicit_bzero(key, sizeof key);
    bool good =
        written ? exchange(c, &at, pn_written(&w), reply) : fail(c, "the request is too long");
    explicit_bzero(bytes, sizeof bytes);
    return good;
}
