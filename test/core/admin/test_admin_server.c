/* The admin listener's few places.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/admin/admin_server.h"
#include "platforms/sim/sim.h"
#include "port/port_clock.h"
#include "unity.h"

enum { PORT = 9900, CLIENTS = 20, SOCKETS = 40 };

static struct sim *sim;
static struct port_net *net;
static struct pn_shared *shared;
static struct pn_admin admin;
static struct pn_admin_server *server;
static uint8_t body[256];

void setUp(void)
{
    struct port_net_addr at = sim_addr("127.0.0.1", PORT);
    size_t bytes = (port_net_bytes(SOCKETS) + 63) & ~(size_t)63;

    sim = sim_open(1);
    net = port_net_init(aligned_alloc(64, bytes), bytes, SOCKETS);
    shared = calloc(1, sizeof *shared);
    pn_shared_init(shared);
    admin = (struct pn_admin){ .shared = shared };
    server = calloc(1, sizeof *server);
    pn_admin_server_init(server, &admin, net, port_net_listen(net, &at, 2 * CLIENTS),
                         pn_writer(body, sizeof body));
}

void tearDown(void)
{
    port_net_close_all(net);
    sim_shut(sim);
    free(net);
    free(shared);
    free(server);
}

static void step(void)
{
    struct pn_now now = { port_clock_us(), port_clock_unix_ms() };

    port_net_wait(net, 0);
    pn_admin_server_step(server, &now);
}

static void settle(void)
{
    sim_hold_clock(sim);
    for (int i = 0; i < 20; i++) step();
    sim_free_clock(sim);
}

static void connect_all(struct sim_conn **client)
{
    for (int i = 0; i < CLIENTS; i++) {
        client[i] = sim_connect(sim, PORT);
        TEST_ASSERT_NOT_NULL(client[i]);
    }
    settle();
}

static void test_with_all_places_taken_it_rests(void)
{
    struct sim_conn *client[CLIENTS];
    uint64_t before;

    connect_all(client);
    before = sim_now_ms(sim);
    for (int i = 0; i < 3; i++) {
        struct pn_now now = { port_clock_us(), port_clock_unix_ms() };
        port_net_wait(net, 1000);
        pn_admin_server_step(server, &now);
    }
    TEST_ASSERT_GREATER_OR_EQUAL_UINT64(before + 2000, sim_now_ms(sim));
}

static void test_who_waits_is_served_when_a_place_is_free(void)
{
    struct sim_conn *client[CLIENTS];

    connect_all(client);
    sim_push_text(client[16], "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    settle();
    TEST_ASSERT_EQUAL_size_t(0, sim_sent(client[16]).len);
    sim_close(client[3]);
    settle();
    TEST_ASSERT_GREATER_THAN_size_t(12, sim_sent(client[16]).len);
    TEST_ASSERT_EQUAL_MEMORY("HTTP/1.1 200", sim_sent(client[16]).at, 12);
    TEST_ASSERT_EQUAL(SIM_OPEN, sim_end(client[16]));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_with_all_places_taken_it_rests);
    RUN_TEST(test_who_waits_is_served_when_a_place_is_free);
    return UNITY_END();
}
