/* SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/compile/policy_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "tools/compile/body.h"

#define KEYS_MAX 256

bool policy_text_compile(struct policy_text *p, enum pn_mode mode, const char *const *files,
                         size_t count)
{
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 };
    struct arena *arena = &p->diagnostics.arena;
    struct policy_set set = { 0 };
    struct image image;

    *p = (struct policy_text){ 0 };
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *root =
            yaml_read(arena, &p->diagnostics, arena_format(arena, "%zu.yaml", i),
                      pn_slice(files[i], strlen(files[i])));
        struct policy_doc *doc =
            root != NULL ? policy_doc_read(arena, &p->diagnostics, root) : NULL;
        if (doc != NULL) LIST_PUSH(arena, &set.docs, doc);
    }
    image_begin(&image, arena, &p->diagnostics, mode);
    bool compiled = policy_compile(&image, &set) && image_write(&image, sections) &&
                    p->diagnostics.error_count == 0;
    if (compiled) body_write(&p->body, sections, 0, pn_slice("", 0));
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    image_free(&image);
    return compiled && pn_policy_open(&p->policy, bytes_slice(&p->body)) == PN_POLICY_GOOD;
}

static bool compile_rule(struct policy_text *p, const char *effect, const char *condition)
{
    static char text[65536];
    const char *files[] = { text };

    snprintf(text, sizeof text,
             "apiVersion: api.cerbos.dev/v1\n"
             "resourcePolicy:\n"
             "  resource: k\n"
             "  rules:\n"
             "    - actions: [act]\n"
             "      effect: EFFECT_ALLOW\n"
             "      roles: [%s]\n"
             "      condition:\n"
             "        match:\n"
             "          expr: |-\n"
             "            %s\n"
             "    - actions: [act]\n"
             "      effect: %s\n"
             "      roles: [%s]\n"
             "      condition: {match: {expr: 'true'}}\n",
             effect[0] == 'A' ? "r" : "nobody", effect[0] == 'A' ? condition : "true",
             "EFFECT_ALLOW", effect[0] == 'A' ? "nobody" : "r");
    if (effect[0] == 'D') {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len,
                 "    - actions: [act]\n"
                 "      effect: EFFECT_DENY\n"
                 "      roles: [r]\n"
                 "      condition:\n"
                 "        match:\n"
                 "          expr: |-\n"
                 "            %s\n",
                 condition);
    }
    return policy_text_compile(p, PN_MODE_EDGE, files, 1);
}

bool policy_text_allow_when(struct policy_text *p, const char *condition)
{
    return compile_rule(p, "A", condition);
}

bool policy_text_deny_when(struct policy_text *p, const char *condition)
{
    return compile_rule(p, "D", condition);
}

void policy_text_free(struct policy_text *p)
{
    bytes_free(&p->body);
    diag_free(&p->diagnostics);
}

struct pn_decision policy_text_decide(const struct policy_text *p, const char *principal_attr,
                                      const char *resource_attr)
{
    static const uint8_t seed[16] = { 1 };
    static struct pn_check_input input;
    static struct pn_policy_scratch scratch;
    static uint64_t values[2048];
    struct pn_json_key places[KEYS_MAX];
    struct pn_json_keys keys;
    struct pn_decision decision = { 0 };
    struct diagnostics strings = { 0 };
    const char *text =
        arena_format(&strings.arena,
                     "{\"principal\":{\"id\":\"sue\",\"roles\":[\"r\",\"other\"],\"attr\":{%s}},"
                     "\"resource\":{\"kind\":\"k\",\"id\":\"one\",\"attr\":{%s}},"
                     "\"actions\":[\"act\"],\"auxData\":{\"jwt\":{\"acr\":\"mfa\",\"level\":3}}}",
                     principal_attr, resource_attr);

    pn_json_keys_init(&keys, places, KEYS_MAX, seed);
    if (pn_check_input_read(&input, &p->policy, &keys, pn_slice(text, strlen(text))) == PN_DONE) {
        const struct pn_facts *facts =
            pn_check_input_facts(&input, &p->policy, 0, 1800000000000); /* 2027-01-15T08:00:00Z */
        scratch.values = pn_scratch(values, sizeof values);
        pn_policy_decide(&p->policy, facts, &scratch, &decision);
        decision.name = decision.reason = decision.output = pn_slice("", 0);
    } else {
        decision.error_rule = 0xdead; /* the request itself was refused */
    }
    diag_free(&strings);
    return decision;
}

const char *policy_text_messages(const struct policy_text *p)
{
    static char text[16384];
    FILE *out = fmemopen(text, sizeof text - 1, "w");

    memset(text, 0, sizeof text);
    if (out == NULL) return "";
    diag_print(&p->diagnostics, out);
    fclose(out);
    return text;
}
