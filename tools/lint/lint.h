/* lint.h - what is valid in a bundle, and most likely not meant.
 *
 * Each finding has a stable name (lint.def), a severity, a place and a sentence. An error keeps the
 * bundle from being built; a warning is a policy that decides otherwise than it reads; a note is
 * worth knowing, such as what a stock Cerbos would decide differently. Findings depend on the mode:
 * an attribute that is missing makes a rule that denies match in `edge` and not match in `cerbos54`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_LINT_H
#define TOOLS_LINT_H

#include "tools/bundle/bundle.h"
#include "tools/compile/policy_compile.h"

enum lint_name {
#define LINT(symbol, name, sentence) LINT_##symbol,
#include "tools/lint/lint.def"
#undef LINT
    LINT_NAME_COUNT,
};

enum lint_severity {
    LINT_NOTE,
    LINT_WARNING,
    LINT_ERROR,
};

struct lint_finding {
    enum lint_name name;
    enum lint_severity severity;
    struct mark mark;
    const char *sentence;
};

/* What a server says of its tools: the answer to tools/list. */
struct lint_tool {
    const struct yaml_node *name;
    const struct yaml_node *schema; /* inputSchema, or NULL */
};

struct lint_manifest {
    struct pn_slice server;
    struct mark mark;
    LIST(struct lint_tool) tools;
};

struct lint {                       /* all-zero before lint_bundle() */
    struct diagnostics diagnostics; /* of reading and building; its arena holds everything */
    struct diagnostics quiet;       /* told already, by those above */
    struct bundle bundle;
    struct policy_set set;
    struct bytes body; /* empty: the bundle does not compile */
    struct pn_policy policy;
    LIST(struct lint_manifest) manifests;
    LIST(struct lint_finding) findings; /* in the order of files, lines and columns */
    size_t counts[LINT_ERROR + 1];      /* by severity */
};

/* A server, and the file with its answer to tools/list: {"tools": [...]}, that within "result", or
 * the list alone. */
struct lint_tools_file {
    const char *server; /* to the first '=' */
    const char *path;
};

/* Look at the bundle in `folder`. It is looked at as far as it can be read, whatever is wrong. */
void lint_bundle(struct lint *lint, const char *folder, const struct lint_tools_file *tools,
                 size_t tools_count);
void lint_free(struct lint *lint);

/* "deny-without-has", its general sentence, and "note", "warning", "error". */
const char *lint_name_text(enum lint_name name);
const char *lint_name_sentence(enum lint_name name);
const char *lint_severity_text(enum lint_severity severity);

/* Append the findings, one a line, or as one JSON object. */
void lint_write_text(struct bytes *out, const struct lint *lint);
void lint_write_json(struct bytes *out, const struct lint *lint);

/* For the checks: one more finding. */
void lint_find(struct lint *lint, enum lint_name name, enum lint_severity severity,
               struct mark mark, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The checks, by what they look at. */
void lint_settings(struct lint *lint);    /* bundle.yaml */
void lint_rules(struct lint *lint);       /* names, roles, actions */
void lint_expressions(struct lint *lint); /* conditions */
void lint_outputs(struct lint *lint);
void lint_overlaps(struct lint *lint); /* rules beside rules; the bundle has compiled */
void lint_listings(struct lint *lint); /* what a listing shows in vain; likewise */
void lint_manifests(struct lint *lint, const struct lint_tools_file *tools, size_t tools_count);

#endif
