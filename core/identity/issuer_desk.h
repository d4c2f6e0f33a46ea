/* issuer_desk.h - public keys that one event loop has fetched from issuers, and when it asks again.
 *
 * The policy names an issuer and where its keys are: a JWKS, the bundle of a SPIFFE trust domain (SPIFFE Trust
 * Domain and Bundle, 5.2.1, https_web), or the metadata that names a JWKS (OpenID Connect Discovery 1.0, 4; RFC 8414, 3). The desk says what is to be asked next and reads what comes
 * back; others carry it (core/agenda.c).
 *
 * Keys are asked for when a policy comes into force, again before they are out of date (max-age less Age, but
 * a minute to a day; an hour where nothing is said; If-None-Match where they had an ETag), and when a
 * token names a key that is not among them, but for that reason only once in half a minute: strangers
 * cannot make a gateway ask. Whoever waits for an answer waits for the same one.
 *
 * A bundle says itself when to ask again, `spiffe_refresh_hint`, in the same bounds, whatever max-age is; where it does not,
 * it is asked for each five minutes. One with a smaller `spiffe_sequence` than the one in use is an older one,
 * which somebody kept: it is no answer either, unless eight of them come in a row (ten minutes, if nothing else
 * comes meanwhile). Then the domain counts anew.
 *
 * What is not an answer changes nothing: no connection, no end, a redirection, another status, no
 * JSON, two keys with one name, metadata of another issuer, or that leads from https to http. The keys
 * that were good go on, and it is asked again after 5 seconds, then 10, up to 5 minutes, or 15 seconds
 * while there are none. An answer without keys is an answer. A token whose issuer's keys never came is refused for want of them (503),
 * not as a bad one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ISSUER_DESK_H
#define PN_ISSUER_DESK_H

#include "core/base/step.h"
#include "core/http/h1_head.h"
#include "core/identity/issuer_table.h"
#include "core/identity/jwks.h"
#include "core/route/url.h"

enum {
    PN_URL_BYTES_MAX = 512,
    PN_ETAG_BYTES_MAX = 127,
    PN_KEYS_USUAL_S = 3600, /* how long keys are good where nobody says */
    PN_KEYS_LEAST_S = 60,
    PN_KEYS_MOST_S = 86400,
    PN_KEYS_UNKNOWN_S = 30, /* between two questions for keys that tokens name */
    PN_KEYS_RETRY_S = 5,    /* after a question without an answer; then twice as long */
    PN_KEYS_RETRY_MOST_S = 300,
    PN_KEYS_ABSENT_MOST_S = 15, /* the same while there are none */
    PN_KEYS_DOMAIN_S = 300,     /* of a trust domain, where it says nothing */
    PN_KEYS_OLDER_MAX = 8,
};

/* Of one issuer. */
struct pn_issuer_file {
    bool used, kept;       /* kept: while it is found out which are used */
    bool asked, busy;      /* a question is to be sent, or is under way */
    bool has_keys;         /* an answer has come */
    uint8_t fetch, egress; /* as in the issuer's record */
    uint8_t algorithms, kind;
    uint8_t step;     /* enum step in issuer_desk.c: what is asked */
    uint8_t serial;   /* so that an answer to what was asked before goes nowhere */
    uint8_t failures; /* since the last answer */
    uint8_t older;    /* bundles in a row that were */
    uint8_t etag_len;
    uint16_t name_len, url_len, at_len;
    uint32_t next_s;    /* when it is asked for again anyway */
    uint32_t unknown_s; /* when a token may make it be asked for */
    uint8_t name[PN_ISSUER_NAME_BYTES_MAX];
    uint8_t url[PN_URL_BYTES_MAX];   /* as the policy has it */
    uint8_t at[PN_URL_BYTES_MAX];    /* where the keys are */
    uint8_t etag[PN_ETAG_BYTES_MAX]; /* of the keys */
    struct pn_jwks keys;
};

struct pn_issuer_desk {
    struct pn_issuer_file *files;
    uint32_t file_count;
    struct pn_jwks fresh; /* what is being read */
};

/* Lend zeroed places for `count` issuers; an issuer beyond them has no keys. */
void pn_issuer_desk_init(struct pn_issuer_desk *desk, struct pn_issuer_file *files, uint32_t count);

/* The policy in force has changed: forget issuers that are not in `table` as they were, and make
 * files for new ones, whose keys are asked for. */
void pn_issuer_desk_follow(struct pn_issuer_desk *desk, const struct pn_issuer_table *table,
                           uint32_t mono_s);

/* The file of an issuer by its record; NULL when there is none. */
struct pn_issuer_file *pn_issuer_desk_find(struct pn_issuer_desk *desk,
                                           const struct pn_issuer_table *table,
                                           const uint8_t *record);

/* A token names a key that is not among the file's, or there are none yet.
 *
 *   PN_WAIT     it is being asked for: come back when an errand has ended
 *   PN_DONE     it was asked for just now: there is no such key
 *   PN_REFUSED  there are no keys at all, and asking for them just failed */
enum pn_step pn_issuer_desk_miss(struct pn_issuer_file *file, uint32_t mono_s);

/* A question to be sent as a GET. */
struct pn_issuer_question {
    uint16_t about;
    struct pn_url url; /* in `text` */
    uint8_t egress;
    struct pn_slice etag; /* in the file */
    uint8_t text[PN_URL_BYTES_MAX + 64];
};

/* The next that is due; false when none is. It counts as under way from then on. */
bool pn_issuer_desk_next(struct pn_issuer_desk *desk, uint32_t mono_s,
                         struct pn_issuer_question *question);

/* What came of it. */
struct pn_issuer_answer {
    uint16_t about;
    const struct pn_h1_head *head; /* NULL: nothing did */
    struct pn_slice body;
};

enum pn_issuer_news {
    PN_ISSUER_NOTHING,   /* or nothing that is the end of it */
    PN_ISSUER_FETCHED,   /* keys, or that they are the same */
    PN_ISSUER_WITHDREW,  /* keys, and one that was there is not: forget what it verified */
    PN_ISSUER_FAILED,    /* again */
    PN_ISSUER_FELL,      /* for the first time since keys came, or at all */
    PN_ISSUER_RECOVERED, /* as FETCHED, after a failure */
    PN_ISSUER_RENEWED,   /* as WITHDREW, after a failure */
};

/* Tell it. `keys` is used meanwhile. `*file` is whose it was, NULL with NOTHING. */
enum pn_issuer_news pn_issuer_desk_told(struct pn_issuer_desk *desk,
                                        const struct pn_issuer_answer *answer, uint32_t mono_s,
                                        struct pn_json_keys *keys,
                                        const struct pn_issuer_file **file);

#endif
