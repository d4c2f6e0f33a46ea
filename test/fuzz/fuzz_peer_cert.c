/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_peer_cert.c - any bytes as the names of a client's certificate.
 *
 * Four bytes choose the trusts, the uses and the counts; the rest is the URI, up to a line end, and
 * then the DNS and common name. What is believed is an identifier in the one form there is, of a
 * domain whose roots signed it, in a certificate that may have it; what is found is by an entry. */
#include "core/identity/peer_cert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct pn_slice domains[] = { PN_SLICE_INIT(""), PN_SLICE_INIT("a.example"),
                                           PN_SLICE_INIT("b.example") };

static void must(bool holds)
{
    if (!holds) abort();
}

static struct port_tls_text text_of(struct pn_slice s)
{
    return (struct port_tls_text){ s.at, s.len };
}

static void is_sound(struct pn_slice text, const struct pn_peer_cert *cert)
{
    struct pn_spiffe_id id;
    unsigned wanted = 0;

    must(pn_spiffe_read(text, &id) && text.len <= 2048 && id.path.len > 1);
    must(text.at[text.len - 1] != '/');
    for (size_t i = 0; i < text.len; i++) {
        must(text.at[i] > ' ' && text.at[i] < 0x7f);
        must(text.at[i] != '?' && text.at[i] != '#' && text.at[i] != '%' && text.at[i] != '@');
    }
    for (unsigned i = 0; i < 3; i++) {
        if (pn_slice_equal(domains[i], id.domain)) wanted |= 1u << i;
    }
    must((cert->peer.trusts & wanted) != 0);
    must(cert->peer.uri_count == 1 && cert->peer.uses == PORT_TLS_USE_SIGNS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct pn_key_table none;
    struct pn_peer_cert cert = { .domains = domains, .domain_count = 3, .shown = true };
    struct pn_slice id;
    struct pn_key key;

    if (size < 4) return 0;
    struct pn_slice rest = pn_slice(data + 4, size - 4);
    struct pn_slice uri = pn_slice_head(rest, pn_slice_find(rest, '\n'));
    struct pn_slice name = pn_slice_from(rest, uri.len < rest.len ? uri.len + 1 : uri.len);
    cert.peer = (struct port_tls_peer){ text_of(uri), text_of(name), text_of(name),
                                        data[0] % 3,  data[1] % 3,   data[1] / 4 % 3,
                                        data[2] % 8,  data[3] % 4,   0 };
    if (cert.peer.uri_count == 0) cert.peer.uri.len = 0; /* as port_tls_peer() says it */
    if (pn_peer_cert_read(&cert, 0, &id) == PN_REASON_NONE && id.len > 0) is_sound(id, &cert);
    must(!pn_cert_find_spiffe(&none, uri, 0, &key) && !pn_cert_find_named(&none, &cert, 0, &key));
    return 0;
}
