/* Any bytes as the texts of a record: what comes out is one line of JSON, within its bound, chained
 * and read back.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/audit/audit.h"
#include "core/audit/audit_chain.h"
#include "core/base/assert.h"
#include "tools/audit_record.h"
#include "yyjson.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FACTS = 8 };

/* The next text: one byte of length, times a factor that the first byte of the input chose. */
static struct pn_slice next(struct pn_slice *rest, size_t factor)
{
    if (rest->len == 0) return *rest;
    size_t want = (size_t)rest->at[0] * factor;
    struct pn_slice text = pn_slice_from(*rest, 1);

    if (want > text.len) want = text.len;
    *rest = pn_slice_from(text, want);
    return pn_slice_head(text, want);
}

static void check(struct pn_slice members)
{
    uint8_t *line = malloc(PN_AUDIT_LINE_BYTES);
    struct pn_writer w = pn_writer(line, PN_AUDIT_LINE_BYTES);
    struct pn_audit_chain chain = { .seq = UINT64_MAX - 2 };
    struct pn_audit_record record;
    struct pn_audit_line parts;

    PN_ASSERT(pn_audit_chain_write(&chain, &w, members));
    PN_ASSERT(memchr(line, '\n', w.len) == line + w.len - 1);
    yyjson_doc *doc = yyjson_read((const char *)line, w.len - 1, 0);
    PN_ASSERT(doc != NULL);
    yyjson_doc_free(doc);
    PN_ASSERT(pn_audit_line_read(pn_slice(line, w.len - 1), &parts) == PN_AUDIT_LINE_WHOLE);
    PN_ASSERT(pn_slice_equal(parts.members, members));
    /* Fact paths that come twice are the caller's fault; they are the only thing to be refused. */
    (void)pn_audit_record_read(pn_slice(line, w.len - 1), &record);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pn_slice rest = pn_slice(data, size);
    struct pn_audit_id id = { .nonce = 1, .counter = size + 1 };
    struct pn_audit_decision d = { .unix_ms = (int64_t)size };
    struct pn_audit_fact facts[FACTS];
    struct pn_slice *texts[] = { &d.who.id, &d.who.roles, &d.client.user_agent,
                                 &d.model,  &d.tool,      &d.action,
                                 &d.rule,   &d.reason,    &d.error };
    size_t factor = size > 0 ? (size_t)1 + data[0] % 8 : 1;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = next(&rest, factor);
    }
    for (size_t i = 0; i < FACTS; i++) {
        facts[i].path = next(&rest, 1);
        facts[i].value = pn_value_string(next(&rest, factor));
        facts[i].masked = i == 3;
    }
    d.facts = facts;
    d.fact_count = FACTS;

    uint8_t *members = malloc(PN_AUDIT_BODY_BYTES);
    struct pn_writer w = pn_writer(members, PN_AUDIT_BODY_BYTES);
    pn_audit_write_decision(&w, &id, &d);
    PN_ASSERT(!w.full);
    check(pn_written(&w));

    struct pn_audit_end e = { .unix_ms = 1,
                              .upstream = d.model,
                              .error = d.error,
                              .how = (uint8_t)(size % PN_AUDIT_HOW_COUNT) };
    w = pn_writer(members, PN_AUDIT_END_BYTES);
    pn_audit_write_end(&w, &id, &e);
    check(pn_written(&w));

    struct pn_audit_event v = { .name = (uint8_t)(size % PN_AUDIT_EVENT_COUNT),
                                .detail = d.reason };
    w = pn_writer(members, PN_AUDIT_BODY_BYTES);
    pn_audit_write_event(&w, &id, &v);
    check(pn_written(&w));
    free(members);
    return 0;
}
