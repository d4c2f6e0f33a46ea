/* see url.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/url.h"

static bool is_word(uint8_t ch)
{
    uint8_t lower = pn_ascii_lower(ch);

    return (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9');
}

static bool is_host(struct pn_slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t ch = host.at[i];
        if (!is_word(ch) && ch != '.' && ch != '-' && ch != '_') return false;
    }
    return host.len > 0 && host.len <= 253;
}

static bool is_ipv6(struct pn_slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t lower = pn_ascii_lower(host.at[i]);
        bool hex = (lower >= 'a' && lower <= 'f') || (lower >= '0' && lower <= '9');
        if (!hex && lower != ':' && lower != '.') return false;
    }
    return host.len >= 2 && host.len <= 45;
}

static bool is_path(struct pn_slice path)
{
    static const struct pn_slice others = PN_SLICE_INIT("#\"<>\\^`{|}");

    for (size_t i = 0; i < path.len; i++) {
        uint8_t ch = path.at[i];
        if (ch <= ' ' || ch >= 0x7f || pn_slice_find(others, ch) < others.len) return false;
    }
    return true;
}

/* "host", "host:port" or "[v6]:port". */
static enum pn_url_verdict read_authority(struct pn_url *url)
{
    struct pn_slice text = url->authority;
    bool bracketed = text.len > 0 && text.at[0] == '[';
    size_t end = pn_slice_find(text, bracketed ? ']' : ':');
    uint64_t number;

    if (bracketed && end == text.len) return PN_URL_BRACKET;
    url->host = bracketed ? pn_slice(text.at + 1, end - 1) : pn_slice_head(text, end);
    struct pn_slice rest = pn_slice_from(text, bracketed ? end + 1 : end);
    if (bracketed ? !is_ipv6(url->host) : !is_host(url->host)) return PN_URL_HOST;
    if (rest.len == 0) return PN_URL_GOOD;
    if (rest.at[0] != ':') return PN_URL_HOST;
    if (!pn_slice_decimal(pn_slice_from(rest, 1), 65535, &number) || number == 0) {
        return PN_URL_PORT;
    }
    url->port = (uint16_t)number;
    return PN_URL_GOOD;
}

enum pn_url_verdict pn_url_read(struct pn_slice text, struct pn_url *url)
{
    bool http = pn_slice_begins(text, PN_SLICE("http://"));

    if (!http && !pn_slice_begins(text, PN_SLICE("https://"))) return PN_URL_SCHEME;
    text = pn_slice_from(text, http ? 7 : 8);
    size_t query = pn_slice_find(text, '?');
    struct pn_slice before = pn_slice_head(text, query);
    size_t path = pn_slice_find(before, '/');
    url->scheme = http ? PN_SCHEME_HTTP : PN_SCHEME_HTTPS;
    url->port = http ? 80 : 443;
    url->authority = pn_slice_head(before, path);
    url->path = pn_slice_from(before, path);
    url->query = pn_slice_from(text, query);
    if (pn_slice_find(url->authority, '@') < url->authority.len) return PN_URL_USER;
    if (!is_path(url->path) || !is_path(url->query)) return PN_URL_PATH;
    return read_authority(url);
}
