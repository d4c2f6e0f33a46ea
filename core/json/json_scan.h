/* json_scan.h - is this JSON that can only be read one way? (RFC 8259)
 *
 * The scanner takes a text in pieces, however cut, and refuses what two readers could understand
 * differently: a key that occurs twice in an object after unescaping, a wanted key in other letter
 * case, bytes that are not UTF-8, lone surrogates, NUL in any spelling, control characters, a
 * byte order mark, numbers outside the grammar, anything after the end. Nesting and open keys are
 * bounded. Each refusal has its reason and the offset of the byte that made the text unacceptable
 * (for a key that is refused, of its opening quote; for a text that ends early, of its end).
 *
 * It holds no pointer into the text. Used over a request body that lies in one window, with a
 * pick (json_pick.h) that knows the window's base, it picks values in the same pass. Used over a
 * response of any length it checks and pauses, in constant memory.
 *
 *     begin -> step(chunk, MORE) -> PN_MORE -> ... -> step(chunk, LAST) -> PN_DONE
 *                |  ^
 *                v  | the rest of the chunk
 *              PN_WAIT: before or after a value whose node asks for a pause
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_JSON_SCAN_H
#define PN_JSON_SCAN_H

#include "core/json/json_keys.h"
#include "core/json/json_pick.h"
#include "core/json/json_string.h"

enum {
    PN_JSON_DEPTH_DEFAULT = 64,
    PN_JSON_DEPTH_CEILING = 128,
};

struct pn_json_limits {
    uint8_t depth_max; /* open maps and lists; at most PN_JSON_DEPTH_CEILING; 0: the default */
};

enum pn_json_input {
    PN_JSON_MORE, /* more bytes may follow this chunk */
    PN_JSON_LAST, /* the text ends with this chunk, which may be empty */
};

enum pn_json_edge { PN_JSON_VALUE_BEGIN, PN_JSON_VALUE_END };

/* Why a step returned PN_WAIT. */
struct pn_json_pause {
    uint64_t offset; /* of the value's first byte, or of the byte after its last */
    uint16_t node;   /* of the wire trie */
    uint16_t slot;   /* that node's, or PN_TRIE_NO_SLOT */
    enum pn_json_edge edge;
};

struct pn_json_scan {
    /* Results. */
    uint64_t offset;            /* bytes consumed since begin; after PN_REFUSED: of the offence */
    size_t consumed;            /* bytes of the last chunk that are dealt with */
    enum pn_reason reason;      /* after PN_REFUSED */
    struct pn_json_pause pause; /* after PN_WAIT */

    /* The state between two bytes. */
    struct pn_json_keys *keys;
    struct pn_json_token token;   /* the current string, number or literal */
    struct pn_json_string string; /* the current string */
    uint8_t state;                /* enum state in json_scan.c */
    uint8_t part;                 /* of the current number, or which literal */
    uint8_t letters;              /* of that literal that are matched */
    uint8_t is_key;               /* the current string is one */
    uint8_t paused;               /* before the value to come */
    uint8_t depth, depth_max;
    uint8_t in_map;                                /* the innermost open one is a map */
    uint8_t is_map[PN_JSON_DEPTH_CEILING / 8 + 1]; /* a bit for each open map or list */
    struct pn_json_name name;                      /* the current key, if it is not plain */
};

/* Start a text. `keys` is used by one scan at a time and is lent until its end. `limits` may be
 * NULL: the defaults. */
void pn_json_scan_begin(struct pn_json_scan *scan, struct pn_json_keys *keys,
                        const struct pn_json_limits *limits);

/* Scan the next bytes of the text. `pick` is NULL or the same at every step, begun with
 * pn_json_pick_begin(); if it has a base, `chunk` lies there at the offset reached so far.
 *
 *   PN_MORE     all of the chunk is consumed and good; with PN_JSON_LAST never returned
 *   PN_DONE     with PN_JSON_LAST: the text is whole, and what was picked is final
 *   PN_REFUSED  scan->reason and scan->offset say why and where; it stays refused
 *   PN_WAIT     paused, see scan->pause; scan->consumed bytes of the chunk are dealt with. Call
 *               again with the rest of it, which may be empty, and the same `input`.
 *
 * A value that ends where a chunk ends may be known to end only in the next step: a number does. */
enum pn_step pn_json_scan_step(struct pn_json_scan *scan, struct pn_slice chunk,
                               enum pn_json_input input, struct pn_json_pick *pick);

#endif
