/* see examination.h
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/shared.h"
#include "port/port_clock.h"
#include "tools/doctor/examination.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"

enum { SOON_S = 14 * 86400 };

#define TEXT(slice) (int)(slice).len, (const char *)(slice).at

/* The memory that a gateway would lend, for one run. */
static bool open_install(struct examination *x, struct pn_install *in, struct port_store *store)
{
    struct arena *arena = &x->findings->arena;

    in->shared = ARENA_NEW(arena, struct pn_shared);
    pn_shared_init(in->shared);
    in->upstream_tls = PN_INSTALL_TLS;
    pn_install_for(in, x->device);
    for (int i = 0; i < PN_POLICY_GENERATIONS; i++) {
        uint32_t bytes = x->device->policy_bytes_max;
        in->memory[i] = pn_writer(arena_take(arena, bytes), bytes);
    }
    in->self_test_room = ARENA_NEW(arena, struct pn_self_test_room);
    return pn_install_open(in, store) == PN_SEAL_ACCEPTED;
}

static bool is_named(const struct pn_install_result *r, enum pn_seal_refusal refusal)
{
    return pn_slice_equal(r->name, pn_seal_refusal_name(refusal));
}

static void tell(struct examination *x, const struct pn_install_result *r, const char *what)
{
    struct pn_slice about = pn_install_detail(r);

    if (r->verdict != PN_INSTALL_REFUSED || is_named(r, PN_SEAL_EMPTY)) return;
    if (is_named(r, PN_SEAL_SEQUENCE_OLDER) || is_named(r, PN_SEAL_KEYSET_OLDER)) return;
    finding_add(x->findings, FINDING_FAULT, "policy_refused",
                "sign one that this device takes; postern policy show tells what it says of itself",
                "%s is refused (%.*s): %.*s%s%.*s", what, TEXT(r->name), TEXT(r->sentence),
                about.len > 0 ? " " : "", TEXT(about));
}

static void install_file(struct examination *x, const char *path)
{
    struct pn_slice sealed;

    if (!path) return;
    if (!pn_whole_file_read("postern doctor", path, x->device->policy_bytes_max, &sealed)) {
        finding_add(x->findings, FINDING_FAULT, "policy_file",
                    "put it there, readable for the gateway's user, or correct policy.file and "
                    "policy.key_set",
                    "%s cannot be read", path);
        return;
    }
    struct pn_install_result r = pn_install_sealed(x->install, sealed, x->machine.now_unix);
    tell(x, &r, path);
    free((void *)(uintptr_t)sealed.at);
}

static const struct pn_active *active(const struct pn_install *in)
{
    uint32_t current = atomic_load(&in->shared->current);

    return current == PN_GENERATION_NONE ? NULL : &in->shared->generations[current];
}

static void examine_end(struct examination *x, const char *name, const char *what, int64_t end_unix)
{
    int64_t left_s = end_unix - x->machine.now_unix;
    char end[PN_TIME_TEXT_BYTES];

    if (end_unix == 0 || left_s >= SOON_S) return;
    pn_time_write((uint64_t)end_unix, end);
    finding_add(x->findings, left_s < 0 ? FINDING_FAULT : FINDING_ADVICE, name,
                "sign and push the next one before: postern policy sign, or postern keyset sign",
                "%s %s %s", what, left_s < 0 ? "ended" : "ends", end);
}

static void examine_keys(struct examination *x)
{
    const struct pn_keyset *keys = &x->install->keyring.keys;

    for (uint32_t i = 0; i < keys->count; i++) {
        char what[64] = "the signing key ";
        for (int k = 0; k < PN_KEY_ID_BYTES; k++) {
            snprintf(what + 16 + 2 * k, 3, "%02x", keys->keys[i].id[k]);
        }
        examine_end(x, "key_ends", what, (int64_t)keys->keys[i].not_after_s);
    }
}

static bool has_credential(const struct pn_device *d, struct pn_slice name)
{
    for (uint32_t i = 0; i < d->credential_count; i++) {
        if (pn_slice_equal(d->credentials[i].name, name)) return true;
    }
    return false;
}

static void examine_active(struct examination *x, const struct pn_active *a)
{
    examine_end(x, "policy_ends", "the policy in force", a->expires_unix);
    for (size_t i = 0; i < pn_upstream_count(&a->routes); i++) {
        struct pn_upstream u = pn_upstream_at(&a->routes, i);
        struct pn_slice name = pn_upstream_secret(&a->routes, i);
        if (name.len == 0 || has_credential(x->device, name)) continue;
        finding_add(x->findings, FINDING_FAULT, "credential_missing",
                    "name it under credentials: in the device file",
                    "upstream %.*s needs the credential %.*s", TEXT(u.name), TEXT(name));
    }
}

void examine_policy(struct examination *x, struct port_store *store)
{
    struct pn_install *in = ARENA_NEW(&x->findings->arena, struct pn_install);

    if (!open_install(x, in, store)) return;
    x->install = in;
    if (pn_install_time(in, x->machine.now_unix, port_clock_ms() / 1000) == PN_CLOCK_BEHIND) {
        finding_add(x->findings, FINDING_FAULT, "clock_behind",
                    "set the clock right; until then ends are judged by the time it was",
                    "the clock is %lld s behind a time that has certainly passed",
                    (long long)in->floor.floor_s - (long long)x->machine.now_unix);
    }
    struct pn_install_result r = pn_install_held(in, x->machine.now_unix);
    tell(x, &r, "the policy kept in the state folder");
    install_file(x, x->device->keyset_path);
    install_file(x, x->device->policy_path);
    examine_keys(x);
    if (active(in)) examine_active(x, active(in));
    else
        finding_add(x->findings, FINDING_FAULT, "no_policy",
                    "push one (PUT /v1/policy) or name it under policy.file",
                    "no policy would be in force: every call is answered 503");
}
