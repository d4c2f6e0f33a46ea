/* see decision_words.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/decision_words.h"

#include "tools/compile/arena.h"

const char *outcome_word(enum pn_outcome outcome)
{
    switch (outcome) {
    case PN_DENY: return "deny";
    case PN_STEP_UP: return "step_up";
    case PN_REDACT: return "redact";
    case PN_ALLOW: return "allow";
    }
    return "deny";
}

bool outcome_of_word(struct pn_slice word, enum pn_outcome *outcome)
{
    for (enum pn_outcome o = PN_DENY; o <= PN_ALLOW; o++) {
        if (!text_is(word, outcome_word(o))) continue;
        *outcome = o;
        return true;
    }
    return false;
}

const char *effect_word(enum pn_outcome outcome)
{
    return outcome == PN_ALLOW || outcome == PN_REDACT ? "EFFECT_ALLOW" : "EFFECT_DENY";
}

const char *truth_word(enum pn_truth truth)
{
    switch (truth) {
    case PN_FALSE: return "false";
    case PN_TRUE: return "true";
    case PN_FAULTY: return "error";
    case PN_UNDECIDED: return "unknown";
    }
    return "error";
}

const char *why_word(enum pn_why why)
{
    switch (why) {
    case PN_WHY_DEFAULT: return "default";
    case PN_WHY_RULE: return "rule";
    case PN_WHY_ERROR: return "error";
    case PN_WHY_SCHEMA: return "schema";
    }
    return "default";
}

const char *mode_word(enum pn_mode mode)
{
    return mode == PN_MODE_EDGE ? "edge" : "cerbos54";
}

const char *type_word(enum pn_type type)
{
    switch (type) {
    case PN_ABSENT: return "absent";
    case PN_ERROR: return "unusable";
    case PN_UNKNOWN: return "unknown";
    case PN_NULL: return "null";
    case PN_BOOL: return "bool";
    case PN_INT: return "int";
    case PN_DOUBLE: return "double";
    case PN_STRING: return "string";
    case PN_LIST: return "list";
    case PN_MAP: return "map";
    }
    return "value";
}
