/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "policy/code_flow.h"
#include "tools/compile/image.h"
#include "tools/compile/trie_write.h"

#define LOOP_ITEMS_MIN 32u /* a policy whose loops may not even visit so many is refused */

static struct bytes *section(struct image_writing *w, enum pn_policy_section number)
{
    return &w->sections[number];
}

static void sort_roles(struct image_writing *w)
{
    struct image *image = w->image;
    size_t count = image->roles.count;
    uint32_t *order = image_sorted(image->arena, image->roles.items, count);

    w->role_position = arena_take(image->arena, (count + 1) * sizeof *w->role_position);
    for (size_t i = 0; i < count; i++) {
        w->role_position[order[i]] = (uint16_t)i;
        bytes_append_u32(section(w, PN_POLICY_SECTION_ROLES),
                         image_string(image, image->roles.items[order[i]]));
    }
    w->role_words = (count + image->derived.count + 63) / 64;
    if (w->role_words == 0) w->role_words = 1;
}

uint16_t image_role_bit(const struct image *image, struct pn_slice name)
{
    uint16_t before = 0;
    bool known = false;

    for (size_t i = 0; i < image->roles.count; i++) {
        int order = pn_slice_order(image->roles.items[i], name);
        before = (uint16_t)(before + (order < 0));
        known = known || order == 0;
    }
    return known ? before : PN_NONE16;
}

uint32_t image_write_roles(struct image_writing *w, const struct image_roles *roles)
{
    struct bytes *masks = section(w, PN_POLICY_SECTION_ROLE_MASKS);
    uint64_t words[PN_POLICY_ROLE_WORDS_MAX] = { 0 };
    size_t mask_bytes = 8 * w->role_words;
    struct bytes mask = { 0 };

    if (roles->any) return PN_NONE32;
    for (size_t i = 0; i < roles->roles.count; i++) {
        size_t bit = w->role_position[roles->roles.items[i]];
        words[bit / 64] |= 1ull << bit % 64;
    }
    for (size_t i = 0; i < roles->derived.count; i++) {
        size_t bit = w->image->roles.count + roles->derived.items[i];
        words[bit / 64] |= 1ull << bit % 64;
    }
    for (size_t i = 0; i < w->role_words; i++) bytes_append_u64(&mask, words[i]);
    size_t at = 0;
    while (at < masks->len && memcmp(masks->at + at, mask.at, mask_bytes) != 0) at += mask_bytes;
    if (at == masks->len) bytes_append(masks, bytes_slice(&mask));
    bytes_free(&mask);
    return (uint32_t)(at / mask_bytes);
}

static void write_values(struct image_writing *w)
{
    struct image *image = w->image;
    struct bytes *constants = section(w, PN_POLICY_SECTION_CONSTANTS);
    struct bytes *sets = section(w, PN_POLICY_SECTION_SETS);
    struct bytes *members = section(w, PN_POLICY_SECTION_SET_MEMBERS);

    for (size_t i = 0; i < image->constants.count; i++) {
        bytes_append_u8(constants, image->constants.items[i].type);
        bytes_append_zero(constants, 3);
        bytes_append_u32(constants, image->constants.items[i].nanos);
        bytes_append_u64(constants, image->constants.items[i].value);
    }
    for (size_t i = 0; i < image->sets.count; i++) {
        const struct image_set *set = &image->sets.items[i];
        bytes_append_u32(sets, (uint32_t)(members->len / 4));
        bytes_append_u16(sets, set->strings);
        bytes_append_u16(sets, set->numbers);
        bytes_append_u8(sets, set->flags);
        bytes_append_zero(sets, 3);
        for (size_t m = 0; m < set->members.count; m++) {
            bytes_append_u32(members, set->members.items[m]);
        }
    }
}

/* R.attr.arguments, what is below it, and R.attr as a whole, which holds them. */
static bool is_argument(const struct attr_path *path)
{
    if (path->root != ATTR_RESOURCE || !pn_slice_equal(path->steps.items[0], PN_SLICE("attr")))
        return false;
    return path->steps.count == 1 || pn_slice_equal(path->steps.items[1], PN_SLICE("arguments"));
}

static void write_slots(struct image_writing *w)
{
    struct bytes *slots = section(w, PN_POLICY_SECTION_SLOTS);

    for (size_t i = 0; i < w->image->slots.count; i++) {
        const struct image_slot *slot = &w->image->slots.items[i];
        bytes_append_u16(slots, slot->fact);
        bytes_append_u16(slots, (uint16_t)((is_argument(&slot->path) ? PN_SLOT_ARGUMENT : 0) |
                                           (slot->secret || slot->unread ? PN_SLOT_SECRET : 0)));
        bytes_append_u32(slots, slot->text);
    }
}

static void write_predicates(struct image_writing *w)
{
    struct bytes *predicates = section(w, PN_POLICY_SECTION_PREDICATES);

    for (size_t i = 0; i < w->image->predicates.count; i++) {
        const struct image_predicate *p = &w->image->predicates.items[i];
        uint32_t arg = p->kind == PN_PREDICATE_ROLE ? w->role_position[p->arg] : p->arg;
        bytes_append_u8(predicates, p->kind);
        bytes_append_u8(predicates, p->op);
        bytes_append_u16(predicates, p->slot);
        bytes_append_u16(predicates, p->peer);
        bytes_append_u16(predicates, 0);
        bytes_append_u32(predicates, arg);
        bytes_append_u32(predicates, p->text);
    }
}

/* Returns how many words were written; literals are sorted by predicate. */
static uint16_t write_masks(struct bytes *masks, const struct image_term *term)
{
    uint16_t words = 0;

    for (size_t i = 0; i < term->literals.count; words++) {
        uint32_t word = term->literals.items[i] / 128;
        uint64_t need[2] = { 0, 0 };
        for (; i < term->literals.count && term->literals.items[i] / 128 == word; i++) {
            uint32_t literal = term->literals.items[i];
            need[literal & 1] |= 1ull << (literal / 2) % 64;
        }
        bytes_append_u32(masks, word);
        bytes_append_u64(masks, need[0]);
        bytes_append_u64(masks, need[1]);
    }
    return words;
}

static void write_condition(struct image_writing *w, const struct image_condition *condition)
{
    struct bytes *conditions = section(w, PN_POLICY_SECTION_CONDITIONS);
    struct bytes *conjunctions = section(w, PN_POLICY_SECTION_CONJUNCTIONS);
    struct bytes *masks = section(w, PN_POLICY_SECTION_MASKS);
    struct bytes *program = section(w, PN_POLICY_SECTION_PROGRAM);
    uint8_t kind = PN_CONDITION_PROGRAM;
    uint16_t count = (uint16_t)condition->program.count;
    uint32_t first = (uint32_t)(program->len / PN_INSN_BYTES);

    for (size_t i = 0; i < condition->program.count; i++) {
        bytes_append_u8(program, condition->program.items[i].op);
        bytes_append_u8(program, 0);
        bytes_append_u16(program, condition->program.items[i].arg);
    }
    if (condition->terms.count == 1) {
        kind = PN_CONDITION_MASK;
        first = (uint32_t)(masks->len / PN_MASK_BYTES);
        count = write_masks(masks, &condition->terms.items[0]);
    } else if (condition->terms.count > 1) {
        kind = PN_CONDITION_DNF;
        first = (uint32_t)(conjunctions->len / PN_CONJUNCTION_BYTES);
        count = (uint16_t)condition->terms.count;
        for (size_t i = 0; i < condition->terms.count; i++) {
            uint32_t mask = (uint32_t)(masks->len / PN_MASK_BYTES);
            uint16_t words = write_masks(masks, &condition->terms.items[i]);
            bytes_append_u32(conjunctions, mask);
            bytes_append_u16(conjunctions, words);
            bytes_append_u16(conjunctions, 0);
        }
    }
    bytes_append_u8(conditions, kind);
    bytes_append_u8(conditions, 0);
    bytes_append_u16(conditions, count);
    bytes_append_u32(conditions, first);
}

static void write_rules(struct image_writing *w)
{
    struct bytes *rules = section(w, PN_POLICY_SECTION_RULES);
    struct bytes *derived = section(w, PN_POLICY_SECTION_DERIVED);

    for (size_t i = 0; i < w->image->rules.count; i++) {
        const struct image_rule *rule = &w->image->rules.items[i];
        bytes_append_u8(rules, rule->effect);
        bytes_append_u8(rules, rule->outcome);
        bytes_append_u16(rules, 0);
        bytes_append_u32(rules, image_write_roles(w, &rule->roles));
        bytes_append_u32(rules, rule->condition);
        bytes_append_u32(rules, rule->activated);
        bytes_append_u32(rules, rule->unmet);
        bytes_append_u32(rules, rule->name);
        bytes_append_u32(rules, rule->source);
        bytes_append_u16(rules, rule->derived);
        bytes_append_u16(rules, rule->memory);
    }
    for (size_t i = 0; i < w->image->derived.count; i++) {
        const struct image_derived *role = &w->image->derived.items[i];
        bytes_append_u32(derived, role->name);
        bytes_append_u32(derived, image_write_roles(w, &role->parents));
        bytes_append_u32(derived, role->condition);
        bytes_append_u32(derived, 0);
    }
}

static void write_outputs(struct image_writing *w)
{
    struct bytes *outputs = section(w, PN_POLICY_SECTION_OUTPUTS);

    for (size_t i = 0; i < w->image->outputs.count; i++) {
        const struct image_output *output = &w->image->outputs.items[i];
        bytes_append_u32(outputs, output->json);
        bytes_append_u32(outputs, output->reason);
        bytes_append_u32(outputs, output->remediation);
        bytes_append_u32(outputs, output->acr);
        bytes_append_u32(outputs, output->approvers);
        bytes_append_u32(outputs, output->ttl_s);
        bytes_append_zero(outputs, 8);
        bytes_append_u32(outputs, output->code);
        bytes_append_u32(outputs, output->reason_code);
        bytes_append_u32(outputs, output->remediation_code);
    }
}

static void write_dfa(struct image_writing *w, const struct image_dfa *entry)
{
    struct bytes *dfas = section(w, PN_POLICY_SECTION_DFAS);
    struct bytes *out = section(w, PN_POLICY_SECTION_DFA_BYTES);
    const struct dfa *dfa = &entry->dfa;
    uint32_t at = (uint32_t)out->len;
    size_t entries = (size_t)dfa->states * dfa->classes;
    uint8_t width = dfa->states <= 256 ? 1 : 2;

    bytes_append(out, pn_slice(dfa->class_of, 256));
    for (size_t i = 0; i < entries; i++) {
        bytes_append_u8(out, (uint8_t)dfa->next[i]);
        if (width == 2) bytes_append_u8(out, (uint8_t)(dfa->next[i] >> 8));
    }
    for (size_t s = 0; s < dfa->states; s += 8) {
        uint8_t bits = 0;
        for (size_t i = s; i < s + 8 && i < dfa->states; i++) {
            if (dfa->accepts[i]) bits = (uint8_t)(bits | 1u << (i - s));
        }
        bytes_append_u8(out, bits);
    }
    bytes_append_u32(dfas, at);
    bytes_append_u32(dfas, at + 256);
    bytes_append_u32(dfas, at + 256 + (uint32_t)entries * width);
    bytes_append_u16(dfas, dfa->states);
    bytes_append_u16(dfas, dfa->classes);
    bytes_append_u16(dfas, dfa->start);
    bytes_append_u8(dfas, width);
    bytes_append_u8(dfas, 0);
    bytes_append_u32(dfas, image_string(w->image, entry->pattern));
}

static void write_header(struct image_writing *w, const struct trie_places *places)
{
    struct bytes *header = section(w, PN_POLICY_SECTION_HEADER);
    uint64_t cost = w->image->predicates.count + w->code_cost;
    uint32_t features = pn_code_features(bytes_slice(section(w, PN_POLICY_SECTION_VALUE_CODE)),
                                         bytes_slice(section(w, PN_POLICY_SECTION_CONSTANTS)));

    if (w->image->blocks.count > 0) features |= PN_FEATURE_VALUE_CODE;
    if (w->image->schema_bindings.count > 0) features |= PN_FEATURE_SCHEMAS;
    if (w->image->mode == PN_MODE_CERBOS54) features |= PN_FEATURE_CERBOS54;
    else if (w->image->scopes.count > 0) features |= PN_FEATURE_LAYERS;

    bytes_append_u16(header, PN_POLICY_FORMAT);
    bytes_append_u16(header, PN_POLICY_ENGINE);
    bytes_append_u32(header, features);
    bytes_append_u8(header, (uint8_t)w->image->mode);
    bytes_append_u8(header, (uint8_t)w->role_words);
    bytes_append_u16(header, w->loop_items);
    bytes_append_u32(header, (uint32_t)(cost < UINT32_MAX ? cost : UINT32_MAX));
    bytes_append_u16(header, places->principal);
    bytes_append_u16(header, places->resource);
    bytes_append_u16(header, places->arguments);
    bytes_append_u16(header, places->jwt);
    bytes_append_u16(header, places->claims);
    bytes_append_zero(header, 6);
}

static void write_steps(struct bytes *out, const struct image_code *code)
{
    for (size_t i = 0; i < code->steps.count; i++) {
        bytes_append_u8(out, code->steps.items[i].op);
        bytes_append_u8(out, code->steps.items[i].a);
        bytes_append_u16(out, code->steps.items[i].b);
    }
}

static bool measure(const struct image_block *block, uint16_t loop_items, struct pn_code_size *size)
{
    struct bytes code = { 0 };

    write_steps(&code, &block->code);
    bool fits = pn_code_measure(&pn_modules_all, bytes_slice(&code), loop_items, size);
    bytes_free(&code);
    return fits;
}

static bool code_loops(const struct image *image)
{
    for (size_t i = 0; i < image->blocks.count; i++) {
        const struct image_code *code = &image->blocks.items[i].code;
        for (size_t s = 0; s < code->steps.count; s++) {
            if (code->steps.items[s].op == PN_CODE_LOOP) return true;
        }
    }
    return false;
}

/* The most elements that every loop may visit without a block becoming too dear. */
static bool choose_loop_items(struct image_writing *w)
{
    struct image *image = w->image;
    struct pn_code_size size;
    uint16_t items = code_loops(image) ? PN_POLICY_LOOP_ITEMS_MAX : 0;
    size_t good = 0;

    while (good < image->blocks.count) {
        const struct image_block *block = &image->blocks.items[good];
        if (measure(block, items, &size)) {
            good++;
        } else if (items > LOOP_ITEMS_MIN) {
            items /= 2;
            good = 0;
        } else {
            diag_error(image->diagnostics, block->mark,
                       "over lists of %u elements this expression takes more than %d steps, nest "
                       "fewer macros or split it",
                       LOOP_ITEMS_MIN, PN_POLICY_BLOCK_COST_MAX);
            return false;
        }
    }
    w->loop_items = items;
    return true;
}

static void write_blocks(struct image_writing *w)
{
    struct bytes *blocks = section(w, PN_POLICY_SECTION_CODE_BLOCKS);
    struct bytes *code = section(w, PN_POLICY_SECTION_VALUE_CODE);

    for (size_t i = 0; i < w->image->blocks.count; i++) {
        const struct image_block *block = &w->image->blocks.items[i];
        struct pn_code_size size = { 0, 0 };
        (void)measure(block, w->loop_items, &size);
        bytes_append_u32(blocks, (uint32_t)(code->len / PN_CODE_BYTES));
        bytes_append_u16(blocks, (uint16_t)block->code.steps.count);
        bytes_append_u16(blocks, size.stack);
        bytes_append_u32(blocks, size.cost);
        bytes_append_u32(blocks, 0);
        write_steps(code, &block->code);
        w->code_cost += size.cost;
    }
}

/* Last, when nothing interns a string any more. */
static void write_strings(struct image_writing *w)
{
    struct bytes *strings = section(w, PN_POLICY_SECTION_STRINGS);

    for (size_t i = 0; i < w->image->strings.count; i++) {
        bytes_append_u32(strings, w->image->string_at.items[i]);
        bytes_append_u32(strings, (uint32_t)w->image->strings.items[i].len);
    }
    bytes_append(section(w, PN_POLICY_SECTION_STRING_BYTES), bytes_slice(&w->image->string_bytes));
}

static bool within_at(struct image *image, struct mark mark, const char *what, size_t count,
                      size_t max)
{
    if (count <= max) return true;
    diag_error(image->diagnostics, mark, "together they have %zu %s, an engine takes %zu", count,
               what, max);
    return false;
}

static bool within(struct image *image, const char *what, size_t count, size_t max)
{
    return within_at(image, (struct mark){ "policies", 0, 0 }, what, count, max);
}

/* Attributes are told where the first one too many is read. */
static bool slots_fit(struct image *image)
{
    const size_t max = PN_POLICY_SLOTS_MAX;

    if (image->slots.count <= max) return true;
    return within_at(image, image->slots.items[max].mark, "attributes", image->slots.count, max);
}

static bool fits(struct image *image)
{
    bool predicates =
        within(image, "distinct conditions", image->predicates.count, PN_POLICY_PREDICATES_MAX);
    bool slots = slots_fit(image);
    bool rules = within(image, "rules", image->rules.count, PN_POLICY_RULES_MAX);
    bool memories = within(image, "rules of derived roles whose visits are remembered",
                           image->memories, PN_POLICY_MEMORIES_MAX);
    bool scopes = within(image, "scopes", image->scopes.count, PN_POLICY_SCOPES_MAX);
    bool roles = within(image, "roles and derived roles", image->roles.count + image->derived.count,
                        (size_t)PN_POLICY_ROLE_WORDS_MAX * 64);

    return predicates && slots && rules && roles && memories && scopes;
}

bool image_write(struct image *image, struct bytes sections[PN_POLICY_SECTION_COUNT])
{
    struct image_writing w = { .image = image, .sections = sections };
    struct trie_places places = { 0 };

    if (!fits(image) || !choose_loop_items(&w)) return false;
    if (!trie_write(image, section(&w, PN_POLICY_SECTION_TRIE), &places)) return false;
    sort_roles(&w);
    write_values(&w);
    write_slots(&w);
    write_predicates(&w);
    for (size_t i = 0; i < image->conditions.count; i++) {
        write_condition(&w, &image->conditions.items[i]);
    }
    write_rules(&w);
    write_outputs(&w);
    image_write_dispatch(&w);
    if (image->scopes.count > 0) image_write_layers(&w);
    if (image->schema_bindings.count > 0) image_write_schemas(&w);
    for (size_t i = 0; i < image->dfas.count; i++) write_dfa(&w, &image->dfas.items[i]);
    write_blocks(&w);
    write_header(&w, &places);
    write_strings(&w);
    return true;
}
