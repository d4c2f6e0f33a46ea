/* see admin_tls.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/admin_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_clock.h"
#include "port/port_tls.h"
#include "tools/compile/arena.h"
#include "tools/whole_file.h"

enum { TURN_MS = 50, TLS_BYTES = 1 << 20, FILE_BYTES = 1 << 20, NAME_BYTES = 256 };

struct call {
    const struct admin_client *client;
    struct arena arena;
    struct port_net *net;
    struct port_tls_trust trust;
    struct port_tls_config *config;
    struct port_tls_session *session;
    int32_t socket;
    uint64_t until_ms;
};

static bool fail(const struct call *c, const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", c->client->program, c->client->at, what);
    return false;
}

/* --- with what --- */

static bool read_file(struct call *c, const char *path, struct port_tls_text *text)
{
    struct pn_slice bytes;

    if (!pn_whole_file_read(c->client->program, path, FILE_BYTES, &bytes)) return false;
    struct pn_slice copy = arena_copy(&c->arena, bytes);
    *text = (struct port_tls_text){ copy.at, copy.len };
    explicit_bzero((void *)(uintptr_t)bytes.at, bytes.len);
    free((void *)(uintptr_t)bytes.at);
    return true;
}

static bool read_pair(struct call *c, struct port_tls_pair *pair)
{
    return read_file(c, c->client->certificate_path, &pair->chain) &&
           read_file(c, c->client->certificate_key_path, &pair->key);
}

static bool configure(struct call *c)
{
    struct port_tls_setup setup = { .net = c->net };
    struct port_tls *tls = port_tls_init(arena_take(&c->arena, TLS_BYTES), TLS_BYTES, &setup);
    bool shows = c->client->certificate_path != NULL;
    enum port_tls_pair_verdict why;
    struct port_tls_pair pair;
    struct port_tls_text roots;

    if (!tls) return fail(c, "no memory for TLS");
    if (!read_file(c, c->client->roots_path, &roots)) return false;
    void *memory = arena_take(&c->arena, port_tls_roots_bytes(roots.len));
    c->trust.roots[0] = port_tls_roots_make(tls, roots, memory);
    if (!c->trust.roots[0]) return fail(c, "--roots names no file with certificates");
    if (shows && !read_pair(c, &pair)) return false;
    c->config = port_tls_client(tls, &c->trust, shows ? &pair : NULL, &why);
    if (shows) explicit_bzero((void *)(uintptr_t)pair.key.at, pair.key.len);
    return c->config || fail(c, "--certificate and --certificate-key are no pair");
}

/* --- to whom --- */

/* There is one socket only: whatever was reported is looked at again. */
static bool turn(struct call *c)
{
    port_net_wait(c->net, TURN_MS);
    while (port_net_ready(c->net) >= 0) continue;
    return port_clock_ms() < c->until_ms || fail(c, "no answer came in time");
}

static bool reach(struct call *c, const struct port_net_addr *at)
{
    enum port_net_result result = PORT_NET_AGAIN;

    c->socket = port_net_connect(c->net, at);
    while (c->socket >= 0 && result != PORT_NET_DONE) {
        result = port_net_connected(c->net, c->socket);
        if (result == PORT_NET_FAULT) break;
        if (result != PORT_NET_DONE && !turn(c)) return false;
    }
    return result == PORT_NET_DONE || fail(c, "nobody answers there");
}

/* Its address, unless another name was said. */
static struct port_tls_text name_of(const struct call *c)
{
    const char *name = c->client->name ? c->client->name : c->client->at;
    size_t len = strlen(name);

    if (!c->client->name) {
        const char *colon = strrchr(name, ':');
        len = colon ? (size_t)(colon - name) : len;
        if (len > 2 && name[0] == '[')
            return (struct port_tls_text){ (const uint8_t *)name + 1, len - 2 };
    }
    return (struct port_tls_text){ (const uint8_t *)name, len };
}

static bool shake(struct call *c)
{
    struct port_tls_text name = name_of(c);
    enum port_tls_step step = PORT_TLS_TURN;

    if (name.len == 0 || name.len >= NAME_BYTES) return fail(c, "--name is no name");
    c->session = port_tls_connect(c->config, c->socket, name, PORT_TLS_UNSAVED);
    if (!c->session) return fail(c, "no memory for TLS");
    while (step != PORT_TLS_DONE) {
        step = port_tls_handshake(c->session);
        if (step == PORT_TLS_FAULT) {
            return fail(c, port_tls_cause_sentence(port_tls_cause(c->session)));
        }
        if (step == PORT_TLS_AGAIN && !turn(c)) return false;
    }
    return true;
}

/* --- asking --- */

/* The step before gave that: wait where nothing could be done. */
static bool go_on(struct call *c, int32_t result)
{
    if (result == PORT_NET_AGAIN) return turn(c);
    return result > 0 || fail(c, "the connection has ended; does the listener want a certificate?");
}

static bool send_all(struct call *c, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        int32_t sent = port_tls_send(c->session, bytes.at, bytes.len);
        if (!go_on(c, sent)) return false;
        bytes = pn_slice_from(bytes, (size_t)sent);
    }
    while (port_tls_unsent(c->session)) {
        if (!go_on(c, (int32_t)port_tls_flush(c->session))) return false;
    }
    return true;
}

static bool receive_all(struct call *c, struct pn_writer *reply)
{
    while (reply->len < reply->max) {
        int32_t got = port_tls_recv(c->session, reply->at + reply->len, reply->max - reply->len);
        if (got == PORT_NET_EOF) return true;
        if (!go_on(c, got)) return false;
        reply->len += (size_t)got;
    }
    return fail(c, "the answer is too long");
}

bool admin_tls_exchange(const struct admin_client *client, const struct port_net_addr *at,
                        struct pn_slice request, struct pn_writer *reply)
{
    struct call c = { .client = client,
                      .net = client->net,
                      .socket = PORT_NET_NONE,
                      .until_ms = port_clock_ms() + ADMIN_CLIENT_WAIT_S * 1000 };

    if (!c.net) return fail(&c, "no memory for a connection");
    bool good = configure(&c) && reach(&c, at) && shake(&c) && send_all(&c, request) &&
                receive_all(&c, reply);
    if (c.session) port_tls_end(c.session);
    if (c.socket >= 0) port_net_close(c.net, c.socket);
    arena_free(&c.arena);
    return good;
}
