/* see password_text.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/device/password_text.h"

#include "core/base/base64.h"

enum { COST_KIB_MIN = 7168, WORK_KIB_MIN = 32768, WORK_KIB_MAX = 196608 };

/* Take what stands before `end`, and that byte, off the front. */
static struct pn_slice take(struct pn_slice *rest, uint8_t end)
{
    size_t len = pn_slice_find(*rest, end);
    struct pn_slice part = pn_slice_head(*rest, len);

    *rest = pn_slice_from(*rest, len < rest->len ? len + 1 : len);
    return part;
}

static bool take_number(struct pn_slice *rest, struct pn_slice name, uint32_t *value)
{
    struct pn_slice part = take(rest, ',');
    uint64_t number;

    if (!pn_slice_begins(part, name)) return false;
    if (!pn_slice_decimal(pn_slice_from(part, name.len), UINT32_MAX, &number)) return false;
    *value = (uint32_t)number;
    return true;
}

static bool read_cost(struct pn_slice text, struct port_argon2id_cost *cost)
{
    return take_number(&text, PN_SLICE("m="), &cost->memory_kib) &&
           take_number(&text, PN_SLICE("t="), &cost->passes) &&
           take_number(&text, PN_SLICE("p="), &cost->lanes) && text.len == 0 &&
           port_argon2id_cost_is_good(cost);
}

static bool read_bytes(struct pn_slice text, uint8_t *into, size_t min, size_t max, uint8_t *len)
{
    uint8_t room[64];
    struct pn_slice bytes;

    if (text.len > sizeof room || !pn_base64_decode(text, room, &bytes)) return false;
    if (bytes.len < min || bytes.len > max) return false;
    memcpy(into, bytes.at, bytes.len);
    *len = (uint8_t)bytes.len;
    return true;
}

bool password_text_read(struct pn_slice text, struct pn_password *p)
{
    uint8_t key_len;

    if (take(&text, '$').len > 0) return false;
    if (!pn_slice_equal(take(&text, '$'), PN_SLICE("argon2id"))) return false;
    if (!pn_slice_equal(take(&text, '$'), PN_SLICE("v=19"))) return false;
    if (!read_cost(take(&text, '$'), &p->cost)) return false;
    struct pn_slice salt = take(&text, '$');
    return read_bytes(salt, p->salt, PORT_ARGON2ID_SALT_BYTES_MIN, sizeof p->salt, &p->salt_len) &&
           read_bytes(text, p->key, sizeof p->key, sizeof p->key, &key_len);
}

static void write_bytes(struct pn_writer *w, const uint8_t *bytes, size_t len)
{
    size_t begin = w->len;

    pn_write_text(w, "$");
    pn_write(w, pn_slice(bytes, len));
    pn_write_base64_over(w, begin + 1);
    while (w->len > begin && w->at[w->len - 1] == '=') w->len--;
}

void password_text_write(struct pn_writer *w, const struct pn_password *p)
{
    pn_write_text(w, "$argon2id$v=19$m=");
    pn_write_u64(w, p->cost.memory_kib);
    pn_write_text(w, ",t=");
    pn_write_u64(w, p->cost.passes);
    pn_write_text(w, ",p=");
    pn_write_u64(w, p->cost.lanes);
    write_bytes(w, p->salt, p->salt_len);
    write_bytes(w, p->key, sizeof p->key);
}

bool password_cost_is_fair(const struct port_argon2id_cost *cost)
{
    uint64_t work = (uint64_t)cost->memory_kib * cost->passes;

    return cost->memory_kib >= COST_KIB_MIN && cost->memory_kib <= PN_PASSWORD_KIB_MAX &&
           work >= WORK_KIB_MIN && work <= WORK_KIB_MAX;
}
