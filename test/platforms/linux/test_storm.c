/* A whole gateway with four workers in a storm: clients, pushes, reloads, rotations,
 * revocations and questions of the operator at once. Meant for ThreadSanitizer, and holds under any other build.
 *
 * links: linux
 * label: tsan unit slow
 * timeout: 180
 * cost: 9
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platforms/linux/serve.h"
#include "port/port_clock.h"
#include "test/core/seal/sealed.h"
#include "tools/bundle/bundle.h"
#include "tools/whole_file.h"
#include "unity.h"

enum { POLICIES = 24, CLIENTS = 5, STORM_MS = 4000, SEALED_MAX = 65536 };

static struct {
    char folder[64];
    uint16_t gate, admin, upstream;
    int upstream_fd;
    uint8_t *sealed[POLICIES];
    size_t sealed_len[POLICIES];
    pthread_t clients[CLIENTS], pusher, reloader, upstream_thread, end;
    _Atomic int stop;
    _Atomic uint32_t answers[600], pushes[600], revocations[600], served, seed;
} storm;

void setUp(void)
{
}

void tearDown(void)
{
}

/* --- sockets --- */

static struct sockaddr_in at_port(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_anywhere(uint16_t *port)
{
    struct sockaddr_in at = at_port(0);
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    TEST_ASSERT_EQUAL(0, bind(fd, (struct sockaddr *)&at, sizeof at));
    TEST_ASSERT_EQUAL(0, listen(fd, 128));
    getsockname(fd, (struct sockaddr *)&at, &len);
    *port = ntohs(at.sin_port);
    return fd;
}

static uint16_t free_port(void)
{
    uint16_t port;

    close(listen_anywhere(&port));
    return port;
}

static int dial(uint16_t port)
{
    struct sockaddr_in at = at_port(port);
    struct timeval limit = { .tv_sec = 10 };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool send_text(int fd, const char *text)
{
    return send_all(fd, text, strlen(text));
}

/* Read one message whose body has a length or is chunked to its last chunk. NULL when it broke. */
static const char *read_message(int fd, char *text, size_t max)
{
    size_t len = 0;

    for (;;) {
        ssize_t got = recv(fd, text + len, max - 1 - len, 0);
        if (got <= 0) return NULL;
        len += (size_t)got;
        text[len] = '\0';
        const char *body = strstr(text, "\r\n\r\n");
        if (!body) continue;
        const char *length = strcasestr(text, "\r\ncontent-length: ");
        if (length && strtoul(length + 18, NULL, 10) <= len - (size_t)(body + 4 - text))
            return text;
        if (!length && strcasestr(text, "chunked") && strstr(body, "0\r\n\r\n")) return text;
        if (!length && !strcasestr(text, "chunked")) return text;
    }
}

static uint32_t roll(uint32_t below)
{
    uint32_t n = atomic_fetch_add(&storm.seed, 0x9E3779B9u);

    n ^= n >> 16;
    n *= 0x45D9F3Bu;
    n ^= n >> 15;
    return n % below;
}

/* --- the upstream --- */

#define EVENTS \
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define TOOLS \
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"customer_lookup\"}," \
    "{\"name\":\"payout_create\"}]}}"

static bool answer(int fd, const char *request)
{
    char text[512];

    atomic_fetch_add(&storm.served, 1);
    if (roll(23) == 0) return false;
    if (strstr(request, "\"stream\":true")) {
        send_text(fd, EVENTS "9\r\ndata: a\n\n\r\n");
        usleep(1000);
        return send_text(fd, "9\r\ndata: b\n\n\r\n0\r\n\r\n");
    }
    const char *body = strstr(request, "tools/list") ? TOOLS : "{}";
    snprintf(text, sizeof text,
             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    return send_text(fd, text);
}

static void *serve_one(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char text[16384];

    while (read_message(fd, text, sizeof text) && answer(fd, text)) {
    }
    close(fd);
    return NULL;
}

static void *serve_upstream(void *unused)
{
    struct pollfd ready = { storm.upstream_fd, POLLIN, 0 };

    while (!atomic_load(&storm.stop)) {
        pthread_t thread;
        if (poll(&ready, 1, 50) <= 0) continue;
        int fd = accept(storm.upstream_fd, NULL, NULL);
        if (fd < 0) continue;
        if (pthread_create(&thread, NULL, serve_one, (void *)(intptr_t)fd) != 0) close(fd);
        else pthread_detach(thread);
    }
    return unused;
}

/* --- the clients --- */

#define KEY "Authorization: Bearer sk-postern-demo-tier-1\r\n"
#define HEAD(path, key, len) \
    "POST " path " HTTP/1.1\r\nHost: g\r\nContent-Type: application/json\r\n" key \
    "Content-Length: " len "\r\n\r\n"
#define CHAT(key, len, body) HEAD("/v1/chat/completions", key, len) body

static const char *const requests[] = {
    CHAT(KEY, "32", "{\"model\":\"gpt-4o\",\"messages\":[]}"),
    CHAT(KEY, "33", "{\"model\":\"gpt-4o\",\"stream\":true} "),
    CHAT(KEY, "14", "{\"model\":\"o3\"}"),
    CHAT("", "14", "{\"model\":\"o3\"}"),
    HEAD("/mcp/crm", KEY, "46") "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
    HEAD("/mcp/payroll", KEY, "46") "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
    "GET /v1/models HTTP/1.1\r\nHost: g\r\n" KEY "\r\n",
    "GET /v1/models HTTP/1.1\nHost: g\r\n\r\n",
};
enum { REQUESTS = sizeof requests / sizeof requests[0] };

static unsigned status_of(const char *text)
{
    unsigned status = 0;

    if (text) sscanf(text, "HTTP/1.1 %3u", &status);
    return status < 600 ? status : 0;
}

/* Send a request in one piece or two, or leave in the middle. False when the connection ended. */
static bool ask(int fd)
{
    const char *request = requests[roll(REQUESTS)];
    size_t len = strlen(request), half = roll(4) == 0 ? roll((uint32_t)len) : len;
    char text[16384];

    if (!send_all(fd, request, half)) return false;
    if (half < len) {
        if (roll(4) == 0) return false;
        usleep(roll(3000));
        if (!send_all(fd, request + half, len - half)) return false;
    }
    unsigned status = status_of(read_message(fd, text, sizeof text));
    atomic_fetch_add(&storm.answers[status], 1);
    return status != 0 && !strcasestr(text, "connection: close");
}

static void *be_client(void *unused)
{
    while (!atomic_load(&storm.stop)) {
        int fd = dial(storm.gate);
        if (fd < 0) continue;
        while (!atomic_load(&storm.stop) && ask(fd)) {
        }
        close(fd);
    }
    return unused;
}

/* --- the operator --- */

static void push(const uint8_t *bytes, size_t len)
{
    char text[16384];
    int fd = dial(storm.admin);

    if (fd < 0) return;
    snprintf(text, sizeof text,
             "PUT /v1/policy HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\nConnection: close\r\n"
             "Content-Length: %zu\r\n\r\n",
             len);
    if (send_text(fd, text) && send_all(fd, bytes, len)) {
        atomic_fetch_add(&storm.pushes[status_of(read_message(fd, text, sizeof text))], 1);
    }
    close(fd);
}

static void *be_pusher(void *unused)
{
    for (int i = 0; !atomic_load(&storm.stop); i++) {
        int index = i % POLICIES;
        if (roll(5) == 0) push((const uint8_t *)"rubbish", 7);
        push(storm.sealed[index], storm.sealed_len[index]);
        usleep(STORM_MS * 1000 / POLICIES / 2);
    }
    return unused;
}

static void look(const char *path)
{
    static char text[131072]; /* the reloader's alone */
    int fd = dial(storm.admin);

    if (fd < 0) return;
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
             path);
    if (send_text(fd, text)) read_message(fd, text, sizeof text);
    close(fd);
}

/* Ask for a change of what is revoked; the id of the entry that it was about. */
static unsigned change(const char *request)
{
    char text[4096];
    int fd = dial(storm.admin);
    unsigned status = 0, id = 0;

    if (fd < 0) return 0;
    if (send_text(fd, request)) {
        const char *answer = read_message(fd, text, sizeof text);
        const char *at = answer ? strstr(answer, "{\"id\":") : NULL;
        status = status_of(answer);
        if (at) sscanf(at, "{\"id\":%u", &id);
    }
    close(fd);
    atomic_fetch_add(&storm.revocations[status], 1);
    return id;
}

/* All clients with a key are this user's. */
static void revoke_for_a_moment(void)
{
    char text[256];
    unsigned id = change("POST /v1/revocations HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\n"
                         "Connection: close\r\nContent-Length: 41\r\n\r\n"
                         "{\"kind\":\"user\",\"name\":\"ana\",\"reason\":\"r\"}");

    usleep(roll(10000));
    snprintf(text, sizeof text,
             "DELETE /v1/revocations/%u HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\n"
             "Connection: close\r\n\r\n",
             id);
    change(text);
}

static void *be_reloader(void *unused)
{
    while (!atomic_load(&storm.stop)) {
        if (roll(2) == 0) revoke_for_a_moment();
        kill(getpid(), roll(8) == 0 ? SIGUSR1 : SIGHUP);
        look("/metrics");
        look("/readyz");
        look("/v1/policy");
        usleep(20000);
    }
    return unused;
}

/* Has everything that is to happen happened a few times? A slow machine needs longer. */
static bool enough(void)
{
    return storm.revocations[200] > 1 && storm.answers[200] > 50 && storm.answers[403] > 5 &&
           storm.answers[401] > 5 && storm.pushes[200] > 0 && storm.pushes[422] > 0;
}

static void *end_it(void *unused)
{
    usleep(STORM_MS * 1000);
    while (!enough()) usleep(100000);
    atomic_store(&storm.stop, 1);
    pthread_join(storm.pusher, NULL);
    pthread_join(storm.reloader, NULL);
    for (int i = 0; i < CLIENTS; i++) pthread_join(storm.clients[i], NULL);
    kill(getpid(), SIGTERM);
    return unused;
}

/* The gateway is ready: let the storm begin. Signals are for the main thread. */
void pn_serve_is_ready(void)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&storm.upstream_thread, NULL, serve_upstream, NULL);
    pthread_create(&storm.pusher, NULL, be_pusher, NULL);
    pthread_create(&storm.reloader, NULL, be_reloader, NULL);
    for (int i = 0; i < CLIENTS; i++) pthread_create(&storm.clients[i], NULL, be_client, NULL);
    pthread_create(&storm.end, NULL, end_it, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* --- its beginning --- */

static void compile(struct bytes *body)
{
    struct diagnostics diagnostics = { 0 };
    char command[512], bundle[128];

    snprintf(bundle, sizeof bundle, "%s/bundle", storm.folder);
    snprintf(command, sizeof command,
             "cp -r %s %s && sed -i -E 's/127.0.0.1:9[0-9]{3}/127.0.0.1:%u/' "
             "%s/*.yaml",
             PN_SOURCE_DIR "/policy/examples/support-desk", bundle, (unsigned)storm.upstream,
             bundle);
    TEST_ASSERT_EQUAL(0, system(command));
    TEST_ASSERT_EQUAL(0, compile_bundle(bundle, body, &diagnostics));
    diag_free(&diagnostics);
}

static void seal_all(void)
{
    struct bytes body = { 0 };
    struct pn_seal seal;

    compile(&body);
    for (uint64_t i = 0; i < POLICIES; i++) {
        struct pn_seal_wish wish =
            pn_seal_wish_dev((uint64_t)port_clock_unix_ms() / 1000, i + 1, PN_MODE_EDGE);
        uint8_t *at = malloc(SEALED_MAX);
        struct pn_writer w = pn_writer(at, SEALED_MAX);
        TEST_ASSERT_EQUAL(PN_SEAL_MAKE_DONE,
                          pn_seal_make(&wish, bytes_slice(&body), sealed_author(), &w, &seal));
        storm.sealed[i] = at;
        storm.sealed_len[i] = w.len;
    }
    bytes_free(&body);
}

static void name_credentials(struct pn_device *d)
{
    static const struct pn_slice names[] = {
        PN_SLICE_INIT("openai-main"), PN_SLICE_INIT("openai-mini"), PN_SLICE_INIT("crm"),
        PN_SLICE_INIT("tickets"),     PN_SLICE_INIT("payments"),    PN_SLICE_INIT("payroll"),
    };

    setenv("POSTERN_STORM", "a", 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        d->credentials[d->credential_count++] = (struct pn_secret_ref){ .name = names[i],
                                                                        .where = "POSTERN_STORM",
                                                                        .place = PN_SECRET_ENV };
    }
}

static struct port_net_addr loopback(uint16_t port)
{
    return (struct port_net_addr){ .family = 4, .port = port, .ip = { 127, 0, 0, 1 } };
}

static void describe(struct pn_device *d)
{
    static char state[128], audit[128], policy[128];

    snprintf(state, sizeof state, "%s/state", storm.folder);
    snprintf(audit, sizeof audit, "%s/audit.jsonl", storm.folder);
    snprintf(policy, sizeof policy, "%s/policy.sealed", storm.folder);
    TEST_ASSERT_TRUE(
        pn_whole_file_create("test", policy, 0644, pn_slice(storm.sealed[0], storm.sealed_len[0])));
    d->listen[0] = loopback(storm.gate);
    d->listen_count = 1;
    d->admin = loopback(storm.admin);
    d->workers = 4;
    d->keys = *sealed_keys();
    d->device_id = PN_SLICE("d1");
    d->policy_bytes_max = SEALED_MAX;
    d->policy_path = policy;
    d->state_path = state;
    d->audit_path = audit;
    d->audit_sync = PN_AUDIT_SYNC_EACH;
    name_credentials(d);
    pn_limits_default(&d->limits);
    d->limits.exchanges_max = 16;
    d->limits.connections_max = 64;
    d->limits.body_bytes_max = 65536;
    d->limits.body_bytes_total = 1 << 20;
    d->limits.swap_grace_ms = 1;
    d->limits.drain_ms = 2000;
}

/* Over all logs, as they were rotated meanwhile. */
static const char *every_decision_has_its_end(void)
{
    static char command[512];
    const char *f = storm.folder;

    snprintf(command, sizeof command,
             "d=$(cat %s/audit* | grep -c '\"kind\":\"decision\"'); "
             "e=$(cat %s/audit* | grep -c '\"kind\":\"end\"'); "
             "echo decisions: $d ends: $e; test $d -gt 100 && test $d = $e",
             f, f);
    return command;
}

static void test_a_storm_leaves_no_race_and_no_hang(void)
{
    static struct pn_device device;
    char command[128];

    strcpy(storm.folder, "/tmp/postern-storm-XXXXXX");
    TEST_ASSERT_NOT_NULL(mkdtemp(storm.folder));
    snprintf(command, sizeof command, "mkdir -m 700 %s/state", storm.folder);
    TEST_ASSERT_EQUAL(0, system(command));
    sealed_crypto_init();
    storm.upstream_fd = listen_anywhere(&storm.upstream);
    storm.gate = free_port();
    storm.admin = free_port();
    seal_all();
    describe(&device);

    TEST_ASSERT_EQUAL(0, pn_serve(&device, NULL, NULL));
    pthread_join(storm.end, NULL);
    pthread_join(storm.upstream_thread, NULL);
    for (int i = 0; i < 600; i++) {
        if (storm.answers[i]) printf("answers %d: %u\n", i, storm.answers[i]);
        if (storm.pushes[i]) printf("pushes %d: %u\n", i, storm.pushes[i]);
    }
    printf("revoked or lifted: %u\n", storm.revocations[200]);
    TEST_ASSERT_GREATER_THAN_UINT32(1, storm.revocations[200]);
    TEST_ASSERT_EQUAL_UINT32(0, storm.revocations[507]);
    TEST_ASSERT_GREATER_THAN_UINT32(50, storm.answers[200]);
    TEST_ASSERT_GREATER_THAN_UINT32(5, storm.answers[403]);
    TEST_ASSERT_GREATER_THAN_UINT32(5, storm.answers[401]);
    TEST_ASSERT_GREATER_THAN_UINT32(0, storm.pushes[200]);
    TEST_ASSERT_GREATER_THAN_UINT32(0, storm.pushes[422]);
    for (int i = 0; i < POLICIES; i++) free(storm.sealed[i]);
    TEST_ASSERT_EQUAL_MESSAGE(0, system(every_decision_has_its_end()), "a decision without an end");
    snprintf(command, sizeof command, "rm -rf %s", storm.folder);
    TEST_ASSERT_EQUAL(0, system(command));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_storm_leaves_no_race_and_no_hang);
    return UNITY_END();
}
