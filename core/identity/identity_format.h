/* identity_format.h - the key sections of a policy body, byte by byte.
 *
 * Written by the host (tools/bundle), read where they lie by key_table.c. Integers are
 * little-endian, nothing is aligned, texts are pairs (at u32, len u32) into PN_SECTION_STRINGS of
 * route_format.h, an empty text means "not stated". An API key is present as its SHA-256 only.
 *
 *   PN_SECTION_KEYS       one record per API key, ascending by hash, each hash once
 *   PN_SECTION_KEY_ATTRS  attributes (P.attr...) of keys that some rule reads, in ranges per key
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_IDENTITY_FORMAT_H
#define PN_IDENTITY_FORMAT_H

#define PN_SECTION_KEYS      40
#define PN_SECTION_KEY_ATTRS 41

/* Roles are bits of the policy's role table; what no rule names has no bit. */
#define PN_KEY_ROLE_WORDS 4 /* of 64 bits: PN_POLICY_ROLE_WORDS_MAX, whatever the policy uses */

/* One API key: offsets inside its record. */
#define PN_KEY_HASH       0  /* 32 bytes: SHA-256 of the key as the client sends it */
#define PN_KEY_ID         32 /* text: its public name, for audit */
#define PN_KEY_USER       40 /* text */
#define PN_KEY_AGENT      48 /* text */
#define PN_KEY_TEAM       56 /* text */
#define PN_KEY_TASK       64 /* text */
#define PN_KEY_ROLE_NAMES 72 /* text: all its roles, known to rules or not, separated by commas */
#define PN_KEY_ROLES \
    80 /* PN_KEY_ROLE_WORDS u64: bit n is role n of the policy, below its role_count */
#define PN_KEY_EXPIRES_S  112 /* u64: Unix time from which it is unknown; 0 for never */
#define PN_KEY_ATTR_FIRST 120 /* u32: index into the attributes */
#define PN_KEY_ATTR_COUNT 124 /* u32 */
#define PN_KEY_BYTES      128

/* One attribute value. */
#define PN_ATTR_SLOT  0 /* u16: the slot of the policy that it fills */
#define PN_ATTR_TYPE  2 /* u8: enum pn_type from PN_NULL on */
#define PN_ATTR_ZERO  3 /* u8: 0 */
#define PN_ATTR_LEN   4 /* u32: bytes of a string, or of a list or map as JSON; else 0 */
#define PN_ATTR_VALUE 8 /* u64: bool, int64, IEEE 754 double, or where those bytes begin */
#define PN_ATTR_BYTES 16

/* Keys and maps of one such map that are open at once while it is read, at most. */
#define PN_ATTR_JSON_KEYS_MAX 64

#endif
