/* see spiffe_id.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/base/spiffe_id.h"

static const struct pn_slice scheme = PN_SLICE_INIT("spiffe://");

static bool is_name_byte(uint8_t ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '.' ||
           ch == '_';
}

bool pn_spiffe_is_domain(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_name_byte(text.at[i])) return false;
    }
    return text.len > 0;
}

/* One name of a path, its slash removed. */
static bool is_path_name(struct pn_slice name)
{
    bool dots = true;

    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_byte(pn_ascii_lower(name.at[i]))) return false;
        if (name.at[i] != '.') dots = false;
    }
    return name.len > 0 && !(dots && name.len <= 2);
}

static bool is_path(struct pn_slice path)
{
    while (path.len > 0) {
        path = pn_slice_from(path, 1);
        size_t len = pn_slice_find(path, '/');
        if (!is_path_name(pn_slice_head(path, len))) return false;
        path = pn_slice_from(path, len);
    }
    return true;
}

bool pn_spiffe_read(struct pn_slice text, struct pn_spiffe_id *id)
{
    if (!pn_slice_begins(text, scheme)) return false;
    struct pn_slice rest = pn_slice_from(text, scheme.len);
    size_t slash = pn_slice_find(rest, '/');
    struct pn_spiffe_id read = { text, pn_slice_head(rest, slash), pn_slice_from(rest, slash) };
    if (!pn_spiffe_is_domain(read.domain) || !is_path(read.path)) return false;
    *id = read;
    return true;
}

bool pn_spiffe_fits(const struct pn_spiffe_id *id)
{
    return id->text.len <= PN_SPIFFE_ID_BYTES_MAX && id->domain.len <= PN_SPIFFE_DOMAIN_BYTES_MAX;
}
