/* see eval_repl.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/eval_repl.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char last[] = "_"; /* names what came last */

static const char help[] =
    "EXPR               compute a CEL expression; _ is what the last came to\n"
    ":let NAME = EXPR   bind what it comes to; so does NAME = EXPR\n"
    ":names             print what is bound\n"
    ":help              print this\n"
    ":quit              stop\n";

static struct pn_slice trimmed(struct pn_slice text)
{
    while (text.len > 0 && memchr(" \t\r\n", text.at[0], 4) != NULL) text = pn_slice_from(text, 1);
    while (text.len > 0 && memchr(" \t\r\n", text.at[text.len - 1], 4) != NULL) text.len--;
    return text;
}

static void bind(struct scope *scope, struct arena *arena, struct pn_slice name,
                 const struct cel_value *value)
{
    struct scope_constant binding = { arena_copy(arena, name), *value };

    for (size_t i = 0; i < scope->bindings.count; i++) {
        if (!pn_slice_equal(scope->bindings.items[i].name, name)) continue;
        scope->bindings.items[i].value = *value;
        return;
    }
    LIST_PUSH(arena, &scope->bindings, binding);
}

/* Everything is made in `arena`: bindings live on. */
static void compute(struct eval_case *eval, struct arena *arena, struct pn_slice name,
                    enum eval_repl_form form)
{
    struct diagnostics diagnostics = { .arena = *arena };
    struct eval_result result;

    eval_case_run(eval, &diagnostics, &result);
    if (result.outcome == EVAL_ERROR) eval_case_locate(eval, &diagnostics);
    eval_case_print(eval, &diagnostics, stdout);
    const struct bytes *out = form == EVAL_REPL_JSON ? &result.json : &result.text;
    if (result.outcome != EVAL_NOT_BUILT && diagnostics.list.count == 0)
        printf("%.*s\n", (int)out->len, (const char *)out->at);
    *arena = diagnostics.arena;
    bool is_value = result.outcome == EVAL_VALUE && name.len > 0;
    if (is_value && result.has_constant) {
        bind(&eval->scope, arena, name, &result.value);
    } else if (is_value && !text_is(name, last)) {
        printf("a value of this type cannot be bound\n");
    }
    eval_result_free(&result);
}

static void names(struct eval_case *eval, struct arena *arena, enum eval_repl_form form)
{
    for (size_t i = 0; i < eval->scope.bindings.count; i++) {
        struct pn_slice name = eval->scope.bindings.items[i].name;
        if (text_is(name, last)) continue;
        printf("%.*s = ", SLICE_ARGS(name));
        eval->expression = name;
        compute(eval, arena, pn_slice("", 0), form);
    }
}

/* NAME = EXPR: no expression of CEL looks like it. */
static bool is_binding(struct pn_slice line)
{
    size_t sign = pn_slice_find(line, '=');

    if (sign == line.len || !cel_is_identifier(trimmed(pn_slice_head(line, sign)))) return false;
    return sign + 1 < line.len && line.at[sign + 1] != '=';
}

static void let(struct eval_case *eval, struct arena *arena, struct pn_slice rest,
                enum eval_repl_form form)
{
    size_t sign = pn_slice_find(rest, '=');
    struct pn_slice name = trimmed(pn_slice(rest.at, sign));

    if (sign == rest.len || !cel_is_identifier(name)) {
        printf("write :let NAME = EXPR\n");
        return;
    }
    eval->expression = arena_copy(arena, trimmed(pn_slice_from(rest, sign + 1)));
    compute(eval, arena, name, form);
}

int eval_repl(struct eval_case *eval, struct arena *arena, enum eval_repl_form form)
{
    const char *prompt = isatty(STDIN_FILENO) ? "> " : "";
    char *buffer = NULL;
    size_t max = 0;
    ssize_t len;

    while (fputs(prompt, stdout), fflush(stdout), (len = getline(&buffer, &max, stdin)) > 0) {
        struct pn_slice line = trimmed(pn_slice(buffer, (size_t)len));
        if (line.len == 0) continue;
        if (text_is(line, ":quit") || text_is(line, ":q")) break;
        if (text_is(line, ":help")) {
            fputs(help, stdout);
        } else if (text_is(line, ":names")) {
            names(eval, arena, form);
        } else if (is_binding(line)) {
            let(eval, arena, line, form);
        } else if (pn_slice_begins(line, PN_SLICE(":let "))) {
            let(eval, arena, pn_slice_from(line, 5), form);
        } else if (line.at[0] == ':') {
            printf("there is no such command; see :help\n");
        } else {
            eval->expression = arena_copy(arena, line);
            compute(eval, arena, pn_slice(last, 1), form);
        }
    }
    free(buffer);
    return 0;
}
