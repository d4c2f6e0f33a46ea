/* see certificates.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/certificates.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"
#include "port/port_clock.h"
#include "port/port_random.h"

enum {
    FILE_BYTES_MAX = 32768,
    CHECKER_BYTES = 262144,
    LOOK_MS = 2000,
    SET_BYTES = PN_LISTENERS_MAX * PN_DEVICE_PAIRS_MAX * 2 * FILE_BYTES_MAX,
    SOON_S = 7 * 86400, /* an end that is told */
};

/* --- files --- */

/* Read a file whole; false, with errno, when it cannot be read, is empty or too large. */
static bool read_text(const char *path, uint8_t *into, struct port_tls_text *text)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : 1;
    size_t len = 0;

    while (got > 0 && len < FILE_BYTES_MAX) {
        got = read(file, into + len, FILE_BYTES_MAX - len);
        if (got > 0) len += (size_t)got;
    }
    int error = got < 0 ? errno : len == 0 ? ENODATA : len == FILE_BYTES_MAX ? EFBIG : 0;
    if (file >= 0) close(file);
    *text = (struct port_tls_text){ into, len };
    errno = error;
    return error == 0;
}

static const char *sentence(enum port_tls_pair_verdict verdict)
{
    switch (verdict) {
    case PORT_TLS_CHAIN_UNREADABLE: return "the certificate cannot be read";
    case PORT_TLS_CHAIN_LONG: return "the certificate chain is too long";
    case PORT_TLS_KEY_UNREADABLE: return "the key cannot be read";
    case PORT_TLS_KEY_OTHER: return "the key does not belong to the certificate";
    case PORT_TLS_PAIR_NONE:
    case PORT_TLS_PAIR_GOOD:
    case PORT_TLS_PAIR_MEMORY: break;
    }
    return "it cannot be checked";
}

/* --- sets --- */

static void tell_end(const char *path, const struct port_tls_pair_facts *facts)
{
    int64_t now_ms = port_clock_unix_ms();
    int64_t now_s = now_ms / 1000;

    if (now_ms < 0) return;
    if (now_s > facts->end_s) pn_log(PN_LOG_WARNING, "certificate %s has expired", path);
    else if (now_s + SOON_S > facts->end_s) {
        pn_log(PN_LOG_WARNING, "certificate %s expires within a week", path);
    } else if (now_s < facts->begin_s) {
        pn_log(PN_LOG_WARNING, "certificate %s is not valid yet", path);
    }
}

struct filling {
    uint8_t *at;   /* where the next file goes */
    int64_t end_s; /* the first end so far */
};

static bool fill_pair(struct pn_certificates *c, struct filling *f, const char *chain,
                      const char *key, struct port_tls_pair *pair)
{
    struct port_tls_pair_facts facts;
    const char *path = chain;
    bool read = read_text(chain, f->at, &pair->chain);

    f->at += FILE_BYTES_MAX;
    if (read) {
        path = key;
        read = read_text(key, f->at, &pair->key);
        f->at += FILE_BYTES_MAX;
    }
    if (!read) {
        pn_log(PN_LOG_ERROR, "%s: %s", path, strerror(errno));
        return false;
    }
    enum port_tls_pair_verdict verdict = port_tls_pair_check(c->checker, pair, &facts);
    if (verdict != PORT_TLS_PAIR_GOOD) {
        pn_log(PN_LOG_ERROR, "certificate %s, key %s: %s", chain, key, sentence(verdict));
        return false;
    }
    tell_end(chain, &facts);
    if (f->end_s == 0 || facts.end_s < f->end_s) f->end_s = facts.end_s;
    return true;
}

/* All or nothing: a listener never has half of what the files say. */
static bool fill(struct pn_certificates *c, struct pn_tls_set *set)
{
    struct filling f = { .at = c->texts[set - c->tls.sets] };
    const struct pn_tls_set *old = &c->tls.sets[atomic_load(&c->tls.current) % PN_TLS_SETS];

    for (uint32_t i = 0; i < c->device->listen_count; i++) {
        const struct pn_device_tls *d = &c->device->tls[i];
        struct pn_tls_listener *l = &set->listeners[i];

        if (set != old) *l = old->listeners[i];
        for (uint32_t k = 0; k < d->pair_count; k++) {
            if (!fill_pair(c, &f, d->pairs[k].chain_path, d->pairs[k].key_path, &l->pairs[k])) {
                return false;
            }
        }
        l->pair_count = d->pair_count;
    }
    c->end_s = f.end_s;
    return true;
}

/* --- roots --- */

static const struct port_tls_roots *map_roots(struct pn_certificates *c, const char *path,
                                              bool *there)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    void *text = MAP_FAILED, *memory = NULL;
    const struct port_tls_roots *roots = NULL;

    *there = file >= 0 && fstat(file, &about) == 0 && about.st_size > 0;
    if (*there) text = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (text != MAP_FAILED) memory = pn_memory_reserve(port_tls_roots_bytes((size_t)about.st_size));
    if (memory) {
        roots = port_tls_roots_make(c->checker,
                                    (struct port_tls_text){ text, (size_t)about.st_size }, memory);
    }
    if (text != MAP_FAILED) munmap(text, (size_t)about.st_size);
    if (file >= 0) close(file);
    return roots;
}

static const struct port_tls_roots *roots_of(struct pn_certificates *c, const char *path)
{
    bool there;
    const struct port_tls_roots *roots = map_roots(c, path, &there);

    if (!roots) pn_log(PN_LOG_ERROR, "roots %s: there is no certificate that can be read", path);
    return roots;
}

/* Where distributions keep the roots they trust. */
static const struct port_tls_roots *system_roots(struct pn_certificates *c)
{
    static const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
    bool there;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const struct port_tls_roots *roots = map_roots(c, places[i], &there);
        if (roots) return roots;
    }
    return NULL;
}

static bool make_roots(struct pn_certificates *c)
{
    const struct pn_device *d = c->device;

    c->tls.roots = d->roots_path ? roots_of(c, d->roots_path) : system_roots(c);
    if (d->roots_path && !c->tls.roots) return false;
    for (uint32_t i = 0; i < d->listen_count; i++) {
        struct pn_tls_listener *l = &c->tls.sets[0].listeners[i];
        if (!d->tls[i].client_roots_path) continue;
        l->client_roots = roots_of(c, d->tls[i].client_roots_path);
        l->clients = PORT_TLS_CLIENTS_REQUIRED;
        if (!l->client_roots) return false;
    }
    return true;
}

/* --- changes --- */

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_size == b->st_size && a->st_ino == b->st_ino;
}

static bool look_at(const char *path, struct stat *seen)
{
    struct stat now;

    if (stat(path, &now) != 0 || is_same(&now, seen)) return false;
    *seen = now;
    return true;
}

static bool has_changed(struct pn_certificates *c)
{
    bool changed = false;

    for (uint32_t i = 0; i < c->device->listen_count; i++) {
        const struct pn_device_tls *d = &c->device->tls[i];
        for (uint32_t k = 0; k < d->pair_count; k++) {
            changed |= look_at(d->pairs[k].chain_path, &c->seen[i][k][0]);
            changed |= look_at(d->pairs[k].key_path, &c->seen[i][k][1]);
        }
    }
    return changed;
}

void pn_certificates_hurry(struct pn_certificates *c)
{
    c->look_ms = 0;
    c->due = true;
}

bool pn_certificates_watch(struct pn_certificates *c, uint64_t now_ms)
{
    if (now_ms < c->look_ms) return false;
    c->look_ms = now_ms + LOOK_MS;
    if (has_changed(c)) c->due = true;
    if (!c->due || c->end_s == 0) return false;
    struct pn_tls_set *set = pn_tls_next(&c->tls);
    if (!set) return false; /* a worker still reads; soon */
    c->due = false;
    if (!fill(c, set)) {
        c->refusals++;
        pn_log(PN_LOG_ERROR, "the certificates before stay in use");
        return false;
    }
    c->reloads++;
    pn_tls_publish(&c->tls);
    pn_log(PN_LOG_INFO, "certificates read again");
    return true;
}

/* --- making --- */

bool pn_certificates_make(struct pn_certificates *c, const struct pn_device *device)
{
    struct port_tls_setup looks = { .net = NULL };
    void *checker = pn_memory_reserve(CHECKER_BYTES);

    c->device = device;
    c->tls.worker_count = device->workers;
    c->tls.ticket_begin_s = port_clock_unix_ms() / 1000;
    for (int i = 0; i < PN_TLS_SETS; i++) c->texts[i] = pn_memory_reserve(SET_BYTES);
    if (checker) c->checker = port_tls_init(checker, CHECKER_BYTES, &looks);
    if (!c->checker || !c->texts[0] || !c->texts[1] ||
        port_random(c->tls.ticket_secret, sizeof c->tls.ticket_secret) != PORT_RANDOM_DONE) {
        pn_log(PN_LOG_ERROR, "no memory or no random bytes for TLS");
        return false;
    }
    has_changed(c);
    return make_roots(c) && fill(c, &c->tls.sets[0]);
}
