/* see facts_llm.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/facts/facts_llm.h"

#include <string.h>

#include "core/limits.h"

#define LLM_TRIE(NODE) \
    NODE(llm, root, "", 0, PN_TRIE_NO_SLOT, llm_model, 0) \
    NODE(llm, model, "model", 0, PN_LLM_MODEL, 0, llm_stream) \
    NODE(llm, stream, "stream", 0, PN_LLM_STREAM, 0, llm_max_tokens) \
    NODE(llm, max_tokens, "max_tokens", PN_TRIE_COMPARED, PN_LLM_MAX_TOKENS, 0, \
         llm_max_completion) \
    NODE(llm, max_completion, "max_completion_tokens", PN_TRIE_COMPARED, \
         PN_LLM_MAX_COMPLETION_TOKENS, 0, llm_messages) \
    NODE(llm, messages, "messages", PN_TRIE_RAW, PN_LLM_MESSAGES, 0, llm_tools) \
    NODE(llm, tools, "tools", PN_TRIE_RAW, PN_LLM_TOOLS, 0, 0)
PN_TRIE_DEFINE(llm, PN_LLM_SLOTS, LLM_TRIE)

struct pn_trie pn_facts_llm_trie(void)
{
    return llm_trie;
}

static bool absent_or(const struct pn_value *v, enum pn_type type, enum pn_type other)
{
    return v->type == PN_ABSENT || v->type == PN_NULL || v->type == type || v->type == other;
}

enum pn_reason pn_facts_llm_check(const struct pn_value *wire)
{
    const struct pn_value *model = &wire[PN_LLM_MODEL];

    if (model->type != PN_STRING || model->len == 0 || model->len > PN_NAME_BYTES) {
        return PN_REASON_MODEL_MISSING;
    }
    if (!absent_or(&wire[PN_LLM_STREAM], PN_BOOL, PN_BOOL)) return PN_REASON_FIELD_TYPE;
    if (!absent_or(&wire[PN_LLM_MAX_TOKENS], PN_INT, PN_DOUBLE)) return PN_REASON_FIELD_TYPE;
    if (!absent_or(&wire[PN_LLM_MAX_COMPLETION_TOKENS], PN_INT, PN_DOUBLE)) {
        return PN_REASON_FIELD_TYPE;
    }
    if (!absent_or(&wire[PN_LLM_MESSAGES], PN_LIST, PN_LIST)) return PN_REASON_FIELD_TYPE;
    if (!absent_or(&wire[PN_LLM_TOOLS], PN_LIST, PN_LIST)) return PN_REASON_FIELD_TYPE;
    return PN_REASON_NONE;
}

/* The closing quote of the string that begins at `at`. Nearly all of a chat is strings, so they are
 * passed over with the machine's own search. */
static size_t string_end(struct pn_slice text, size_t at)
{
    for (;;) {
        const uint8_t *quote = memchr(text.at + at + 1, '"', text.len - at - 1);
        size_t escapes = 0;

        if (!quote) return text.len;
        at = (size_t)(quote - text.at);
        while (quote[-1 - (ptrdiff_t)escapes] == '\\') escapes++;
        if (escapes % 2 == 0) return at;
    }
}

uint32_t pn_facts_llm_elements(struct pn_slice list)
{
    uint32_t commas = 0, depth = 0;
    bool any = false;

    for (size_t i = 0; i < list.len; i++) {
        uint8_t ch = list.at[i];
        bool opens = ch == '[' || ch == '{';

        if (depth == 1 && ch > ' ' && ch != ']') any = true;
        if (ch == ',' && depth == 1) commas++;
        if (ch == '"') i = string_end(list, i);
        if (opens) depth++;
        if (ch == ']' || ch == '}') depth--;
    }
    return any ? commas + 1 : 0;
}

static const struct pn_value *token_limit(const struct pn_value *wire)
{
    const struct pn_value *newer = &wire[PN_LLM_MAX_COMPLETION_TOKENS];

    return newer->type == PN_INT || newer->type == PN_DOUBLE ? newer : &wire[PN_LLM_MAX_TOKENS];
}

void pn_facts_llm(struct pn_facts *facts, const struct pn_policy *policy,
                  const struct pn_value *wire, const struct pn_model *model)
{
    const struct pn_value *messages = &wire[PN_LLM_MESSAGES];
    const struct pn_value *limit = token_limit(wire);
    bool streams = wire[PN_LLM_STREAM].type == PN_BOOL && wire[PN_LLM_STREAM].as.b;

    pn_facts_set_text(facts, policy, PN_FACT_API, PN_SLICE("openai.chat"));
    pn_facts_set(facts, policy, PN_FACT_STREAM, pn_value_bool(streams));
    if (model) pn_facts_set_text(facts, policy, PN_FACT_PROVIDER, model->provider);
    if (limit->type == PN_INT || limit->type == PN_DOUBLE) {
        pn_facts_set(facts, policy, PN_FACT_MAX_TOKENS, *limit);
    }
    if (messages->type == PN_LIST && policy->fact_slot[PN_FACT_MESSAGE_COUNT] != PN_NONE16) {
        uint32_t count = pn_facts_llm_elements(pn_value_text(messages));
        pn_facts_set(facts, policy, PN_FACT_MESSAGE_COUNT, pn_value_int(count));
    }
}
