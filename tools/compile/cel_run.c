/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_run.h"

#include "tools/compile/body.h"
#include "tools/compile/cel_code.h"

bool cel_program(struct arena *arena, struct diagnostics *diagnostics, struct scope *scope,
                 enum pn_mode mode, enum cel_folding folding, const struct cel_node *node,
                 struct bytes *body)
{
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 };
    struct image image;
    struct lowering lowering = { .image = &image,
                                 .scope = scope,
                                 .literal = folding == CEL_LITERAL_INPUTS };

    image_begin(&image, arena, diagnostics, mode);
    bool written = cel_code(&lowering, node) != PN_NONE32 && image_write(&image, sections);
    if (written) body_write(body, sections, 0, pn_slice("", 0));
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    image_free(&image);
    return written;
}

bool cel_run(struct cel_run *run, struct pn_slice body, void *memory, uint32_t memory_bytes,
             int64_t now_ms, struct pn_value *value)
{
    if (pn_policy_open(&run->policy, body) != PN_POLICY_GOOD) return false;
    run->policy.mode = run->mode;
    pn_facts_begin(&run->facts, &run->policy, run->slots, PN_PHASE_CALL);
    run->facts.now_ms = now_ms;
    run->scratch = pn_scratch(memory, memory_bytes);
    run->machine = (struct pn_machine){ .policy = &run->policy,
                                        .facts = &run->facts,
                                        .scratch = &run->scratch };
    *value = pn_machine_run(&run->machine, 0);
    return true;
}

static bool list_of(struct arena *arena, struct pn_machine *machine, const struct pn_value *value,
                    struct cel_value *out)
{
    struct pn_sequence s;
    struct pn_value key, item;
    struct cel_entry entry;

    pn_sequence_begin(&s, machine, value);
    while (pn_sequence_next(&s, &key, &item)) {
        if (!cel_value_of(arena, machine, &item, &entry.value)) return false;
        if (value->type == PN_LIST) {
            LIST_PUSH(arena, &out->list, entry.value);
            continue;
        }
        if (!cel_value_of(arena, machine, &key, &entry.key)) return false;
        LIST_PUSH(arena, &out->map, entry);
    }
    return true;
}

bool cel_value_of(struct arena *arena, struct pn_machine *machine, const struct pn_value *value,
                  struct cel_value *out)
{
    struct pn_slice text = { 0 };

    *out = (struct cel_value){ .i = value->as.i };
    switch (value->type) {
    case PN_NULL: out->type = CEL_NULL; return true;
    case PN_BOOL:
        out->type = CEL_BOOL;
        out->b = value->as.b;
        return true;
    case PN_INT: out->type = CEL_INT; return true;
    case PN_UINT:
        out->type = CEL_UINT;
        out->u = pn_value_as_uint(value);
        return true;
    case PN_DOUBLE:
        out->type = CEL_DOUBLE;
        out->d = value->as.d;
        return true;
    case PN_STRING:
        out->type = CEL_STRING;
        if (!pn_machine_text(machine, value, &text)) return false;
        out->s = arena_copy(arena, text);
        return true;
    case PN_BYTES:
        out->type = CEL_BYTES;
        out->s = arena_copy(arena, pn_value_text(value));
        return true;
    case PN_TIMESTAMP:
    case PN_DURATION:
        if (value->node != 0) return false; /* no constant remembers a clock */
        out->type = value->type == PN_TIMESTAMP ? CEL_TIMESTAMP : CEL_DURATION;
        out->nanos = value->len;
        return true;
    case PN_TYPE: out->type = CEL_TYPE; return true;
    case PN_LIST:
    case PN_MAP:
        out->type = value->type == PN_LIST ? CEL_LIST : CEL_MAP;
        return list_of(arena, machine, value, out);
    default: return false;
    }
}
