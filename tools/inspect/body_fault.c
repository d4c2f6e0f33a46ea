/* see body_fault.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/inspect/body_fault.h"

#include <stdlib.h>

#include "tools/inspect/section_kind.h"

/* --- the container --- */

/* A CBOR head of this major type (RFC 8949, 3); false when there is none at `*at`. */
static bool take_head(struct pn_slice body, size_t *at, unsigned major, uint64_t *value)
{
    if (*at >= body.len || body.at[*at] >> 5 != major) return false;
    unsigned low = body.at[*at] & 31;
    size_t more = low < 24 ? 0 : low <= 27 ? (size_t)1 << (low - 24) : SIZE_MAX;

    if (more > body.len - *at - 1) return false;
    *value = low;
    if (more > 0) *value = 0;
    for (size_t i = 0; i < more; i++) *value = *value << 8 | body.at[*at + 1 + i];
    *at += 1 + more;
    return true;
}

bool body_section_next(struct pn_slice body, size_t *at, uint64_t *number, struct pn_slice *bytes)
{
    uint64_t len;
    size_t next = *at;

    if (next == 0 && !take_head(body, &next, 5, &len)) return false;
    *at = next;
    if (!take_head(body, &next, 0, number) || !take_head(body, &next, 2, &len)) return false;
    if (len > body.len - next) return false;
    *bytes = pn_slice(body.at + next, (size_t)len);
    *at = next + (size_t)len;
    return true;
}

static size_t container_end(struct pn_slice body)
{
    size_t at = 0;
    uint64_t number;
    struct pn_slice bytes;

    while (body_section_next(body, &at, &number, &bytes)) {
    }
    return at;
}

/* --- sections --- */

static struct pn_slice section_of(struct pn_slice body, unsigned number)
{
    size_t at = 0;
    uint64_t found;
    struct pn_slice bytes;

    while (body_section_next(body, &at, &found, &bytes)) {
        if (found == number) return bytes;
    }
    return pn_slice(body.at, 0);
}

static size_t records_max(unsigned section)
{
    switch (section) {
    case PN_POLICY_SECTION_HEADER: return 1;
    case PN_POLICY_SECTION_PREDICATES: return PN_POLICY_PREDICATES_MAX;
    case PN_POLICY_SECTION_SLOTS: return PN_POLICY_SLOTS_MAX;
    case PN_POLICY_SECTION_RULES: return PN_POLICY_RULES_MAX;
    case PN_POLICY_SECTION_TRIE: return PN_TRIE_NODES_MAX;
    case PN_POLICY_SECTION_ROLES:
    case PN_POLICY_SECTION_DERIVED: return 64 * PN_POLICY_ROLE_WORDS_MAX;
    case PN_POLICY_SECTION_SCOPES: return PN_POLICY_SCOPES_MAX;
    case PN_POLICY_SECTION_STRING_BYTES:
    case PN_POLICY_SECTION_DFA_BYTES: return SIZE_MAX;
    default: return 0xFFFF;
    }
}

static void find_size(struct pn_slice body, struct body_fault *f)
{
    for (unsigned section = 1; section <= PN_POLICY_SECTION_SCHEMA_WORDS; section++) {
        bool gateway =
            section > PN_POLICY_SECTION_ENGINE_LAST && section < PN_POLICY_SECTION_SCHEMA_BINDINGS;
        if (gateway) continue;
        size_t bytes = section_of(body, section).len;
        size_t each = section_kind_of(section)->record_bytes;
        bool odd = f->fault == PN_POLICY_BAD_SECTION_SIZE && bytes % each != 0;
        bool many = f->fault == PN_POLICY_BAD_LIMIT && bytes / each > records_max(section);
        if (!odd && !many) continue;
        f->section = section;
        f->offset = (size_t)(section_of(body, section).at - body.at);
        f->count = bytes / each;
        f->count_max = records_max(section);
        return;
    }
}

static void find_missing(struct pn_slice body, struct body_fault *f)
{
    static const uint8_t needed[] = { PN_POLICY_SECTION_HEADER, PN_POLICY_SECTION_STRINGS,
                                      PN_POLICY_SECTION_TRIE };

    for (size_t i = 0; i < sizeof needed; i++) {
        if (section_of(body, needed[i]).len > 0) continue;
        f->section = needed[i];
        return;
    }
}

static void find_unknown(struct pn_slice body, struct body_fault *f)
{
    size_t at = 0;
    uint64_t number;
    struct pn_slice bytes;

    while (body_section_next(body, &at, &number, &bytes)) {
        if (number != 0 && number < PN_POLICY_SECTION_COUNT) continue;
        f->section = (unsigned)number;
        f->offset = (size_t)(bytes.at - body.at);
        return;
    }
}

/* --- records --- */

struct trial {
    struct pn_slice body;
    uint8_t *copy;
    size_t at, each, count; /* of the section, in the body */
    enum pn_policy_fault fault;
};

/* Is the fault still there when only the first `kept` records stay, the others being the first? */
static bool persists(const struct trial *t, size_t kept)
{
    struct pn_policy policy;

    memcpy(t->copy, t->body.at, t->body.len);
    for (size_t i = kept; i < t->count; i++) {
        memcpy(t->copy + t->at + i * t->each, t->body.at + t->at, t->each);
    }
    return pn_policy_open(&policy, pn_slice(t->copy, t->body.len)) == t->fault;
}

/* The least number of records that has it; one more than the one at fault. */
static bool find_record(struct pn_slice body, unsigned section, struct body_fault *f)
{
    struct pn_slice bytes = section_of(body, section);
    struct trial t = { .body = body,
                       .at = (size_t)(bytes.at - body.at),
                       .each = section_kind_of(section)->record_bytes,
                       .fault = f->fault };
    bool found = false;

    t.count = bytes.len / t.each;
    if (t.count < 2 || t.each == 1) return false;
    t.copy = malloc(body.len);
    if (t.copy == NULL) abort();
    size_t good = 1, bad = t.count;
    if (!persists(&t, good) && persists(&t, bad)) {
        while (bad - good > 1) {
            size_t middle = good + (bad - good) / 2;
            if (persists(&t, middle)) bad = middle;
            else good = middle;
        }
        f->section = section;
        f->record = bad - 1;
        f->offset = t.at + (bad - 1) * t.each;
        found = true;
    }
    free(t.copy);
    return found;
}

static void find_sections(struct pn_slice body, struct body_fault *f)
{
    const uint8_t *sections = fault_sections(f->fault);

    for (size_t i = 0; sections[i] != 0; i++) {
        if (find_record(body, sections[i], f)) return;
    }
    for (size_t i = 0; sections[i] != 0; i++) {
        struct pn_slice bytes = section_of(body, sections[i]);
        if (bytes.len == 0) continue;
        f->section = sections[i];
        f->offset = (size_t)(bytes.at - body.at);
        if (bytes.len == section_kind_of(sections[i])->record_bytes) f->record = 0;
        return;
    }
}

struct body_fault body_fault_find(struct pn_slice body)
{
    struct pn_policy policy;
    struct body_fault f = { .record = BODY_FAULT_NOWHERE, .offset = BODY_FAULT_NOWHERE };

    f.fault = pn_policy_open(&policy, body);
    switch ((int)f.fault) {
    case PN_POLICY_GOOD: break;
    case PN_POLICY_BAD_CBOR: f.offset = container_end(body); break;
    case PN_POLICY_BAD_SECTION_UNKNOWN: find_unknown(body, &f); break;
    case PN_POLICY_BAD_SECTION_MISSING: find_missing(body, &f); break;
    case PN_POLICY_BAD_SECTION_SIZE:
    case PN_POLICY_BAD_LIMIT: find_size(body, &f); break;
    default: find_sections(body, &f); break;
    }
    return f;
}
