/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platforms/sim/sim_net.h"

static _Thread_local struct sim *current;

struct sim *sim_current(void)
{
    return current;
}

void sim_make_current(struct sim *sim)
{
    current = sim;
}

static _Noreturn void give_up(const char *why)
{
    fprintf(stderr, "sim: %s\n", why);
    abort();
}

void *sim_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) give_up("out of memory");
    return memory;
}

struct sim *sim_open(uint64_t seed)
{
    struct sim *sim = (struct sim *)sim_alloc(sizeof *sim);

    if (current != NULL) give_up("this thread has a simulator already");
    sim->chance = seed;
    sim->unix_base_ms = INT64_C(1767225600000);
    sim->now_ms = 1000; /* so that "0" is never a time that has come */
    sim->sockets_limit = UINT32_MAX;
    sim->next_port = 49152;
    sim_make_current(sim);
    return sim;
}

static void free_peers(struct sim *sim)
{
    while (sim->conns != NULL) {
        struct sim_conn *conn = sim->conns;
        sim->conns = conn->next;
        free(conn->in.at);
        free(conn->out.at);
        free(conn);
    }
    while (sim->upstreams != NULL) {
        struct sim_upstream *upstream = sim->upstreams;
        sim->upstreams = upstream->next;
        free(upstream);
    }
    while (sim->udps != NULL) {
        struct sim_udp *udp = sim->udps;
        sim->udps = udp->next;
        sim_datagrams_free(&udp->datagrams);
        free(udp);
    }
}

void sim_shut(struct sim *sim)
{
    while (sim->sockets != NULL) sim_socket_free(sim->sockets);
    free_peers(sim);
    free(sim);
    sim_make_current(NULL);
}

uint64_t sim_now_ms(const struct sim *sim)
{
    return sim->now_ms;
}

void sim_advance(struct sim *sim, uint64_t ms)
{
    sim->now_ms += ms;
    sim->deeds++;
}

void sim_hold_clock(struct sim *sim)
{
    sim->clock_held = true;
}

void sim_free_clock(struct sim *sim)
{
    sim->clock_held = false;
}

bool sim_idle(const struct sim *sim)
{
    return sim->idle;
}

void sim_settle(struct sim *sim, void (*step)(void *context), void *context)
{
    bool was_held = sim->clock_held;

    sim->clock_held = true;
    sim->idle = false;
    for (int turns = 0; !sim->idle; turns++) {
        if (turns == 10000) give_up("the gateway does not come to rest");
        step(context);
    }
    sim->clock_held = was_held;
}

void sim_set_chaos(struct sim *sim, struct sim_chaos chaos)
{
    sim->chaos = chaos;
}

uint64_t sim_chance(struct sim *sim)
{
    uint64_t z = sim->chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t sim_below(struct sim *sim, uint64_t limit)
{
    return sim_chance(sim) % limit;
}

struct port_net_addr sim_addr(const char *text, uint16_t port)
{
    struct port_net_addr addr = { .family = 4, .port = port };

    if (inet_pton(AF_INET, text, addr.ip) == 1) return addr;
    addr.family = 6;
    if (inet_pton(AF_INET6, text, addr.ip) != 1) give_up("not an address");
    return addr;
}

bool sim_same_addr(const struct port_net_addr *a, const struct port_net_addr *b)
{
    return a->family == b->family && a->port == b->port && memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

struct port_net_addr sim_from_stack(const struct freertos_sockaddr *from)
{
    struct port_net_addr addr = { .family = 4, .port = FreeRTOS_ntohs(from->sin_port) };

    if (from->sin_family == FREERTOS_AF_INET6) addr.family = 6;
    memcpy(addr.ip, &from->sin_address, addr.family == 6 ? 16 : 4);
    return addr;
}

void sim_to_stack(const struct port_net_addr *from, struct freertos_sockaddr *to)
{
    memset(to, 0, sizeof *to);
    to->sin_family = from->family == 6 ? FREERTOS_AF_INET6 : FREERTOS_AF_INET;
    to->sin_port = FreeRTOS_htons(from->port);
    memcpy(&to->sin_address, from->ip, from->family == 6 ? 16 : 4);
}

void sim_bytes_add(struct sim_bytes *queue, const void *from, size_t bytes)
{
    if (bytes == 0) return;
    if (queue->head + queue->len + bytes > queue->max) {
        size_t max = (queue->len + bytes) * 2;
        uint8_t *at = (uint8_t *)sim_alloc(max);
        if (queue->len > 0) memcpy(at, queue->at + queue->head, queue->len);
        free(queue->at);
        *queue = (struct sim_bytes){ .at = at, .len = queue->len, .max = max };
    }
    memcpy(queue->at + queue->head + queue->len, from, bytes);
    queue->len += bytes;
}

void sim_bytes_drop(struct sim_bytes *queue, size_t bytes)
{
    queue->head += bytes;
    queue->len -= bytes;
    if (queue->len == 0) queue->head = 0;
}

void sim_datagram_add(struct sim_datagrams *to, struct port_net_addr from, const void *bytes,
                      size_t len)
{
    struct sim_datagram *one = (struct sim_datagram *)sim_alloc(sizeof *one + len);

    one->from = from;
    one->len = len;
    if (len > 0) memcpy(one->bytes, bytes, len);
    if (to->head == NULL) to->head = one;
    else to->tail->next = one;
    to->tail = one;
}

size_t sim_datagram_take(struct sim_datagrams *from, struct port_net_addr *sender, void *out,
                         size_t bytes_max)
{
    struct sim_datagram *one = from->head;
    size_t len = one->len < bytes_max ? one->len : bytes_max;

    if (sender != NULL) *sender = one->from;
    if (len > 0) memcpy(out, one->bytes, len);
    from->head = one->next;
    free(one);
    return len;
}

void sim_datagrams_free(struct sim_datagrams *datagrams)
{
    while (datagrams->head != NULL) (void)sim_datagram_take(datagrams, NULL, NULL, 0);
}
