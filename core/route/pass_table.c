/* see pass_table.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/route/pass_table.h"

#include "core/base/bytes.h"
#include "core/route/route_text.h"

enum { TEXTS = (PN_PASS_BYTES - PN_PASS_CLIENT_ID) / PN_TEXT_BYTES };

static bool record_is_valid(const struct pn_route_table *table, const uint8_t *record)
{
    uint8_t kind = record[PN_PASS_KIND];

    if (!pn_route_texts_are_valid(table, record + PN_PASS_CLIENT_ID, TEXTS)) return false;
    if (pn_load16(record + PN_PASS_AT) >= pn_upstream_count(table)) return false;
    if (pn_load32(record + PN_PASS_CLIENT_ID + 4) == 0) return false;
    if ((record[PN_PASS_ZERO] | pn_load16(record + PN_PASS_ZERO + 1)) != 0) return false;
    return kind == PN_PASS_CLIENT || kind == PN_PASS_EXCHANGE;
}

bool pn_pass_table_check(const struct pn_route_table *table)
{
    struct pn_slice all = table->passes;

    if (!pn_route_is_by_upstream(table, all, PN_PASS_BYTES)) return false;
    for (size_t at = 0; at < all.len; at += PN_PASS_BYTES) {
        if (!record_is_valid(table, all.at + at)) return false;
    }
    return true;
}

static struct pn_pass pass_at(const struct pn_route_table *table, const uint8_t *record)
{
    return (struct pn_pass){
        .kind = record[PN_PASS_KIND],
        .at = pn_load16(record + PN_PASS_AT),
        .client_id = pn_route_text_at(table, record + PN_PASS_CLIENT_ID),
        .credential = pn_route_text_at(table, record + PN_PASS_CREDENTIAL),
        .scope = pn_route_text_at(table, record + PN_PASS_SCOPE),
        .resource = pn_route_text_at(table, record + PN_PASS_RESOURCE),
        .audience = pn_route_text_at(table, record + PN_PASS_AUDIENCE),
        .issuer = pn_route_text_at(table, record + PN_PASS_ISSUER),
        .subject_audience = pn_route_text_at(table, record + PN_PASS_SUBJECT_AUDIENCE),
    };
}

struct pn_pass pn_pass_of(const struct pn_route_table *table, size_t upstream)
{
    struct pn_slice all = table->passes;

    for (size_t at = 0; at < all.len; at += PN_PASS_BYTES) {
        const uint8_t *record = all.at + at;
        if (pn_load16(record + PN_PASS_UPSTREAM) == upstream) return pass_at(table, record);
    }
    return (struct pn_pass){ .kind = PN_PASS_NONE };
}

size_t pn_pass_text_bytes(const struct pn_pass *pass)
{
    return pass->client_id.len + pass->credential.len + pass->scope.len + pass->resource.len +
           pass->audience.len + pass->issuer.len + pass->subject_audience.len;
}

struct pn_pass pn_pass_keep_texts(const struct pn_pass *pass, struct pn_writer *w)
{
    return (struct pn_pass){
        .kind = pass->kind,
        .at = pass->at,
        .client_id = pn_route_text_keep(w, pass->client_id),
        .credential = pn_route_text_keep(w, pass->credential),
        .scope = pn_route_text_keep(w, pass->scope),
        .resource = pn_route_text_keep(w, pass->resource),
        .audience = pn_route_text_keep(w, pass->audience),
        .issuer = pn_route_text_keep(w, pass->issuer),
        .subject_audience = pn_route_text_keep(w, pass->subject_audience),
    };
}
