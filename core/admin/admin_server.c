/* see admin_server.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/admin_server.h"

#include "core/base/assert.h"
#include "core/http/h1_write.h"

enum state { READING_HEAD, READING_BODY, ANSWERING };

void pn_admin_server_init(struct pn_admin_server *s, struct pn_admin *admin, struct port_net *net,
                          int32_t listener, struct pn_writer body)
{
    s->admin = admin;
    s->net = net;
    s->listener = listener;
    s->body = body;
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) s->conns[i].socket = PORT_NET_NONE;
}

static void release_body(struct pn_admin_server *s, const struct pn_admin_conn *c)
{
    if (s->body_owner == c) s->body_owner = NULL;
}

static void shut(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    release_body(s, c);
    port_net_close(s->net, c->socket);
    c->socket = PORT_NET_NONE;
    port_net_want(s->net, s->listener, PORT_NET_WANT_RX);
}

static void next_request(struct pn_admin_conn *c)
{
    pn_h1_head_reset(&c->head);
    c->head_len = 0;
    c->state = READING_HEAD;
}

static void accept_all(struct pn_admin_server *s, uint32_t now_ms)
{
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) {
        struct pn_admin_conn *c = &s->conns[i];
        if (c->socket != PORT_NET_NONE) continue;
        c->socket = port_net_accept(s->net, s->listener, NULL);
        if (c->socket == PORT_NET_NONE) return;
        port_net_socket_set_user(s->net, c->socket, c);
        c->since_ms = now_ms;
        next_request(c);
    }
    port_net_want(s->net, s->listener, 0); /* no place is free: others wait in the listen queue */
}

/* --- answering --- */

static void send_out(struct pn_admin_server *s, struct pn_admin_conn *c)
{
    while (c->out_begin < c->out_end) {
        int32_t sent =
            port_net_send(s->net, c->socket, c->out + c->out_begin, c->out_end - c->out_begin);
        if (sent == PORT_NET_AGAIN) {
            port_net_want(s->net, c->socket, PORT_NET_WANT_TX);
            return;
        }
        if (sent < 0) {
            shut(s, c);
            return;
        }
        c->out_begin += (uint32_t)sent;
    }
    port_net_want(s->net, c->socket, PORT_NET_WANT_RX);
    if (c->keep) next_request(c);
    else shut(s, c);
}

static void write_answer(struct pn_admin_conn *c, const struct pn_admin_answer *answer)
{
    struct pn_writer w = pn_writer(c->out, sizeof c->out);
    struct pn_h1_extra allow = { PN_FIELD_ALLOW, answer->allow };
    struct pn_h1_response response = {
        .status = answer->status,
        .method = (enum pn_h1_method)c->head.method,
        .after = c->keep ? PN_H1_KEEP : PN_H1_CLOSE,
        .content_type = answer->content_type,
        .body = answer->body,
        .extra = &allow,
        .extra_count = answer->allow.len > 0 ? 1 : 0,
    };

    pn_h1_write_response(&w, &response);
    PN_ASSERT(!w.full);
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

static void answer(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    struct pn_writer w = pn_writer(s->answer, sizeof s->answer);
    struct pn_slice body = s->body_owner == c ? pn_written(&s->body) : PN_SLICE("");

    s->admin->who =
        (struct pn_operator){ PN_SLICE("local"), PN_OPERATOR_ADMIN, PN_OPERATOR_BY_LOOPBACK };
    struct pn_admin_answer result = pn_admin_answer(s->admin, &c->head, body, now, &w);
    s->admin->who = (struct pn_operator){ .role = PN_OPERATOR_NOBODY };
    release_body(s, c);
    write_answer(c, &result);
    send_out(s, c);
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
    if (c->head.framing == PN_BODY_NONE) {
        answer(s, c, now);
        return;
    }
    if (s->body_owner || c->head.method != PN_METHOD_PUT) {
        refuse(s, c, s->body_owner ? PN_REASON_BODY_POOL_FULL : PN_REASON_BODY_UNEXPECTED);
        return;
    }
    s->body_owner = c;
    s->body.len = 0;
    s->body.full = false;
    c->state = READING_BODY;
    if (c->head.expect_continue) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        port_net_send(s->net, c->socket, go_on, sizeof go_on - 1);
    }
    take_body(s, c, pn_slice(c->head_bytes + c->head.head_bytes, c->head_len - c->head.head_bytes),
              now);
}

static void read_some(struct pn_admin_server *s, struct pn_admin_conn *c, const struct pn_now *now)
{
    bool head = c->state == READING_HEAD;
    uint8_t *at = head ? c->head_bytes + c->head_len : c->out;
    size_t room = head ? sizeof c->head_bytes - c->head_len : sizeof c->out;
    int32_t got = port_net_recv(s->net, c->socket, at, room);

    if (got == PORT_NET_AGAIN) return;
    if (got < 0) {
        shut(s, c);
        return;
    }
    c->since_ms = (uint32_t)(now->mono_us / 1000);
    if (head) {
        c->head_len += (uint32_t)got;
        take_head(s, c, now);
    } else {
        take_body(s, c, pn_slice(at, (size_t)got), now);
    }
}

uint32_t pn_admin_server_step(struct pn_admin_server *s, const struct pn_now *now)
{
    uint32_t now_ms = (uint32_t)(now->mono_us / 1000);
    int32_t socket;

    while ((socket = port_net_ready(s->net)) >= 0) {
        struct pn_admin_conn *c = port_net_socket_user(s->net, socket);
        if (!c) accept_all(s, now_ms);
        else if (c->state == ANSWERING) send_out(s, c);
        else read_some(s, c, now);
    }
    for (int i = 0; i < PN_ADMIN_CONNS_MAX; i++) {
        struct pn_admin_conn *c = &s->conns[i];
        if (c->socket != PORT_NET_NONE && now_ms - c->since_ms > PN_ADMIN_WAIT_MS) shut(s, c);
    }
    return 1000;
}
