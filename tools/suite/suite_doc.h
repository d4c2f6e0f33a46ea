/* suite_doc.h - a file of policy tests, as Cerbos writes them.
 *
 *     name: refunds
 *     principals: {ana: {id: ana, roles: [support], attr: {...}}}
 *     resources: {refund: {kind: "mcp:payments", id: refund, attr: {...}}}
 *     tests:
 *       - name: small refunds
 *         input: {principals: [ana], resources: [refund], actions: ["tools/call/refund"]}
 *         expected:
 *           - {principal: ana, resource: refund, actions: {"tools/call/refund": EFFECT_ALLOW}}
 *
 * Fixtures that several files share are in `testdata/` beside them. Beyond Cerbos's own keys there is
 * one: `outcomes` beside `actions` in an expectation, a map of actions to deny, step_up, redact or
 * allow.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_SUITE_DOC_H
#define TOOLS_SUITE_DOC_H

#include "tools/compile/yaml.h"

struct suite_options {
    const struct yaml_node *node; /* NULL: none are given */
    bool has_now, lenient;
    int64_t now_ms;
    struct pn_slice version, scope; /* of those that name none */
    const struct yaml_node *globals;
};

/* A principal or a resource under the name that tests use. */
struct suite_fixture {
    struct mark mark;
    struct pn_slice key;
    struct pn_slice id, kind, version, scope; /* kind: of a resource */
    const struct yaml_node *roles, *attr;     /* roles: of a principal; either may be NULL */
};

struct suite_fixtures {
    LIST(struct suite_fixture) list;
};

struct suite_aux {
    struct pn_slice key;
    const struct yaml_node *jwt;
};

struct suite_group {
    struct mark mark;
    struct pn_slice key;
    LIST(struct yaml_node *) members;
};

struct suite_groups {
    LIST(struct suite_group) list;
};

/* Names as a test lists them: fixtures, and groups of them. */
struct suite_names {
    LIST(struct yaml_node *) names;
    LIST(struct yaml_node *) groups;
};

struct suite_output {
    struct mark mark;
    struct pn_slice action, src;
    const struct yaml_node *val; /* NULL is null */
};

struct suite_expectation {
    struct mark mark;
    struct suite_names principals, resources;
    const struct yaml_node *actions;  /* map of actions to EFFECT_... */
    const struct yaml_node *outcomes; /* map of actions to outcomes, or NULL */
    LIST(struct suite_output) outputs;
};

struct suite_test {
    struct mark mark;
    struct pn_slice name, description, skip_reason;
    bool skip;
    struct suite_options options;
    struct suite_names principals, resources;
    LIST(struct yaml_node *) actions;
    const struct yaml_node *aux_data; /* the name of one, or NULL */
    LIST(struct suite_expectation) expected;
};

struct suite {
    const char *file;
    struct pn_slice name, description, skip_reason;
    bool skip;
    struct suite_options options;
    struct suite_fixtures principals, resources;
    struct suite_groups principal_groups, resource_groups;
    LIST(struct suite_aux) aux_data;
    LIST(struct suite_test) tests;
};

/* True when the name is that of a test file: ending in _test.yaml, _test.yml or _test.json. */
bool suite_is_file_name(const char *name);

/* Read the test file `path` and the fixtures in `testdata` beside it. Its own come first. What is
 * wrong is added to `diagnostics` as errors; what could be read is in the suite all the same. */
struct suite *suite_read(struct arena *arena, struct diagnostics *diagnostics, const char *path);

/* By name; NULL when there is none. */
const struct suite_fixture *suite_fixture(const struct suite_fixtures *fixtures,
                                          struct pn_slice name);
const struct suite_group *suite_group(const struct suite_groups *groups, struct pn_slice name);
const struct suite_aux *suite_aux(const struct suite *suite, struct pn_slice name);

#endif
