/* see admin_server.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/admin_server.h"

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/http/h1_write.h"

enum state { READING_HEAD, READING_BODY, ANSWERING, SHAKING, LINGERING };

void pn_admin_server_init(struct pn_admin_server *s, struct pn_admin *admin, struct port_net *net,
                          int32_t listener, struct pn_writer body)
{
    s->admin = admin;
    s->net = net;
    s->listener = listener;
    s->body = body;
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) s->conns[i].socket = PORT_NET_NONE;
}

bool pn_admin_server_secure(struct pn_admin_server *s, struct pn_tls *tls, struct port_tls *engine)
{
    s->tls = tls;
    s->engine = engine;
    pn_admin_server_load(s);
    return s->loaded.config != NULL;
}

void pn_admin_server_load(struct pn_admin_server *s)
{
    if (s->tls) pn_tls_load_admin(&s->loaded, s->tls, s->engine);
}

/* --- bytes --- */

static int32_t receive(struct pn_admin_server *s, struct pn_admin_conn *c, void *into, size_t max)
{
    if (c->tls) return port_tls_recv(c->tls, into, max);
    return port_net_recv(s->net, c->socket, into, max);
}

static int32_t transmit(struct pn_admin_server *s, struct pn_admin_conn *c, struct pn_slice bytes)
{
    if (c->tls) return port_tls_send(c->tls, bytes.at, bytes.len);
    return port_net_send(s->net, c->socket, bytes.at, bytes.len);
}

/* Bytes that are decrypted already are reported by no socket. */
static void await(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    port_net_want(s->net, c->socket, PORT_NET_WANT_RX);
    if (c->tls && port_tls_pending(c->tls) > 0) port_net_mark(s->net, c->socket);
}

/* --- coming and going --- */

static void release_body(struct pn_admin_server *s, const struct pn_admin_conn *c)
{
    if (s->body_owner == c) s->body_owner = NULL;
}

/* What somebody sent to prove who he is goes with it. */
static void forget_head(struct pn_admin_conn *c)
{
    pn_bytes_wipe(c->head_bytes, c->head_len);
    c->head_len = 0;
    c->lists = false;
}

static void shut(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    release_body(s, c);
    forget_head(c);
    if (c->tls) port_tls_end(c->tls);
    c->tls = NULL;
    port_net_close(s->net, c->socket);
    c->socket = PORT_NET_NONE;
    port_net_want(s->net, s->listener, PORT_NET_WANT_RX);
}

static void next_request(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    forget_head(c);
    pn_h1_head_reset(&c->head);
    c->state = READING_HEAD;
    await(s, c);
}

static void greet(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    c->tls = port_tls_accept(s->loaded.config, c->socket);
    c->state = SHAKING;
    if (!c->tls) shut(s, c);
}

static void accept_all(struct pn_admin_server *s, uint32_t now_ms)
{
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) {
        struct pn_admin_conn *c = &s->conns[i];
        if (c->socket != PORT_NET_NONE) continue;
        c->socket = port_net_accept(s->net, s->listener, &c->peer);
        if (c->socket == PORT_NET_NONE) return;
        port_net_socket_set_user(s->net, c->socket, c);
        c->begun_ms = c->since_ms = now_ms;
        c->known = false;
        if (s->tls) greet(s, c);
        else next_request(s, c);
    }
    port_net_want(s->net, s->listener, 0); /* no place is free: others wait in the listen queue */
}

/* What the client still sends is read and dropped: closing now could take the answer from it. */
static void linger(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    enum { READS_PER_TURN = 16 };
    int32_t got = 1;

    for (int i = 0; i < READS_PER_TURN && got > 0; i++) {
        got = port_net_recv(s->net, c->socket, c->out, sizeof c->out);
    }
    if (got < 0) shut(s, c);
}

static void leave(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    forget_head(c);
    if (c->tls) port_tls_shut(c->tls);
    port_net_shut(s->net, c->socket);
    port_net_want(s->net, c->socket, PORT_NET_WANT_RX);
    c->state = LINGERING;
    linger(s, c);
}

/* --- answering --- */

/* Send what is there: DONE when all has left, AGAIN or FAULT. */
static int32_t flush(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    int32_t sent = c->tls && port_tls_unsent(c->tls) ? port_tls_flush(c->tls) : PORT_NET_DONE;

    while (sent > 0 && c->out_begin < c->out_end) {
        sent = transmit(s, c, pn_slice(c->out + c->out_begin, c->out_end - c->out_begin));
        if (sent > 0) c->out_begin += (uint32_t)sent;
    }
    return sent > 0 && c->tls && port_tls_unsent(c->tls) ? PORT_NET_AGAIN : sent;
}

/* The next piece of the inventory, as a chunk; it is sent in the next turn, when others had theirs. A
 * listing that cannot be ended is cut, which the client sees: the last chunk is missing. */
static void list_on(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    struct pn_writer text = pn_writer(s->answer, sizeof s->answer);
    struct pn_writer w = pn_writer(c->out, sizeof c->out);
    enum pn_step step =
        pn_inventory_next(&c->inventory, pn_admin_active(s->admin), s->admin->since, &text);

    if (step == PN_REFUSED) {
        shut(s, c);
        return;
    }
    if (text.len > 0) {
        pn_h1_write_chunk_head(&w, text.len);
        pn_write(&w, pn_written(&text));
        pn_h1_write_chunk_end(&w);
    }
    if (step == PN_DONE) pn_h1_write_chunk_last(&w);
    PN_ASSERT(!w.full);
    c->lists = step != PN_DONE;
    c->out_begin = 0;
    c->out_end = (uint32_t)w.len;
    port_net_want(s->net, c->socket, PORT_NET_WANT_RX | PORT_NET_WANT_TX);
    port_net_mark(s->net, c->socket);
}

static void send_out(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    int32_t sent = flush(s, c);

    if (sent == PORT_NET_AGAIN) port_net_want(s->net, c->socket, PORT_NET_WANT_TX);
    else if (sent < 0) shut(s, c);
    else if (c->lists) list_on(s, c);
    else if (c->keep) next_request(s, c);
    else leave(s, c);
}

/* What goes with some answers only. */
static unsigned extras(struct pn_h1_extra extra[5], const struct pn_admin_answer *answer)
{
    unsigned count = 0;

    extra[count++] = (struct pn_h1_extra){ PN_FIELD_CACHE_CONTROL, PN_SLICE("no-store") };
    if (answer->allow.len > 0) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_ALLOW, answer->allow };
    }
    if (answer->tag.len > 0) extra[count++] = (struct pn_h1_extra){ PN_FIELD_ETAG, answer->tag };
    if (answer->status == 401) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_WWW_AUTHENTICATE,
                                               PN_SLICE("Bearer realm=\"postern admin\"") };
        if (answer->passwords) {
            extra[count++] = (struct pn_h1_extra){
                PN_FIELD_WWW_AUTHENTICATE,
                PN_SLICE("Basic realm=\"postern admin\", charset=\"UTF-8\"")
            };
        }
    } else if (answer->retry.len > 0) {
        extra[count++] = (struct pn_h1_extra){ PN_FIELD_RETRY_AFTER, answer->retry };
    }
    return count;
}

static void write_answer(struct pn_admin_conn *c, const struct pn_admin_answer *answer)
{
    struct pn_writer w = pn_writer(c->out, sizeof c->out);
    struct pn_h1_extra extra[5];
    struct pn_h1_response response = {
        .status = answer->status,
        .method = (enum pn_h1_method)c->head.method,
        .after = c->keep ? PN_H1_KEEP : PN_H1_CLOSE,
        .content_type = answer->content_type,
        .body = answer->body,
        .extra = extra,
        .extra_count = extras(extra, answer),
    };

    pn_h1_write_response(&w, &response);
    PN_ASSERT(!w.full);
    c->out_begin = 0;
    c->out_end = (uint32_t)w.len;
    c->state = ANSWERING;
}

static void write_list_head(struct pn_admin_server *s, struct pn_admin_conn *c,
                            const struct pn_admin_answer *answer)
{
    struct pn_writer w = pn_writer(c->out, sizeof c->out);
    struct pn_h1_extra extra[5];
    unsigned count = extras(extra, answer);

    pn_h1_write_status_line(&w, answer->status);
    pn_h1_write_field(&w, PN_FIELD_CONTENT_TYPE, answer->content_type);
    for (unsigned i = 0; i < count; i++) pn_h1_write_field(&w, extra[i].field, extra[i].value);
    pn_h1_write_chunked(&w);
    pn_h1_write_connection(&w, c->keep ? PN_H1_KEEP : PN_H1_CLOSE);
    pn_h1_write_head_end(&w);
    pn_inventory_begin(&c->inventory, pn_admin_active(s->admin));
    c->lists = true;
    c->out_begin = 0;
    c->out_end = (uint32_t)w.len;
    c->state = ANSWERING;
}

static void refuse(struct pn_admin_server *s, struct pn_admin_conn *c, enum pn_reason reason)
{
    struct pn_admin_answer answer = {
        .status = pn_reason_status(reason),
        .content_type = PN_SLICE("text/plain; charset=utf-8"),
        .body = pn_reason_sentence(reason),
    };

    c->keep = false;
    release_body(s, c);
    write_answer(c, &answer);
    send_out(s, c);
}

static void respond(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    struct pn_writer w = pn_writer(s->answer, sizeof s->answer);
    struct pn_slice body = s->body_owner == c ? pn_written(&s->body) : PN_SLICE("");

    s->admin->who = c->who;
    struct pn_admin_answer result = pn_admin_answer(s->admin, &c->head, body, now, &w);
    s->admin->who = (struct pn_operator){ .role = PN_OPERATOR_NOBODY };
    release_body(s, c);
    if (result.lists && c->head.minor == 0) {
        refuse(s, c, PN_REASON_VERSION_UNSUPPORTED); /* it knows no chunks */
        return;
    }
    if (result.lists) write_list_head(s, c, &result);
    else write_answer(c, &result);
    send_out(s, c);
}

/* --- the door --- */

static void tell(struct pn_admin_server *s, const struct pn_admin_conn *c, enum pn_denial denial,
                 const struct pn_h1_head *head)
{
    struct pn_admin *a = s->admin;
    struct pn_admin_denied told = { .denial = denial, .from = &c->peer, .head = head };

    told.telling = pn_attempts_tell(&a->door.attempts, &c->peer, c->since_ms / 1000);
    if (told.telling == PN_ATTEMPT_QUIET || !a->denied) return;
    a->who = c->who;
    a->denied(a->context, &told);
    a->who = (struct pn_operator){ .role = PN_OPERATOR_NOBODY };
}

static struct pn_peer_cert cert_of(const struct pn_admin_server *s, const struct pn_admin_conn *c)
{
    struct pn_peer_cert cert = { .shown = false };

    if (!c->tls || !port_tls_peer(c->tls, &cert.peer)) return cert;
    const struct pn_device_tls *setting = &s->tls->device->tls[PN_LISTENERS_MAX];
    cert.shown = true;
    cert.domains = setting->trust_domains;
    cert.domain_count = setting->trust_count;
    return cert;
}

static enum pn_denial enter(struct pn_admin_server *s, struct pn_admin_conn *c,
                            const struct pn_now *now)
{
    struct pn_peer_cert cert = cert_of(s, c);
    struct pn_visit visit = { .head = &c->head,
                              .from = &c->peer,
                              .cert = c->tls ? &cert : NULL,
                              .needs = pn_admin_needs(&c->head),
                              .unix_s = now->unix_ms / 1000,
                              .mono_s = (uint32_t)(now->mono_us / 1000000) };
    enum pn_denial denial = pn_door_enter(&s->admin->door, &visit, &c->who);

    c->turn = s->admin->door.turn;
    if (denial == PN_DENIAL_NONE && visit.needs != PN_OPERATOR_NOBODY) c->known = true;
    return denial;
}

static void deny(struct pn_admin_server *s, struct pn_admin_conn *c, enum pn_denial denial)
{
    struct pn_writer w = pn_writer(s->answer, sizeof s->answer);
    struct pn_admin_answer result = pn_admin_deny(denial, &w);
    uint8_t seconds[12];
    struct pn_writer retry = pn_writer(seconds, sizeof seconds);

    if (denial == PN_DENIAL_RATE) pn_write_u64(&retry, s->admin->door.wait_s);
    result.retry = pn_written(&retry);
    result.passwords = pn_password_bytes(s->admin->door.rules) > 0;
    tell(s, c, denial, &c->head);
    c->keep = false;
    write_answer(c, &result);
    send_out(s, c);
}

/* Who was let in by rules that hold no more stands at the door once more; what he was called is gone with
 * them. */
static void answer(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    bool asked = c->turn == s->admin->door.turn;
    enum pn_denial denial = asked ? PN_DENIAL_NONE : enter(s, c, now);

    if (denial == PN_DENIAL_NONE) {
        respond(s, c, now);
        return;
    }
    release_body(s, c);
    deny(s, c, denial);
}

/* A certificate that is not good is a wrong proof like any other. */
static void handshake_failed(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    switch (port_tls_cause(c->tls)) {
    case PORT_TLS_UNTRUSTED:
    case PORT_TLS_EXPIRED:
    case PORT_TLS_NOT_YET:
    case PORT_TLS_UNFIT:
    case PORT_TLS_ABSENT:
        s->admin->door.denied[PN_DENIAL_UNKNOWN]++;
        c->who = (struct pn_operator){ .role = PN_OPERATOR_NOBODY };
        tell(s, c, PN_DENIAL_UNKNOWN, NULL);
        break;
    case PORT_TLS_NO_CAUSE:
    case PORT_TLS_CLOSED:
    case PORT_TLS_MEMORY:
    case PORT_TLS_PROTOCOL:
    case PORT_TLS_ALERT:
    case PORT_TLS_NAME:
    case PORT_TLS_TIMEOUT:
    case PORT_TLS_CAUSE_COUNT: break;
    }
    shut(s, c);
}

static void shake(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    switch (port_tls_handshake(c->tls)) {
    case PORT_TLS_FAULT: handshake_failed(s, c); return;
    case PORT_TLS_DONE: next_request(s, c); return;
    case PORT_TLS_TURN:
        port_net_want(s->net, c->socket, PORT_NET_WANT_RX);
        port_net_mark(s->net, c->socket);
        return;
    case PORT_TLS_AGAIN: break;
    }
    port_net_want(s->net, c->socket,
                  PORT_NET_WANT_RX | (port_tls_unsent(c->tls) ? PORT_NET_WANT_TX : 0u));
}

/* --- reading --- */

static void take_body(struct pn_admin_server *s, struct pn_admin_conn *c, struct pn_slice in,
                      const struct pn_now *now)
{
    for (;;) {
        struct pn_slice data = PN_SLICE("");
        enum pn_step step = pn_h1_body_next(&c->body, &in, &data);

        if (data.len > 0) pn_write(&s->body, data);
        if (s->body.full) {
            refuse(s, c, PN_REASON_BODY_TOO_LARGE);
            return;
        }
        if (step == PN_REFUSED) {
            refuse(s, c, PN_REASON_CHUNK_MALFORMED);
            return;
        }
        if (step == PN_DONE) {
            answer(s, c, now);
            return;
        }
        if (in.len == 0) return;
    }
}

static void begin_body(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    static const struct pn_slice go_on = PN_SLICE_INIT("HTTP/1.1 100 Continue\r\n\r\n");
    struct pn_slice rest = pn_slice_from(pn_slice(c->head_bytes, c->head_len), c->head.head_bytes);

    s->body_owner = c;
    s->body.len = 0;
    s->body.full = false;
    c->state = READING_BODY;
    if (c->head.expect_continue) (void)transmit(s, c, go_on);
    take_body(s, c, rest, now);
}

static bool takes_body(const struct pn_admin_conn *c)
{
    return c->head.method == PN_METHOD_PUT || c->head.method == PN_METHOD_POST;
}

static void take_head(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    enum pn_step step = pn_h1_request_parse(&c->head, pn_slice(c->head_bytes, c->head_len));

    if (step == PN_MORE) return;
    if (step == PN_REFUSED) {
        refuse(s, c, (enum pn_reason)c->head.reason);
        return;
    }
    c->keep = c->head.keep_alive;
    c->body = pn_h1_request_body(&c->head);
    enum pn_denial denial = enter(s, c, now);
    if (denial != PN_DENIAL_NONE) deny(s, c, denial);
    else if (c->head.framing == PN_BODY_NONE) answer(s, c, now);
    else if (s->body_owner) refuse(s, c, PN_REASON_BODY_POOL_FULL);
    else if (!takes_body(c)) refuse(s, c, PN_REASON_BODY_UNEXPECTED);
    else begin_body(s, c, now);
}

static void read_some(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    bool head = c->state == READING_HEAD;
    uint8_t *at = head ? c->head_bytes + c->head_len : c->out;
    size_t room = head ? sizeof c->head_bytes - c->head_len : sizeof c->out;
    int32_t got = receive(s, c, at, room);

    if (got == PORT_NET_AGAIN) return;
    if (got < 0) {
        shut(s, c);
        return;
    }
    c->since_ms = (uint32_t)(now->mono_us / 1000);
    await(s, c);
    if (head) {
        c->head_len += (uint32_t)got;
        take_head(s, c, now);
    } else {
        take_body(s, c, pn_slice(at, (size_t)got), now);
    }
}

static void serve(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    switch ((enum state)c->state) {
    case ANSWERING: send_out(s, c); return;
    case SHAKING: shake(s, c); return;
    case LINGERING: linger(s, c); return;
    case READING_HEAD:
    case READING_BODY: read_some(s, c, now); return;
    }
}

/* --- time --- */

static uint32_t places_free(const struct pn_admin_server *s)
{
    uint32_t count = 0;

    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) count += s->conns[i].socket == PORT_NET_NONE;
    return count;
}

static bool is_idle(const struct pn_admin_conn *c, uint32_t now_ms)
{
    return now_ms - c->since_ms > (c->state == LINGERING ? PN_ADMIN_LINGER_MS : PN_ADMIN_WAIT_MS);
}

static bool is_stranger(const struct pn_admin_conn *c, uint32_t now_ms)
{
    return !c->known && now_ms - c->begun_ms > PN_ADMIN_PATIENCE_MS;
}

static void end_idle(struct pn_admin_server *s, uint32_t now_ms)
{
    bool crowded = places_free(s) == 0;

    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) {
        struct pn_admin_conn *c = &s->conns[i];
        if (c->socket == PORT_NET_NONE) continue;
        if (is_idle(c, now_ms) || (crowded && is_stranger(c, now_ms))) shut(s, c);
    }
}

uint32_t pn_admin_server_step(struct pn_admin_server *s, const struct pn_now *now)
{
    uint32_t now_ms = (uint32_t)(now->mono_us / 1000);
    int32_t socket;

    while ((socket = port_net_ready(s->net)) >= 0) {
        struct pn_admin_conn *c = port_net_socket_user(s->net, socket);
        if (!c) accept_all(s, now_ms);
        else serve(s, c, now);
    }
    end_idle(s, now_ms);
    return 1000;
}
