/* see secrets.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "platforms/linux/log.h"
#include "platforms/linux/memory.h"

enum {
    PAGE = 4096,
    LOOK_MS = 2000,
    VALUE_BYTES_MAX = PN_CREDENTIAL_BYTES_MAX,
    READ_BYTES_MAX = VALUE_BYTES_MAX + 3, /* with the end of its line, and one too many */
    HALF_BYTES = PN_CREDENTIALS_MAX * VALUE_BYTES_MAX + PAGE,
    DERIVE_BYTES_MIN = 64 << 20
};

struct secret_room {
    uint8_t key[PORT_AES256_KEY_BYTES];
    struct pn_vault_head key_of; /* whose key it is; none: there is no key yet */
    uint8_t passphrase[READ_BYTES_MAX];
    struct pn_own_keys own;
    _Alignas(PAGE) uint8_t half[PN_CREDENTIAL_SETS][HALF_BYTES];
    _Alignas(PAGE) uint8_t text[PN_VAULT_TEXT_BYTES_MAX]; /* of the vault, while values are read */
};

/* One reading of everything. */
struct loading {
    struct pn_secrets *s;
    struct pn_vault vault;
    uint32_t set;
    size_t used; /* bytes of its half */
};

static bool tell(const struct pn_secrets *s, const struct pn_secret_ref *ref, const char *why)
{
    const struct pn_device *d = s->device;
    bool vaults = ref == &d->vault.passphrase || ref == &d->vault.key;
    static const char *const kinds[] = {
        [PN_SECRET_ENV] = "variable ", [PN_SECRET_FILE] = "", [PN_SECRET_VAULT] = "the vault's "
    };

    pn_log(PN_LOG_ERROR, "%s:%u: %s%.*s: %s%s: %s", d->file_path ? d->file_path : "environment",
           ref->line, vaults ? "" : "credential ", (int)ref->name.len, (const char *)ref->name.at,
           kinds[ref->place], ref->where, why);
    return false;
}

/* --- memory --- */

static bool lock(const void *at, size_t bytes)
{
    if (mlock(at, bytes) == 0) return true;
    pn_log(PN_LOG_ERROR,
           "cannot keep %zu bytes of secrets from being swapped: %s; raise LimitMEMLOCK= of the "
           "service (ulimit -l)",
           bytes, strerror(errno));
    return false;
}

static struct secret_room *make_room(void)
{
    struct secret_room *room = pn_memory_reserve(sizeof *room);

    if (!room) return NULL;
    pn_memory_hide(room, sizeof *room);
    (void)madvise(room, sizeof *room, MADV_WIPEONFORK);
    return lock(room, offsetof(struct secret_room, half)) ? room : NULL;
}

/* Room behind what is used of the half, NULL when it cannot be locked. */
static uint8_t *room_for(struct loading *l, size_t bytes)
{
    size_t need = (l->used + bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
    size_t *locked = &l->s->locked_bytes[l->set];
    uint8_t *half = l->s->room->half[l->set];

    if (need > *locked) {
        if (!lock(half + *locked, need - *locked)) return NULL;
        *locked = need;
    }
    return half + l->used;
}

static void wipe_half(struct pn_secrets *s, uint32_t set)
{
    pn_bytes_wipe(s->room->half[set], s->locked_bytes[set]);
}

static uint64_t pages(uint64_t bytes)
{
    return (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

struct pn_secrets_size pn_secrets_size(const struct pn_device *device)
{
    uint64_t head = offsetof(struct secret_room, half), text = 0, least = 0, most = 0;
    uint32_t count = device->credential_count;

    if (device->vault.path) text = PN_VAULT_TEXT_BYTES_MAX;
    if (count > 0) {
        least = pages(count - 1 + READ_BYTES_MAX);
        most = pages((uint64_t)(count - 1) * VALUE_BYTES_MAX + READ_BYTES_MAX);
    }
    return (struct pn_secrets_size){ head + least, head + PN_CREDENTIAL_SETS * most + text };
}

/* --- reading --- */

/* A file's bytes, at most `max`; below 0: errno says why. */
static ssize_t read_file(const char *path, uint8_t *at, size_t max)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t got = 0;

    if (file < 0) return -1;
    while (len < max && (got = read(file, at + len, max - len)) > 0) len += (size_t)got;
    int error = errno;
    close(file);
    errno = error;
    return got < 0 ? -1 : (ssize_t)len;
}

static size_t without_line_end(const uint8_t *at, size_t len)
{
    while (len > 0 && (at[len - 1] == '\n' || at[len - 1] == '\r')) len--;
    return len;
}

/* What stands in the file or variable, without the end of its line, at `at`, which has READ_BYTES_MAX
 * bytes. False, told. */
static bool read_plain(const struct pn_secrets *s, const struct pn_secret_ref *ref, uint8_t *at,
                       size_t *len)
{
    if (ref->place == PN_SECRET_ENV) {
        const char *text = getenv(ref->where);
        *len = text ? strnlen(text, READ_BYTES_MAX) : 0;
        if (*len == 0) return tell(s, ref, "it is not set");
        memcpy(at, text, *len);
        return true;
    }
    ssize_t got = read_file(ref->where, at, READ_BYTES_MAX);
    if (got < 0) return tell(s, ref, strerror(errno));
    *len = without_line_end(at, (size_t)got);
    return true;
}

/* Argon2id, unless the key that is kept is the vault's. */
static bool derive(struct pn_secrets *s, const struct pn_vault_head *head)
{
    const struct pn_device_vault *v = &s->device->vault;
    size_t len = 0, bytes = port_argon2id_bytes(&head->cost);
    uint8_t *at = s->room->passphrase;

    if (bytes > s->derive_bytes)
        return tell(s, &v->passphrase, "the vault wants more memory; restart");
    bool good = read_plain(s, &v->passphrase, at, &len);
    len = pn_slice_find(pn_slice(at, len), '\n'); /* the first line, as `postern vault` reads it */
    len = without_line_end(at, len);
    struct port_argon2id_input input = { .password = pn_slice(at, len),
                                         .salt = pn_slice(head->salt, sizeof head->salt) };
    good = good && port_argon2id(&head->cost, &input, s->derive_memory, s->room->key);
    (void)madvise(s->derive_memory, s->derive_bytes, MADV_DONTNEED);
    pn_bytes_wipe(at, READ_BYTES_MAX);
    return good;
}

static bool read_key(struct pn_secrets *s)
{
    const struct pn_secret_ref *ref = &s->device->vault.key;
    uint8_t *at = s->room->passphrase;
    ssize_t got = read_file(ref->where, at, READ_BYTES_MAX);
    const char *why = got < 0 ? strerror(errno) : "is not 32 bytes";

    if (got == PORT_AES256_KEY_BYTES) memcpy(s->room->key, at, PORT_AES256_KEY_BYTES);
    pn_bytes_wipe(at, READ_BYTES_MAX);
    return got == PORT_AES256_KEY_BYTES || tell(s, ref, why);
}

static bool find_key(struct pn_secrets *s, const struct pn_vault_head *head)
{
    const struct pn_device_vault *v = &s->device->vault;
    bool given = head->key == PN_VAULT_KEY_GIVEN;
    bool same = !given && memcmp(head, &s->room->key_of, sizeof *head) == 0;

    if (same) return true;
    if (given != (v->key.place != PN_SECRET_NOWHERE)) {
        pn_log(PN_LOG_ERROR, "vault %s: is sealed with a %s", v->path,
               given ? "key" : "passphrase");
        return false;
    }
    memset(&s->room->key_of, 0, sizeof s->room->key_of);
    return given ? read_key(s) : derive(s, head);
}

static bool tell_vault(const struct pn_secrets *s, struct pn_slice why)
{
    pn_log(PN_LOG_ERROR, "vault %s: %.*s", s->device->vault.path, (int)why.len,
           (const char *)why.at);
    return false;
}

static bool read_sealed(struct pn_secrets *s, struct pn_slice *file)
{
    ssize_t got = read_file(s->device->vault.path, s->sealed, PN_VAULT_BYTES_MAX + 1);
    const char *why = strerror(errno);

    *file = pn_slice(s->sealed, got > 0 ? (size_t)got : 0);
    return got >= 0 || tell_vault(s, pn_slice(why, strlen(why)));
}

static bool open_vault(struct loading *l)
{
    struct pn_secrets *s = l->s;
    struct pn_vault_head head;
    struct pn_slice file;

    l->vault = (struct pn_vault){ .text = s->room->text, .max = PN_VAULT_TEXT_BYTES_MAX };
    if (!s->device->vault.path) return true;
    if (!read_sealed(s, &file)) return false;
    enum pn_vault_verdict verdict = pn_vault_read_head(file, &head);
    if (verdict != PN_VAULT_GOOD) return tell_vault(s, pn_vault_sentence(verdict));
    size_t len = file.len - PN_VAULT_HEAD_BYTES - PORT_GCM_TAG_BYTES;
    if (!lock(s->room->text, len) || !find_key(s, &head)) return false;
    verdict = pn_vault_open(&l->vault, file, s->room->key);
    if (verdict != PN_VAULT_GOOD) {
        memset(&s->room->key_of, 0, sizeof s->room->key_of);
        return tell_vault(s, pn_vault_sentence(verdict));
    }
    s->room->key_of = head;
    return true;
}

static bool find_in_vault(struct loading *l, const struct pn_secret_ref *ref, uint8_t *at,
                          size_t *len)
{
    struct pn_slice name = pn_slice(ref->where, strlen(ref->where));
    struct pn_vault_entry entry;

    if (!pn_vault_find(&l->vault, name, &entry)) return tell(l->s, ref, "there is no such secret");
    memcpy(at, entry.value.at, entry.value.len);
    *len = entry.value.len;
    return true;
}

/* From the environment only at the start; then it is where it was put. */
static bool carry_over(struct loading *l, uint32_t i, uint8_t *at, size_t *len)
{
    struct pn_slice value = l->s->sets[1 - l->set][i].value;

    memcpy(at, value.at, value.len);
    *len = value.len;
    return true;
}

static bool load_one(struct loading *l, uint32_t i)
{
    const struct pn_secret_ref *ref = &l->s->device->credentials[i];
    bool again = l->s->credentials.count > 0;
    uint8_t *at = room_for(l, READ_BYTES_MAX);
    size_t len = 0;
    bool good = at != NULL;

    if (!good) return false;
    if (ref->place == PN_SECRET_VAULT) good = find_in_vault(l, ref, at, &len);
    else if (ref->place == PN_SECRET_ENV && again) good = carry_over(l, i, at, &len);
    else good = read_plain(l->s, ref, at, &len);
    if (good && !pn_credential_is_usable(pn_slice(at, len))) {
        good = tell(l->s, ref,
                    "cannot go into a header: it is empty, longer than 4096 bytes, or not "
                    "printable ASCII");
    }
    l->s->sets[l->set][i].value = pn_slice(at, len);
    l->used += len;
    return good;
}

/* All of them are tried, so that all that is missing is told at once. */
static bool load(struct pn_secrets *s, uint32_t set)
{
    struct loading l = { .s = s, .set = set };
    bool vault = open_vault(&l), good = vault;

    wipe_half(s, set);
    for (uint32_t i = 0; i < s->device->credential_count; i++) {
        bool sealed = !vault && s->device->credentials[i].place == PN_SECRET_VAULT;
        s->missing[i] = sealed || !load_one(&l, i);
        good = good && !s->missing[i];
    }
    pn_bytes_wipe(l.vault.text, l.vault.len);
    if (!good) wipe_half(s, set);
    return good;
}

/* --- the start --- */

static void see(struct pn_secrets *s, const char *path)
{
    struct pn_seen_file *seen = &s->seen[s->seen_count];

    if (!path) return;
    seen->path = path;
    pn_seen_file_look(seen);
    s->seen_count++;
}

static void see_all(struct pn_secrets *s)
{
    const struct pn_device *d = s->device;

    for (uint32_t i = 0; i < d->credential_count; i++) {
        if (d->credentials[i].place == PN_SECRET_FILE) see(s, d->credentials[i].where);
    }
    see(s, d->vault.path);
    if (d->vault.passphrase.place == PN_SECRET_FILE) see(s, d->vault.passphrase.where);
    if (d->vault.key.place == PN_SECRET_FILE) see(s, d->vault.key.where);
}

/* Once for both sets: names are looked for without holding one. */
static void name_all(struct pn_secrets *s)
{
    for (uint32_t i = 0; i < s->device->credential_count; i++) {
        for (int set = 0; set < PN_CREDENTIAL_SETS; set++) {
            s->sets[set][i].name = s->device->credentials[i].name;
        }
    }
}

/* Variables that the device file names; what a development run offers is not its own. */
static void wipe_variable(const struct pn_secret_ref *ref)
{
    char *text = ref->place == PN_SECRET_ENV && ref->line > 0 ? getenv(ref->where) : NULL;

    if (text) pn_bytes_wipe(text, strlen(text));
}

static bool reserve_for_vault(struct pn_secrets *s)
{
    struct pn_vault_head head;
    struct pn_slice file;

    if (!s->device->vault.path) return true;
    s->sealed = pn_memory_reserve(PN_VAULT_BYTES_MAX + 1);
    if (!s->sealed || !read_sealed(s, &file)) return false;
    s->derive_bytes = DERIVE_BYTES_MIN;
    if (pn_vault_read_head(file, &head) == PN_VAULT_GOOD &&
        port_argon2id_bytes(&head.cost) > s->derive_bytes) {
        s->derive_bytes = port_argon2id_bytes(&head.cost);
    }
    s->derive_memory = pn_memory_reserve(s->derive_bytes);
    if (!s->derive_memory) return false;
    pn_memory_hide(s->derive_memory, s->derive_bytes);
    return true;
}

enum pn_secrets_result pn_secrets_make(struct pn_secrets *s, const struct pn_device *device)
{
    s->device = device;
    s->room = make_room();
    if (!s->room) return PN_SECRETS_FAILED;
    see_all(s);
    name_all(s);
    if (!reserve_for_vault(s) || !load(s, 0)) return PN_SECRETS_FAILED;
    pn_credentials_init(&s->credentials, s->sets[0], device->credential_count);
    s->credentials.sets[1] = s->sets[1];
    for (uint32_t i = 0; i < device->credential_count; i++) wipe_variable(&device->credentials[i]);
    wipe_variable(&device->vault.passphrase);
    return PN_SECRETS_MADE;
}

struct pn_own_keys *pn_secrets_own(struct pn_secrets *s)
{
    return &s->room->own;
}

/* --- changes --- */

void pn_secrets_hurry(struct pn_secrets *s)
{
    s->look_ms = 0;
    s->due = true;
}

static void wipe_old(struct pn_secrets *s)
{
    uint32_t set = pn_credentials_free(&s->credentials);

    if (set == PN_CREDENTIAL_SET_NONE) return; /* a worker copies from it; soon */
    wipe_half(s, set);
    s->old = false;
}

static void compare(struct pn_secrets *s, uint32_t set)
{
    for (uint32_t i = 0; i < s->credentials.count; i++) {
        s->changed[i] = !pn_slice_equal(s->sets[set][i].value, s->sets[1 - set][i].value);
    }
}

static enum pn_secrets_news reload(struct pn_secrets *s)
{
    uint32_t set = pn_credentials_free(&s->credentials);

    if (set == PN_CREDENTIAL_SET_NONE) return PN_SECRETS_SAME;
    s->due = false;
    if (!load(s, set)) {
        s->refusals++;
        pn_log(PN_LOG_ERROR, "the credentials before stay in use");
        return PN_SECRETS_REFUSED;
    }
    compare(s, set);
    pn_credentials_publish(&s->credentials, set);
    s->reloads++;
    s->old = true;
    wipe_old(s);
    pn_log(PN_LOG_INFO, "credentials read again");
    return PN_SECRETS_NEW;
}

enum pn_secrets_news pn_secrets_watch(struct pn_secrets *s, uint64_t now_ms)
{
    if (s->old) wipe_old(s);
    if (now_ms < s->look_ms) return PN_SECRETS_SAME;
    s->look_ms = now_ms + LOOK_MS;
    for (uint32_t i = 0; i < s->seen_count; i++) s->due |= pn_seen_file_look(&s->seen[i]);
    return s->due && s->credentials.count > 0 ? reload(s) : PN_SECRETS_SAME;
}

void pn_secrets_wipe(struct pn_secrets *s)
{
    for (uint32_t set = 0; set < PN_CREDENTIAL_SETS; set++) wipe_half(s, set);
    pn_bytes_wipe(s->room->key, sizeof s->room->key);
    pn_bytes_wipe(&s->room->own, sizeof s->room->own);
}
