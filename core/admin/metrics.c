/* see metrics.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/metrics.h"

#include "core/admin/revocations.h"

enum type { COUNTER, GAUGE };

struct stat_row {
    struct pn_slice name, sentence;
    size_t offset;
    enum type type;
};

/* What says "now" can fall as well as rise. */
static const struct stat_row rows[] = {
#define PN_STAT(name, sentence) \
    { PN_SLICE_INIT(#name), PN_SLICE_INIT(sentence), offsetof(struct pn_stats, name), COUNTER },
#include "core/stats.def"
#undef PN_STAT
};

static bool is_gauge(struct pn_slice sentence)
{
    struct pn_slice end = PN_SLICE(" now.");

    return sentence.len > end.len &&
           pn_slice_equal(pn_slice_from(sentence, sentence.len - end.len), end);
}

static uint64_t sum(const struct pn_admin *a, size_t offset)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < a->worker_count; i++) {
        const _Atomic uint32_t *cell = (const void *)((const uint8_t *)a->stats[i] + offset);
        total += atomic_load_explicit(cell, memory_order_relaxed);
    }
    return total;
}

static void head(struct pn_writer *w, struct pn_slice name, struct pn_slice sentence,
                 enum type type)
{
    pn_write_text(w, "# HELP postern_");
    pn_write(w, name);
    if (type == COUNTER) pn_write_text(w, "_total");
    pn_write_text(w, " ");
    pn_write(w, sentence);
    pn_write_text(w, "\n# TYPE postern_");
    pn_write(w, name);
    pn_write(w, type == COUNTER ? PN_SLICE("_total counter\n") : PN_SLICE(" gauge\n"));
}

static void sample(struct pn_writer *w, struct pn_slice name, enum type type, uint64_t value)
{
    pn_write_text(w, "postern_");
    pn_write(w, name);
    if (type == COUNTER) pn_write_text(w, "_total");
    pn_write_text(w, " ");
    pn_write_u64(w, value);
    pn_write_text(w, "\n");
}

static void family(struct pn_writer *w, struct pn_slice name, struct pn_slice sentence,
                   enum type type, uint64_t value)
{
    head(w, name, sentence, type);
    sample(w, name, type, value);
}

static void write_refused(struct pn_writer *w, const struct pn_admin *a)
{
    head(w, PN_SLICE("refused"), PN_SLICE("Requests the gateway refused, by reason."), COUNTER);
    for (int r = 1; r < PN_REASON_COUNT; r++) {
        size_t offset = offsetof(struct pn_stats, refused) + (size_t)r * sizeof(uint32_t);
        uint64_t count = sum(a, offset);
        if (count == 0) continue;
        pn_write_text(w, "postern_refused_total{reason=\"");
        pn_write(w, pn_reason_name((enum pn_reason)r));
        pn_write_text(w, "\"} ");
        pn_write_u64(w, count);
        pn_write_text(w, "\n");
    }
}

static void write_keys(struct pn_writer *w, const struct pn_install *in)
{
    family(w, PN_SLICE("key_set_version"),
           PN_SLICE("Of the key set in force; 0: the device file's."), GAUGE,
           in->keyring.keys.version);
    family(w, PN_SLICE("key_set_lost"), PN_SLICE("1 while it has to be handed over again."), GAUGE,
           in->keyring.lost ? 1 : 0);
    family(w, PN_SLICE("key_set_installs"), PN_SLICE("Key sets put in force."), COUNTER,
           in->keyset_installs);
    family(w, PN_SLICE("key_set_refusals"), PN_SLICE("Key sets refused."), COUNTER,
           in->keyset_refusals);
}

static void write_freshness(struct pn_writer *w, const struct pn_install *in,
                            const struct pn_active *a)
{
    enum pn_newest newest = pn_freshness_newest(&in->fresh, a);

    family(w, PN_SLICE("policy_stale"),
           PN_SLICE("1 while no timestamp has come for longer than policy.stale_after."), GAUGE,
           pn_freshness_is_stale(&in->fresh) ? 1 : 0);
    family(w, PN_SLICE("timestamps_refused"), PN_SLICE("Timestamps refused."), COUNTER,
           in->fresh.refused);
    if (newest == PN_NEWEST_UNKNOWN) return;
    family(w, PN_SLICE("policy_newest"),
           PN_SLICE("1 when the last timestamp names no newer policy, else 0."), GAUGE,
           newest == PN_NEWEST_YES ? 1 : 0);
}

static void write_policy(struct pn_writer *w, const struct pn_admin *a, int64_t now_unix)
{
    uint32_t current = atomic_load(&a->shared->current);

    family(w, PN_SLICE("policy_installs"), PN_SLICE("Policies put in force."), COUNTER,
           a->install->installs);
    family(w, PN_SLICE("policy_refusals"), PN_SLICE("Policies refused."), COUNTER,
           a->install->refusals);
    write_keys(w, a->install);
    const struct pn_active *p =
        current == PN_GENERATION_NONE ? NULL : &a->shared->generations[current];
    write_freshness(w, a->install, p);
    if (p == NULL) return;
    head(w, PN_SLICE("policy_info"), PN_SLICE("The policy in force."), GAUGE);
    pn_write_text(w, "postern_policy_info{identity=\"");
    pn_write_hex(w, p->identity, sizeof p->identity);
    pn_write_text(w, "\",sequence=\"");
    pn_write_u64(w, p->sequence);
    pn_write_text(w, "\"} 1\n");
    family(w, PN_SLICE("policy_age_seconds"), PN_SLICE("Since it was issued."), GAUGE,
           now_unix > p->issued_unix ? (uint64_t)(now_unix - p->issued_unix) : 0);
    family(w, PN_SLICE("policy_expires_timestamp_seconds"), PN_SLICE("When it expires."), GAUGE,
           (uint64_t)p->expires_unix);
}

/* --- TLS --- */

static uint64_t tls_sum(const struct pn_admin *a, size_t offset)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < a->worker_count; i++) {
        const uint8_t *counts = (const uint8_t *)a->tls_counts[i];
        const _Atomic uint32_t *cell = (const void *)(counts + offset);
        if (counts) total += atomic_load_explicit(cell, memory_order_relaxed);
    }
    return total;
}

static void write_causes(struct pn_writer *w, const struct pn_admin *a, struct pn_slice side,
                         size_t offset)
{
    for (int i = 1; i < PORT_TLS_CAUSE_COUNT; i++) {
        uint64_t count = tls_sum(a, offset + (size_t)i * sizeof(uint32_t));
        if (count == 0) continue;
        pn_write_text(w, "postern_tls_failed_total{side=\"");
        pn_write(w, side);
        pn_write_text(w, "\",cause=\"");
        pn_write(w, pn_tls_cause_name((enum port_tls_cause)i));
        pn_write_text(w, "\"} ");
        pn_write_u64(w, count);
        pn_write_text(w, "\n");
    }
}

static void write_tls(struct pn_writer *w, const struct pn_admin *a)
{
    static const struct stat_row tls_rows[] = {
        { PN_SLICE_INIT("tls_sessions"), PN_SLICE_INIT("TLS sessions open now."),
          offsetof(struct port_tls_counts, sessions), GAUGE },
        { PN_SLICE_INIT("tls_handshakes"), PN_SLICE_INIT("TLS handshakes done with clients."),
          offsetof(struct port_tls_counts, handshakes), COUNTER },
        { PN_SLICE_INIT("tls_upstream_handshakes"),
          PN_SLICE_INIT("TLS handshakes done with upstreams."),
          offsetof(struct port_tls_counts, upstream_done), COUNTER },
        { PN_SLICE_INIT("tls_resumed"), PN_SLICE_INIT("Of both, sessions that were resumed."),
          offsetof(struct port_tls_counts, resumed), COUNTER },
        { PN_SLICE_INIT("tls_arena_bytes"), PN_SLICE_INIT("In use of tls_arena_bytes."),
          offsetof(struct port_tls_counts, arena_bytes), GAUGE },
        { PN_SLICE_INIT("tls_arena_peak_bytes"),
          PN_SLICE_INIT("The most of it in use at one time, workers added up."),
          offsetof(struct port_tls_counts, arena_bytes_peak), GAUGE },
    };

    for (size_t i = 0; i < sizeof tls_rows / sizeof tls_rows[0]; i++) {
        family(w, tls_rows[i].name, tls_rows[i].sentence, tls_rows[i].type,
               tls_sum(a, tls_rows[i].offset));
    }
    head(w, PN_SLICE("tls_failed"), PN_SLICE("TLS handshakes that came to nothing, by cause."),
         COUNTER);
    write_causes(w, a, PN_SLICE("client"), offsetof(struct port_tls_counts, failed));
    write_causes(w, a, PN_SLICE("upstream"), offsetof(struct port_tls_counts, upstream_failed));
    family(w, PN_SLICE("tls_certificates_refused"),
           PN_SLICE("New certificates that were not taken."), COUNTER, *a->tls_refusals);
    if (*a->tls_end_s <= 0) return;
    family(w, PN_SLICE("tls_certificate_expires_timestamp_seconds"),
           PN_SLICE("When the first certificate ends."), GAUGE, (uint64_t)*a->tls_end_s);
}

static void write_denied(struct pn_writer *w, const struct pn_admin *a)
{
    head(w, PN_SLICE("admin_denied"),
         PN_SLICE("Requests turned away at the admin listener, by reason."), COUNTER);
    for (int i = 1; i < PN_DENIAL_COUNT; i++) {
        if (a->door.denied[i] == 0) continue;
        pn_write_text(w, "postern_admin_denied_total{reason=\"");
        pn_write(w, pn_denial_name((enum pn_denial)i));
        pn_write_text(w, "\"} ");
        pn_write_u64(w, a->door.denied[i]);
        pn_write_text(w, "\n");
    }
}

static void write_credentials(struct pn_writer *w, const struct pn_admin *a)
{
    family(w, PN_SLICE("credentials_reloaded"), PN_SLICE("Times all credentials were read again."),
           COUNTER, *a->credential_reloads);
    family(w, PN_SLICE("credentials_reload_failed"),
           PN_SLICE("Times one could not be, and all stayed as they were."), COUNTER,
           *a->credential_failures);
}

void pn_metrics_write(struct pn_writer *w, const struct pn_admin *a, int64_t now_unix)
{
    head(w, PN_SLICE("build_info"), PN_SLICE("The version that runs."), GAUGE);
    pn_write_text(w, "postern_build_info{version=\"");
    pn_write(w, a->version);
    pn_write_text(w, "\"} 1\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum type type = is_gauge(rows[i].sentence) ? GAUGE : rows[i].type;
        family(w, rows[i].name, rows[i].sentence, type, sum(a, rows[i].offset));
    }
    write_refused(w, a);
    write_policy(w, a, now_unix);
    write_denied(w, a);
    if (a->revocations) {
        family(w, PN_SLICE("revocations"), PN_SLICE("Entries of the list of what is revoked."),
               GAUGE, a->revocations->list.count);
    }
    if (a->credential_reloads) write_credentials(w, a);
    if (a->tls_counts) write_tls(w, a);
    family(w, PN_SLICE("audit_waiting_bytes"), PN_SLICE("Records not in the log yet."), GAUGE,
           pn_audit_writer_bytes_waiting(a->audit));
    family(w, PN_SLICE("audit_fault"), PN_SLICE("1 while the log cannot be written."), GAUGE,
           pn_audit_writer_fault(a->audit));
}
