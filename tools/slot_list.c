/* see slot_list.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/slot_list.h"

#include "policy/record.h"
#include "tools/compile/secret_name.h"
#include "tools/compile/yaml.h"
#include "tools/print_bytes.h"

enum { SHOWN_BYTES_MAX = 160 };

static void add(struct slot_list *list, uint16_t slot)
{
    if (slot == PN_NONE16) return;
    for (size_t i = 0; i < list->count; i++) {
        if (list->slots[i] == slot) return;
    }
    if (list->count < SLOT_LIST_MAX) list->slots[list->count++] = slot;
}

static void add_of_block(const struct pn_policy *policy, uint32_t block, struct slot_list *list)
{
    const uint8_t *at = pn_record(policy, PN_POLICY_SECTION_CODE_BLOCKS, PN_BLOCK_BYTES, block);
    uint32_t first = pn_load32(at + PN_BLOCK_FIRST);

    for (uint16_t i = 0; i < pn_load16(at + PN_BLOCK_COUNT); i++) {
        const uint8_t *step =
            pn_record(policy, PN_POLICY_SECTION_VALUE_CODE, PN_CODE_BYTES, first + i);
        uint16_t argument = pn_load16(step + PN_CODE_B);
        if (step[PN_CODE_OP] == PN_CODE_SLOT) add(list, argument);
        if (step[PN_CODE_OP] == PN_CODE_PREDICATE) slot_list_of_predicate(policy, argument, list);
    }
}

/* A predicate in value code runs none itself, so this goes two levels deep at most. */
void slot_list_of_predicate(const struct pn_policy *policy, uint16_t predicate,
                            struct slot_list *list)
{
    const uint8_t *at = pn_predicate_at(policy, predicate);

    add(list, pn_load16(at + PN_PREDICATE_SLOT));
    if (at[PN_PREDICATE_KIND] != PN_PREDICATE_HAS) add(list, pn_load16(at + PN_PREDICATE_PEER));
    if (at[PN_PREDICATE_KIND] == PN_PREDICATE_CODE)
        add_of_block(policy, pn_load32(at + PN_PREDICATE_ARG), list);
}

static void write_cut(struct bytes *out, struct pn_slice text)
{
    size_t len = text.len;

    if (len > SHOWN_BYTES_MAX) {
        len = SHOWN_BYTES_MAX;
        while (len > 0 && (text.at[len] & 0xc0) == 0x80) len--;
    }
    bytes_append(out, pn_slice_head(text, len));
}

static void write_string(struct bytes *out, const struct pn_value *value)
{
    struct pn_text_iter it;
    struct bytes text = { 0 }, cut = { 0 };
    int ch;

    pn_text_begin(&it, value);
    while ((ch = pn_text_next(&it)) >= 0) bytes_append_u8(&text, (uint8_t)ch);
    write_cut(&cut, bytes_slice(&text));
    if (cut.len < text.len) bytes_append(&cut, PN_SLICE("..."));
    print_json(out, "", bytes_slice(&cut));
    bytes_free(&text);
    bytes_free(&cut);
}

static bool holds_secret(const struct yaml_node *node)
{
    for (size_t i = 0; i < node->items.count; i++) {
        if (holds_secret(node->items.items[i])) return true;
    }
    for (size_t i = 0; i < node->pairs.count; i++) {
        struct yaml_pair pair = node->pairs.items[i];
        if (secret_name(pair.key->text) || holds_secret(pair.value)) return true;
    }
    return false;
}

/* What cannot be read again is not shown either. */
static bool text_holds_secret(struct pn_slice json)
{
    struct diagnostics diagnostics = { 0 };
    struct yaml_node *root = yaml_read(&diagnostics.arena, &diagnostics, "value", json);
    bool holds = root == NULL || holds_secret(root);

    diag_free(&diagnostics);
    return holds;
}

/* Raw JSON of a list or map: where it is long only how long. */
static void write_container(struct bytes *out, const struct pn_value *value)
{
    bool built = (value->flags & PN_VALUE_BUILT) != 0;

    if (!built && value->len <= SHOWN_BYTES_MAX && text_holds_secret(pn_value_text(value))) {
        print_bytes(out, "\"(hidden)\"");
        return;
    }
    if (built || value->len > SHOWN_BYTES_MAX) {
        const char *kind = value->type == PN_LIST ? "list" : "map";
        print_bytes(out, "\"(a %s of %u bytes)\"", kind, value->len);
    } else {
        bytes_append(out, pn_value_text(value));
    }
}

void slot_write_value(struct bytes *out, const struct pn_policy *policy, uint16_t slot,
                      const struct pn_value *value)
{
    if ((pn_policy_slot_flags(policy, slot) & PN_SLOT_SECRET) != 0 && value->type != PN_ABSENT) {
        print_bytes(out, "\"(hidden)\"");
        return;
    }
    switch ((enum pn_type)value->type) {
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN:
    case PN_NULL: print_bytes(out, "null"); break;
    case PN_BOOL: print_bytes(out, value->as.b ? "true" : "false"); break;
    case PN_INT: print_bytes(out, "%lld", (long long)value->as.i); break;
    case PN_DOUBLE: print_bytes(out, "%.17g", value->as.d); break;
    case PN_STRING: write_string(out, value); break;
    case PN_LIST:
    case PN_MAP: write_container(out, value); break;
    }
}
