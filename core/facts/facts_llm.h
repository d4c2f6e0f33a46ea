/* facts_llm.h - what a chat completion asks for, as policy sees it.
 *
 * One trie says what is read of the body: the model, whether the answer is streamed, its length,
 * the tools offered. All else in the body passes untouched. Field names are OpenAI's.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_FACTS_LLM_H
#define PN_FACTS_LLM_H

#include "core/base/step.h"
#include "core/json/json_pick.h"
#include "core/json/json_trie.h"
#include "core/route/route_table.h"
#include "policy/policy.h"

/* Slots of the wire values. */
enum pn_llm_slot {
    PN_LLM_MODEL,
    PN_LLM_STREAM,
    PN_LLM_MAX_TOKENS,
    PN_LLM_MAX_COMPLETION_TOKENS,
    PN_LLM_MESSAGES,
    PN_LLM_TOOLS,
    PN_LLM_SLOTS,
};

/* What to pick from the body of a chat completion. */
struct pn_trie pn_facts_llm_trie(void);

/* Are the fields that decide the call of the types they must have?
 *
 *   PN_REASON_NONE           yes
 *   PN_REASON_MODEL_MISSING  `model` is not there, not a string, empty or over PN_NAME_BYTES
 *   PN_REASON_FIELD_TYPE     `stream` is not a boolean, `max_tokens` not a number, `messages` or
 *                            `tools` not a list (null stands for absent) */
enum pn_reason pn_facts_llm_check(const struct pn_value *wire);

/* State R.attr of a completion; `input_bytes` is the length of the body. `model` is what the alias
 * stands for, or NULL when the model is not in the routes. */
void pn_facts_llm(struct pn_facts *facts, const struct pn_policy *policy,
                  const struct pn_value *wire, const struct pn_model *model);

/* How many elements the raw text of a valid JSON list has. */
uint32_t pn_facts_llm_elements(struct pn_slice list);

#endif
