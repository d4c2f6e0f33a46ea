/* see issuer_desk.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/issuer_desk.h"

#include "core/base/writer.h"
#include "core/json/json_scan.h"

/* What a file asks for. */
enum step { KEYS, OPENID, OAUTH };

static bool has_come(uint32_t now_s, uint32_t at_s)
{
    return (int32_t)(now_s - at_s) >= 0;
}

/* --- files --- */

void pn_issuer_desk_init(struct pn_issuer_desk *desk, struct pn_issuer_file *files, uint32_t count)
{
    desk->files = files;
    desk->file_count = count;
}

static struct pn_slice name_of(const struct pn_issuer_file *f)
{
    return pn_slice(f->name, f->name_len);
}

static struct pn_slice url_of(const struct pn_issuer_file *f)
{
    return pn_slice(f->url, f->url_len);
}

static bool is_of(const struct pn_issuer_file *f, const struct pn_issuer_table *t,
                  const uint8_t *record)
{
    return f->used && f->fetch == record[PN_ISSUER_FETCH] &&
           f->egress == record[PN_ISSUER_EGRESS] && f->algorithms == record[PN_ISSUER_ALGORITHMS] &&
           f->kind == record[PN_ISSUER_KIND] &&
           pn_slice_equal(name_of(f), pn_issuer_text(t, record + PN_ISSUER_NAME)) &&
           pn_slice_equal(url_of(f), pn_issuer_text(t, record + PN_ISSUER_KEYS_URL));
}

struct pn_issuer_file *pn_issuer_desk_find(struct pn_issuer_desk *desk,
                                           const struct pn_issuer_table *table,
                                           const uint8_t *record)
{
    for (uint32_t i = 0; i < desk->file_count; i++) {
        if (is_of(&desk->files[i], table, record)) return &desk->files[i];
    }
    return NULL;
}

static void open_file(struct pn_issuer_file *f, const struct pn_issuer_table *t,
                      const uint8_t *record, uint32_t mono_s)
{
    struct pn_slice name = pn_issuer_text(t, record + PN_ISSUER_NAME);
    struct pn_slice url = pn_issuer_text(t, record + PN_ISSUER_KEYS_URL);
    uint8_t serial = (uint8_t)(f->serial + 1);

    *f = (struct pn_issuer_file){ .used = true,
                                  .kept = true,
                                  .asked = true,
                                  .serial = serial,
                                  .fetch = record[PN_ISSUER_FETCH],
                                  .egress = record[PN_ISSUER_EGRESS],
                                  .algorithms = record[PN_ISSUER_ALGORITHMS],
                                  .kind = record[PN_ISSUER_KIND],
                                  .next_s = mono_s,
                                  .unknown_s = mono_s };
    memcpy(f->name, name.at, name.len);
    memcpy(f->url, url.at, url.len);
    f->name_len = (uint16_t)name.len;
    f->url_len = (uint16_t)url.len;
    f->step = f->fetch == PN_ISSUER_FETCH_DISCOVERY ? OPENID : KEYS;
    if (f->step != KEYS) return;
    memcpy(f->at, url.at, url.len);
    f->at_len = f->url_len;
}

static struct pn_issuer_file *unused(struct pn_issuer_desk *desk)
{
    for (uint32_t i = 0; i < desk->file_count; i++) {
        if (!desk->files[i].kept) return &desk->files[i];
    }
    return NULL;
}

void pn_issuer_desk_follow(struct pn_issuer_desk *desk, const struct pn_issuer_table *table,
                           uint32_t mono_s)
{
    for (uint32_t i = 0; i < desk->file_count; i++) {
        if (desk->files[i].kept) desk->files[i].kept = false; /* untouched memory stays so */
    }
    for (size_t i = 0; i < pn_issuer_count(table); i++) {
        struct pn_issuer_file *f = pn_issuer_desk_find(desk, table, pn_issuer_at(table, i));
        if (f) f->kept = true;
    }
    for (size_t i = 0; i < pn_issuer_count(table); i++) {
        const uint8_t *record = pn_issuer_at(table, i);
        struct pn_issuer_file *f = unused(desk);
        if (record[PN_ISSUER_FETCH] == PN_ISSUER_FETCH_NONE || !f) continue;
        if (!pn_issuer_desk_find(desk, table, record)) open_file(f, table, record, mono_s);
    }
    for (uint32_t i = 0; i < desk->file_count; i++) {
        if (!desk->files[i].kept && desk->files[i].used) desk->files[i].used = false;
    }
}

enum pn_step pn_issuer_desk_miss(struct pn_issuer_file *f, uint32_t mono_s)
{
    if (f->asked || f->busy) return PN_WAIT;
    if (!f->has_keys && !has_come(mono_s, f->next_s)) return PN_REFUSED;
    if (f->has_keys && !has_come(mono_s, f->unknown_s)) return PN_DONE;
    f->asked = true;
    f->unknown_s = mono_s + PN_KEYS_UNKNOWN_S;
    return PN_WAIT;
}

/* --- questions --- */

/* A name with a path has it behind the well-known part in the form of RFC 8414, before it in that
 * of OpenID Connect; a slash at its end is not part of it (RFC 8414, 3.1). */
static struct pn_slice write_url(const struct pn_issuer_file *f, struct pn_writer *w)
{
    struct pn_slice base = url_of(f);
    struct pn_url url;

    if (f->step == KEYS) return pn_slice(f->at, f->at_len);
    if (base.len > 0 && base.at[base.len - 1] == '/') base.len--;
    if (f->step == OPENID) {
        pn_write(w, base);
        pn_write_text(w, "/.well-known/openid-configuration");
    } else if (pn_url_read(base, &url) == PN_URL_GOOD) {
        pn_write(w, pn_slice_head(base, base.len - url.path.len - url.query.len));
        pn_write_text(w, "/.well-known/oauth-authorization-server");
        pn_write(w, url.path);
    }
    return pn_written(w);
}

static void fail(struct pn_issuer_file *f, uint32_t mono_s)
{
    uint32_t wait_s = (uint32_t)PN_KEYS_RETRY_S << (f->failures < 6 ? f->failures : 6);
    uint32_t most_s = f->has_keys ? PN_KEYS_RETRY_MOST_S : PN_KEYS_ABSENT_MOST_S;

    if (f->failures < UINT8_MAX) f->failures++;
    f->asked = f->busy = false;
    f->next_s = mono_s + (wait_s < most_s ? wait_s : most_s);
    f->step = f->fetch == PN_ISSUER_FETCH_DISCOVERY ? OPENID : KEYS;
}

static bool ask(struct pn_issuer_file *f, uint32_t mono_s, struct pn_issuer_question *q)
{
    struct pn_writer w = pn_writer(q->text, sizeof q->text);
    struct pn_slice text = write_url(f, &w);

    if (pn_url_read(text, &q->url) != PN_URL_GOOD) {
        fail(f, mono_s);
        return false;
    }
    q->egress = f->egress;
    q->etag = f->step == KEYS ? pn_slice(f->etag, f->etag_len) : pn_slice("", 0);
    f->asked = false;
    f->busy = true;
    return true;
}

bool pn_issuer_desk_next(struct pn_issuer_desk *desk, uint32_t mono_s, struct pn_issuer_question *q)
{
    for (uint32_t i = 0; i < desk->file_count; i++) {
        struct pn_issuer_file *f = &desk->files[i];
        if (!f->used || f->busy || (!f->asked && !has_come(mono_s, f->next_s))) continue;
        q->about = (uint16_t)(i << 8 | f->serial);
        if (ask(f, mono_s, q)) return true;
    }
    return false;
}

/* --- answers --- */

/* Of max-age, which may be quoted (RFC 9111, 5.2). What is too large for us is long, what is no number
 * is stale (4.2.1). */
static uint64_t seconds_of(struct pn_slice text)
{
    uint64_t seconds;
    bool quoted = text.len >= 2 && text.at[0] == '"' && text.at[text.len - 1] == '"';

    if (quoted) text = pn_slice(text.at + 1, text.len - 2);
    if (pn_slice_decimal(text, PN_KEYS_MOST_S, &seconds)) return seconds;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return 0;
    }
    return text.len > 0 ? PN_KEYS_MOST_S : 0;
}

/* How long answers like this one are good (RFC 9111, 5.2.2). */
static uint64_t life_s(const struct pn_h1_head *head)
{
    static const struct pn_slice name = PN_SLICE_INIT("max-age=");
    struct pn_slice rest = pn_h1_field(head, PN_FIELD_CACHE_CONTROL), word;
    uint64_t seconds = PN_KEYS_USUAL_S;

    while (pn_field_list_next(&rest, &word)) {
        bool ages = word.len >= name.len;
        if (ages && pn_slice_equal_fold(pn_slice_head(word, name.len), name)) {
            seconds = seconds_of(pn_slice_from(word, name.len));
        }
        if (pn_slice_equal_fold(word, PN_SLICE("no-store"))) return 0;
        if (pn_slice_equal_fold(word, PN_SLICE("no-cache"))) return 0;
    }
    return seconds;
}

/* How long this one is, which somebody may have kept for a while (RFC 9111, 5.1). */
static uint32_t good_s(const struct pn_h1_head *head)
{
    uint64_t seconds = life_s(head);
    struct pn_slice age = pn_h1_field(head, PN_FIELD_AGE);
    uint64_t age_s = age.len > 0 ? seconds_of(pn_slice_trim(age)) : 0;

    return seconds < age_s + PN_KEYS_LEAST_S ? PN_KEYS_LEAST_S : (uint32_t)(seconds - age_s);
}

/* The same of a bundle, which says it itself (SPIFFE Trust Domain and Bundle, 4.1.2). */
static uint32_t domain_good_s(const struct pn_jwks *bundle)
{
    uint32_t seconds = bundle->refresh_s > 0 ? bundle->refresh_s : PN_KEYS_DOMAIN_S;

    if (seconds < PN_KEYS_LEAST_S) return PN_KEYS_LEAST_S;
    return seconds < PN_KEYS_MOST_S ? seconds : PN_KEYS_MOST_S;
}

/* They are asked for before they are out of date. */
static enum pn_issuer_news fetched(struct pn_issuer_file *f, const struct pn_h1_head *head,
                                   uint32_t mono_s, bool withdrew)
{
    uint32_t seconds = f->kind == PN_ISSUER_SPIFFE ? domain_good_s(&f->keys) : good_s(head);
    bool fell = f->failures > 0;

    f->has_keys = true;
    f->asked = f->busy = false;
    f->failures = f->older = 0;
    f->next_s = mono_s + seconds - seconds / 8;
    f->step = f->fetch == PN_ISSUER_FETCH_DISCOVERY ? OPENID : KEYS;
    if (withdrew) return fell ? PN_ISSUER_RENEWED : PN_ISSUER_WITHDREW;
    return fell ? PN_ISSUER_RECOVERED : PN_ISSUER_FETCHED;
}

static void keep_etag(struct pn_issuer_file *f, struct pn_slice etag)
{
    f->etag_len = 0;
    if (etag.len == 0 || etag.len > sizeof f->etag) return;
    memcpy(f->etag, etag.at, etag.len);
    f->etag_len = (uint8_t)etag.len;
}

enum metadata_slot { ISSUER, JWKS_URI, METADATA_SLOTS };
#define METADATA_TRIE(NODE) \
    NODE(metadata, root, "", 0, PN_TRIE_NO_SLOT, metadata_issuer, 0) \
    NODE(metadata, issuer, "issuer", 0, ISSUER, 0, metadata_jwks_uri) \
    NODE(metadata, jwks_uri, "jwks_uri", 0, JWKS_URI, 0, 0)
PN_TRIE_DEFINE(metadata, METADATA_SLOTS, METADATA_TRIE)

static bool read_metadata(struct pn_slice text, struct pn_json_keys *keys,
                          struct pn_value slots[METADATA_SLOTS])
{
    struct pn_json_pick pick = { .wire = metadata_trie, .slots = slots, .base = text.at };
    struct pn_json_scan scan;

    pn_json_keys_reset(keys);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, keys, NULL);
    return pn_json_scan_step(&scan, text, PN_JSON_LAST, &pick) == PN_DONE &&
           slots[ISSUER].type == PN_STRING && slots[JWKS_URI].type == PN_STRING;
}

/* It must speak of this issuer (RFC 8414, 3.3), and not lead out of TLS. */
static bool take_metadata(struct pn_issuer_file *f, struct pn_slice text, struct pn_json_keys *keys)
{
    struct pn_value slots[METADATA_SLOTS];
    uint8_t at[PN_URL_BYTES_MAX];
    struct pn_url url;

    if (!read_metadata(text, keys, slots)) return false;
    if (!pn_value_is_text(&slots[ISSUER], name_of(f))) return false;
    size_t len = pn_value_copy_text(&slots[JWKS_URI], at, sizeof at);
    if (len == SIZE_MAX || pn_url_read(pn_slice(at, len), &url) != PN_URL_GOOD) return false;
    if (url.scheme == PN_SCHEME_HTTP && !pn_slice_begins(url_of(f), PN_SLICE("http://"))) {
        return false;
    }
    if (!pn_slice_equal(pn_slice(at, len), pn_slice(f->at, f->at_len))) f->etag_len = 0;
    memcpy(f->at, at, len);
    f->at_len = (uint16_t)len;
    return true;
}

static void ask_on(struct pn_issuer_file *f, enum step step)
{
    f->step = (uint8_t)step;
    f->asked = true;
    f->busy = false;
}

static enum pn_issuer_news failed(struct pn_issuer_file *f, uint32_t mono_s)
{
    bool again = f->failures > 0;

    fail(f, mono_s);
    return again ? PN_ISSUER_FAILED : PN_ISSUER_FELL;
}

/* Whoever has no metadata in the one form may have it in the other. */
static enum pn_issuer_news told_metadata(struct pn_issuer_file *f, const struct pn_issuer_answer *a,
                                         uint32_t mono_s, struct pn_json_keys *keys)
{
    if (a->head && a->head->status == 200 && take_metadata(f, a->body, keys)) {
        ask_on(f, KEYS);
        return PN_ISSUER_NOTHING;
    }
    bool absent = a->head && a->head->status >= 400 && a->head->status < 500;
    if (f->step == OAUTH || !absent) return failed(f, mono_s);
    ask_on(f, OAUTH);
    return PN_ISSUER_NOTHING;
}

/* Somebody kept it: a key may have been withdrawn since. */
static bool is_older(struct pn_issuer_file *f, const struct pn_jwks *fresh)
{
    bool older = f->has_keys && fresh->sequence > 0 && fresh->sequence < f->keys.sequence;

    return older && ++f->older < PN_KEYS_OLDER_MAX;
}

static bool read_keys(struct pn_issuer_file *f, struct pn_slice text, struct pn_json_keys *keys,
                      struct pn_jwks *fresh)
{
    if (f->kind != PN_ISSUER_SPIFFE) return pn_jwks_read(text, f->algorithms, keys, fresh);
    return pn_jwks_read_domain(text, f->algorithms, keys, fresh) && !is_older(f, fresh);
}

static enum pn_issuer_news told_keys(struct pn_issuer_desk *desk, struct pn_issuer_file *f,
                                     const struct pn_issuer_answer *a, uint32_t mono_s,
                                     struct pn_json_keys *keys)
{
    if (!a->head) return failed(f, mono_s);
    if (a->head->status == 304 && f->has_keys && f->etag_len > 0) {
        return fetched(f, a->head, mono_s, false);
    }
    if (a->head->status != 200 || !read_keys(f, a->body, keys, &desk->fresh)) {
        return failed(f, mono_s);
    }
    bool withdrew = f->has_keys && !pn_jwks_holds(&desk->fresh, &f->keys);
    f->keys = desk->fresh;
    keep_etag(f, pn_h1_field(a->head, PN_FIELD_ETAG));
    return fetched(f, a->head, mono_s, withdrew);
}

enum pn_issuer_news pn_issuer_desk_told(struct pn_issuer_desk *desk,
                                        const struct pn_issuer_answer *a, uint32_t mono_s,
                                        struct pn_json_keys *keys,
                                        const struct pn_issuer_file **file)
{
    struct pn_issuer_file *f = &desk->files[a->about >> 8];

    *file = NULL;
    if (!f->used || !f->busy || f->serial != (uint8_t)a->about) return PN_ISSUER_NOTHING;
    *file = f;
    return f->step == KEYS ? told_keys(desk, f, a, mono_s, keys)
                           : told_metadata(f, a, mono_s, keys);
}
