/* see tls_engine.h
 *
 * What is put off are the signatures within what the peer sent. Which certificate the library takes as an
 * issuer there does not depend on whether its signature is good, so it finds the same chain; a root that
 * did not sign is passed over, so there it has to know at once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mbedtls/md.h>

#include "platforms/mbedtls/tls_engine.h"

/* Those of the handshake whose step this thread takes. */
static PN_EACH_THREAD struct tls_links *entered;

void pn_tls_links_enter(struct tls_links *links)
{
    entered = links;
}

void pn_tls_links_leave(void)
{
    if (entered) entered->child = entered->roots = NULL;
    entered = NULL;
}

void pn_tls_links_look(const mbedtls_x509_crt *child, const mbedtls_x509_crt *roots)
{
    if (!entered) return;
    entered->child = child;
    entered->roots = roots;
}

static bool is_root(const struct tls_links *links, const mbedtls_pk_context *key)
{
    const mbedtls_x509_crt *root = links->roots;

    while (root && &root->pk != key) root = root->next;
    return root != NULL;
}

/* The library goes on to another issuer of the same child where the one before is not valid now: then
 * that one is not in the chain, or the chain is refused for it. So its signature need not be good. */
static void put_off(struct tls_links *l, mbedtls_pk_context *key)
{
    bool again = l->count > 0 && l->link[l->count - 1].child == l->child;

    if (!again) l->count++;
    l->link[l->count - 1] = (struct tls_link){ l->child, key };
}

/* x509_crt.c calls it to verify a certificate: see mbedtls_links.inc. */
int pn_tls_link_verify(mbedtls_pk_type_t type, const void *options, mbedtls_pk_context *key,
                       mbedtls_md_type_t md, const unsigned char *hash, size_t hash_len,
                       const unsigned char *signature, size_t signature_len)
{
    struct tls_links *l = entered;

    if (l && l->count < TLS_LINKS_MAX && l->child &&
        l->child->MBEDTLS_PRIVATE(sig).p == signature && !is_root(l, key)) {
        put_off(l, key);
        return 0;
    }
    return mbedtls_pk_verify_ext(type, options, key, md, hash, hash_len, signature, signature_len);
}

int pn_tls_links_settle(struct tls_links *links)
{
    struct tls_link link = links->link[--links->count];
    const mbedtls_x509_crt *child = link.child;
    mbedtls_md_type_t md = child->MBEDTLS_PRIVATE(sig_md);
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(md);
    unsigned char hash[MBEDTLS_MD_MAX_SIZE];
    int failed = mbedtls_md(info, child->tbs.p, child->tbs.len, hash);

    if (failed) return failed;
    return mbedtls_pk_verify_ext(child->MBEDTLS_PRIVATE(sig_pk), child->MBEDTLS_PRIVATE(sig_opts),
                                 link.key, md, hash, mbedtls_md_get_size(info),
                                 child->MBEDTLS_PRIVATE(sig).p, child->MBEDTLS_PRIVATE(sig).len);
}
