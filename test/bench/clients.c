/* clients - many clients of one HTTP server, in one thread, that read every byte of every answer.
 *
 *     clients hold PORT BODY ANSWER CONNECTIONS AT_ONCE
 *     clients pace PORT BODY ANSWER CONNECTIONS RATE SECONDS
 *
 * Each request posts the file BODY as a chat completion with the key in BENCH_KEY; each answer has to
 * be status 200 with the file ANSWER as its body, or the program fails.
 *
 * `hold` opens all connections, completes one request on each (AT_ONCE of them under way at a time),
 * prints "held: CONNECTIONS" and keeps them until its standard input ends; then every one must
 * still be open. `pace` sends RATE requests a second whatever becomes of earlier ones; the time of
 * each counts from when it was due, so a server that stalls is charged for all that had to wait. It
 * prints answered, p50_us and p99_us as `name: value`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_BYTES_MAX = 65536, WAIT_MS = 30000 };

struct file {
    char *at;
    size_t len;
};

struct client {
    int fd;
    size_t sent; /* of the request */
    size_t got;  /* of the answer */
    double due_us;
    char *answer; /* ANSWER_BYTES_MAX + 1 */
};

struct clients {
    struct client *all;
    int count, epoll, answered;
    int *idle, idle_count; /* a stack of indexes */
    struct file request, answer;
    double *took_us; /* one for each answer, or NULL */
};

static void die(const char *what)
{
    fprintf(stderr, "clients: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct file read_file(const char *path)
{
    struct stat s;
    struct file file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &s) != 0) die(path);
    file = (struct file){ malloc((size_t)s.st_size + 1), (size_t)s.st_size };
    if (!file.at || read(fd, file.at, file.len) != s.st_size) die(path);
    close(fd);
    return file;
}

static struct file make_request(const struct file *body)
{
    const char *key = getenv("BENCH_KEY");
    struct file request = { malloc(body->len + 1024), 0 };

    if (!request.at || !key || strlen(key) > 512) die("BENCH_KEY");
    int head = snprintf(request.at, 1024,
                        "POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\n"
                        "Authorization: Bearer %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        key, body->len);
    memcpy(request.at + head, body->at, body->len);
    request.len = (size_t)head + body->len;
    return request;
}

static void open_all(struct clients *c, uint16_t port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };

    for (int i = 0; i < c->count; i++) {
        struct epoll_event event = { .events = EPOLLIN, .data = { .u32 = (uint32_t)i } };
        int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) die("connect");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        c->all[i] = (struct client){ .fd = fd, .answer = malloc(ANSWER_BYTES_MAX + 1) };
        if (!c->all[i].answer || epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll");
        c->idle[c->idle_count++] = c->count - 1 - i;
    }
}

static void watch(const struct clients *c, int index, uint32_t events)
{
    struct epoll_event event = { .events = events, .data = { .u32 = (uint32_t)index } };

    if (epoll_ctl(c->epoll, EPOLL_CTL_MOD, c->all[index].fd, &event) != 0) die("epoll");
}

/* What a socket does not take at once is sent when it is ready again. */
static void send_rest(struct clients *c, int index)
{
    struct client *client = &c->all[index];
    size_t began = client->sent;
    ssize_t n = send(client->fd, c->request.at + began, c->request.len - began, MSG_NOSIGNAL);

    if (n < 0 && errno != EAGAIN) die("send");
    if (n > 0) client->sent += (size_t)n;
    if (client->sent < c->request.len) watch(c, index, EPOLLIN | EPOLLOUT);
    else if (began > 0) watch(c, index, EPOLLIN);
}

static void begin(struct clients *c, double due_us)
{
    int index = c->idle[--c->idle_count];
    struct client *client = &c->all[index];

    client->sent = client->got = 0;
    client->due_us = due_us;
    send_rest(c, index);
}

static int is_whole(const struct clients *c, const struct client *client)
{
    const char *body = strstr(client->answer, "\r\n\r\n");

    if (!body) return 0;
    body += 4;
    size_t len = client->got - (size_t)(body - client->answer);
    if (strncmp(client->answer, "HTTP/1.1 200 ", 13) != 0) {
        fprintf(stderr, "%s\n", client->answer);
        die("an answer is not 200");
    }
    if (len > c->answer.len || memcmp(body, c->answer.at, len) != 0)
        die("an answer is not the upstream's");
    return len == c->answer.len;
}

static void receive(struct clients *c, int index)
{
    struct client *client = &c->all[index];
    ssize_t n = recv(client->fd, client->answer + client->got, ANSWER_BYTES_MAX - client->got, 0);

    if (n < 0 && errno == EAGAIN) return;
    if (n == 0) errno = 0;
    if (n <= 0) die("a connection was closed");
    client->got += (size_t)n;
    client->answer[client->got] = '\0';
    if (!is_whole(c, client)) return;
    if (c->took_us) c->took_us[c->answered] = now_us() - client->due_us;
    c->answered++;
    c->idle[c->idle_count++] = index;
}

/* Take what has come, waiting for it until `until_us` at most. */
static int turn(struct clients *c, double until_us)
{
    struct epoll_event events[256];
    double left_us = until_us - now_us();
    long ns = left_us > 0 ? (long)(left_us * 1e3) : 0;
    struct timespec wait = { ns / 1000000000, ns % 1000000000 };
    int count = (int)syscall(SYS_epoll_pwait2, c->epoll, events, 256, &wait, NULL, 0);

    for (int i = 0; i < count; i++) {
        int index = (int)events[i].data.u32;
        if (events[i].events & EPOLLOUT) send_rest(c, index);
        if (events[i].events & ~(uint32_t)EPOLLOUT) receive(c, index);
    }
    return count;
}

static void all_are_open(const struct clients *c)
{
    char byte;

    for (int i = 0; i < c->count; i++) {
        ssize_t n = recv(c->all[i].fd, &byte, 1, MSG_PEEK);
        if (n >= 0 || errno != EAGAIN) die("a held connection was closed");
    }
}

static void hold(struct clients *c, int at_once)
{
    char byte;

    /* Connections are taken from a stack, so one that is done must not be taken again. */
    for (int begun = 0; c->answered < c->count;) {
        while (begun < c->count && begun - c->answered < at_once) {
            c->idle_count = 1;
            c->idle[0] = begun++;
            begin(c, 0);
        }
        c->idle_count = 0;
        if (turn(c, now_us() + (double)WAIT_MS * 1e3) == 0) die("no answer");
    }
    printf("held: %d\n", c->answered);
    fflush(stdout);
    while (read(0, &byte, 1) > 0) {
    }
    all_are_open(c);
}

static int order(const void *x, const void *y)
{
    double l = *(const double *)x, r = *(const double *)y;

    return l < r ? -1 : l > r;
}

static void pace(struct clients *c, double rate, double seconds)
{
    int wanted = (int)(rate * seconds), begun = 0;
    double start_us = now_us() + 1000;

    c->took_us = calloc((size_t)wanted, sizeof *c->took_us);
    if (!c->took_us) die("memory");
    while (c->answered < wanted) {
        double due_us = start_us + begun * 1e6 / rate;
        if (begun < wanted && c->idle_count > 0 && due_us <= now_us()) {
            begin(c, due_us);
            begun++;
            continue;
        }
        if (begun == wanted || c->idle_count == 0) due_us = now_us() + (double)WAIT_MS * 1e3;
        if (turn(c, due_us) == 0 && now_us() > start_us + (seconds + 30) * 1e6) die("no answer");
    }
    qsort(c->took_us, (size_t)wanted, sizeof *c->took_us, order);
    printf("answered: %d\np50_us: %.1f\np99_us: %.1f\n", wanted, c->took_us[wanted / 2],
           c->took_us[wanted * 99 / 100]);
}

int main(int argc, char **argv)
{
    int paces = argc > 1 && strcmp(argv[1], "pace") == 0;

    if (argc != (paces ? 8 : 7) || (!paces && strcmp(argv[1], "hold") != 0)) {
        fprintf(stderr, "usage: clients hold PORT BODY ANSWER CONNECTIONS AT_ONCE\n"
                        "       clients pace PORT BODY ANSWER CONNECTIONS RATE SECONDS\n");
        return 2;
    }
    struct file body = read_file(argv[3]);
    struct clients c = { .count = atoi(argv[5]), .epoll = epoll_create1(EPOLL_CLOEXEC) };
    c.request = make_request(&body);
    c.answer = read_file(argv[4]);
    c.all = calloc((size_t)c.count, sizeof *c.all);
    c.idle = calloc((size_t)c.count + 1, sizeof *c.idle);
    if (!c.all || !c.idle || c.epoll < 0 || c.count <= 0) die("memory");
    open_all(&c, (uint16_t)atoi(argv[2]));
    if (paces) pace(&c, atof(argv[6]), atof(argv[7]));
    else hold(&c, atoi(argv[6]));
    return 0;
}
