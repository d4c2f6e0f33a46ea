/* filter_mcp.h - take out of an MCP server's answers what the caller may not see.
 *
 * An answer is one JSON-RPC message, or a stream of events that carry one each (MCP 2025-11-25,
 * Streamable HTTP). Entries of `result.tools`, `result.prompts` and `result.resources` are shown or
 * left out one by one, as the caller of this filter says by their name (tools, prompts) or uri
 * (resources); all else, `nextCursor` included, passes as it was sent. Lists may be of any length;
 * one entry, with the white space before it, must fit the memory lent for it.
 *
 * What passes is read as strictly as a request: a message in which two readers could find two
 * different lists (a key twice, a known key in other letter case, a batch, a list that is none) is
 * not passed on. Events are written anew: their lines in the order they came, without those of
 * unknown fields, a data line for each data line, in constant memory. An event without data passes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_FILTER_MCP_H
#define PN_FILTER_MCP_H

#include "core/base/step.h"
#include "core/base/writer.h"
#include "core/http/sse.h"
#include "core/json/json_scan.h"

enum pn_list { PN_LIST_TOOLS, PN_LIST_PROMPTS, PN_LIST_RESOURCES };

enum pn_shown { PN_HIDDEN, PN_SHOWN };

enum pn_filter_media { PN_FILTER_JSON, PN_FILTER_EVENTS };

struct pn_filter_config {
    struct pn_json_keys *keys; /* used by no one else meanwhile */
    struct pn_json_limits limits;
    uint8_t *hold; /* for one entry of a list */
    size_t hold_bytes_max;
    /* May the caller see the entry of that name? `name` is unescaped and lives for the call; an
     * entry without a readable name is not asked about and not shown. */
    enum pn_shown (*shown)(void *context, enum pn_list list, struct pn_slice name);
    void *context;
};

struct pn_filter_mcp {
    struct pn_filter_config config;
    struct pn_sse sse;
    struct pn_json_scan scan;
    struct pn_json_pick pick;
    struct pn_value slot;     /* of the pick; of no use, as the text is not kept */
    struct pn_json_span name; /* of the entry under way */
    size_t held;              /* bytes in `hold` */
    size_t drained;           /* of those, bytes written; while draining */
    size_t entry_at;          /* where the entry begins in `hold` */
    uint32_t entry_offset;    /* and in the message, modulo 2^32 */
    uint32_t hidden_count;    /* entries left out so far */
    uint8_t media;            /* enum pn_filter_media */
    uint8_t list;             /* enum pn_list: the one we are in */
    bool holding;             /* in a list, from its first entry on: bytes read go to `hold` */
    bool draining;            /* what is in `hold` goes out before anything else */
    bool ahead;               /* the next byte of the message was read and held already */
    bool entry_shown;         /* any of this list */
    bool message;             /* the message has begun */
    bool in_line;             /* of the stream: a line's field is known */
    bool data_seen;           /* a data line of this event was begun */
    bool data_open;           /* the line being written is a data line */
    bool line_feed;           /* a data line follows another: they are joined by LF */
    bool refused;             /* and stays so */
};

/* Start an answer. `config` is copied, what it points to is lent; `f` stays where it is. */
void pn_filter_mcp_begin(struct pn_filter_mcp *f, enum pn_filter_media media,
                         const struct pn_filter_config *config);

/* Consume from the front of `in`, append to `out`. While an entry waits for room, at least one byte
 * of `in` is left.
 *
 *   PN_MORE     `in` is used up, or `out` has less than PN_FILTER_ROOM bytes left: call again with
 *               more input, or more room
 *   PN_REFUSED  the answer cannot be read in one way only, or an entry does not fit: it must not go
 *               on; what was written so far is not whole */
enum pn_step pn_filter_mcp_next(struct pn_filter_mcp *f, struct pn_slice *in,
                                struct pn_writer *out);

/* The answer has ended, and pn_filter_mcp_next() used up all of it. PN_DONE: what was written is
 * whole, as is nothing at all; PN_REFUSED: it was cut in the middle. Writes nothing today. */
enum pn_step pn_filter_mcp_end(struct pn_filter_mcp *f, struct pn_writer *out);

/* True between two events, where one of our own may be put. */
bool pn_filter_mcp_between(const struct pn_filter_mcp *f);

enum { PN_FILTER_ROOM = 64 }; /* bytes of `out` that each step needs to make progress */

#endif
