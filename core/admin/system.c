/* see system.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/system.h"

#include <string.h>

/* In the order of the structure, which has nothing but them. */
static const struct pn_slice limit_names[] = {
#define PN_LIMIT(name, unit, usual, floor, ceiling, sentence) PN_SLICE_INIT(#name),
#include "core/limits.def"
#undef PN_LIMIT
};

enum { LIMITS = sizeof limit_names / sizeof limit_names[0] };
_Static_assert(sizeof(struct pn_limits) == LIMITS * sizeof(uint32_t), "limits are 32 bit each");

static struct pn_slice guard_name(uint8_t guard)
{
    switch ((enum pn_guard)guard) {
    case PN_GUARD_OFF: break;
    case PN_GUARD_UNAVAILABLE: return PN_SLICE("unavailable");
    case PN_GUARD_PARTIAL: return PN_SLICE("partial");
    case PN_GUARD_ON: return PN_SLICE("on");
    }
    return PN_SLICE("off");
}

static struct pn_slice mode_name(uint8_t mode)
{
    switch ((enum pn_sandbox_mode)mode) {
    case PN_SANDBOX_OFF: break;
    case PN_SANDBOX_BEST_EFFORT: return PN_SLICE("best-effort");
    case PN_SANDBOX_STRICT: return PN_SLICE("strict");
    }
    return PN_SLICE("off");
}

static void number(struct pn_writer *w, struct pn_slice key, uint64_t value)
{
    pn_write_text(w, ",\"");
    pn_write(w, key);
    pn_write_text(w, "\":");
    if (value == UINT64_MAX) pn_write_text(w, "null");
    else pn_write_u64(w, value);
}

static void word(struct pn_writer *w, struct pn_slice key, struct pn_slice value)
{
    pn_write_text(w, ",\"");
    pn_write(w, key);
    pn_write_text(w, "\":");
    pn_write_json_string(w, value);
}

static void write_sandbox(struct pn_writer *w, const struct pn_system *s)
{
    pn_write_text(w, ",\"sandbox\":{\"mode\":");
    pn_write_json_string(w, mode_name(s->sandbox));
    word(w, PN_SLICE("privileges_dropped"), guard_name(s->privileges));
    word(w, PN_SLICE("landlock"), guard_name(s->landlock));
    number(w, PN_SLICE("landlock_abi"), s->landlock_abi);
    pn_write_text(w, ",\"landlock_broad\":[");
    for (uint32_t i = 0; i < s->broad_count && i < PN_SYSTEM_BROAD_MAX; i++) {
        if (i > 0) pn_write_text(w, ",");
        pn_write_json_string(w, s->broad[i]);
    }
    pn_write_text(w, "]");
    word(w, PN_SLICE("seccomp"), guard_name(s->seccomp));
    pn_write_text(w, "}");
}

static void write_limits(struct pn_writer *w, const struct pn_system *s)
{
    pn_write_text(w, ",\"limits\":{\"workers\":");
    pn_write_u64(w, s->workers);
    number(w, PN_SLICE("open_files_max"), s->open_files_max);
    number(w, PN_SLICE("locked_bytes_max"), s->locked_bytes_max);
    for (size_t i = 0; i < LIMITS; i++) {
        uint32_t value;
        memcpy(&value, (const uint8_t *)s->limits + i * sizeof value, sizeof value);
        number(w, limit_names[i], value);
    }
    pn_write_text(w, "}");
}

void pn_system_write(struct pn_writer *w, const struct pn_system *s, struct pn_slice version,
                     const struct pn_now *now)
{
    pn_write_text(w, "{\"version\":");
    pn_write_json_string(w, version);
    number(w, PN_SLICE("pid"), s->pid);
    number(w, PN_SLICE("uptime_s"), (now->mono_us - s->started_us) / 1000000);
    number(w, PN_SLICE("workers"), s->workers);
    number(w, PN_SLICE("uid"), s->uid);
    number(w, PN_SLICE("gid"), s->gid);
    write_sandbox(w, s);
    word(w, PN_SLICE("core_dumps"),
         s->core_dumps == PN_CORE_DUMPS_ON ? PN_SLICE("on") : PN_SLICE("off"));
    write_limits(w, s);
    pn_write_text(w, "}\n");
}
