/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/url.h"

#include "tools/compile/yaml_fields.h"

bool is_plain_name(struct pn_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t ch = name.at[i], lower = pn_ascii_lower(ch);
        bool word = (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9');
        if (!word && (i == 0 || (ch != '.' && ch != '_' && ch != '-'))) return false;
    }
    return name.len > 0 && name.len <= 128;
}

static bool fail(struct bundle *bundle, const struct yaml_node *url, const char *message)
{
    diag_error(bundle->diagnostics, url->mark, "%s", message);
    return false;
}

static bool is_host(struct pn_slice host)
{
    for (size_t i = 0; i < host.len; i++) {
        uint8_t ch = host.at[i], lower = pn_ascii_lower(ch);
        bool word = (lower >= 'a' && lower <= 'z') || (ch >= '0' && ch <= '9');
        if (!word && ch != '.' && ch != '-' && ch != '_') return false;
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
    for (size_t i = 0; i < path.len; i++) {
        if (path.at[i] <= ' ' || path.at[i] >= 0x7f ||
            strchr("?#\"<>\\^`{|}", path.at[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/* "host", "host:port" or "[v6]:port". */
static bool read_authority(struct bundle *bundle, const struct yaml_node *url,
                           struct bundle_upstream *upstream)
{
    struct pn_slice text = upstream->authority, port = { 0 };
    bool bracketed = text.len > 0 && text.at[0] == '[';
    size_t end = pn_slice_find(text, bracketed ? ']' : ':');
    uint64_t number;

    upstream->host =
        bracketed ? pn_slice(text.at + 1, end > 0 ? end - 1 : 0) : pn_slice_head(text, end);
    if (bracketed && end == text.len)
        return fail(bundle, url, "the address has no closing bracket");
    struct pn_slice rest = pn_slice_from(text, bracketed ? end + 1 : end);
    if (bracketed ? !is_ipv6(upstream->host) : !is_host(upstream->host)) {
        return fail(bundle, url, "the URL names no valid host");
    }
    if (rest.len == 0) return true;
    if (rest.at[0] != ':') return fail(bundle, url, "the URL names no valid host");
    port = pn_slice_from(rest, 1);
    if (!pn_slice_decimal(port, 65535, &number) || number == 0) {
        return fail(bundle, url, "the port is a number from 1 to 65535");
    }
    upstream->port = (uint16_t)number;
    return true;
}

bool url_read(struct bundle *bundle, const struct yaml_node *url, struct bundle_upstream *upstream)
{
    struct pn_slice text = url->text;
    bool http = pn_slice_begins(text, PN_SLICE("http://"));
    bool https = pn_slice_begins(text, PN_SLICE("https://"));

    if (!http && !https) return fail(bundle, url, "a URL begins with http:// or https://");
    text = pn_slice_from(text, http ? 7 : 8);
    size_t path = pn_slice_find(text, '/');
    upstream->mark = url->mark;
    upstream->scheme = http ? PN_SCHEME_HTTP : PN_SCHEME_HTTPS;
    upstream->port = http ? 80 : 443;
    upstream->authority = pn_slice_head(text, path);
    upstream->path = pn_slice_from(text, path);
    if (pn_slice_find(upstream->authority, '@') < upstream->authority.len) {
        return fail(bundle, url, "a URL holds no user name or password; name a credential instead");
    }
    if (!is_path(upstream->path)) {
        return fail(bundle, url, "the path of a URL has no query, fragment or blanks here");
    }
    while (upstream->path.len > 0 && upstream->path.at[upstream->path.len - 1] == '/') {
        upstream->path.len--;
    }
    return read_authority(bundle, url, upstream);
}

bool credential_read(struct bundle *bundle, const struct yaml_node *node, struct pn_slice *name)
{
    static const struct pn_slice prefixes[] = { PN_SLICE_INIT("credential:"),
                                                PN_SLICE_INIT("os.environ/") };

    for (size_t i = 0; i < 2; i++) {
        if (!pn_slice_begins(node->text, prefixes[i])) continue;
        *name = pn_slice_from(node->text, prefixes[i].len);
        if (is_plain_name(*name)) return true;
        return fail(bundle, node, "the name of a credential has letters, digits, '.', '_' and '-'");
    }
    return fail(
        bundle, node,
        "a secret does not belong into a bundle; write credential:NAME (or os.environ/NAME) "
        "and give the device the secret of that name");
}

void egress_read(struct bundle *bundle, const struct yaml_node *list, uint8_t *egress)
{
    static const char *const words[] = { "loopback" };

    for (size_t i = 0; list != NULL && i < list->items.count; i++) {
        int word = yaml_read_word(bundle->diagnostics, list->items.items[i], words, 1);
        if (word == 0) *egress |= PN_EGRESS_LOOPBACK;
    }
}

void egress_check(struct bundle *bundle, const struct yaml_node *url,
                  const struct bundle_upstream *upstream)
{
    bool loopback = pn_slice_begins(upstream->host, PN_SLICE("127.")) ||
                    pn_slice_equal(upstream->host, PN_SLICE("::1")) ||
                    pn_slice_equal_fold(upstream->host, PN_SLICE("localhost"));

    if (!loopback || (upstream->egress & PN_EGRESS_LOOPBACK) != 0) return;
    diag_note(bundle->diagnostics, url->mark,
              "the gateway refuses addresses on its own machine; allow this one with "
              "egress: [loopback]");
}
