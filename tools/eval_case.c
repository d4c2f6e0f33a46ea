/* see eval_case.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/eval_case.h"

#include <stdlib.h>

#include "tools/compile/cel_const.h"
#include "tools/compile/cel_parse.h"
#include "tools/typed_json.h"
#include "tools/value_literal.h"

enum { LINE_SHOWN = 100 }; /* bytes of a line that an error quotes */

enum { TEXT_BYTES_MAX = 16 << 20 };

/* Run what was compiled and write down what it came to. */
static void run(const struct eval_case *eval, struct arena *arena, struct eval_result *result)
{
    struct cel_run *run = malloc(sizeof *run);
    uint64_t *memory = malloc(eval->memory_bytes);
    uint8_t *text = malloc(TEXT_BYTES_MAX);
    struct pn_writer w = pn_writer(text, TEXT_BYTES_MAX);
    struct pn_value value;

    if (run == NULL || memory == NULL || text == NULL) abort();
    run->mode = PN_MODE_EDGE;
    if (!cel_run(run, bytes_slice(&result->body), memory, eval->memory_bytes, eval->now_ms,
                 &value)) {
        abort(); /* the engine refuses what the compiler made */
    }
    result->outcome = value.type == PN_ERROR ? EVAL_ERROR : EVAL_VALUE;
    run->machine.steps_left = UINT32_MAX;
    typed_json_write(&w, &run->machine, &value);
    bytes_append(&result->json, pn_written(&w));
    w = pn_writer(text, TEXT_BYTES_MAX);
    value_literal_write(&w, &run->machine, &value);
    bytes_append(&result->text, pn_written(&w));
    result->has_constant = cel_value_of(arena, &run->machine, &value, &result->value);
    free(text);
    free(memory);
    free(run);
}

/* The first message as the error of the result. */
static void not_built(const struct diagnostics *diagnostics, struct eval_result *result)
{
    const char *message = "it does not compile";
    uint8_t text[2048];
    struct pn_writer w = pn_writer(text, sizeof text);

    if (diagnostics->list.count > 0) message = diagnostics->list.items[0].message;
    pn_write_text(&w, "{\"error\":");
    pn_write_json_string(&w, pn_slice(message, strlen(message)));
    pn_write_byte(&w, '}');
    bytes_append(&result->json,
                 w.full ? PN_SLICE("{\"error\":\"it does not compile\"}") : pn_written(&w));
    bytes_append(&result->text, pn_slice(message, strlen(message)));
}

void eval_case_run(struct eval_case *eval, struct diagnostics *diagnostics,
                   struct eval_result *result)
{
    struct arena *arena = &diagnostics->arena;
    struct cel_source *source = ARENA_NEW(arena, struct cel_source);

    *result = (struct eval_result){ .outcome = EVAL_NOT_BUILT };
    *source = (struct cel_source){ .text = eval->expression, .file = "expression" };
    const struct cel_node *node = cel_parse(arena, diagnostics, source);
    bool built = node != NULL && cel_program(arena, diagnostics, &eval->scope, PN_MODE_EDGE,
                                             eval->folding, node, &result->body);
    if (built) {
        run(eval, arena, result);
    } else {
        bytes_free(&result->body);
        not_built(diagnostics, result);
    }
}

void eval_case_locate(struct eval_case *eval, struct diagnostics *diagnostics)
{
    struct arena *arena = &diagnostics->arena;
    struct cel_source *source = ARENA_NEW(arena, struct cel_source);
    bool errors_run = eval->scope.errors_run;
    struct cel_value value;

    *source = (struct cel_source){ .text = eval->expression, .file = "expression" };
    const struct cel_node *node = cel_parse(arena, diagnostics, source);
    if (node == NULL) return;
    eval->scope.errors_run = false;
    (void)cel_const(arena, diagnostics, &eval->scope, node, &value);
    eval->scope.errors_run = errors_run;
}

/* Line `number` of the text, counted from 1; empty when there is none. */
static struct pn_slice line_of(struct pn_slice text, unsigned number)
{
    for (; number > 1; number--) {
        size_t end = pn_slice_find(text, '\n');
        text = pn_slice_from(text, end < text.len ? end + 1 : end);
    }
    return pn_slice_head(text, pn_slice_find(text, '\n'));
}

static bool is_control(uint8_t ch)
{
    return ch < ' ' || ch == 0x7f;
}

/* The line with a sign below the column; of a long one what is around it. */
static void print_around(struct pn_slice line, unsigned column, FILE *out)
{
    size_t from = line.len > LINE_SHOWN && column > LINE_SHOWN / 2 ? column - LINE_SHOWN / 2 : 0;
    size_t end = from + LINE_SHOWN < line.len ? from + LINE_SHOWN : line.len;

    while (from > 0 && from < end && (line.at[from] & 0xc0) == 0x80) from--;
    while (end < line.len && (line.at[end] & 0xc0) == 0x80) end++;
    fputs("    ", out);
    for (size_t k = from; k < end; k++) fputc(is_control(line.at[k]) ? ' ' : line.at[k], out);
    fprintf(out, "\n    %*s\n", (int)(column - from), "^");
}

void eval_case_print(const struct eval_case *eval, const struct diagnostics *diagnostics, FILE *out)
{
    diag_print(diagnostics, out);
    for (size_t i = 0; i < diagnostics->list.count; i++) {
        const struct mark *mark = &diagnostics->list.items[i].mark;
        struct pn_slice line = line_of(eval->expression, mark->line);
        if (mark->column == 0 || line.len == 0) continue;
        print_around(line, mark->column, out);
    }
}

void eval_result_free(struct eval_result *result)
{
    bytes_free(&result->body);
    bytes_free(&result->json);
    bytes_free(&result->text);
}
