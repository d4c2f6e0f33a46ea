/* see diff_report.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/diff/diff_report.h"

#include <stdlib.h>

#include "tools/decision_words.h"
#include "tools/print_bytes.h"

bool diff_decides_otherwise(const struct diff_findings *found)
{
    for (size_t i = 0; i < found->contrasts.count; i++) {
        if (found->contrasts.items[i].terms.count > 0) return true;
    }
    return false;
}

bool diff_has_gaps(const struct diff_findings *found)
{
    for (size_t i = 0; i < found->contrasts.count; i++) {
        if (found->contrasts.items[i].gaps != GAP_NONE) return true;
    }
    return found->subjects_left_out > 0;
}

/* --- words --- */

static void put(struct bytes *out, const char *words)
{
    bytes_append(out, pn_slice(words, strlen(words)));
}

static void put_subject(struct bytes *out, const struct subject *subject)
{
    bytes_append(out, subject->action);
    put(out, " on ");
    bytes_append(out, subject->kind);
    if (subject->version.len > 0) {
        put(out, ", version ");
        bytes_append(out, subject->version);
    }
    if (subject->scope.len > 0 && !text_is(subject->scope, ".")) {
        put(out, ", scope ");
        bytes_append(out, subject->scope);
    }
    if (subject->principal.len > 0) {
        put(out, ", principal ");
        bytes_append(out, subject->principal);
    }
}

static const char *values_words(uint8_t mask)
{
    static const char *const words[] = {
        "",      "false",          "true",          "true or false",
        "error", "false or error", "true or error", "anything",
    };

    return words[mask & 7];
}

static void put_roles(struct bytes *out, const struct contrast *c, const struct term *term,
                      bool *first)
{
    for (size_t i = 0; i < c->roles.count; i++) {
        if (term->masks[i] == 0) continue;
        put(out, *first ? "" : " and ");
        put(out, term->masks[i] == 1u << PN_TRUE ? "role " : "not role ");
        bytes_append(out, c->roles.items[i].name);
        *first = false;
    }
}

static void put_term(struct bytes *out, const struct diff_findings *found, const struct contrast *c,
                     const struct term *term)
{
    bool first = true;

    put_roles(out, c, term, &first);
    for (size_t i = c->roles.count; i < c->variable_count; i++) {
        if (term->masks[i] == 0) continue;
        put(out, first ? "" : " and ");
        bytes_append(out, found->variables->items[c->variables[i]].text);
        put(out, " is ");
        put(out, values_words(term->masks[i]));
        first = false;
    }
    if (first) put(out, "always");
}

static struct pn_slice rule_words(struct pn_slice rule)
{
    return rule.len > 0 ? rule : PN_SLICE("no rule");
}

/* --- text --- */

static void structure_text(struct bytes *out, const struct structure *structure)
{
    static const char marks[] = { '+', '-', '~' };

    for (size_t i = 0; i < structure->items.count; i++) {
        const struct structure_item *item = &structure->items.items[i];
        bool first = true;
        print_bytes(out, "%c %s ", marks[item->change], item->entry->what);
        bytes_append(out, item->entry->name);
        for (size_t p = 0; p < ENTRY_PARTS_MAX; p++) {
            if ((item->parts >> p & 1) == 0) continue;
            print_bytes(out, "%s%s", first ? ": " : ", ", item->entry->part_names[p]);
            first = false;
        }
        put(out, "\n");
    }
}

/* What is said of a subject, without its name: subjects of which the same is said stand together. */
static void contrast_text(struct bytes *out, const struct diff_findings *found,
                          const struct contrast *c, size_t limit)
{
    for (size_t change = 0; change < c->changes.count; change++) {
        const struct change *is = &c->changes.items[change];
        size_t told = 0, all = 0;
        for (size_t i = 0; i < c->terms.count; i++) {
            if (c->terms.items[i].change != change) continue;
            all++;
            if (told == limit) continue;
            if (told == 0) {
                print_bytes(out, "  %s -> %s  (", outcome_word(is->outcome[0]),
                            outcome_word(is->outcome[1]));
                bytes_append(out, rule_words(is->rule[0]));
                put(out, " -> ");
                bytes_append(out, rule_words(is->rule[1]));
                put(out, ")\n");
            }
            told++;
            put(out, "    when ");
            put_term(out, found, c, &c->terms.items[i]);
            put(out, "\n");
        }
        if (all > told) print_bytes(out, "    and in %zu more cases\n", all - told);
    }
}

static void decisions_text(struct bytes *out, const struct diff_findings *found, size_t limit)
{
    size_t count = found->contrasts.count;
    struct bytes *said = calloc(count + 1, sizeof *said);
    bool *told = calloc(count + 1, sizeof *told);

    if (said == NULL || told == NULL) abort();
    for (size_t i = 0; i < count; i++) {
        contrast_text(&said[i], found, &found->contrasts.items[i], limit);
    }
    for (size_t i = 0; i < count; i++) {
        if (told[i] || said[i].len == 0) continue;
        put(out, "\n");
        for (size_t k = i; k < count; k++) {
            if (!pn_slice_equal(bytes_slice(&said[i]), bytes_slice(&said[k]))) continue;
            told[k] = true;
            put_subject(out, found->contrasts.items[k].subject);
            put(out, "\n");
        }
        bytes_append(out, bytes_slice(&said[i]));
    }
    for (size_t i = 0; i < count; i++) bytes_free(&said[i]);
    free(said);
    free(told);
}

static const struct {
    uint8_t gap;
    const char *words, *name;
} gap_words[] = {
    { GAP_DECISIONS, "too many cases", "decisions" },
    { GAP_VARIABLES, "too many predicates at once", "predicates" },
    { GAP_ROLES, "too many roles: none, each, each two and all were tried", "roles" },
    { GAP_EXAMPLE, "one example of the actions that its pattern matches", "example" },
    { GAP_TIME, "an expression computes with the time: tried at some moments only", "time" },
    { GAP_DERIVED, "an expression lists derived roles", "derived_roles" },
    { GAP_SCHEMA, "attributes are judged by JSON Schemas, which are not compared", "schemas" },
};

static void gaps_text(struct bytes *out, const struct diff_findings *found)
{
    for (size_t i = 0; i < found->contrasts.count; i++) {
        const struct contrast *c = &found->contrasts.items[i];
        if (c->gaps == GAP_NONE) continue;
        put(out, "not exhaustive: ");
        put_subject(out, c->subject);
        print_bytes(out, ", %zu predicates", c->predicate_count);
        for (size_t k = 0; k < sizeof gap_words / sizeof gap_words[0]; k++) {
            if ((c->gaps & gap_words[k].gap) != 0) print_bytes(out, "; %s", gap_words[k].words);
        }
        put(out, "\n");
    }
    if (found->subjects_left_out > 0) {
        print_bytes(out, "not exhaustive: %zu more actions were not tried\n",
                    found->subjects_left_out);
    }
}

void diff_report_text(struct bytes *out, const struct diff_findings *found, size_t limit)
{
    size_t differing = 0;

    structure_text(out, &found->structure);
    decisions_text(out, found, limit);
    for (size_t i = 0; i < found->contrasts.count; i++) {
        differing += found->contrasts.items[i].terms.count > 0;
    }
    if (out->len > 0) put(out, "\n");
    gaps_text(out, found);
    print_bytes(out, "%zu of %zu actions are decided differently for some request%s\n", differing,
                found->subject_count,
                diff_has_gaps(found) ? "" : "; every request was gone through, by its predicates");
}

/* --- JSON --- */

static void structure_json(struct bytes *out, const struct structure *structure)
{
    static const char *const words[] = { "added", "removed", "changed" };

    put(out, "{\"structure\":[");
    for (size_t i = 0; i < structure->items.count; i++) {
        const struct structure_item *item = &structure->items.items[i];
        bool first = true;
        print_json_words(out, i > 0 ? ",\n  {\"what\":" : "\n  {\"what\":", item->entry->what);
        print_json(out, ",\"name\":", item->entry->name);
        print_bytes(out, ",\"change\":\"%s\"", words[item->change]);
        if (item->parts != 0) put(out, ",\"parts\":[");
        for (size_t p = 0; p < ENTRY_PARTS_MAX; p++) {
            if ((item->parts >> p & 1) == 0) continue;
            print_json_words(out, first ? "" : ",", item->entry->part_names[p]);
            first = false;
        }
        put(out, item->parts != 0 ? "]}" : "}");
    }
}

static void subject_json(struct bytes *out, const struct subject *subject)
{
    print_json(out, "\"kind\":", subject->kind);
    print_json(out, ",\"action\":", subject->action);
    if (subject->version.len > 0) print_json(out, ",\"version\":", subject->version);
    if (subject->scope.len > 0) print_json(out, ",\"scope\":", subject->scope);
    if (subject->principal.len > 0) print_json(out, ",\"principal\":", subject->principal);
}

static void values_json(struct bytes *out, uint8_t mask)
{
    bool first = true;

    put(out, ",\"is\":[");
    for (int value = PN_FALSE; value <= PN_FAULTY; value++) {
        if ((mask >> value & 1) == 0) continue;
        print_json_words(out, first ? "" : ",", truth_word((enum pn_truth)value));
        first = false;
    }
    put(out, "]}");
}

static void term_json(struct bytes *out, const struct diff_findings *found,
                      const struct contrast *c, const struct term *term)
{
    bool first = true;

    put(out, "[");
    for (size_t i = 0; i < c->variable_count; i++) {
        if (term->masks[i] == 0) continue;
        if (!first) put(out, ",");
        first = false;
        if (i < c->roles.count) print_json(out, "{\"role\":", c->roles.items[i].name);
        else print_json(out, "{\"predicate\":", found->variables->items[c->variables[i]].text);
        values_json(out, term->masks[i]);
    }
    put(out, "]");
}

static void contrast_json(struct bytes *out, const struct diff_findings *found,
                          const struct contrast *c, size_t limit, bool *first)
{
    for (size_t change = 0; change < c->changes.count; change++) {
        const struct change *is = &c->changes.items[change];
        size_t told = 0;
        put(out, *first ? "\n  {" : ",\n  {");
        *first = false;
        subject_json(out, c->subject);
        for (size_t k = 0; k < 2; k++) {
            print_bytes(out, ",\"%s\":{\"outcome\":\"%s\"", k == 0 ? "before" : "after",
                        outcome_word(is->outcome[k]));
            if (is->rule[k].len > 0) print_json(out, ",\"rule\":", is->rule[k]);
            put(out, "}");
        }
        put(out, ",\"when\":[");
        for (size_t i = 0; i < c->terms.count; i++) {
            if (c->terms.items[i].change != change) continue;
            if (told++ >= limit) continue;
            if (told > 1) put(out, ",");
            term_json(out, found, c, &c->terms.items[i]);
        }
        print_bytes(out, "],\"cases\":%zu}", told);
    }
}

static void gaps_json(struct bytes *out, const struct diff_findings *found)
{
    bool first = true;

    print_bytes(out, "],\n \"exhaustive\":%s,\"not_exhaustive\":[",
                diff_has_gaps(found) ? "false" : "true");
    for (size_t i = 0; i < found->contrasts.count; i++) {
        const struct contrast *c = &found->contrasts.items[i];
        bool first_gap = true;
        if (c->gaps == GAP_NONE) continue;
        put(out, first ? "\n  {" : ",\n  {");
        first = false;
        subject_json(out, c->subject);
        print_bytes(out, ",\"predicates\":%zu,\"why\":[", c->predicate_count);
        for (size_t k = 0; k < sizeof gap_words / sizeof gap_words[0]; k++) {
            if ((c->gaps & gap_words[k].gap) == 0) continue;
            print_json_words(out, first_gap ? "" : ",", gap_words[k].name);
            first_gap = false;
        }
        put(out, "]}");
    }
    print_bytes(out, "],\n \"actions\":%zu,\"actions_left_out\":%zu}\n", found->subject_count,
                found->subjects_left_out);
}

void diff_report_json(struct bytes *out, const struct diff_findings *found, size_t limit)
{
    bool first = true;

    structure_json(out, &found->structure);
    put(out, "],\n \"decisions\":[");
    for (size_t i = 0; i < found->contrasts.count; i++) {
        contrast_json(out, found, &found->contrasts.items[i], limit, &first);
    }
    gaps_json(out, found);
}
