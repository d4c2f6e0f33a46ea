/* machine.h - compute the values of expressions that predicates do not reach.
 *
 * The module for value code: a stack machine over the instructions of section VALUE_CODE, checked
 * when the policy was opened. It runs forward, loops over lists a bounded number of times, builds
 * values in memory that the caller lends, and cannot fail: whatever goes wrong is an error value.
 *
 * Values are struct pn_value. Types that JSON does not have follow enum pn_type. Lists and maps are
 * either JSON text as it came in the request or, with PN_VALUE_BUILT, cells in the scratch. Strings
 * may still hold JSON escapes (PN_VALUE_ESCAPED). Who looks into values goes through pn_sequence
 * and pn_machine_text(), and need not know.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_POLICY_MACHINE_H
#define PN_POLICY_MACHINE_H

#include "core/base/writer.h"
#include "policy/elements.h"
#include "policy/policy.h"
#include "policy/scratch.h"

/* Types beyond enum pn_type, in the same field. The numbers are part of the format. */
enum pn_built_type {
    PN_UINT = PN_MAP + 1, /* as.i, the 64 bits of an unsigned number */
    PN_BYTES,             /* as.text, len */
    PN_TIMESTAMP,         /* as.i seconds since 1970 rounded down, len nanoseconds, 0 to 10^9 - 1 */
    PN_DURATION,          /* as.i seconds rounded down, len nanoseconds likewise */
    PN_TYPE,              /* as.i, the number of a type */
    PN_IP,                /* as.text, 4 or 16 bytes (len) in network order */
    PN_CIDR,              /* likewise; `node` is the prefix length in bits */
    PN_HIERARCHY,         /* `items`, len strings (PN_VALUE_BUILT) */
    PN_SPIFFE_ID,         /* as.text, len: the whole identifier */
    PN_SPIFFE_TRUST_DOMAIN, /* as.text, len: the domain's name */
    PN_SPIFFE_MATCHER,      /* `items`, len: what is accepted; `node` enum of spiffe_functions.c */
    PN_BUILT_TYPE_COUNT,
    PN_LOOP_CELL = 255, /* a loop's own state; no expression ever sees it */
};

/* What an error value says (as.i of PN_ERROR). 0 is PN_FAULT_UNUSABLE: what a scanner could not
 * use. */
enum pn_fault {
#define PN_FAULT(symbol, sentence) PN_FAULT_##symbol,
#include "policy/machine_fault.def"
#undef PN_FAULT
    PN_FAULT_COUNT,
};

/* The sentence for people. */
struct pn_slice pn_fault_sentence(enum pn_fault fault);

struct pn_value pn_value_fault(enum pn_fault fault);

static inline struct pn_value pn_value_double(double d)
{
    return (struct pn_value){ .type = PN_DOUBLE, .as.d = d };
}

static inline struct pn_value pn_value_uint(uint64_t u)
{
    return (struct pn_value){ .type = PN_UINT, .as.i = (int64_t)u };
}

static inline uint64_t pn_value_as_uint(const struct pn_value *v)
{
    return (uint64_t)v->as.i;
}

/* An instant or a duration (`type` PN_TIMESTAMP or PN_DURATION); nanos are 0 to 10^9 - 1. The node of
 * an instant is how many minutes ahead of UTC string() shows it (mode cerbos54). */
static inline struct pn_value pn_value_time(enum pn_built_type type, int64_t seconds,
                                            uint32_t nanos)
{
    return (struct pn_value){ .type = (uint8_t)type, .len = nanos, .as.i = seconds };
}

struct pn_machine {
    const struct pn_policy *policy;
    const struct pn_facts *facts;
    struct pn_scratch *scratch;
    struct pn_eval *eval; /* for predicates and derived roles; may be NULL where none is read */
    uint32_t steps_left;
    bool cramped; /* a comparison could not be told, since the scratch had no room for it */
};

/* Run a block of an opened policy. The value borrows from the scratch, the policy and the facts;
 * it is never PN_ABSENT. */
struct pn_value pn_machine_run(struct pn_machine *m, uint32_t block);

/* The same as a condition: anything but a boolean is an error, unknown stays unknown. What was
 * built is given back. */
enum pn_truth pn_machine_truth(struct pn_machine *m, uint32_t block);

/* Pay for work beyond the instruction itself: one step for about 16 bytes or one element. False
 * when nothing is left: the result is then PN_FAULT_TOO_MANY_STEPS. */
bool pn_machine_spend(struct pn_machine *m, size_t steps);

/* For looking at `len` bytes once. */
bool pn_machine_spend_text(struct pn_machine *m, size_t len);

/* Memory of the scratch, or NULL: no room. */
void *pn_machine_take(struct pn_machine *m, size_t bytes);

/* The plain bytes of a string (unescaped into the scratch where needed). False when there is no
 * room or no step left. Pays for itself. */
bool pn_machine_text(struct pn_machine *m, const struct pn_value *string, struct pn_slice *text);

/* A new string of `len` bytes to be filled through what is returned; NULL, and a fault in `string`: no
 * room or no step. Pays for itself. */
uint8_t *pn_machine_string(struct pn_machine *m, size_t len, struct pn_value *string);

/* For strings of unknown length: a writer over all that is left of the scratch, and the string of
 * what was written, which alone stays taken. PN_FAULT_SCRATCH_FULL when it did not fit. Nothing else
 * may be taken in between. */
struct pn_writer pn_machine_writer(struct pn_machine *m);
void pn_machine_written(struct pn_machine *m, const struct pn_writer *w, struct pn_value *string);

/* An empty list or map with room for `room` elements or entries. False, and a fault in its place: there
 * is none. */
bool pn_machine_list(struct pn_machine *m, size_t room, struct pn_value *list);
bool pn_machine_map(struct pn_machine *m, size_t room, struct pn_value *map);

/* Append where there is room; a full list becomes a fault, and false, and so does what is not a list
 * that code built. Only whoever made the list may append to it. */
bool pn_list_append(struct pn_value *list, const struct pn_value *element);

/* Append all that another list holds, an unusable element instead of the list, and false. Pays for the
 * elements. */
bool pn_list_append_all(struct pn_machine *m, struct pn_value *list, const struct pn_value *from);

/* Likewise an entry; that the key is new is the caller's to know. */
void pn_map_put(struct pn_value *map, const struct pn_value *key, const struct pn_value *value);

/* Walk a list, a map or a hierarchy, whatever it is made of. */
struct pn_sequence {
    const struct pn_machine *machine;
    const struct pn_value *cells; /* PN_VALUE_BUILT */
    uint32_t left;
    uint8_t step; /* cells of an element */
    struct pn_elements text;
};

static inline bool pn_value_is_sequence(const struct pn_value *v)
{
    return v->type == PN_LIST || v->type == PN_MAP || v->type == PN_HIERARCHY;
}

void pn_sequence_begin(struct pn_sequence *s, const struct pn_machine *m,
                       const struct pn_value *container);

/* The next element in `value`; of a map the key in `key` and the entry's value. `key` may be NULL.
 * False at the end. */
bool pn_sequence_next(struct pn_sequence *s, struct pn_value *key, struct pn_value *value);

/* Elements or entries. Pays for walking the text. */
uint32_t pn_sequence_count(struct pn_machine *m, const struct pn_value *container);

/* list[index] in `element`, which may be the list's own cell; PN_ERROR when there is none. */
void pn_sequence_at(struct pn_machine *m, const struct pn_value *list, int64_t index,
                    struct pn_value *element);

/* map[key] in `value`, which may be the map's own cell; PN_ERROR (no such key, or in `edge` mode one
 * that differs in letter case only) when it is not there. */
void pn_map_find(struct pn_machine *m, const struct pn_value *map, const struct pn_value *key,
                 struct pn_value *value);

/* CEL's ==, for all types. PN_FAULTY: an element is unusable, or nesting or steps ran out. */
enum pn_truth pn_machine_equal(struct pn_machine *m, const struct pn_value *a,
                               const struct pn_value *b);

/* The same for two strings: PN_FAULTY when steps ran out. */
enum pn_truth pn_machine_same_text(struct pn_machine *m, const struct pn_value *a,
                                   const struct pn_value *b);

/* Order of numbers of any type, strings, bytes, booleans, instants, durations. Numbers compare by
 * their exact values; in `cerbos54` a whole number beside a double is rounded to one first. */
enum pn_relation {
    PN_RELATION_LESS,
    PN_RELATION_SAME,
    PN_RELATION_MORE,
    PN_RELATION_NONE,        /* a NaN is involved */
    PN_RELATION_NO_OVERLOAD, /* types that do not compare */
};
enum pn_relation pn_machine_order(const struct pn_machine *m, const struct pn_value *a,
                                  const struct pn_value *b);

/* element in list, key in map; PN_FAULTY as pn_machine_equal, or no container. */
enum pn_truth pn_machine_in(struct pn_machine *m, const struct pn_value *element,
                            const struct pn_value *container);

#endif
