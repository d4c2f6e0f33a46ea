/* bench_tls.c - how long a loop does nothing else for the sake of a handshake.
 *
 * Our server and our client over the simulated network: of each handshake the longest single call of
 * port_tls_handshake(), in processor time, and processor time for the whole. Budget: 3 ms on x86.
 * Prints `name: value` lines: the median of those longest calls, the time below which 99 % of them
 * stay, also when nobody else used the core (neighbour.h), and the very longest.
 *
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/port_crypto.h"
#include "test/bench/neighbour.h"
#include "test/tls/certificates.h"
#include "test/tls/tls_wire.h"

/* Measuring programs are built without the tests' own library. */
#include "test/tls/certificates.c"
#include "test/tls/tls_wire.c"

enum {
    HANDSHAKES = 300,
    ARENA_BYTES = 4 << 20,
};

static _Alignas(max_align_t) uint8_t process_arena[1 << 16], memory[ARENA_BYTES],
    roots_memory[8192];

struct times {
    uint64_t whole_ns;
    struct pn_sample longest[HANDSHAKES]; /* of each handshake, in ms */
};

static void timed_step(struct port_tls_session *s, enum port_tls_step *at, uint64_t *whole_ns,
                       struct pn_sample *longest)
{
    if (*at == PORT_TLS_DONE || *at == PORT_TLS_FAULT) return;
    uint32_t before = pn_wide_ns();
    uint64_t began = pn_bench_ns(CLOCK_THREAD_CPUTIME_ID);
    *at = port_tls_handshake(s);
    uint64_t took = pn_bench_ns(CLOCK_THREAD_CPUTIME_ID) - began;
    uint32_t after = pn_wide_ns();
    *whole_ns += took;
    if ((double)took / 1e6 < longest->value) return;
    *longest = (struct pn_sample){ (double)took / 1e6, before > after ? before : after };
    (void)pn_quickest_frame(longest->wide_ns);
}

static double below(const struct pn_sample *sorted, int count, int percent)
{
    return sorted[(count * percent + 99) / 100 - 1].value;
}

static void print_times(const char *name, const char *side, struct times *t)
{
    pn_sort_samples(t->longest, HANDSHAKES);
    printf("tls_step_ms.p50.%s_%s: %.2f\n", name, side, below(t->longest, HANDSHAKES, 50));
    printf("tls_step_ms.p99.%s_%s: %.2f\n", name, side, below(t->longest, HANDSHAKES, 99));
    printf("tls_step_ms.longest.%s_%s: %.2f\n", name, side, t->longest[HANDSHAKES - 1].value);
    int alone = pn_keep_alone(t->longest, HANDSHAKES);
    if (alone > 0)
        printf("tls_step_ms.p99_alone.%s_%s: %.2f\n", name, side, below(t->longest, alone, 99));
    printf("tls_step_alone.%s_%s: %.2f\n", name, side, (double)alone / (int)HANDSHAKES);
    printf("tls_handshake_ms.%s_%s: %.2f\n", name, side,
           (double)t->whole_ns / 1e6 / (int)HANDSHAKES);
}

static bool one(struct tls_wire *w, struct port_tls_config *server, struct port_tls_config *client,
                const char *host, int number, struct times side[2])
{
    tls_wire_begin(w, server, client, host, PORT_TLS_UNSAVED);
    for (int i = 0; i < 60; i++) {
        timed_step(w->client, &w->client_step, &side[1].whole_ns, &side[1].longest[number]);
        timed_step(w->server, &w->server_step, &side[0].whole_ns, &side[0].longest[number]);
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
        if (!one(&w, server, client, of->host, i, side)) return 1;
    }
    print_times(of->pair, "server", &side[0]);
    print_times(of->pair, "client", &side[1]);
    printf("tls_arena_peak_bytes.%s: %u\n", of->pair, port_tls_counts(tls)->arena_bytes_peak);
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
