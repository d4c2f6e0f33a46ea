/* see cbor_reader.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/seal/cbor_reader.h"

#include "core/base/assert.h"

enum {
    LEVEL_COUNT = sizeof((struct pn_cbor_reader *)0)->at / sizeof(CborValue),
    STRICT = CborValidateCanonicalFormat | CborValidateMapKeysAreUnique | CborValidateUtf8 |
             CborValidateNoUndefined
};

static CborValue *here(struct pn_cbor_reader *r)
{
    return &r->at[r->depth];
}

bool pn_cbor_begin(struct pn_cbor_reader *r, struct pn_slice bytes)
{
    CborError error = CborErrorUnexpectedEOF;

    memset(r, 0, sizeof *r);
    if (bytes.len > 0) error = cbor_parser_init(bytes.at, bytes.len, 0, &r->parser, &r->at[0]);
    if (error == CborNoError) error = cbor_value_validate(&r->at[0], STRICT);
    r->cut = error == CborErrorUnexpectedEOF;
    r->bad = error != CborNoError;
    return !r->bad;
}

/* True when the next item has this type; the reader is bad otherwise, and at the end of a level. */
static bool expect(struct pn_cbor_reader *r, CborType type)
{
    if (!r->bad && (cbor_value_at_end(here(r)) || cbor_value_get_type(here(r)) != type)) {
        r->bad = true;
    }
    return !r->bad;
}

static void after(struct pn_cbor_reader *r, CborError error)
{
    if (error != CborNoError) r->bad = true;
}

static uint32_t enter(struct pn_cbor_reader *r, CborType type)
{
    if (!expect(r, type)) return 0;
    PN_ASSERT(r->depth + 1 < LEVEL_COUNT);
    after(r, cbor_value_enter_container(here(r), &r->at[r->depth + 1]));
    if (r->bad) return 0;
    r->depth++;
    return here(r)->remaining;
}

uint32_t pn_cbor_enter_array(struct pn_cbor_reader *r)
{
    return enter(r, CborArrayType);
}

uint32_t pn_cbor_enter_map(struct pn_cbor_reader *r)
{
    return enter(r, CborMapType) / 2;
}

void pn_cbor_leave(struct pn_cbor_reader *r)
{
    if (!r->bad && !cbor_value_at_end(here(r))) r->bad = true;
    if (r->bad) return;
    PN_ASSERT(r->depth > 0);
    r->depth--;
    after(r, cbor_value_leave_container(here(r), &r->at[r->depth + 1]));
}

bool pn_cbor_more(const struct pn_cbor_reader *r)
{
    return !r->bad && !cbor_value_at_end(&r->at[r->depth]);
}

uint64_t pn_cbor_take_uint(struct pn_cbor_reader *r, uint64_t max)
{
    uint64_t value = 0;

    if (!expect(r, CborIntegerType)) return 0;
    if (!cbor_value_is_unsigned_integer(here(r))) r->bad = true;
    after(r, cbor_value_get_raw_integer(here(r), &value));
    after(r, cbor_value_advance_fixed(here(r)));
    if (value > max) r->bad = true;
    return r->bad ? 0 : value;
}

int64_t pn_cbor_take_int(struct pn_cbor_reader *r)
{
    int64_t value = 0;

    if (!expect(r, CborIntegerType)) return 0;
    after(r, cbor_value_get_int64_checked(here(r), &value));
    after(r, cbor_value_advance_fixed(here(r)));
    return r->bad ? 0 : value;
}

/* The string is definite, so it lies whole in front of the next item. */
static struct pn_slice take_string(struct pn_cbor_reader *r, CborType type)
{
    size_t len = 0;

    if (!expect(r, type)) return pn_slice(NULL, 0);
    after(r, cbor_value_get_string_length(here(r), &len));
    after(r, cbor_value_advance(here(r)));
    if (r->bad) return pn_slice(NULL, 0);
    return pn_slice(cbor_value_get_next_byte(here(r)) - len, len);
}

struct pn_slice pn_cbor_take_bytes(struct pn_cbor_reader *r)
{
    return take_string(r, CborByteStringType);
}

struct pn_slice pn_cbor_take_text(struct pn_cbor_reader *r)
{
    return take_string(r, CborTextStringType);
}

void pn_cbor_take_true(struct pn_cbor_reader *r)
{
    bool value = false;

    if (!expect(r, CborBooleanType)) return;
    after(r, cbor_value_get_boolean(here(r), &value));
    after(r, cbor_value_advance_fixed(here(r)));
    if (!value) r->bad = true;
}

void pn_cbor_skip(struct pn_cbor_reader *r)
{
    if (!pn_cbor_more(r)) r->bad = true;
    if (!r->bad) after(r, cbor_value_skip_tag(here(r))); /* tags stand in front of their item */
    if (!r->bad) after(r, cbor_value_advance(here(r)));
}

const uint8_t *pn_cbor_next(const struct pn_cbor_reader *r)
{
    return r->bad ? NULL : cbor_value_get_next_byte(&r->at[r->depth]);
}
