/* SPDX-License-Identifier: Apache-2.0 */
/* test_resolve.c - the resolver over real sockets: a name server in a thread on the loopback
 * answers A only over TCP and AAAA over UDP. links: linux */
#include "core/postern.h"
#include "core/route/resolve.h"
#include "platforms/linux/net/shim.h"
#include "port/port_clock.h"
#include "test/core/route/dns_message.h"
#include "unity.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKETS = 32 };

static struct {
    int udp, tcp;
    uint16_t port;
    pthread_t thread;
    _Atomic int stop;
} server;

static void serve_udp(void)
{
    uint8_t bytes[512];
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    ssize_t got = recvfrom(server.udp, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &len);

    if (got <= 0) return;
    struct pn_slice query = pn_slice(bytes, (size_t)got);
    struct dns_message m = dns_reply(query, dns_type(query) == DNS_A ? DNS_CUT : DNS_ANSWER);
    if (dns_type(query) == DNS_AAAA) dns_address(&m, "2001:db8::1", 60);
    sendto(server.udp, m.bytes, m.len, 0, (struct sockaddr *)&from, len);
}

static void serve_tcp(void)
{
    uint8_t bytes[512], frame[2];
    int conn = accept(server.tcp, NULL, NULL);

    if (conn < 0) return;
    ssize_t got = recv(conn, bytes, sizeof bytes, 0);
    if (got > 2 && (bytes[0] << 8 | bytes[1]) == got - 2) {
        struct dns_message m = dns_reply(pn_slice(bytes + 2, (size_t)got - 2), DNS_ANSWER);
        dns_address(&m, "192.0.2.1", 60);
        frame[0] = (uint8_t)(m.len >> 8);
        frame[1] = (uint8_t)m.len;
        if (send(conn, frame, 2, MSG_NOSIGNAL) == 2) send(conn, m.bytes, m.len, MSG_NOSIGNAL);
    }
    close(conn);
}

static void *serve(void *unused)
{
    struct pollfd fds[2] = { { server.udp, POLLIN, 0 }, { server.tcp, POLLIN, 0 } };

    while (!server.stop) {
        poll(fds, 2, 20);
        if (fds[0].revents) serve_udp();
        if (fds[1].revents) serve_tcp();
    }
    return unused;
}

static int bind_to(int type, struct sockaddr_in *at)
{
    socklen_t len = sizeof *at;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)at, sizeof *at) != 0) {
        close(fd);
        return -1;
    }
    getsockname(fd, (struct sockaddr *)at, &len);
    return fd;
}

static void server_begin(void)
{
    for (int i = 0; i < 100; i++) { /* a port that is free for both */
        struct sockaddr_in at = { .sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        server.udp = bind_to(SOCK_DGRAM, &at);
        server.tcp = bind_to(SOCK_STREAM, &at);
        server.port = ntohs(at.sin_port);
        if (server.tcp >= 0) break;
        close(server.udp);
    }
    server.stop = 0;
    if (listen(server.tcp, 8) != 0) abort();
    if (pthread_create(&server.thread, NULL, serve, NULL) != 0) abort();
}

static void server_end(void)
{
    server.stop = 1;
    pthread_join(server.thread, NULL);
    close(server.udp);
    close(server.tcp);
}

void setUp(void)
{
}
void tearDown(void)
{
}

static enum pn_step resolve(struct port_net *net, const struct pn_resolver_config *config,
                            struct pn_authority *a)
{
    struct pn_resolver *r = pn_resolver_init(calloc(1, pn_resolver_bytes()), config);
    uint64_t end_ms = port_clock_ms() + 60000;
    enum pn_step step;

    while ((step = pn_resolve(r, a, (uint32_t)port_clock_ms())) == PN_WAIT &&
           port_clock_ms() < end_ms) {
        uint32_t wait_ms = pn_resolver_tick(r, (uint32_t)port_clock_ms());
        port_net_wait(net, wait_ms);
        for (int32_t socket; (socket = port_net_ready(net)) >= 0;)
            pn_resolver_ready(r, socket, (uint32_t)port_clock_ms());
    }
    free(r);
    return step;
}

static enum pn_step ask(uint16_t first_port, struct pn_authority *a)
{
    size_t bytes = port_net_bytes(SOCKETS), shim_size = shim_bytes(SOCKETS + 1);
    struct shim *shim = shim_init(malloc(shim_size), shim_size, SOCKETS + 1);
    shim_enter(shim);
    struct port_net *net = port_net_init(malloc(bytes), bytes, SOCKETS);
    struct port_net_addr servers[2] = { { 4, first_port, { 127, 0, 0, 1 } },
                                        { 4, server.port, { 127, 0, 0, 1 } } };
    struct pn_resolver_config config = {
        .net = net, .nameservers = servers, .nameserver_count = 2, .resolve_ms = 3000
    };

    *a = (struct pn_authority){ .host = "api.example.com", .host_len = 15, .port = 443 };
    enum pn_step step = resolve(net, &config, a);
    port_net_close_all(net);
    free(net);
    shim_close(shim);
    free(shim);
    return step;
}

static void both_families_are_there(const struct pn_authority *a)
{
    TEST_ASSERT_EQUAL(2, a->address_count);
    TEST_ASSERT_EQUAL(4, a->address[0].family);
    TEST_ASSERT_EQUAL_MEMORY("\xC0\0\2\1", a->address[0].ip, 4);
    TEST_ASSERT_EQUAL(443, a->address[0].port);
    TEST_ASSERT_EQUAL(6, a->address[1].family);
}

static void test_a_name_resolves_over_udp_and_tcp(void)
{
    struct pn_authority a;

    server_begin();
    TEST_ASSERT_EQUAL(PN_DONE, ask(server.port, &a));
    server_end();
    both_families_are_there(&a);
}

/* Nobody listens at the first server's port. */
static void test_a_dead_server_is_passed_by(void)
{
    struct pn_authority a;

    server_begin();
    TEST_ASSERT_EQUAL(PN_DONE, ask(1, &a));
    server_end();
    TEST_ASSERT_GREATER_THAN(0, a.address_count);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_name_resolves_over_udp_and_tcp);
    RUN_TEST(test_a_dead_server_is_passed_by);
    return UNITY_END();
}
