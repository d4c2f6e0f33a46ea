/* see schema.h: a value against a node.
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/compare.h"
#include "policy/dfa.h"
#include "policy/elements.h"
#include "policy/predicate.h"
#include "policy/schema.h"

#define EXACT_MAX 9007199254740992.0 /* 2^53: every integer up to here is a double */

struct run {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_schema_report *report;
    uint32_t steps_left;
    enum pn_side side;
};

/* How a value was reached: the last step of its path. */
struct place {
    const struct place *up; /* NULL: the attributes themselves */
    struct pn_value key;    /* of a map's entry; PN_INT: position in a list */
};

struct words {
    const uint8_t *at; /* the next record */
    uint32_t left;
};

static bool check_node(struct run *r, uint32_t node, const struct pn_value *v,
                       const struct place *place);

static const uint8_t *word_at(const struct pn_policy *p, uint32_t index)
{
    return pn_record(p, PN_POLICY_SECTION_SCHEMA_WORDS, PN_SCHEMA_WORD_BYTES, index);
}

static uint32_t index_of(const struct run *r, const uint8_t *word)
{
    return (uint32_t)((word - word_at(r->policy, 0)) / PN_SCHEMA_WORD_BYTES);
}

static uint16_t a_of(const uint8_t *word)
{
    return pn_load16(word + PN_SCHEMA_WORD_A);
}

static uint32_t b_of(const uint8_t *word)
{
    return pn_load32(word + PN_SCHEMA_WORD_B);
}

/* --- telling --- */

/* A step of a JSON Pointer (RFC 6901). */
static void write_step(struct pn_writer *w, const struct pn_value *key)
{
    struct pn_text_iter it;

    pn_write_text(w, "/");
    if (key->type == PN_INT) {
        pn_write_u64(w, (uint64_t)key->as.i);
        return;
    }
    pn_text_begin(&it, key);
    for (int ch = pn_text_next(&it); ch >= 0; ch = pn_text_next(&it)) {
        uint8_t byte = (uint8_t)ch;
        if (ch == '~') pn_write_text(w, "~0");
        else if (ch == '/') pn_write_text(w, "~1");
        else pn_write(w, pn_slice(&byte, 1));
    }
}

static struct pn_slice write_path(struct pn_writer *w, const struct place *place)
{
    const struct place *chain[PN_POLICY_SCHEMA_DEPTH_MAX];
    size_t begin = w->len, count = 0;

    for (; place->up != NULL && count < PN_POLICY_SCHEMA_DEPTH_MAX; place = place->up) {
        chain[count++] = place;
    }
    while (count > 0) write_step(w, &chain[--count]->key);
    return pn_slice(w->at + begin, w->len - begin);
}

/* Always false, so that whoever found it returns it. */
static bool fail(struct run *r, enum pn_schema_op op, const uint8_t *word, const struct pn_value *v,
                 const struct place *place)
{
    struct pn_schema_report *report = r->report;

    report->total++;
    if (report->count == report->max) return false;
    struct pn_schema_failure *f = &report->failures[report->count++];
    f->side = r->side;
    f->op = op;
    f->word = word != NULL ? index_of(r, word) : 0;
    f->value = *v;
    f->path = write_path(&report->text, place);
    return false;
}

static bool pay(struct run *r, uint32_t steps)
{
    bool enough = steps <= r->steps_left;

    r->steps_left = enough ? r->steps_left - steps : 0;
    return enough;
}

/* A step for each keyword, and one for about 64 bytes that it may look at. */
static bool spend(struct run *r, const struct pn_value *v)
{
    bool text = v->type == PN_STRING || v->type == PN_LIST || v->type == PN_MAP;

    return pay(r, 1 + (text ? v->len / 64 : 0));
}

/* --- scalars --- */

static bool is_whole(double d)
{
    if (d >= EXACT_MAX || d <= -EXACT_MAX) return d - d == 0; /* not infinite */
    return d == (double)(int64_t)d;
}

static uint16_t types_of(const struct pn_value *v)
{
    switch ((enum pn_type)v->type) {
    case PN_NULL: return PN_SCHEMA_NULL;
    case PN_BOOL: return PN_SCHEMA_BOOLEAN;
    case PN_INT: return PN_SCHEMA_INTEGER | PN_SCHEMA_NUMBER;
    case PN_DOUBLE:
        return is_whole(v->as.d) ? PN_SCHEMA_INTEGER | PN_SCHEMA_NUMBER : PN_SCHEMA_NUMBER;
    case PN_STRING: return PN_SCHEMA_STRING;
    case PN_LIST: return PN_SCHEMA_LIST;
    case PN_MAP: return PN_SCHEMA_MAP;
    case PN_ABSENT:
    case PN_ERROR:
    case PN_UNKNOWN: break;
    }
    return 0;
}

/* The double, a whole number beyond 2^53, modulo n: its mantissa doubled as often as it says. */
static int64_t remainder_of_large(double d, int64_t n)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    int64_t rest = (int64_t)((bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52) % n;
    for (uint32_t power = (uint32_t)(bits >> 52 & 0x7FF); power > 1075; power--)
        rest = rest * 2 % n;
    return rest;
}

/* Is the number a multiple of n / 10^decimals, read as the decimal it was written as? */
static bool is_multiple(const struct pn_value *v, uint16_t decimals, int64_t n)
{
    int64_t scale = 1;

    for (uint16_t i = 0; i < decimals; i++) scale *= 10;
    if (v->type == PN_INT) return v->as.i % n * (scale % n) % n == 0;
    double scaled = v->as.d * (double)scale;
    if (!(scaled < EXACT_MAX && scaled > -EXACT_MAX)) {
        if (!is_whole(v->as.d)) return false;
        bool exact = v->as.d < EXACT_MAX && v->as.d > -EXACT_MAX;
        int64_t rest = exact ? (int64_t)v->as.d % n : remainder_of_large(v->as.d, n);
        return rest * (scale % n) % n == 0;
    }
    int64_t whole = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return (double)whole / (double)scale == v->as.d && whole % n == 0;
}

static bool number_passes(const struct pn_policy *p, const uint8_t *word, const struct pn_value *v)
{
    enum pn_schema_op op = (enum pn_schema_op)word[PN_SCHEMA_WORD_OP];

    if (!pn_value_is_number(v)) return true;
    if (op == PN_SCHEMA_MULTIPLE) return is_multiple(v, a_of(word), (int64_t)b_of(word));
    struct pn_value bound = pn_constant(p, b_of(word));
    enum pn_order order = pn_number_order(v, &bound);
    if (op == PN_SCHEMA_MINIMUM) return order == PN_SAME || order == PN_MORE_THAN;
    if (op == PN_SCHEMA_MAXIMUM) return order == PN_SAME || order == PN_LESS;
    return order == (op == PN_SCHEMA_ABOVE ? PN_MORE_THAN : PN_LESS);
}

static bool text_passes(const struct pn_policy *p, const uint8_t *word, const struct pn_value *v)
{
    enum pn_schema_op op = (enum pn_schema_op)word[PN_SCHEMA_WORD_OP];

    if (v->type != PN_STRING) return true;
    if (op == PN_SCHEMA_MIN_LENGTH) return pn_text_size(v) >= b_of(word);
    if (op == PN_SCHEMA_MAX_LENGTH) return pn_text_size(v) <= b_of(word);
    return pn_dfa_accepts(p, b_of(word), v);
}

/* --- lists --- */

static bool same_scalar(const struct pn_value *a, const struct pn_value *b)
{
    if (pn_value_is_number(a) && pn_value_is_number(b)) return pn_number_order(a, b) == PN_SAME;
    if (a->type != b->type) return false;
    if (a->type == PN_STRING) return pn_text_equal(a, b);
    return a->type == PN_NULL || (a->type == PN_BOOL && a->as.b == b->as.b);
}

static bool is_unique(struct run *r, const struct pn_value *list)
{
    struct pn_elements it, other;
    struct pn_value a, b;

    pn_elements_begin(&it, list);
    while (pn_elements_next(&it, &a)) {
        other = it;
        while (pn_elements_next(&other, &b)) {
            if (!spend(r, &b) || same_scalar(&a, &b)) return false;
        }
    }
    return true;
}

static bool count_passes(struct run *r, const uint8_t *word, const struct pn_value *v)
{
    enum pn_schema_op op = (enum pn_schema_op)word[PN_SCHEMA_WORD_OP];
    enum pn_type type = op >= PN_SCHEMA_MIN_PROPERTIES ? PN_MAP : PN_LIST;

    if (v->type != type || v->as.text == NULL) return true;
    if (op == PN_SCHEMA_UNIQUE) return is_unique(r, v);
    uint32_t count = pn_elements_count(v);
    bool least = op == PN_SCHEMA_MIN_ITEMS || op == PN_SCHEMA_MIN_PROPERTIES;
    return least ? count >= b_of(word) : count <= b_of(word);
}

/* The keyword of an ARRAY group that is about element `index`, or NULL. */
static const uint8_t *item_word(const uint8_t *group, uint32_t index)
{
    const uint8_t *word = group;

    for (uint16_t i = 0; i < a_of(group); i++) {
        word += PN_SCHEMA_WORD_BYTES;
        bool rest = word[PN_SCHEMA_WORD_OP] == PN_SCHEMA_ITEMS;
        if (rest ? index >= b_of(word) : index == b_of(word)) return word;
    }
    return NULL;
}

static bool check_array(struct run *r, const uint8_t *group, const struct pn_value *v,
                        const struct place *place)
{
    struct pn_elements it;
    struct place below = { .up = place };
    struct pn_value element;
    bool good = true;

    if (v->type != PN_LIST) return true;
    if (v->as.text == NULL) return fail(r, PN_SCHEMA_NONE, group, v, place);
    pn_elements_begin(&it, v);
    for (uint32_t i = 0; pn_elements_next(&it, &element); i++) {
        const uint8_t *word = item_word(group, i);
        below.key = pn_value_int(i);
        if (!pay(r, 1 + a_of(group) / 4u)) return fail(r, PN_SCHEMA_NONE, group, v, place);
        if (word != NULL) good = check_node(r, a_of(word), &element, &below) && good;
    }
    return good;
}

/* --- maps --- */

/* What the members of an OBJECT group say of one key. */
struct verdict_of_key {
    const uint8_t *property; /* NULL: none is about it */
    uint64_t required;       /* bits of those that want it */
};

static struct verdict_of_key ask_key(const struct run *r, const uint8_t *group,
                                     const struct pn_value *key)
{
    struct verdict_of_key found = { NULL, 0 };
    const uint8_t *word = group;
    unsigned bit = 0;

    for (uint16_t i = 0; i < a_of(group); i++) {
        word += PN_SCHEMA_WORD_BYTES;
        uint8_t op = word[PN_SCHEMA_WORD_OP];
        unsigned place = bit;
        if (op == PN_SCHEMA_REQUIRED) bit++;
        if (op == PN_SCHEMA_ADDITIONAL || !pn_value_is_text(key, pn_string(r->policy, b_of(word))))
            continue;
        if (op == PN_SCHEMA_REQUIRED) found.required |= (uint64_t)1 << place;
        if (op == PN_SCHEMA_PROPERTY) found.property = word;
    }
    return found;
}

/* The ADDITIONAL of the group, which comes last; or NULL. */
static const uint8_t *additional_of(const uint8_t *group)
{
    const uint8_t *last = group + (size_t)PN_SCHEMA_WORD_BYTES * a_of(group);

    return last[PN_SCHEMA_WORD_OP] == PN_SCHEMA_ADDITIONAL ? last : NULL;
}

static uint64_t all_required(const uint8_t *group)
{
    const uint8_t *word = group;
    uint64_t all = 0;

    for (uint16_t i = 0; i < a_of(group); i++) {
        word += PN_SCHEMA_WORD_BYTES;
        if (word[PN_SCHEMA_WORD_OP] == PN_SCHEMA_REQUIRED) all = all << 1 | 1;
    }
    return all;
}

static bool check_map(struct run *r, const uint8_t *group, const struct pn_value *v,
                      const struct place *place)
{
    const uint8_t *additional = additional_of(group);
    struct place below = { .up = place };
    struct pn_elements it;
    struct pn_value value;
    uint64_t seen = 0;
    bool good = true, strange = false;

    pn_elements_begin(&it, v);
    while (pn_elements_next_entry(&it, &below.key, &value)) {
        if (!pay(r, 1 + a_of(group) / 4u)) return fail(r, PN_SCHEMA_NONE, group, v, place);
        struct verdict_of_key found = ask_key(r, group, &below.key);
        const uint8_t *word = found.property != NULL ? found.property : additional;
        seen |= found.required;
        if (word == NULL) continue;
        if (a_of(word) == PN_NONE16) strange = true;
        else good = check_node(r, a_of(word), &value, &below) && good;
    }
    if (strange) good = fail(r, PN_SCHEMA_ADDITIONAL, group, v, place);
    if (seen != all_required(group)) good = fail(r, PN_SCHEMA_REQUIRED, group, v, place);
    return good;
}

static enum pn_place attributes_of(enum pn_side side)
{
    return side == PN_SIDE_PRINCIPAL ? PN_PLACE_PRINCIPAL : PN_PLACE_RESOURCE;
}

/* The attributes of a side that are there one by one. */
static bool check_attributes(struct run *r, const uint8_t *group, const struct pn_value *v,
                             const struct place *place)
{
    struct place below = { .up = place };
    const uint8_t *word = group;
    bool good = true, missing = false;

    for (uint16_t i = 0; i < a_of(group); i++) {
        word += PN_SCHEMA_WORD_BYTES;
        if (word[PN_SCHEMA_WORD_OP] == PN_SCHEMA_ADDITIONAL) continue;
        below.key = pn_value_string(pn_string(r->policy, b_of(word)));
        uint16_t slot =
            pn_policy_attr_slot(r->policy, attributes_of(r->side), pn_value_text(&below.key));
        bool there = slot != PN_NONE16 && r->facts->slots[slot].type != PN_ABSENT;
        if (word[PN_SCHEMA_WORD_OP] == PN_SCHEMA_REQUIRED) missing = missing || !there;
        else if (there) good = check_node(r, a_of(word), &r->facts->slots[slot], &below) && good;
    }
    if (missing) good = fail(r, PN_SCHEMA_REQUIRED, group, v, place);
    return good;
}

static bool check_object(struct run *r, const uint8_t *group, const struct pn_value *v,
                         const struct place *place)
{
    if (v->type != PN_MAP) return true;
    if (v->as.text != NULL) return check_map(r, group, v, place);
    if (place->up == NULL) return check_attributes(r, group, v, place);
    return fail(r, PN_SCHEMA_NONE, group, v, place); /* a map of which nothing is known */
}

/* --- several schemas --- */

/* What failed in branches does not count when another one holds. */
struct mark {
    size_t len;
    uint32_t total;
    uint16_t count;
    bool full;
};

static struct mark mark_of(const struct pn_schema_report *report)
{
    return (struct mark){ report->text.len, report->total, report->count, report->text.full };
}

static void back_to(struct pn_schema_report *report, struct mark mark)
{
    report->text.len = mark.len;
    report->text.full = mark.full;
    report->total = mark.total;
    report->count = mark.count;
}

static bool check_branches(struct run *r, const uint8_t *group, const struct pn_value *v,
                           const struct place *place)
{
    enum pn_schema_op op = (enum pn_schema_op)group[PN_SCHEMA_WORD_OP];
    struct mark mark = mark_of(r->report);
    const uint8_t *word = group;
    struct pn_value both = pn_value_int(0);
    unsigned held = 0;

    for (uint16_t i = 0; i < a_of(group) && held <= (op == PN_SCHEMA_ONE_OF); i++) {
        word += PN_SCHEMA_WORD_BYTES;
        if (!check_node(r, a_of(word), v, place)) continue;
        both.as.i = both.as.i * 65536 + i;
        held++;
    }
    if (held > 0) back_to(r->report, mark);
    if (r->steps_left == 0) return fail(r, PN_SCHEMA_NONE, group, v, place);
    if (held > 1) return fail(r, op, group, &both, place);
    return held == 1;
}

static bool check_not(struct run *r, const uint8_t *word, const struct pn_value *v,
                      const struct place *place)
{
    struct mark mark = mark_of(r->report);
    bool held = check_node(r, a_of(word), v, place);

    back_to(r->report, mark);
    if (r->steps_left == 0) return fail(r, PN_SCHEMA_NONE, word, v, place);
    return !held || fail(r, PN_SCHEMA_NOT, word, v, place);
}

/* --- nodes --- */

static bool scalar_passes(struct run *r, const uint8_t *word, const struct pn_value *v)
{
    enum pn_schema_op op = (enum pn_schema_op)word[PN_SCHEMA_WORD_OP];

    if (op == PN_SCHEMA_FALSE) return false;
    if (op == PN_SCHEMA_TYPE) return (types_of(v) & a_of(word)) != 0;
    if (op <= PN_SCHEMA_ENUM) return pn_set_holds(r->policy, b_of(word), v) == PN_TRUE;
    if (op <= PN_SCHEMA_MAX_LENGTH) return text_passes(r->policy, word, v);
    if (op <= PN_SCHEMA_MULTIPLE) return number_passes(r->policy, word, v);
    return count_passes(r, word, v);
}

static bool check_word(struct run *r, const uint8_t *word, const struct pn_value *v,
                       const struct place *place)
{
    enum pn_schema_op op = (enum pn_schema_op)word[PN_SCHEMA_WORD_OP];

    if (op == PN_SCHEMA_OBJECT) return check_object(r, word, v, place);
    if (op == PN_SCHEMA_ARRAY) return check_array(r, word, v, place);
    if (op == PN_SCHEMA_ANY_OF || op == PN_SCHEMA_ONE_OF) return check_branches(r, word, v, place);
    if (op == PN_SCHEMA_REF) return check_node(r, a_of(word), v, place);
    if (op == PN_SCHEMA_NOT) return check_not(r, word, v, place);
    return scalar_passes(r, word, v) || fail(r, op, word, v, place);
}

static bool has_members(uint8_t op)
{
    return op == PN_SCHEMA_OBJECT || op == PN_SCHEMA_ARRAY || op == PN_SCHEMA_ANY_OF ||
           op == PN_SCHEMA_ONE_OF;
}

static bool check_node(struct run *r, uint32_t node, const struct pn_value *v,
                       const struct place *place)
{
    const uint8_t *at =
        pn_record(r->policy, PN_POLICY_SECTION_SCHEMA_NODES, PN_SCHEMA_NODE_BYTES, node);
    uint16_t left = pn_load16(at + PN_SCHEMA_NODE_COUNT);
    const uint8_t *word = word_at(r->policy, pn_load32(at + PN_SCHEMA_NODE_FIRST));
    bool good = true;

    if (v->type == PN_UNKNOWN || left == 0) return true;
    if (v->type <= PN_ERROR) return fail(r, PN_SCHEMA_NONE, NULL, v, place);
    while (left > 0) {
        uint8_t op = word[PN_SCHEMA_WORD_OP];
        uint16_t used = has_members(op) ? (uint16_t)(a_of(word) + 1) : 1;
        if (!spend(r, v)) return fail(r, PN_SCHEMA_NONE, NULL, v, place);
        good = check_word(r, word, v, place) && good;
        if (!good && op <= PN_SCHEMA_FALSE) return false;
        word += (size_t)PN_SCHEMA_WORD_BYTES * used;
        left = (uint16_t)(left - used);
    }
    return good;
}

/* All attributes as one map, where the facts have them so and all of them are known. */
static struct pn_value attributes(const struct pn_policy *p, const struct pn_facts *f,
                                  enum pn_side side)
{
    struct pn_trie trie = pn_policy_trie(p);
    uint16_t node = p->place_node[attributes_of(side)];
    struct pn_value one_by_one = pn_value_of(PN_MAP);

    if (node == 0 || f->phase == PN_PHASE_LIST) return one_by_one;
    uint16_t slot = pn_trie_slot(trie.nodes + (size_t)PN_TRIE_NODE_BYTES * node);
    if (slot == PN_NONE16 || f->slots[slot].type == PN_ABSENT) return one_by_one;
    return f->slots[slot];
}

bool pn_schema_check(const struct pn_policy *policy, const struct pn_facts *facts,
                     const uint8_t *binding, enum pn_side side, struct pn_schema_report *report)
{
    struct run r = { policy, facts, report, PN_POLICY_SCHEMA_STEPS_MAX, side };
    const uint8_t *at =
        binding + PN_SCHEMA_BINDING_SIDES + (size_t)PN_SCHEMA_SIDE_BYTES * (unsigned)side;
    struct pn_value value = attributes(policy, facts, side);
    struct place place = { 0 };

    report->count = 0;
    report->total = 0;
    return check_node(&r, pn_load32(at + PN_SCHEMA_SIDE_NODE), &value, &place);
}
