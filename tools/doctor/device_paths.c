/* see device_paths.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/doctor/device_paths.h"

/* Whom to tell, of whose files. */
struct telling {
    const struct examination *x;
    void (*see)(const struct examination *x, const char *path, enum device_path is);
};

static void tell(const struct telling *t, const char *path, enum device_path is)
{
    if (path) t->see(t->x, path, is);
}

static void tell_secret(const struct telling *t, const struct pn_secret_ref *ref)
{
    if (ref->place == PN_SECRET_FILE && ref->where[0] != '$') {
        tell(t, ref->where, DEVICE_PATH_SECRET);
    }
}

static void tell_listener(const struct telling *t, const struct pn_device_tls *tls)
{
    for (uint32_t i = 0; i < tls->pair_count; i++) {
        tell(t, tls->pairs[i].chain_path, DEVICE_PATH_PLAIN);
        tell(t, tls->pairs[i].key_path, DEVICE_PATH_SECRET);
    }
    for (uint32_t i = 0; i < tls->trust_count; i++) {
        tell(t, tls->trust_paths[i], DEVICE_PATH_PLAIN);
    }
}

static void tell_upstreams(const struct telling *t, const struct pn_device *d)
{
    for (uint32_t i = 0; i < d->own_count; i++) {
        tell(t, d->own[i].chain_path, DEVICE_PATH_PLAIN);
        tell(t, d->own[i].key_path, DEVICE_PATH_SECRET);
    }
    tell(t, d->roots_path ? d->roots_path : t->x->machine.roots_path, DEVICE_PATH_PLAIN);
}

void device_paths_each(const struct examination *x,
                       void (*see)(const struct examination *x, const char *path,
                                   enum device_path is))
{
    const struct pn_device *d = x->device;
    const struct telling t = { x, see };

    tell(&t, d->policy_path, DEVICE_PATH_PLAIN);
    tell(&t, d->keyset_path, DEVICE_PATH_PLAIN);
    tell(&t, d->operators_path, DEVICE_PATH_PLAIN);
    tell(&t, d->operators_here ? d->file_path : NULL, DEVICE_PATH_PLAIN);
    /* A folder also where it is not there yet. */
    tell(&t, arena_format(&x->findings->arena, "%s/.", d->state_path), DEVICE_PATH_WRITTEN);
    tell(&t, d->audit_path, DEVICE_PATH_WRITTEN);
    for (uint32_t i = 0; i <= PN_LISTENERS_MAX; i++) tell_listener(&t, &d->tls[i]);
    tell_upstreams(&t, d);
    for (uint32_t i = 0; i < d->credential_count; i++) tell_secret(&t, &d->credentials[i]);
    tell(&t, d->vault.path, DEVICE_PATH_SECRET);
    tell_secret(&t, &d->vault.passphrase);
    tell_secret(&t, &d->vault.key);
}
