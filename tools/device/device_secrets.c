/* Where the device's secrets are. They are read by the gateway when it starts, into memory that is made
 * for them, and never here.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/vault/vault.h"
#include "tools/compile/yaml_fields.h"
#include "tools/device/device_file.h"
#include "tools/device/device_reading.h"

/* --- one place --- */

enum said { SAID_ENV, SAID_FILE, SAID_SYSTEMD, SAID_VAULT, SAID_COUNT };

/* The service manager hands credentials over in a folder that it names. Without one the path stays as
 * it is here, and is what the gateway says that it could not read. */
static const char *systemd_path(struct device_reading *r, struct pn_slice name)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    return arena_format(r->arena, "%s/%.*s", folder ? folder : "$CREDENTIALS_DIRECTORY",
                        SLICE_ARGS(name));
}

static void read_where(struct device_reading *r, enum said said, const struct yaml_node *node,
                       struct pn_secret_ref *ref)
{
    static const uint8_t places[SAID_COUNT] = { PN_SECRET_ENV, PN_SECRET_FILE, PN_SECRET_FILE,
                                                PN_SECRET_VAULT };
    struct pn_slice text = node->text;

    ref->place = places[said];
    ref->line = node->mark.line;
    if (said == SAID_FILE) ref->where = device_path_from(r, text);
    else if (said == SAID_SYSTEMD) ref->where = systemd_path(r, text);
    else ref->where = arena_format(r->arena, "%.*s", SLICE_ARGS(text));
    if (text.len == 0 || (said == SAID_SYSTEMD && pn_slice_find(text, '/') < text.len)) {
        diag_error(r->diagnostics, node->mark, "the name of a secret is empty or has a slash");
    } else if (said == SAID_VAULT && !r->device->vault.path && r->vault == VAULT_MISSING) {
        diag_error(r->diagnostics, node->mark,
                   "there is no vault: say where it is, vault: {file: PATH}");
        r->vault = VAULT_UNCLEAR;
    }
}

enum vault_is { NO_VAULT, A_VAULT };

/* False, diagnosed, unless it is one of env, file, systemd and, where that may be, vault. */
static bool read_ref(struct device_reading *r, const struct yaml_node *node, enum vault_is vault,
                     struct pn_secret_ref *ref)
{
    struct yaml_node *nodes[SAID_COUNT] = { NULL };
    const struct yaml_field fields[SAID_COUNT] = {
        { "env", YAML_WANT_TEXT, &nodes[SAID_ENV] },
        { "file", YAML_WANT_TEXT, &nodes[SAID_FILE] },
        { "systemd", YAML_WANT_TEXT, &nodes[SAID_SYSTEMD] },
        { "vault", YAML_WANT_TEXT, &nodes[SAID_VAULT] },
    };
    bool may_vault = vault == A_VAULT;
    unsigned count = 0;

    if (!yaml_fields(r->diagnostics, node, "a credential", fields, may_vault ? 4 : 3)) return false;
    for (unsigned said = 0; said < SAID_COUNT; said++) {
        if (!nodes[said]) continue;
        read_where(r, (enum said)said, nodes[said], ref);
        count++;
    }
    if (count == 1) return true;
    diag_error(r->diagnostics, node->mark, "say where it is: env: NAME, file: PATH%s",
               may_vault ? ", systemd: NAME or vault: NAME" : " or systemd: NAME");
    return false;
}

/* --- all of them --- */

void device_read_credentials(struct device_reading *r, const struct yaml_node *node)
{
    struct pn_device *d = r->device;

    if (!node) return;
    if (node->pairs.count > PN_CREDENTIALS_MAX) {
        diag_error(r->diagnostics, node->mark, "at most %d credentials", PN_CREDENTIALS_MAX);
        return;
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        const struct yaml_pair *pair = &node->pairs.items[i];
        struct pn_secret_ref *ref = &d->credentials[d->credential_count];
        ref->name = pair->key->text;
        if (read_ref(r, pair->value, A_VAULT, ref)) d->credential_count++;
    }
}

void device_read_vault(struct device_reading *r, const struct yaml_node *node)
{
    struct yaml_node *file = NULL, *passphrase = NULL, *key = NULL;
    const struct yaml_field fields[] = { { "file", YAML_WANT_TEXT | YAML_REQUIRED, &file },
                                         { "passphrase", YAML_WANT_MAP, &passphrase },
                                         { "key", YAML_WANT_MAP, &key } };
    struct pn_device_vault *vault = &r->device->vault;

    if (!node) return;
    r->vault = VAULT_UNCLEAR;
    if (!yaml_fields(r->diagnostics, node, "vault", fields, 3)) return;
    if ((passphrase != NULL) == (key != NULL)) {
        diag_error(r->diagnostics, node->mark,
                   "what opens the vault: passphrase or key, one of them");
        return;
    }
    vault->path = device_path_from(r, file->text);
    vault->passphrase.name = PN_SLICE("the passphrase of the vault");
    vault->key.name = PN_SLICE("the key of the vault");
    if (passphrase) read_ref(r, passphrase, NO_VAULT, &vault->passphrase);
    if (key) read_ref(r, key, NO_VAULT, &vault->key);
    if (vault->key.place == PN_SECRET_ENV) {
        diag_error(r->diagnostics, key->mark,
                   "32 bytes cannot be in the environment; use file or systemd");
    }
}

void device_credentials_from_environment(struct arena *arena, struct pn_device *d)
{
    extern char **environ;

    for (char **at = environ; *at && d->credential_count + 2 <= PN_CREDENTIALS_MAX; at++) {
        const char *equals = strchr(*at, '=');
        if (!equals || !pn_credential_is_usable(pn_slice(equals + 1, strlen(equals + 1)))) continue;
        struct pn_slice name = arena_copy(arena, pn_slice(*at, (size_t)(equals - *at)));
        const char *where = arena_format(arena, "%.*s", SLICE_ARGS(name));
        char *lower = arena_take(arena, name.len + 1);
        for (size_t i = 0; i < name.len; i++) {
            lower[i] = name.at[i] == '_' ? '-' : (char)pn_ascii_lower(name.at[i]);
        }
        for (int i = 0; i < 2; i++) {
            d->credentials[d->credential_count++] = (struct pn_secret_ref){
                .name = i == 0 ? name : pn_slice(lower, name.len),
                .where = where,
                .place = PN_SECRET_ENV,
            };
        }
    }
}
