/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/civil_time.h"
#include "tools/compile/cel_call.h"
#include "tools/compile/cel_code.h"
#include "tools/compile/cel_const.h"
#include "tools/compile/cel_pattern.h"
#include "tools/compile/cel_regex.h"
#include "tools/compile/zone_compile.h"

static void code_arguments(struct coding *c, const struct cel_node *node, size_t first)
{
    for (size_t i = first; i < node->args.count; i++) cel_code_node(c, node->args.items[i]);
}

static void code_matches(struct coding *c, const struct cel_node *node)
{
    uint32_t dfa = cel_pattern(c->l, node->args.items[1]);

    if (dfa == PN_NONE32) {
        c->failed = true;
        return;
    }
    cel_code_node(c, node->args.items[0]);
    code_emit(c, PN_CODE_MATCH, 0, dfa);
}

/* isSubset(a, b) asks whether b contains a. */
static void code_within(struct coding *c, const struct cel_node *node)
{
    cel_code_node(c, node->args.items[1]);
    cel_code_node(c, node->args.items[0]);
    code_emit(c, PN_CODE_CALL, 2, PN_BUILTIN_SETS_CONTAINS);
}

/* A time zone by name becomes its table: a device has no database, so there is no other way to say
 * one. An offset is text as it is. */
static void code_zone(struct coding *c, const struct cel_node *node)
{
    struct arena *arena = c->l->image->arena;
    struct cel_value zone;
    struct bytes table = { 0 };
    int32_t offset_s;

    enum cel_constness constness =
        cel_const(arena, c->l->image->diagnostics, c->l->scope, node, &zone);
    if (constness == CEL_WRONG) {
        c->failed = true;
        return;
    }
    if (constness == CEL_NOT_CONSTANT && c->l->scope->kind != SCOPE_ALONE_AT_RUN) {
        code_wrong(c, node, "a time zone is a constant text: its table is made while building");
        return;
    }
    bool is_name = constness == CEL_CONSTANT && zone.type == CEL_STRING &&
                   !pn_zone_offset_read(zone.s, &offset_s);
    if (!is_name) {
        cel_code_node(c, node);
        return;
    }
    const char *why = zone_compile(arena, ZONE_FOLDER, zone.s, &table);
    if (why != NULL) {
        cel_code_unknown(c, node, why);
        return;
    }
    void *copy = arena_take(arena, table.len);
    memcpy(copy, table.at, table.len);
    code_value(c, &(struct cel_value){ .type = CEL_BYTES, .s = pn_slice(copy, table.len) });
    bytes_free(&table);
}

static bool takes_zone(const struct cel_call *call)
{
    return call->number >= PN_BUILTIN_FULL_YEAR && call->number <= PN_BUILTIN_MILLISECONDS;
}

void cel_code_call(struct coding *c, const struct cel_node *node)
{
    struct cel_call call = cel_call_of(c->l->image->arena, c->l->scope, node);

    switch (call.function) {
    case CEL_FUNCTION_NONE: cel_code_unknown(c, node, call.says); return;
    case CEL_FUNCTION_SAME: cel_code_node(c, node->args.items[0]); return;
    case CEL_FUNCTION_NOW: code_emit(c, PN_CODE_NOW, 0, 0); return;
    case CEL_FUNCTION_SINCE:
        code_emit(c, PN_CODE_NOW, 0, 0);
        cel_code_node(c, node->args.items[0]);
        code_emit(c, PN_CODE_SUBTRACT, 0, 0);
        return;
    case CEL_FUNCTION_MATCHES: code_matches(c, node); return;
    case CEL_FUNCTION_SHARES:
        code_arguments(c, node, 0);
        code_emit(c, PN_CODE_CALL, 2, PN_BUILTIN_SETS_INTERSECTS);
        return;
    case CEL_FUNCTION_WITHIN: code_within(c, node); return;
    case CEL_FUNCTION_REGEX: cel_code_regex(c, node, (enum cel_regex)call.number); return;
    case CEL_FUNCTION_BUILTIN: break;
    }
    if (takes_zone(&call) && node->args.count == call.first + 2) {
        cel_code_node(c, node->args.items[call.first]);
        code_zone(c, node->args.items[call.first + 1]);
    } else {
        code_arguments(c, node, call.first);
    }
    code_emit(c, PN_CODE_CALL, (uint32_t)(node->args.count - call.first), call.number);
}
