/* fuzz_vault.c - vaults from anybody.
 *
 * The first byte of an input chooses what the rest is: a whole file, or the text of a vault, which is then
 * sealed rightly, so that fuzzing gets behind the seal.
 * SPDX-License-Identifier: Apache-2.0 */
/* links: linux */
#include <stdlib.h>

#include "core/vault/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t arena[4096];
static const uint8_t key[PORT_AES256_KEY_BYTES] = { 7 }, nonce[PORT_GCM_NONCE_BYTES] = { 1 };

static void demand(bool holds)
{
    if (!holds) abort();
}

/* Every entry is found by its name, and can be put in again, changed and taken out. */
static void use(struct pn_vault *v)
{
    struct pn_vault_entry e, again;
    size_t at = 0, len = v->len, count = 0;

    while (pn_vault_next(v, &at, &e)) {
        demand(pn_vault_name_is_good(e.name));
        demand(pn_vault_find(v, e.name, &again));
        demand(again.value.at == e.value.at && again.value.len == e.value.len);
        count++;
    }
    demand(at == len);
    struct pn_vault_entry more = { PN_SLICE("fuzz.more"), PN_SLICE("value"), 1 };
    bool there = pn_vault_find(v, more.name, &again);
    if (pn_vault_set(v, &more) != PN_VAULT_GOOD) return;
    demand(pn_vault_find(v, more.name, &again) && pn_slice_equal(again.value, more.value));
    demand(pn_vault_remove(v, more.name) && !pn_vault_find(v, more.name, &again));
    if (!there) demand(v->len == len);
    for (; !there && count > 0; count--) {
        at = 0;
        demand(pn_vault_next(v, &at, &e) && pn_vault_remove(v, e.name));
    }
}

static enum pn_vault_verdict open_file(struct pn_slice file)
{
    uint8_t *text = malloc(PN_VAULT_TEXT_BYTES_MAX);
    struct pn_vault v = { .text = text, .max = PN_VAULT_TEXT_BYTES_MAX };
    enum pn_vault_verdict verdict = pn_vault_open(&v, file, key);

    if (verdict == PN_VAULT_GOOD) use(&v);
    else demand(v.len == 0);
    free(text);
    return verdict;
}

static void open_text(struct pn_slice text)
{
    static uint8_t file[PN_VAULT_BYTES_MAX];
    struct pn_vault_head head = { .key = PN_VAULT_KEY_GIVEN };
    struct pn_vault v = { .text = (uint8_t *)(uintptr_t)text.at, .len = text.len, .max = text.len };
    struct pn_writer w = pn_writer(file, sizeof file);

    if (text.len > PN_VAULT_TEXT_BYTES_MAX) return;
    demand(pn_vault_seal(&v, &head, key, nonce, &w) == PN_VAULT_GOOD);
    enum pn_vault_verdict verdict = open_file(pn_written(&w));
    demand(verdict == PN_VAULT_GOOD || verdict == PN_VAULT_MALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice rest = pn_slice(data + 1, size > 0 ? size - 1 : 0);

    demand(port_crypto_init(arena, sizeof arena) == PORT_CRYPTO_GOOD);
    if (size == 0) return 0;
    if (data[0] & 1) open_text(rest);
    else (void)open_file(rest);
    return 0;
}
