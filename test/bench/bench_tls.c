/* bench_tls.c - how long a loop does nothing else for the sake of a handshake.
 *
 * Our server and our client over the simulated network: the longest single call of port_tls_handshake()
 * in so many handshakes, and processor time for a whole one. Budget: 3 ms on x86.
 * A longest one can be the machine's: the time below which 99.9 % of all calls stay is beside it.
 *
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "port/port_crypto.h"
#include "test/tls/certificates.h"
#include "test/tls/tls_wire.h"

/* Measuring programs are built without the tests' own library. */
#include "test/tls/certificates.c"
#include "test/tls/tls_wire.c"

enum {
    HANDSHAKES = 300,
    ARENA_BYTES = 4 << 20,
    CALLS_MAX = HANDSHAKES * 32,
};

static _Alignas(max_align_t) uint8_t process_arena[1 << 16], memory[ARENA_BYTES],
    roots_memory[8192];

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct times {
    uint64_t whole;
    uint32_t calls;
    uint64_t call[CALLS_MAX];
};

static void timed_step(struct port_tls_session *s, enum port_tls_step *at, struct times *times)
{
    if (*at == PORT_TLS_DONE || *at == PORT_TLS_FAULT) return;
    uint64_t begun = now_ns();
    *at = port_tls_handshake(s);
    uint64_t took = now_ns() - begun;
    times->whole += took;
    if (times->calls < CALLS_MAX) times->call[times->calls++] = took;
}

static int by_length(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

    return (one > other) - (one < other);
}

static void print_times(const char *name, const char *side, struct times *t)
{
    qsort(t->call, t->calls, sizeof t->call[0], by_length);
    printf("%-5s %s: longest step %6.2f ms, 99.9 %% below %6.2f ms, whole handshake %6.2f ms\n",
           name, side, (double)t->call[t->calls - 1] / 1e6,
           (double)t->call[t->calls - 1 - t->calls / 1000] / 1e6,
           (double)t->whole / 1e6 / (int)HANDSHAKES);
}

static bool one(struct tls_wire *w, struct port_tls_config *server, struct port_tls_config *client,
                const char *host, struct times side[2])
{
    tls_wire_begin(w, server, client, host, PORT_TLS_UNSAVED);
    for (int i = 0; i < 60; i++) {
        timed_step(w->client, &w->client_step, &side[1]);
        timed_step(w->server, &w->server_step, &side[0]);
        tls_wire_carry(w);
    }
    bool stands = w->server_step == PORT_TLS_DONE && w->client_step == PORT_TLS_DONE;
    tls_wire_end(w);
    return stands;
}

/* Whose certificates: the server's, who signed it and for whom; the client's, where it shows one. */
struct subject {
    const char *pair, *root, *host, *client;
};

static int measure(const struct subject *of)
{
    static struct times side[2];
    struct tls_wire w;
    enum port_tls_pair_verdict why;

    memset(side, 0, sizeof side);
    tls_wire_open(&w);
    memset(memory, 0, sizeof memory);
    struct port_tls_setup setup = { .net = w.net };
    struct port_tls *tls = port_tls_init(memory, sizeof memory, &setup);
    struct port_tls_pair pair =
        certificates_pair(strcmp(of->pair, "svid") == 0 ? "desk" : of->pair);
    struct port_tls_pair own = of->client ? certificates_pair(of->client) : pair;
    struct port_tls_trust trust = { { port_tls_roots_make(tls, certificates_text(of->root),
                                                          roots_memory) } };
    struct port_tls_server_setup shows = {
        .pairs = &pair,
        .pair_count = 1,
        .trust = of->client ? &trust : NULL,
        .clients = of->client ? PORT_TLS_CLIENTS_REQUIRED : PORT_TLS_CLIENTS_ANY,
    };
    struct port_tls_config *server = port_tls_server(tls, &shows, &why);
    struct port_tls_config *client = port_tls_client(tls, &trust, of->client ? &own : NULL, &why);

    for (int i = 0; i < HANDSHAKES; i++) {
        if (!one(&w, server, client, of->host, side)) return 1;
    }
    print_times(of->pair, "server", &side[0]);
    print_times(of->pair, "client", &side[1]);
    printf("%-5s memory: at most %u bytes in use\n", of->pair,
           port_tls_counts(tls)->arena_bytes_peak);
    tls_wire_shut(&w);
    return 0;
}

int main(int argc, char **argv)
{
    const char *source = argc > 1 ? argv[1] : ".";

    if (!certificates_make(source)) {
        fprintf(stderr, "usage: bench_tls SOURCE_FOLDER (and openssl in the path)\n");
        return 2;
    }
    if (port_crypto_init(process_arena, sizeof process_arena) != PORT_CRYPTO_GOOD) return 1;
    int failed = measure(&(struct subject){ "desk", "root.pem", "desk.example", NULL });
    failed |= measure(&(struct subject){ "svid", "root.pem", "desk.example", "agent" });
    failed |= measure(&(struct subject){ "rsa", "rsa-root.pem", "rsa.example", NULL });
    certificates_remove();
    return failed;
}
