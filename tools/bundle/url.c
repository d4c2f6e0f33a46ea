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

static const char *const flaws[] = {
    [PN_URL_SCHEME] = "a URL begins with http:// or https://",
    [PN_URL_USER] = "a URL holds no user name or password; name a credential instead",
    [PN_URL_PATH] = "the path of a URL has no query, fragment or blanks here",
    [PN_URL_BRACKET] = "the address has no closing bracket",
    [PN_URL_HOST] = "the URL names no valid host",
    [PN_URL_PORT] = "the port is a number from 1 to 65535",
};

bool url_check(struct bundle *bundle, const struct yaml_node *node, struct pn_url *url)
{
    enum pn_url_verdict verdict = pn_url_read(node->text, url);

    return verdict == PN_URL_GOOD || fail(bundle, node, flaws[verdict]);
}

bool url_read(struct bundle *bundle, const struct yaml_node *node, struct bundle_upstream *upstream)
{
    struct pn_url url;

    upstream->mark = node->mark;
    if (!url_check(bundle, node, &url)) return false;
    if (url.query.len > 0) return fail(bundle, node, flaws[PN_URL_PATH]);
    upstream->scheme = url.scheme;
    upstream->host = url.host;
    upstream->authority = url.authority;
    upstream->path = url.path;
    upstream->port = url.port;
    while (upstream->path.len > 0 && upstream->path.at[upstream->path.len - 1] == '/') {
        upstream->path.len--;
    }
    return true;
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

/* Names may begin as addresses do. */
static bool is_loopback(struct pn_slice host)
{
    if (pn_slice_equal(host, PN_SLICE("::1"))) return true;
    if (pn_slice_equal_fold(host, PN_SLICE("localhost"))) return true;
    for (size_t i = 0; i < host.len; i++) {
        if (host.at[i] != '.' && (host.at[i] < '0' || host.at[i] > '9')) return false;
    }
    return pn_slice_begins(host, PN_SLICE("127."));
}

void http_check(struct bundle *bundle, const struct yaml_node *node, const struct pn_url *url,
                const char *harm)
{
    if (url->scheme != PN_SCHEME_HTTP || is_loopback(url->host)) return;
    diag_note(bundle->diagnostics, node->mark, "without TLS anybody on the way can %s", harm);
}

void egress_check(struct bundle *bundle, const struct yaml_node *url,
                  const struct bundle_upstream *upstream)
{
    if (!is_loopback(upstream->host) || (upstream->egress & PN_EGRESS_LOOPBACK) != 0) return;
    diag_note(bundle->diagnostics, url->mark,
              "the gateway refuses addresses on its own machine; allow this one with "
              "egress: [loopback]");
}
