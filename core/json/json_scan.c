/* see json_scan.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/json/json_scan.h"

#include "core/base/assert.h"

enum state {
    VALUE,         /* a value must come */
    FIRST_ELEMENT, /* a value, or the end of an empty list */
    FIRST_KEY,     /* a key, or the end of an empty map */
    KEY,
    COLON,
    AFTER, /* after an entry: a comma, or the end of the list or map */
    END,   /* after the text */
    IN_STRING,
    IN_NUMBER,
    IN_LITERAL,
    BROKEN,
};

/* Within a number, named for what was read last (RFC 8259, 6). */
enum part {
    MINUS,
    ZERO,
    INTEGER,
    POINT,
    FRACTION,
    EXPONENT_MARK,
    EXPONENT_SIGN,
    EXPONENT,
    NO_PART
};

enum { AHEAD = 11 }; /* a quote, a colon, a quote and eight bytes */

/* One step. Leaves take the place they have reached and return the next, or NULL when the step
 * ends early: then `at` is that place and `step` the answer. */
struct run {
    struct pn_json_scan *scan;
    struct pn_json_pick *pick;
    const uint8_t *begin, *end; /* the chunk */
    const uint8_t *last;        /* before here AHEAD bytes more can be read */
    uint64_t shift;             /* from addresses in it to offsets, modulo 2^64 */
    const uint8_t *at;
    enum pn_step step;
};

void pn_json_scan_begin(struct pn_json_scan *scan, struct pn_json_keys *keys,
                        const struct pn_json_limits *limits)
{
    uint8_t depth_max = limits ? limits->depth_max : 0;

    PN_ASSERT(depth_max <= PN_JSON_DEPTH_CEILING);
    scan->offset = scan->consumed = 0;
    scan->reason = PN_REASON_NONE;
    scan->pause = (struct pn_json_pause){ 0 };
    scan->keys = keys;
    memset(&scan->string, 0,
           offsetof(struct pn_json_scan, name) - offsetof(struct pn_json_scan, string));
    scan->depth_max = depth_max > 0 ? depth_max : PN_JSON_DEPTH_DEFAULT;
    pn_json_keys_reset(keys);
}

static inline uint64_t offset_of(const struct run *r, const uint8_t *p)
{
    return (uint64_t)(uintptr_t)p + r->shift;
}

static const uint8_t *stop(struct run *r, const uint8_t *p, enum pn_step step)
{
    r->at = p;
    r->step = step;
    return NULL;
}

static const uint8_t *refuse(struct run *r, const uint8_t *p, enum pn_reason reason)
{
    r->scan->state = BROKEN;
    r->scan->reason = reason;
    r->scan->token.begin = offset_of(r, p);
    return stop(r, p, PN_REFUSED);
}

/* A key is refused as a whole: what is reported is where it begins. */
static const uint8_t *refuse_key(struct run *r, const uint8_t *p, enum pn_reason reason)
{
    uint64_t begin = r->scan->token.begin;

    refuse(r, p, reason);
    r->scan->token.begin = begin;
    return NULL;
}

static const uint8_t *refuse_plain_key(struct run *r, const uint8_t *open, const uint8_t *after,
                                       enum pn_reason reason)
{
    r->scan->token.begin = offset_of(r, open);
    return refuse_key(r, after, reason);
}

static const uint8_t *pause(struct run *r, const uint8_t *p, enum pn_json_edge edge)
{
    const uint8_t *node = r->pick->wire.nodes + (size_t)r->pick->node * PN_TRIE_NODE_BYTES;

    r->scan->pause = (struct pn_json_pause){
        .offset = offset_of(r, p), .node = r->pick->node, .slot = pn_load16(node + 6), .edge = edge
    };
    return stop(r, p, PN_WAIT);
}

static bool is_space(uint8_t ch)
{
    return ch <= ' ' && (ch == ' ' || ch == '\n' || ch == '\r' || ch == '\t');
}

/* --- Values end --- */

static const uint8_t *value_end(struct run *r, const uint8_t *p)
{
    r->scan->state = r->scan->depth > 0 ? AFTER : END;
    if (r->pick && (r->pick->pauses & PN_TRIE_PAUSE_END) != 0) {
        return pause(r, p, PN_JSON_VALUE_END);
    }
    return p;
}

static const uint8_t *scalar_end(struct run *r, const uint8_t *p, enum pn_type type)
{
    struct pn_json_token *token = &r->scan->token;

    if (r->pick && pn_json_pick_wants(r->pick)) {
        token->end = offset_of(r, p);
        token->type = type;
        token->flags = r->scan->string.flags; /* which counts for strings only */
        pn_json_pick_scalar(r->pick, token);
    }
    return value_end(r, p);
}

/* --- Strings and keys --- */

/* The key's unescaped bytes are in scan->name; `p` is after its closing quote. */
static enum pn_reason key_take(struct run *r, const uint8_t *p)
{
    const struct pn_json_name *name = &r->scan->name;
    uint64_t hash = pn_json_hash_end(&name->hash, r->scan->keys);
    enum pn_reason reason = pn_json_keys_add(r->scan->keys, hash);

    if (reason != PN_REASON_NONE || !r->pick) return reason;
    pn_json_pick_name(r->pick, r->scan->token.begin, offset_of(r, p), r->scan->string.flags);
    if (!pn_json_pick_on_path(r->pick)) return PN_REASON_NONE;
    return pn_json_pick_key(r->pick, pn_slice(name->text, name->hash.len));
}

static const uint8_t *key_end(struct run *r, const uint8_t *p)
{
    enum pn_reason reason = key_take(r, p);

    if (reason != PN_REASON_NONE) return refuse_key(r, p, reason);
    r->scan->state = COLON;
    return p;
}

static const uint8_t *string_end(struct run *r, const uint8_t *p)
{
    return r->scan->is_key ? key_end(r, p) : scalar_end(r, p, PN_STRING);
}

static const uint8_t *string_more(struct run *r, const uint8_t *p)
{
    struct pn_json_scan *scan = r->scan;
    struct pn_slice in = { p, (size_t)(r->end - p) };
    enum pn_reason reason = PN_REASON_NONE;
    enum pn_step step = pn_json_string_step(&scan->string, &in, scan->is_key ? &scan->name : NULL,
                                            scan->keys, &reason);

    if (step == PN_REFUSED) return refuse(r, in.at, reason);
    return step == PN_DONE ? string_end(r, in.at) : in.at;
}

static inline void token_begin(struct run *r, const uint8_t *p)
{
    r->scan->token.begin = offset_of(r, p);
    r->scan->string.flags = 0;
}

/* A string that goes byte by byte, as it has escapes or does not end in this chunk. */
static const uint8_t *string_begin(struct run *r, const uint8_t *p)
{
    r->scan->state = IN_STRING;
    r->scan->string = (struct pn_json_string){ .flags = 0 };
    r->scan->is_key = 0;
    return string_more(r, p + 1);
}

static const uint8_t *key_begin(struct run *r, const uint8_t *p)
{
    token_begin(r, p);
    r->scan->state = IN_STRING;
    r->scan->string = (struct pn_json_string){ .flags = 0 };
    r->scan->is_key = 1;
    pn_json_hash_begin(&r->scan->name.hash, r->scan->keys);
    return string_more(r, p + 1);
}

static const uint8_t *string_value(struct run *r, const uint8_t *p)
{
    const uint8_t *close = p < r->last ? pn_json_plain_close(p + 1, r->last) : NULL;

    return close ? scalar_end(r, close + 1, PN_STRING) : string_begin(r, p);
}

/* --- Numbers and literals --- */

static bool is_digit(uint8_t ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_exponent_mark(uint8_t ch)
{
    return ch == 'e' || ch == 'E';
}

/* What `ch` makes of a number that has got to `part`; NO_PART when it is not of the number. */
static enum part number_next(enum part part, uint8_t ch)
{
    switch (part) {
    case MINUS: return ch == '0' ? ZERO : is_digit(ch) ? INTEGER : NO_PART;
    case ZERO: return ch == '.' ? POINT : is_exponent_mark(ch) ? EXPONENT_MARK : NO_PART;
    case INTEGER: return is_digit(ch) ? INTEGER : number_next(ZERO, ch);
    case POINT: return is_digit(ch) ? FRACTION : NO_PART;
    case FRACTION: return is_digit(ch) ? FRACTION : is_exponent_mark(ch) ? EXPONENT_MARK : NO_PART;
    case EXPONENT_MARK:
        if (ch == '+' || ch == '-') return EXPONENT_SIGN; /* fall through */
    case EXPONENT_SIGN:
    case EXPONENT: return is_digit(ch) ? EXPONENT : NO_PART;
    case NO_PART: break;
    }
    return NO_PART;
}

static bool number_complete(enum part part)
{
    return part == ZERO || part == INTEGER || part == FRACTION || part == EXPONENT;
}

static bool is_number_byte(uint8_t ch)
{
    return is_digit(ch) || is_exponent_mark(ch) || ch == '.' || ch == '-' || ch == '+';
}

static const uint8_t *number_end(struct run *r, const uint8_t *p)
{
    bool integer = r->scan->part == ZERO || r->scan->part == INTEGER;

    return scalar_end(r, p, integer ? PN_INT : PN_DOUBLE);
}

static const uint8_t *digits_end(const uint8_t *p, const uint8_t *end)
{
    while (p < end && is_digit(*p)) p++;
    return p;
}

static const uint8_t *number_more(struct run *r, const uint8_t *p)
{
    enum part part = (enum part)r->scan->part, next = part;

    for (; p < r->end; p++) {
        if (part == INTEGER || part == FRACTION) p = digits_end(p, r->end);
        if (p == r->end) break;
        next = number_next(part, *p);
        if (next == NO_PART) break;
        part = next;
    }
    r->scan->part = (uint8_t)part;
    if (p == r->end) return p;
    if (!number_complete(part) || is_number_byte(*p)) return refuse(r, p, PN_REASON_JSON_NUMBER);
    return number_end(r, p);
}

/* Most numbers are integers, and most of those have a comma behind them. */
static const uint8_t *number_begin(struct run *r, const uint8_t *p)
{
    const uint8_t *after = *p >= '1' ? digits_end(p + 1, r->end) : r->end;

    if (after < r->end && (*after == ',' || *after == '}')) return scalar_end(r, after, PN_INT);
    r->scan->state = IN_NUMBER;
    r->scan->part = *p == '-' ? MINUS : *p == '0' ? ZERO : INTEGER;
    return number_more(r, p + 1);
}

/* `part` of a literal: 1 true, 0 false, 2 null. */
static struct pn_slice literal_text(uint8_t part)
{
    return part == 1 ? PN_SLICE("true") : part == 0 ? PN_SLICE("false") : PN_SLICE("null");
}

static const uint8_t *literal_more(struct run *r, const uint8_t *p)
{
    struct pn_json_scan *scan = r->scan;
    struct pn_slice text = literal_text(scan->part);

    for (; p < r->end && scan->letters < text.len; p++) {
        if (*p != text.at[scan->letters]) return refuse(r, p, PN_REASON_JSON_SYNTAX);
        scan->letters++;
    }
    if (scan->letters < text.len) return p;
    return scalar_end(r, p, scan->part == 2 ? PN_NULL : PN_BOOL);
}

static const uint8_t *literal_begin(struct run *r, const uint8_t *p)
{
    r->scan->state = IN_LITERAL;
    r->scan->part = *p == 't' ? 1 : *p == 'f' ? 0 : 2;
    r->scan->letters = 1;
    return literal_more(r, p + 1);
}

/* --- Maps and lists --- */

static void depth_set(struct pn_json_scan *scan, uint8_t depth)
{
    scan->depth = depth;
    scan->in_map = scan->is_map[depth / 8] >> depth % 8 & 1;
}

static const uint8_t *value_open(struct run *r, const uint8_t *p, enum pn_type type)
{
    struct pn_json_scan *scan = r->scan;

    if (scan->depth == scan->depth_max) return refuse(r, p, PN_REASON_JSON_DEPTH);
    if (type == PN_MAP && !pn_json_keys_open(scan->keys)) {
        return refuse(r, p, PN_REASON_JSON_KEYS_FULL);
    }
    uint8_t depth = (uint8_t)(scan->depth + 1), bit = (uint8_t)(1u << depth % 8);
    if (type == PN_MAP) scan->is_map[depth / 8] |= bit;
    else scan->is_map[depth / 8] &= (uint8_t)~bit;
    depth_set(scan, depth);
    scan->state = type == PN_MAP ? FIRST_KEY : FIRST_ELEMENT;
    if (r->pick) {
        pn_json_pick_open(r->pick, type, offset_of(r, p));
        if (type == PN_LIST) pn_json_pick_element(r->pick);
    }
    return p + 1;
}

static const uint8_t *value_shut(struct run *r, const uint8_t *p)
{
    if (r->scan->in_map) pn_json_keys_shut(r->scan->keys);
    depth_set(r->scan, (uint8_t)(r->scan->depth - 1));
    if (r->pick) pn_json_pick_shut(r->pick, offset_of(r, p + 1));
    return value_end(r, p + 1);
}

/* --- What comes between --- */

/* No JSON text begins with these; marks of UTF-8 and UTF-16 do. */
static bool is_order_mark(const struct run *r, const uint8_t *p)
{
    return offset_of(r, p) == 0 && (*p == 0xEF || *p == 0xFE || *p == 0xFF);
}

static const uint8_t *value_begin(struct run *r, const uint8_t *p)
{
    token_begin(r, p);
    if (*p == '"') return string_value(r, p);
    switch (*p) {
    case '{': return value_open(r, p, PN_MAP);
    case '[': return value_open(r, p, PN_LIST);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return number_begin(r, p);
    case 't':
    case 'f':
    case 'n': return literal_begin(r, p);
    default: return refuse(r, p, is_order_mark(r, p) ? PN_REASON_JSON_BOM : PN_REASON_JSON_SYNTAX);
    }
}

static bool begins_value(uint8_t ch)
{
    return ch == '"' || ch == '{' || ch == '[' || ch == '-' || is_digit(ch) || ch == 't' ||
           ch == 'f' || ch == 'n';
}

static const uint8_t *value_or_pause(struct run *r, const uint8_t *p)
{
    bool wanted = r->pick && (r->pick->pauses & PN_TRIE_PAUSE_BEGIN) != 0;

    if (wanted && !r->scan->paused && begins_value(*p)) {
        r->scan->paused = 1;
        return pause(r, p, PN_JSON_VALUE_BEGIN);
    }
    r->scan->paused = 0;
    return value_begin(r, p);
}

/* A value must come; it need not be there yet. */
static const uint8_t *value_next(struct run *r, const uint8_t *p)
{
    r->scan->state = VALUE;
    return p == r->end || is_space(*p) ? p : value_or_pause(r, p);
}

/* Takes a plain key that lies between the quotes at `open` and `close`. */
static inline enum pn_reason plain_key_take(struct run *r, const uint8_t *open,
                                            const uint8_t *close, uint64_t hash)
{
    enum pn_reason reason = pn_json_keys_add(r->scan->keys, hash);

    if (reason != PN_REASON_NONE || !r->pick) return reason;
    pn_json_pick_name(r->pick, offset_of(r, open), offset_of(r, close + 1), 0);
    if (!pn_json_pick_on_path(r->pick)) return PN_REASON_NONE;
    return pn_json_pick_plain_key(r->pick, open + 1, (size_t)(close - open - 1));
}

/* The end of the plain string at `p`, behind whose quote eight bytes can be read, if nobody pauses at
 * it; else NULL. */
static inline const uint8_t *plain_text(struct run *r, const uint8_t *p, const uint8_t *last)
{
    struct pn_json_pick *pick = r->pick;

    if (*p != '"' || (pick && pick->pauses != 0)) return NULL;
    const uint8_t *close = pn_json_plain_close(p + 1, last);
    if (!close) return NULL;
    if (pick && pn_json_pick_wants(pick)) {
        pn_json_pick_plain_text(pick, offset_of(r, p), offset_of(r, close + 1));
    }
    return close + 1;
}

enum { COMMA_QUOTE = ',' | '"' << 8 };

static const uint8_t *entry_end(struct run *r, const uint8_t *p, enum state state)
{
    r->scan->state = (uint8_t)state;
    return p;
}

/* Entries of a map from the opening quote of a key on, as long as they have the form that nearly
 * all have: the key plain, no white space, the next key behind the comma, the chunk's end not near.
 * What is otherwise is left to the states, which all of this could be left to. */
static const uint8_t *entries(struct run *r, const uint8_t *p)
{
    const uint8_t *last = r->last;

    if (p >= last) return key_begin(r, p);
    for (;;) {
        uint64_t hash;
        const uint8_t *close = pn_json_plain_key(r->scan->keys, p + 1, last, &hash);
        if (!close) return key_begin(r, p);
        enum pn_reason reason = plain_key_take(r, p, close, hash);
        if (reason != PN_REASON_NONE) return refuse_plain_key(r, p, close + 1, reason);
        if (close >= last || close[1] != ':') return entry_end(r, close + 1, COLON);
        p = plain_text(r, close + 2, last);
        if (!p) {
            p = value_next(r, close + 2);
            if (!p || r->scan->state != AFTER) return p;
        }
        if (p >= last || pn_load16(p) != COMMA_QUOTE) return entry_end(r, p, AFTER);
        p++;
    }
}

static const uint8_t *after_entry(struct run *r, const uint8_t *p)
{
    bool map = r->scan->in_map != 0;

    if (*p == (map ? '}' : ']')) return value_shut(r, p);
    if (*p != ',') return refuse(r, p, PN_REASON_JSON_SYNTAX);
    r->scan->state = map ? KEY : VALUE;
    if (!map && r->pick) pn_json_pick_element(r->pick);
    return p + 1;
}

static const uint8_t *between(struct run *r, const uint8_t *p)
{
    switch ((enum state)r->scan->state) {
    case FIRST_ELEMENT:
        if (*p == ']') return value_shut(r, p);
        /* fall through */
    case VALUE: return value_or_pause(r, p);
    case FIRST_KEY:
        if (*p == '}') return value_shut(r, p);
        /* fall through */
    case KEY:
        if (*p == '"') return entries(r, p);
        return refuse(r, p, PN_REASON_JSON_SYNTAX);
    case COLON:
        if (*p == ':') return value_next(r, p + 1);
        return refuse(r, p, PN_REASON_JSON_SYNTAX);
    case AFTER: return after_entry(r, p);
    case END: return refuse(r, p, PN_REASON_JSON_TRAILING);
    case IN_STRING:
    case IN_NUMBER:
    case IN_LITERAL:
    case BROKEN: break;
    }
    return refuse(r, p, PN_REASON_JSON_SYNTAX);
}

static const uint8_t *token_more(struct run *r, const uint8_t *p)
{
    if (r->scan->state == IN_STRING) return string_more(r, p);
    return r->scan->state == IN_NUMBER ? number_more(r, p) : literal_more(r, p);
}

static const uint8_t *go_on(struct run *r, const uint8_t *p)
{
    if (r->scan->state >= IN_STRING) return token_more(r, p);
    while (is_space(*p)) {
        if (++p == r->end) return p;
    }
    return between(r, p);
}

/* The text ends here. A number ends only now, and its end may be paused at. */
static const uint8_t *finish(struct run *r, const uint8_t *p)
{
    struct pn_json_scan *scan = r->scan;

    if (scan->state == IN_NUMBER && number_complete((enum part)scan->part)) {
        p = number_end(r, p);
        if (!p) return NULL;
    }
    if (scan->state != END) return refuse(r, p, PN_REASON_JSON_TRUNCATED);
    return stop(r, p, PN_DONE);
}

enum pn_step pn_json_scan_step(struct pn_json_scan *scan, struct pn_slice chunk,
                               enum pn_json_input input, struct pn_json_pick *pick)
{
    static const uint8_t nothing;
    struct run r = { .scan = scan, .pick = pick, .step = PN_MORE };
    const uint8_t *p = chunk.len > 0 ? chunk.at : &nothing;

    if (scan->state == BROKEN) return PN_REFUSED;
    PN_ASSERT(!pick || !pick->base || chunk.len == 0 || chunk.at == pick->base + scan->offset);
    r.begin = p;
    r.end = p + chunk.len;
    r.last = chunk.len > AHEAD ? r.end - AHEAD : p;
    r.shift = scan->offset - (uint64_t)(uintptr_t)p;
    while (p && p < r.end) p = go_on(&r, p);
    if (p && input == PN_JSON_LAST) p = finish(&r, p);
    if (p) r.at = p;
    scan->consumed = (size_t)(r.at - r.begin);
    scan->offset = r.step == PN_REFUSED ? scan->token.begin : offset_of(&r, r.at);
    return r.step;
}
