/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_issuer_answer.c - any bytes as what an issuer answers: its metadata, or about a token.
 *
 * The first byte says which, and the status. Whatever is answered, the next question goes to an http
 * or https address, and a token counts only where the answer says that it is active. */
/* links: linux */
#include <stdlib.h>

#include "core/base/bytes.h"
#include "core/identity/asked_desk.h"
#include "core/identity/issuer_desk.h"
#include "core/identity/jwt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char pool[] = "https://i.example/t";
enum { NAME = sizeof pool - 1, PLACES = 4 };

static uint8_t issuer[PN_ISSUER_BYTES];
static struct pn_issuer_table table;
static struct pn_json_key places[64];
static struct pn_json_keys keys;

static void must(bool holds)
{
    if (!holds) abort();
}

static void put(size_t field, uint32_t len)
{
    pn_store32(issuer + field + 4, len);
}

static void make_table(void)
{
    put(PN_ISSUER_NAME, NAME);
    put(PN_ISSUER_KEYS_URL, NAME);
    put(PN_ISSUER_ASK_URL, NAME);
    issuer[PN_ISSUER_FETCH] = PN_ISSUER_FETCH_DISCOVERY;
    pn_store32(issuer + PN_ISSUER_ASK_S, 30);
    table = (struct pn_issuer_table){ .strings = pn_slice(pool, NAME),
                                      .issuers = pn_slice(issuer, sizeof issuer) };
    pn_json_keys_init(&keys, places, 64, (const uint8_t *)"sixteen bytes ok");
}

static void answer_metadata(struct pn_slice body, const struct pn_h1_head *head)
{
    static struct pn_issuer_file file;
    static struct pn_issuer_desk desk;
    struct pn_issuer_question q;
    const struct pn_issuer_file *whose;

    memset(&file, 0, sizeof file);
    pn_issuer_desk_init(&desk, &file, 1);
    pn_issuer_desk_follow(&desk, &table, 10);
    must(pn_issuer_desk_next(&desk, 10, &q));
    struct pn_issuer_answer answer = { q.about, head, body };
    enum pn_issuer_news news = pn_issuer_desk_told(&desk, &answer, 10, &keys, &whose);
    must(news == PN_ISSUER_NOTHING || news == PN_ISSUER_FELL);
    if (!pn_issuer_desk_next(&desk, 10, &q)) return;
    must(q.url.scheme == PN_SCHEME_HTTPS && q.url.host.len > 0 && news == PN_ISSUER_NOTHING);
}

static void answer_about_token(struct pn_slice body, const struct pn_h1_head *head)
{
    static struct pn_asked tokens[PLACES];
    static struct pn_asked_desk desk;
    static const uint8_t digest[32] = { 1 };
    struct pn_asked_question q;
    struct pn_slice said;

    memset(tokens, 0, sizeof tokens);
    pn_asked_desk_init(&desk, tokens, PLACES);
    pn_asked_desk_follow(&desk, &table);
    must(pn_asked_desk_ask(&desk, digest, PN_SLICE("t"), digest, 10) == PN_WAIT);
    must(pn_asked_desk_next(&desk, 10, &q));
    struct pn_asked_answer answer = { q.about, head, body };
    enum pn_asked_news news = pn_asked_desk_told(&desk, &answer, 10, &keys);
    enum pn_step step = pn_asked_desk_find(&desk, digest, 10, &said);
    must((news == PN_ASKED_FELL) == (step == PN_MORE));
    if (step != PN_DONE) return;
    must(head->status == 200 && pn_slice_equal(said, body));
    struct pn_jwt jwt;
    if (!pn_jwt_read_claims(said, &keys, &jwt)) return;
    struct pn_value active;
    must(pn_claim_find(&jwt.claims, PN_SLICE("active"), &active));
    must(active.type == PN_BOOL && active.as.b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_h1_head head = { .status = 200 };

    if (table.issuers.len == 0) make_table();
    if (size == 0) return 0;
    if ((data[0] & 2) != 0) head.status = 404;
    uint8_t *text = malloc(size);
    if (text == NULL) abort();
    memcpy(text, data + 1, size - 1);
    if ((data[0] & 1) != 0) answer_metadata(pn_slice(text, size - 1), &head);
    else answer_about_token(pn_slice(text, size - 1), &head);
    free(text);
    return 0;
}
