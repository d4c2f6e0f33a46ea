/* models.yaml, in LiteLLM's own syntax
 *
 * A LiteLLM config.yaml is taken as it is. What it sets that has no meaning here is listed as a
 * note; what looks like a misspelling of something that has is an error.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/bundle.h"
#include "tools/bundle/url.h"
#include "tools/compile/yaml_fields.h"

/* Providers that speak OpenAI's API, and where they do. */
static const struct {
    const char *name;
    const char *base; /* NULL: only with an api_base */
} providers[] = {
    { "openai", "https://api.openai.com/v1" },
    { "deepseek", "https://api.deepseek.com/v1" },
    { "fireworks_ai", "https://api.fireworks.ai/inference/v1" },
    { "groq", "https://api.groq.com/openai/v1" },
    { "mistral", "https://api.mistral.ai/v1" },
    { "openrouter", "https://openrouter.ai/api/v1" },
    { "perplexity", "https://api.perplexity.ai" },
    { "together_ai", "https://api.together.xyz/v1" },
    { "xai", "https://api.x.ai/v1" },
    { "custom_openai", NULL },
    { "hosted_vllm", NULL },
    { "litellm_proxy", NULL },
    { "llamafile", NULL },
    { "lm_studio", NULL },
    { "openai_like", NULL },
};

#define PROVIDER_COUNT (sizeof providers / sizeof providers[0])

/* Providers with an API of their own: their models are left out, and a note says so. */
static const char *const foreign_providers[] = {
    "ai21",       "anthropic",      "azure",       "azure_ai",   "azure_text",     "bedrock",
    "cloudflare", "cohere",         "cohere_chat", "databricks", "gemini",         "huggingface",
    "nlp_cloud",  "ollama",         "ollama_chat", "palm",       "petals",         "replicate",
    "sagemaker",  "sagemaker_chat", "triton",      "vertex_ai",  "vertex_ai_beta", "watsonx",
};

struct model_text {
    struct pn_slice provider, name; /* of "provider/name" */
    const char *base;
};

/* A key that has no meaning here: an error when it looks like one that has, else a note. */
static void unused_key(struct bundle *bundle, const struct yaml_node *key, const char *where,
                       const char *const *names, size_t count)
{
    const char *nearest =
        key->text.len > 3 ? diag_nearest_within(key->text, names, count, 2) : NULL;

    if (nearest != NULL) {
        diag_error(bundle->diagnostics, key->mark, "unknown key '%.*s' in %s; did you mean '%s'?",
                   SLICE_ARGS(key->text), where, nearest);
    } else {
        diag_note(bundle->diagnostics, key->mark, "'%.*s' in %s has no meaning here",
                  SLICE_ARGS(key->text), where);
    }
}

/* Set `found` for the keys named; tell about all others. */
static void read_keys(struct bundle *bundle, const struct yaml_node *map, const char *where,
                      const char *const *names, size_t count, struct yaml_node **found)
{
    if (map->kind != YAML_MAP) {
        diag_error(bundle->diagnostics, map->mark, "%s is a map of keys and values", where);
        return;
    }
    for (size_t i = 0; i < map->pairs.count; i++) {
        struct yaml_pair pair = map->pairs.items[i];
        size_t k = 0;
        while (k < count && !pn_slice_equal(pair.key->text, pn_slice(names[k], strlen(names[k]))))
            k++;
        if (k == count) {
            unused_key(bundle, pair.key, where, names, count);
        } else if (!yaml_is_null(pair.value)) {
            found[k] = pair.value;
        }
    }
}

static bool is_scalar(struct bundle *bundle, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_SCALAR && node->text.len > 0) return true;
    diag_error(bundle->diagnostics, node->mark, "%s is a text", what);
    return false;
}

static bool is_foreign(struct pn_slice provider)
{
    size_t count = sizeof foreign_providers / sizeof foreign_providers[0];

    for (size_t i = 0; i < count; i++) {
        const char *name = foreign_providers[i];
        if (pn_slice_equal(provider, pn_slice(name, strlen(name)))) return true;
    }
    return false;
}

static void unknown_provider(struct bundle *bundle, const struct yaml_node *model,
                             struct pn_slice provider)
{
    const char *names[PROVIDER_COUNT];

    if (is_foreign(provider)) {
        diag_note(bundle->diagnostics, model->mark,
                  "'%.*s' has an API of its own that is not spoken yet; this model is left out",
                  SLICE_ARGS(provider));
        return;
    }
    for (size_t i = 0; i < PROVIDER_COUNT; i++) names[i] = providers[i].name;
    const char *nearest = diag_nearest(provider, names, PROVIDER_COUNT);
    diag_error(bundle->diagnostics, model->mark, "there is no provider '%.*s'; %s%s%s",
               SLICE_ARGS(provider),
               nearest != NULL ? "did you mean '"
                               : "write openai/NAME for whatever speaks OpenAI's API",
               nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

/* Split "provider/name"; without a provider it is openai. */
static bool read_model_text(struct bundle *bundle, const struct yaml_node *model,
                            struct model_text *text)
{
    size_t slash = pn_slice_find(model->text, '/');
    bool named = slash < model->text.len;

    text->provider = named ? pn_slice_head(model->text, slash) : PN_SLICE("openai");
    text->name = named ? pn_slice_from(model->text, slash + 1) : model->text;
    for (size_t i = 0; i < PROVIDER_COUNT; i++) {
        const char *name = providers[i].name;
        if (!pn_slice_equal(text->provider, pn_slice(name, strlen(name)))) continue;
        text->base = providers[i].base;
        if (text->name.len > 0) return true;
        diag_error(bundle->diagnostics, model->mark,
                   "the provider's own name of the model is missing");
        return false;
    }
    unknown_provider(bundle, model, text->provider);
    return false;
}

uint16_t bundle_upstream(struct bundle *bundle, const struct bundle_upstream *upstream)
{
    for (size_t i = 0; i < bundle->upstreams.count; i++) {
        const struct bundle_upstream *known = &bundle->upstreams.items[i];
        bool same_place = known->scheme == upstream->scheme && known->port == upstream->port &&
                          pn_slice_equal(known->host, upstream->host) &&
                          pn_slice_equal(known->path, upstream->path);
        bool same_way =
            known->egress == upstream->egress && known->connect_ms == upstream->connect_ms &&
            known->answer_ms == upstream->answer_ms && known->idle_ms == upstream->idle_ms &&
            pn_slice_equal(known->credential, upstream->credential) &&
            pn_slice_equal(known->auth_header, upstream->auth_header) &&
            pn_slice_equal(known->auth_prefix, upstream->auth_prefix) &&
            bundle_same_assertion(&known->assertion, &upstream->assertion) &&
            bundle_same_pass(&known->pass, &upstream->pass);
        if (same_place && same_way) return (uint16_t)i;
    }
    LIST_PUSH(bundle->arena, &bundle->upstreams, *upstream);
    if (bundle->upstreams.count > 0xffff) {
        diag_error(bundle->diagnostics, upstream->mark, "too many upstreams");
    }
    return (uint16_t)(bundle->upstreams.count - 1);
}

/* LiteLLM counts timeouts in seconds; a unit is understood as well. */
static uint32_t read_timeout(struct bundle *bundle, const struct yaml_node *node)
{
    uint64_t ms = 0;

    if (node == NULL || !yaml_read_milliseconds(bundle->diagnostics, node, &ms)) return 0;
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

enum param {
    PARAM_MODEL,
    PARAM_BASE,
    PARAM_KEY,
    PARAM_TIMEOUT,
    PARAM_EGRESS,
    PARAM_ASSERTION,
    PARAM_CREDENTIAL_FROM,
    PARAM_EXCHANGE,
    PARAM_COUNT
};

static const char *const param_names[PARAM_COUNT] = { "model",           "api_base", "api_key",
                                                      "timeout",         "egress",   "assertion",
                                                      "credential_from", "exchange" };

/* What the provider is shown: a credential of the gateway's, and who is calling. */
static bool read_proofs(struct bundle *bundle, struct yaml_node *const *params,
                        struct bundle_upstream *upstream)
{
    if (params[PARAM_KEY] != NULL &&
        (!is_scalar(bundle, params[PARAM_KEY], "api_key") ||
         !credential_read(bundle, params[PARAM_KEY], &upstream->credential))) {
        return false;
    }
    if (params[PARAM_CREDENTIAL_FROM] != NULL) {
        bundle_read_pass(bundle, params[PARAM_CREDENTIAL_FROM], PN_PASS_CLIENT, upstream);
    }
    if (params[PARAM_EXCHANGE] != NULL) {
        bundle_read_pass(bundle, params[PARAM_EXCHANGE], PN_PASS_EXCHANGE, upstream);
    }
    if (params[PARAM_KEY] == NULL && upstream->pass.kind == PN_PASS_NONE) {
        diag_note(bundle->diagnostics, params[PARAM_MODEL]->mark,
                  "no api_key: requests for this model carry no credential");
    }
    if (params[PARAM_ASSERTION] != NULL) {
        bundle_read_assertion(bundle, params[PARAM_ASSERTION], upstream);
    }
    return true;
}

/* Where the model's requests go. The default base of a provider needs a node to point at. */
static bool read_upstream(struct bundle *bundle, struct yaml_node *const *params,
                          const struct model_text *text, struct bundle_upstream *upstream)
{
    struct yaml_node base = *params[PARAM_MODEL];

    if (params[PARAM_BASE] != NULL) {
        if (!is_scalar(bundle, params[PARAM_BASE], "api_base")) return false;
        base = *params[PARAM_BASE];
    } else if (text->base != NULL) {
        base.text = pn_slice(text->base, strlen(text->base));
    } else {
        diag_error(bundle->diagnostics, base.mark,
                   "'api_base' is missing: this provider has no address of its own");
        return false;
    }
    if (!url_read(bundle, &base, upstream)) return false;
    upstream->answer_ms = read_timeout(bundle, params[PARAM_TIMEOUT]);
    if (params[PARAM_EGRESS] != NULL) egress_read(bundle, params[PARAM_EGRESS], &upstream->egress);
    egress_check(bundle, &base, upstream);
    upstream->auth_header = PN_SLICE("authorization");
    upstream->auth_prefix = PN_SLICE("Bearer ");
    return read_proofs(bundle, params, upstream);
}

static const struct bundle_model *model_named(const struct bundle *bundle, struct pn_slice name)
{
    for (size_t i = 0; i < bundle->models.count; i++) {
        if (pn_slice_equal(bundle->models.items[i].name, name)) return &bundle->models.items[i];
    }
    return NULL;
}

/* Names that cannot be served as they are; told. */
static bool is_servable(struct bundle *bundle, const struct yaml_node *name)
{
    if (pn_slice_find(name->text, '*') < name->text.len) {
        diag_note(bundle->diagnostics, name->mark,
                  "wildcard models are not routed yet; this entry is left out");
        return false;
    }
    if (model_named(bundle, name->text) != NULL) {
        diag_note(bundle->diagnostics, name->mark,
                  "'%.*s' is there already; requests are not spread over several entries yet, so "
                  "this one is left out",
                  SLICE_ARGS(name->text));
        return false;
    }
    return true;
}

static void read_entry(struct bundle *bundle, const struct yaml_node *entry)
{
    static const char *const names[] = { "model_name", "litellm_params", "owner" };
    struct yaml_node *found[3] = { NULL }, *params[PARAM_COUNT] = { NULL };
    struct model_text text = { 0 };
    struct bundle_upstream upstream = { 0 };

    read_keys(bundle, entry, "an entry of model_list", names, 3, found);
    if (found[0] == NULL || found[1] == NULL) {
        diag_error(bundle->diagnostics, entry->mark,
                   "an entry of model_list has a model_name and litellm_params");
        return;
    }
    read_keys(bundle, found[1], "litellm_params", param_names, PARAM_COUNT, params);
    if (!is_scalar(bundle, found[0], "model_name")) return;
    if (found[2] != NULL && !is_scalar(bundle, found[2], "owner")) return;
    if (params[PARAM_MODEL] == NULL) {
        diag_error(bundle->diagnostics, found[1]->mark, "'model' is missing in litellm_params");
        return;
    }
    if (!is_scalar(bundle, params[PARAM_MODEL], "model") || !is_servable(bundle, found[0])) return;
    if (!read_model_text(bundle, params[PARAM_MODEL], &text)) return;
    if (!read_upstream(bundle, params, &text, &upstream)) return;
    upstream.name = found[0]->text;
    struct bundle_model model = {
        .mark = found[0]->mark,
        .name = found[0]->text,
        .group = found[0]->text,
        .upstream_name = text.name,
        .provider = text.provider,
        .owner = found[2] != NULL ? found[2]->text : PN_SLICE(""),
        .upstream = bundle_upstream(bundle, &upstream),
    };
    LIST_PUSH(bundle->arena, &bundle->models, model);
}

/* model_group_alias: {alias: model}, or {alias: {model: ..., hidden: ...}}. */
static void read_alias(struct bundle *bundle, struct yaml_pair pair)
{
    const struct yaml_node *target = pair.value;

    if (target->kind == YAML_MAP) {
        static const char *const names[] = { "model" };
        struct yaml_node *found[1] = { NULL };
        read_keys(bundle, target, "an alias", names, 1, found);
        target = found[0];
    }
    if (target == NULL || target->kind != YAML_SCALAR) {
        diag_error(bundle->diagnostics, pair.key->mark, "an alias stands for the name of a model");
        return;
    }
    const struct bundle_model *model = model_named(bundle, target->text);
    if (model == NULL) {
        diag_error(bundle->diagnostics, target->mark, "there is no model '%.*s' in model_list",
                   SLICE_ARGS(target->text));
        return;
    }
    if (model_named(bundle, pair.key->text) != NULL) {
        diag_error(bundle->diagnostics, pair.key->mark, "'%.*s' is the name of a model already",
                   SLICE_ARGS(pair.key->text));
        return;
    }
    struct bundle_model alias = *model;
    alias.mark = pair.key->mark;
    alias.name = pair.key->text;
    LIST_PUSH(bundle->arena, &bundle->models, alias);
}

void bundle_read_models(struct bundle *bundle, const struct yaml_node *root)
{
    static const char *const tops[] = { "model_list", "router_settings" };
    static const char *const settings[] = { "model_group_alias" };
    struct yaml_node *found[2] = { NULL }, *alias[1] = { NULL };

    read_keys(bundle, root, "models.yaml", tops, 2, found);
    if (found[0] == NULL || found[0]->kind != YAML_LIST) {
        diag_error(bundle->diagnostics, found[0] != NULL ? found[0]->mark : root->mark,
                   "'model_list' is a list of models");
        return;
    }
    for (size_t i = 0; i < found[0]->items.count; i++) read_entry(bundle, found[0]->items.items[i]);
    if (found[1] != NULL) read_keys(bundle, found[1], "router_settings", settings, 1, alias);
    if (alias[0] != NULL && alias[0]->kind != YAML_MAP) {
        diag_error(bundle->diagnostics, alias[0]->mark, "model_group_alias is a map");
        return;
    }
    for (size_t i = 0; alias[0] != NULL && i < alias[0]->pairs.count; i++) {
        read_alias(bundle, alias[0]->pairs.items[i]);
    }
}
