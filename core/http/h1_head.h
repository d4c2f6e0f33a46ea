/* SPDX-License-Identifier: Apache-2.0 */
/* h1_head.h - read the head of an HTTP/1.1 message, request or response (RFC 9110, RFC 9112).
 *
 * The head lies contiguous in a buffer of the caller's; this reader copies nothing and remembers
 * where things are. It takes each line once it is whole, so a head that arrives byte by byte costs
 * no more than one that arrives at once, and a bad line is refused before the next one is awaited.
 *
 * It is strict on purpose. A gateway that is kinder than the server behind it about where a message
 * begins or ends lets a second one hide inside the first, and one that is kinder about names judges
 * other bytes than the server acts on. So there is one way to write each thing:
 *
 *   - lines end in CR LF; there is no empty line before the first, no folded field, no space before
 *     a colon, no tab behind a value, no control character and no byte beyond ASCII anywhere;
 *   - HTTP/1.1, or HTTP/1.0 without transfer coding; methods of h1_method.def in upper case;
 *     targets in origin-form and normal form (target.h);
 *   - exactly one valid Host; at most one Content-Length of decimal digits, or "chunked" once,
 *     never both; fields marked ONCE in h1_field.def once;
 *   - Connection may not name a field that is judged or forwarded;
 *   - the only expectation is 100-continue.
 *
 * Responses are held to the same rules: their status is 100 to 599, interim ones (1xx) are read and
 * passed over, 101 is refused because nothing here asks for another protocol, and 204 has no body
 * fields that say otherwise. The space before an empty reason phrase may be missing: it frames
 * nothing, and small servers forget it.
 *
 * What is accepted here, llhttp accepts with the same framing; test/core/http/llhttp.ctest.sh. */
#ifndef PN_HTTP_H1_HEAD_H
#define PN_HTTP_H1_HEAD_H

#include "core/base/step.h"
#include "core/http/h1_field.h"
#include "core/http/media.h"

enum {
    PN_H1_FIELDS_MAX = 64, /* field lines of one head; 8 bytes each */
};

enum pn_h1_method {
    PN_METHOD_NONE,
#define PN_H1_METHOD(name) PN_METHOD_##name,
#include "core/http/h1_method.def"
#undef PN_H1_METHOD
    PN_METHOD_COUNT,
};

/* How the body behind the head is delimited (RFC 9112, 6.3). */
enum pn_h1_framing {
    PN_BODY_NONE,
    PN_BODY_LENGTH,      /* body_bytes of it */
    PN_BODY_CHUNKED,     /* h1_chunk.h finds its end */
    PN_BODY_UNTIL_CLOSE, /* responses only: the connection's end is the body's */
};

enum pn_h1_coding {
    PN_CODING_OTHER,    /* Content-Encoding names a coding; the body cannot be read as it is */
    PN_CODING_IDENTITY, /* there is none, or it says identity */
};

/* One field line; offsets count from the first byte of the head. */
struct pn_h1_field {
    uint16_t name_at;
    uint16_t value_at;
    uint16_t value_len;
    uint8_t name_len;
    uint8_t id; /* enum pn_field */
};

/* All-zero is the state before the first byte. The caller may then set `bytes_max`, and must set
 * `method` before reading a response: to the method of the request it answers. Results are valid
 * after PN_DONE, for as long as the bytes stay where they are. */
struct pn_h1_head {
    const uint8_t *bytes; /* the buffer of the last call */
    uint64_t body_bytes;  /* PN_BODY_LENGTH: the length of the body */
    uint16_t bytes_max;   /* a longer head is refused; 0 stands for PN_HEAD_BYTES of limits.h */
    uint16_t head_bytes;  /* length of the head with its empty line; the body begins behind it */
    uint16_t line_at;     /* the first line not yet taken */
    uint16_t seen_bytes;  /* bytes in which no further line end was found */
    uint16_t text_at;     /* request target, or reason phrase */
    uint16_t text_len;
    uint16_t path_len;    /* of the target; a query follows behind "?" when it is shorter */
    uint16_t status;      /* responses: 200 to 599 */
    uint8_t state;        /* enum head_state in h1_head.c */
    uint8_t reason;       /* enum pn_reason, after PN_REFUSED */
    uint8_t method;       /* enum pn_h1_method */
    uint8_t minor;        /* HTTP/1.minor */
    uint8_t framing;      /* enum pn_h1_framing */
    uint8_t media;        /* enum pn_media */
    uint8_t coding;       /* enum pn_h1_coding */
    bool keep_alive;      /* the sender will take, or send, another message behind this one */
    bool expect_continue; /* the client waits for 100 before it sends the body */
    bool hop_fields;      /* Connection lists more than "close" and "keep-alive" */
    uint8_t field_count;
    uint8_t first[PN_FIELD_COUNT]; /* index in `fields` plus 1 of the first of each, or 0 */
    struct pn_h1_field fields[PN_H1_FIELDS_MAX];
};

/* Read a request head that begins at the first of `bytes`. Each call passes all bytes from there
 * on, the earlier ones unchanged; the buffer itself may have moved.
 *
 *   PN_MORE     no whole head yet. Call again with more bytes.
 *   PN_DONE     the head is whole and accepted. Calling again changes nothing.
 *   PN_REFUSED  `reason` says why. The connection is of no more use, for where the next message
 *               begins cannot be known. Calling again changes nothing.
 *
 * Reasons: HEAD_MALFORMED, LINE_END_INVALID, FIELD_FOLDED, HEAD_OVERSIZE, VERSION_UNSUPPORTED,
 * METHOD_UNSUPPORTED, TARGET_INVALID, HOST_MISSING, HOST_REPEATED, HOST_INVALID, FIELD_REPEATED,
 * LENGTH_INVALID, LENGTH_REPEATED, LENGTH_AND_CHUNKED, CODING_UNSUPPORTED, EXPECTATION_UNKNOWN. */
enum pn_step pn_h1_request_parse(struct pn_h1_head *h, struct pn_slice bytes);

/* The same for a response. Interim responses are counted in `head_bytes` and otherwise forgotten.
 * The caller answers its client with UPSTREAM_MALFORMED whatever the reason is; the reason is for
 * the log. */
enum pn_step pn_h1_response_parse(struct pn_h1_head *h, struct pn_slice bytes);

/* Make `h` ready for the next head; `bytes_max` stays. Cheaper than zeroing all of it. */
void pn_h1_head_reset(struct pn_h1_head *h);

/* The bytes of the head were moved, or `bytes` has gone stale: they begin at `bytes` now. */
static inline void pn_h1_head_moved(struct pn_h1_head *h, const uint8_t *bytes)
{
    h->bytes = bytes;
}

/* True when the head has that field. */
static inline bool pn_h1_has(const struct pn_h1_head *h, enum pn_field field)
{
    return h->first[field] != 0;
}

/* Value of the first field of that name, without spaces around it. Empty when it is empty or there
 * is none; `at` is NULL only in the second case. */
struct pn_slice pn_h1_field(const struct pn_h1_head *h, enum pn_field field);

/* Name and value of field line `index`, below field_count, as they were sent. */
struct pn_slice pn_h1_field_name(const struct pn_h1_head *h, unsigned index);
struct pn_slice pn_h1_field_value(const struct pn_h1_head *h, unsigned index);

/* Parts of the request target. A query that is absent has `at` NULL. */
struct pn_slice pn_h1_target(const struct pn_h1_head *h);
struct pn_slice pn_h1_path(const struct pn_h1_head *h);
struct pn_slice pn_h1_query(const struct pn_h1_head *h);

/* The reason phrase of a response; often empty, and never worth more than a log line. */
struct pn_slice pn_h1_reason_phrase(const struct pn_h1_head *h);

/* The method's name, in upper case; empty for PN_METHOD_NONE. The bytes are constant. */
struct pn_slice pn_h1_method_name(enum pn_h1_method method);

/* The method of that name, or PN_METHOD_NONE. Case matters (RFC 9110, 9.1). */
enum pn_h1_method pn_h1_method_find(struct pn_slice name);

#endif
