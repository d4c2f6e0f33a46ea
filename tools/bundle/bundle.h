/* bundle.h - a bundle folder, read and checked, and how it becomes the body of a policy.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_BUNDLE_H
#define TOOLS_BUNDLE_H

#include "core/identity/jwt.h"
#include "core/route/route_format.h"
#include "tools/bundle/bundle_terms.h"
#include "tools/compile/cel_names.h"
#include "tools/compile/image.h"

/* What an upstream is told of the caller; lifetime_s 0: nothing. */
struct bundle_assertion {
    struct pn_slice issuer, audience, header, prefix;
    uint32_t lifetime_s;
    bool per_call;
};

/* How an upstream's token is come by. */
struct bundle_pass {
    enum pn_pass_kind kind;
    uint16_t at; /* the token endpoint among the upstreams */
    struct pn_slice client_id, credential, scope, resource, audience, issuer, subject_audience;
};

/* Where requests go. */
struct bundle_upstream {
    struct mark mark;
    struct bundle_assertion assertion;
    struct bundle_pass pass;
    struct pn_slice name, host, authority, path;
    struct pn_slice credential, auth_header, auth_prefix; /* empty credential: none */
    enum pn_scheme scheme;
    uint16_t port;
    uint8_t egress;
    uint32_t connect_ms, answer_ms, idle_ms;
};

struct bundle_model {
    struct mark mark;
    struct pn_slice name, group, upstream_name, provider, owner;
    uint16_t upstream;
};

struct bundle_server {
    struct mark mark;
    struct pn_slice name, path, owner;
    uint16_t upstream, revisions;
    LIST(struct pn_slice) origins;
};

/* An API key, or what is for certificates: then its id is the name they have. */
struct bundle_key {
    struct mark mark;
    bool is_certificate;
    uint8_t hash[32];
    struct pn_slice id, user, agent, team, task;
    LIST(struct yaml_node *) roles;
    struct cel_value attr; /* CEL_MAP */
    uint64_t expires_s;
};

/* Claims that name somebody, in the order of an issuer's record. */
enum bundle_claim {
    BUNDLE_CLAIM_USER,
    BUNDLE_CLAIM_AGENT,
    BUNDLE_CLAIM_TEAM,
    BUNDLE_CLAIM_TASK,
    BUNDLE_CLAIMS
};

struct bundle_issuer_key {
    struct mark mark;
    struct pn_slice id, material;
    uint32_t exponent;
    enum pn_jwt_alg alg;
};

struct bundle_issuer_role {
    struct pn_slice claim, value; /* the claim as a path, see PN_CLAIM_STEP */
    struct yaml_node *role;
    bool words;
};

struct bundle_issuer {
    struct mark mark;
    struct pn_slice name;
    struct pn_slice claims[BUNDLE_CLAIMS]; /* paths, empty: none */
    LIST(struct pn_slice) audiences;
    LIST(struct bundle_issuer_key) keys;
    LIST(struct bundle_issuer_role) roles;
    uint32_t skew_s;
    uint8_t types; /* bits of enum pn_jwt_type */
    uint8_t kind;  /* enum pn_issuer_kind */
    uint8_t fetch, egress, algorithms;
    struct pn_slice keys_url, ask_url, credential;
    uint32_t ask_s;
};

struct bundle_attachment {
    struct mark mark;
    uint8_t who_kind, what; /* enum pn_attached_to, pn_attaches */
    struct pn_slice who, name, tool;
};

/* A request that devices decide before they put the policy in force. */
struct bundle_self_test {
    struct mark input_mark, expect_mark;
    struct pn_slice name, input; /* as JSON */
    int64_t now_ms;
    enum pn_outcome outcome;
};

struct bundle {
    const char *folder;
    struct arena *arena;
    struct diagnostics *diagnostics;
    enum pn_mode mode;
    struct scope names; /* its constants are the policies' globals */
    struct pn_slice default_version, default_scope;
    bool lenient;
    uint8_t schema_enforcement;       /* enum pn_schema_enforcement, 0: none */
    LIST(struct yaml_node *) secrets; /* attributes whose values are masked */
    struct bundle_terms terms;
    LIST(struct bundle_upstream) upstreams;
    LIST(struct bundle_model) models;
    LIST(struct bundle_server) servers;
    LIST(struct bundle_key) keys;
    LIST(struct bundle_issuer) issuers;
    LIST(struct bundle_attachment) attachments;
    LIST(struct bundle_self_test) self_tests;
};

/* Compile the bundle in `folder` into the body that `postern policy sign` seals.
 *
 *   0  done; `body` holds it and is the caller's, for bytes_free()
 *   1  refused; `diagnostics` has the errors and `body` is empty
 *
 * Notes may be in `diagnostics` either way. */
int compile_bundle(const char *folder, struct bytes *body, struct diagnostics *diagnostics);

/* The same in two steps, for those who look at what was written before it is compiled: read all
 * files of `folder` into `bundle` and `set`, which live as long as `diagnostics`... */
struct policy_set;
void bundle_read(struct bundle *bundle, struct policy_set *set, const char *folder,
                 struct diagnostics *diagnostics);

/* ...and compile them; 1 also where reading found errors. */
int bundle_compile(struct bundle *bundle, const struct policy_set *set, struct bytes *body);

/* What a test puts in the place of settings; all-zero changes nothing. */
struct bundle_changes {
    const struct yaml_node *globals; /* a map: these, beside the bundle's others; NULL: none */
    bool lenient;                    /* the scope of a request need not exist */
    uint8_t cerbos_enforcement;      /* of schemas where there is no bundle.yaml; 0: none */
};

/* The same of a changed bundle. A folder without bundle.yaml is compiled as Cerbos would: in mode
 * cerbos54, of all policy files in it. */
int compile_bundle_changed(const char *folder, const struct bundle_changes *changes,
                           struct bytes *body, struct diagnostics *diagnostics);

/* Set a global, as bundle.yaml may, or set it anew. */
void bundle_set_global(struct bundle *bundle, struct yaml_pair pair);

/* One file each; `root` is its tree. Errors are added to the bundle's diagnostics. */
void bundle_read_settings(struct bundle *bundle, const struct yaml_node *root);
void bundle_read_models(struct bundle *bundle, const struct yaml_node *root);
void bundle_read_servers(struct bundle *bundle, const struct yaml_node *root);
void bundle_read_identity(struct bundle *bundle, const struct yaml_node *root);

/* The lists issuers and attachments of identity.yaml. Servers and models have been read. */
void bundle_read_issuers(struct bundle *bundle, const struct yaml_node *list);
void bundle_read_attachments(struct bundle *bundle, const struct yaml_node *list);

/* The list self_tests of bundle.yaml; its records, beside the engine's sections, whose strings they
 * refer to, so before these are written; and what comes of them: the first that fails is an error. */
void bundle_read_self_tests(struct bundle *bundle, const struct yaml_node *list);
void bundle_write_self_tests(const struct bundle *bundle, struct image *image,
                             struct bytes sections[PN_POLICY_SECTION_COUNT]);
void bundle_run_self_tests(struct bundle *bundle, const struct pn_policy *policy);

/* What `assertion` of a server or a model says, `node`. The upstream's credential has been read. */
void bundle_read_assertion(struct bundle *bundle, const struct yaml_node *node,
                           struct bundle_upstream *upstream);

/* Are both told the same? */
bool bundle_same_assertion(const struct bundle_assertion *a, const struct bundle_assertion *b);

/* What `credential_from` (PN_PASS_CLIENT) or `exchange` of a server or a model says, `node`. */
void bundle_read_pass(struct bundle *bundle, const struct yaml_node *node, enum pn_pass_kind kind,
                      struct bundle_upstream *upstream);

/* Is it the same token? */
bool bundle_same_pass(const struct bundle_pass *a, const struct bundle_pass *b);

/* The index of the upstream, which is added unless one like it is there. */
uint16_t bundle_upstream(struct bundle *bundle, const struct bundle_upstream *upstream);

/* Lay out the gateway's sections beside the engine's, whose roles and slots keys refer to. */
void bundle_write_sections(struct bundle *bundle, const struct image *image,
                           struct bytes sections[PN_POLICY_SECTION_COUNT]);

#endif
