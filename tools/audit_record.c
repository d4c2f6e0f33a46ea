/* see audit_record.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/audit_record.h"

#include "core/json/json_scan.h"

#define SHOWN(symbol) PN_AUDIT_SHOWN_##symbol

#define RECORD_TRIE(NODE) \
    NODE(record, root, "", 0, PN_TRIE_NO_SLOT, record_seq, 0) \
    NODE(record, seq, "seq", 0, SHOWN(SEQ), 0, record_kind) \
    NODE(record, kind, "kind", 0, SHOWN(KIND), 0, record_time) \
    NODE(record, time, "time", 0, SHOWN(TIME), 0, record_id) \
    NODE(record, id, "id", 0, SHOWN(ID), 0, record_event) \
    NODE(record, event, "event", 0, SHOWN(EVENT), 0, record_detail) \
    NODE(record, detail, "detail", 0, SHOWN(DETAIL), 0, record_who) \
    NODE(record, who, "who", 0, PN_TRIE_NO_SLOT, record_who_id, record_server) \
    NODE(record, server, "server", 0, SHOWN(SERVER), 0, record_model) \
    NODE(record, model, "model", 0, SHOWN(MODEL), 0, record_method) \
    NODE(record, method, "method", 0, SHOWN(METHOD), 0, record_action) \
    NODE(record, action, "action", 0, SHOWN(ACTION), 0, record_outcome) \
    NODE(record, outcome, "outcome", 0, SHOWN(OUTCOME), 0, record_rule) \
    NODE(record, rule, "rule", 0, SHOWN(RULE), 0, record_reason) \
    NODE(record, reason, "reason", 0, SHOWN(REASON), 0, record_error) \
    NODE(record, error, "error", 0, SHOWN(ERROR), 0, record_status) \
    NODE(record, status, "status", 0, SHOWN(STATUS), 0, record_upstream) \
    NODE(record, upstream, "upstream", 0, SHOWN(UPSTREAM), 0, record_latency) \
    NODE(record, latency, "latency_us", 0, SHOWN(LATENCY_US), 0, record_bytes_out) \
    NODE(record, bytes_out, "bytes_out", 0, SHOWN(BYTES_OUT), 0, record_how) \
    NODE(record, how, "how", 0, SHOWN(HOW), 0, 0) \
    NODE(record, who_id, "id", 0, SHOWN(WHO_ID), 0, record_who_user) \
    NODE(record, who_user, "user", 0, SHOWN(WHO_USER), 0, record_who_agent) \
    NODE(record, who_agent, "agent", 0, SHOWN(WHO_AGENT), 0, record_who_key_id) \
    NODE(record, who_key_id, "key_id", 0, SHOWN(WHO_KEY_ID), 0, record_who_issuer) \
    NODE(record, who_issuer, "issuer", 0, SHOWN(WHO_ISSUER), 0, record_who_proof) \
    NODE(record, who_proof, "proof", 0, SHOWN(WHO_PROOF), 0, record_who_token_id) \
    NODE(record, who_token_id, "token_id", 0, SHOWN(WHO_TOKEN_ID), 0, record_who_spiffe_id) \
    NODE(record, who_spiffe_id, "spiffe_id", 0, SHOWN(WHO_SPIFFE_ID), 0, 0)
PN_TRIE_DEFINE(record, PN_AUDIT_SHOWN_COUNT, RECORD_TRIE)

enum { KEYS_MAX = 512 };

bool pn_audit_record_read(struct pn_slice line, struct pn_audit_record *record)
{
    static const uint8_t seed[16]; /* a log is no place to provoke collisions for long */
    struct pn_json_key places[KEYS_MAX];
    struct pn_json_keys keys;
    struct pn_json_scan scan;
    struct pn_json_pick pick = { .wire = record_trie, .slots = record->fields, .base = line.at };

    if (line.len == 0 || line.at[0] != '{') return false;
    pn_json_keys_init(&keys, places, KEYS_MAX, seed);
    pn_json_pick_begin(&pick);
    pn_json_scan_begin(&scan, &keys, NULL);
    return pn_json_scan_step(&scan, line, PN_JSON_LAST, &pick) == PN_DONE;
}

struct pn_slice pn_audit_record_text(const struct pn_audit_record *record,
                                     enum pn_audit_shown field)
{
    const struct pn_value *v = &record->fields[field];

    return v->type == PN_STRING ? pn_value_text(v) : pn_slice(NULL, 0);
}

bool pn_audit_record_is(const struct pn_audit_record *record, enum pn_audit_shown field,
                        struct pn_slice text)
{
    return pn_value_is_text(&record->fields[field], text);
}
