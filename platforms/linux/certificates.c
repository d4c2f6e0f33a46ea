/* see certificates.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/certificates.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"
#include "port/port_clock.h"
#include "port/port_pages.h"
#include "port/port_random.h"

enum {
    FILE_BYTES_MAX = 32768,   /* of a certificate with its chain, of a key */
    ROOTS_BYTES_MAX = 131072, /* of roots for clients */
    SYSTEM_BYTES_MAX = 2 << 20,
    CHECKER_BYTES = 262144,
    LOOK_MS = 2000,
    SOON_S = 7 * 86400, /* an end that is told */
};

/* --- files --- */

/* Read a file whole; false, with errno, when it cannot be read, is empty or too large. */
static bool read_text(const char *path, uint8_t *into, size_t bytes_max, struct port_tls_text *text)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = file < 0 ? -1 : 1;
    size_t len = 0;

    while (got > 0 && len < bytes_max) {
        got = read(file, into + len, bytes_max - len);
        if (got > 0) len += (size_t)got;
    }
    int error = got < 0 ? errno : len == 0 ? ENODATA : len == bytes_max ? EFBIG : 0;
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
    bool read = read_text(chain, f->at, FILE_BYTES_MAX, &pair->chain);

    f->at += FILE_BYTES_MAX;
    if (read) {
        path = key;
        read = read_text(key, f->at, FILE_BYTES_MAX, &pair->key);
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

/* NULL, told, where there are none that can be read. */
static const struct port_tls_roots *fill_roots(struct pn_certificates *c, struct filling *f,
                                               const char *path, size_t bytes_max)
{
    struct port_tls_text text;
    const struct port_tls_roots *roots = NULL;

    if (!read_text(path, c->text, bytes_max, &text)) {
        pn_log(PN_LOG_ERROR, "roots %s: %s", path, strerror(errno));
        return NULL;
    }
    roots = port_tls_roots_make(c->checker, text, f->at);
    f->at += port_tls_roots_bytes(bytes_max) / 64 * 64 + 64;
    port_pages_release(c->text, SYSTEM_BYTES_MAX);
    if (!roots) pn_log(PN_LOG_ERROR, "roots %s: there is no certificate that can be read", path);
    return roots;
}

/* Who may be a client: all of the file, or nobody is taken from it. */
static const struct port_tls_roots *fill_trust(struct pn_certificates *c, struct filling *f,
                                               const char *path)
{
    const struct port_tls_roots *roots = fill_roots(c, f, path, ROOTS_BYTES_MAX);
    uint32_t left_out = roots ? port_tls_roots_left_out(roots) : 0;

    if (left_out == 0) return roots;
    pn_log(PN_LOG_ERROR, "roots %s: %u certificates in it cannot be read", path, left_out);
    return NULL;
}

static bool fill_listener(struct pn_certificates *c, struct filling *f,
                          const struct pn_device_tls *d, struct pn_tls_listener *l)
{
    for (uint32_t i = 0; i < d->pair_count; i++) {
        if (!fill_pair(c, f, d->pairs[i].chain_path, d->pairs[i].key_path, &l->pairs[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < d->trust_count; i++) {
        if (!d->trust_paths[i]) continue;
        l->trust.roots[i] = fill_trust(c, f, d->trust_paths[i]);
        if (!l->trust.roots[i]) return false;
    }
    l->pair_count = d->pair_count;
    return true;
}

static bool fill_upstreams(struct pn_certificates *c, struct filling *f, struct pn_tls_set *set)
{
    const struct pn_device *d = c->device;

    for (uint32_t i = 0; i < d->own_count; i++) {
        if (!fill_pair(c, f, d->own[i].chain_path, d->own[i].key_path, &set->own[i])) return false;
    }
    if (!c->roots_path) return true;
    const struct port_tls_roots *roots = fill_roots(c, f, c->roots_path, SYSTEM_BYTES_MAX);
    uint32_t left_out = roots ? port_tls_roots_left_out(roots) : 0;
    if (left_out > 0) {
        pn_log(PN_LOG_WARNING, "roots %s: %u certificates cannot be read and are left out",
               c->roots_path, left_out);
    }
    set->roots.roots[0] = roots;
    return roots != NULL;
}

/* All or nothing: no worker ever has half of what the files say. */
static bool fill(struct pn_certificates *c, struct pn_tls_set *set)
{
    struct filling f = { .at = c->memory[set - c->tls.sets] };

    *set = (struct pn_tls_set){ 0 };
    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) {
        if (!fill_listener(c, &f, &c->device->tls[i], &set->listeners[i])) return false;
    }
    if (!fill_upstreams(c, &f, set)) return false;
    c->end_s = f.end_s;
    return true;
}

/* At most so much is filled. */
static size_t set_bytes(const struct pn_device *d)
{
    size_t pairs = d->own_count, trusts = 0;

    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) {
        pairs += d->tls[i].pair_count;
        trusts += d->tls[i].trust_count;
    }
    return pairs * 2 * FILE_BYTES_MAX + trusts * (port_tls_roots_bytes(ROOTS_BYTES_MAX) + 64) +
           port_tls_roots_bytes(SYSTEM_BYTES_MAX) + 64;
}

const char *pn_certificates_system(void)
{
    static const char *const places[] = { "/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
    struct stat about;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (stat(places[i], &about) == 0 && about.st_size > 0) return places[i];
    }
    return NULL;
}

/* --- changes --- */

static bool has_changed(struct pn_certificates *c)
{
    bool changed = false;

    for (uint32_t i = 0; i < c->seen_count; i++) changed |= pn_seen_file_look(&c->seen[i]);
    return changed;
}

static void see(struct pn_certificates *c, const char *path)
{
    if (path) c->seen[c->seen_count++].path = path;
}

static void see_all(struct pn_certificates *c)
{
    const struct pn_device *d = c->device;

    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) {
        for (uint32_t k = 0; k < d->tls[i].pair_count; k++) {
            see(c, d->tls[i].pairs[k].chain_path);
            see(c, d->tls[i].pairs[k].key_path);
        }
        for (uint32_t k = 0; k < d->tls[i].trust_count; k++) see(c, d->tls[i].trust_paths[k]);
    }
    for (uint32_t i = 0; i < d->own_count; i++) {
        see(c, d->own[i].chain_path);
        see(c, d->own[i].key_path);
    }
    see(c, c->roots_path);
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
    if (!c->due || c->seen_count == 0) return false;
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

/* Private keys, as their files have them and as the engine read them. */
static void hide_all(const struct pn_certificates *c, void *checker)
{
    pn_memory_hide(checker, CHECKER_BYTES);
    for (int i = 0; i < PN_TLS_SETS; i++) pn_memory_hide(c->memory[i], set_bytes(c->device));
}

bool pn_certificates_make(struct pn_certificates *c, const struct pn_device *device)
{
    struct port_tls_setup looks = { .net = NULL };
    void *checker = pn_memory_reserve(CHECKER_BYTES);

    c->device = device;
    c->tls.device = device;
    c->tls.worker_count = device->workers;
    c->tls.ticket_begin_s = port_clock_unix_ms() / 1000;
    c->roots_path = device->roots_path ? device->roots_path : pn_certificates_system();
    c->text = pn_memory_reserve(SYSTEM_BYTES_MAX);
    for (int i = 0; i < PN_TLS_SETS; i++) c->memory[i] = pn_memory_reserve(set_bytes(device));
    hide_all(c, checker);
    if (checker) c->checker = port_tls_init(checker, CHECKER_BYTES, &looks);
    if (!c->checker || !c->text || !c->memory[0] || !c->memory[1] ||
        port_random(c->tls.ticket_secret, sizeof c->tls.ticket_secret) != PORT_RANDOM_DONE) {
        pn_log(PN_LOG_ERROR, "no memory or no random bytes for TLS");
        return false;
    }
    see_all(c);
    has_changed(c);
    return fill(c, &c->tls.sets[0]);
}
