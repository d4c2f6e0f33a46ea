/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/compile/cel_call.h"

#include "tools/compile/cel_regex.h"

enum form { GLOBAL = 1, MEMBER = 2, EITHER = 3 };

struct function {
    const char *name;
    uint8_t form, args_min, args_max, function;
    uint16_t number;
};

static const struct function functions[] = {
#define PN_BUILTIN(number, symbol, name, form, args_min, args_max, weight, ...) \
    { name, form, args_min, args_max, CEL_FUNCTION_BUILTIN, number },
#include "policy/builtin.def"
#undef PN_BUILTIN
    { "dyn", GLOBAL, 1, 1, CEL_FUNCTION_SAME, 0 },
    { "id", GLOBAL, 1, 1, CEL_FUNCTION_SAME, 0 },
    { "now", GLOBAL, 0, 0, CEL_FUNCTION_NOW, 0 },
    { "timeSince", EITHER, 1, 1, CEL_FUNCTION_SINCE, 0 },
    { "matches", EITHER, 2, 2, CEL_FUNCTION_MATCHES, 0 },
    { "hasIntersection", EITHER, 2, 2, CEL_FUNCTION_SHARES, 0 },
    { "has_intersection", EITHER, 2, 2, CEL_FUNCTION_SHARES, 0 },
    { "isSubset", EITHER, 2, 2, CEL_FUNCTION_WITHIN, 0 },
    { "is_subset", EITHER, 2, 2, CEL_FUNCTION_WITHIN, 0 },
    { "regex.replace", GLOBAL, 3, 4, CEL_FUNCTION_REGEX, CEL_REGEX_REPLACE },
    { "regex.extract", GLOBAL, 2, 2, CEL_FUNCTION_REGEX, CEL_REGEX_EXTRACT },
    { "regex.extractAll", GLOBAL, 2, 2, CEL_FUNCTION_REGEX, CEL_REGEX_EXTRACT_ALL },
};

enum { FUNCTION_COUNT = sizeof functions / sizeof functions[0] };

static const struct function *find(struct pn_slice name, enum form form, size_t args)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        const struct function *f = &functions[i];
        if (text_is(name, f->name) && (f->form & form) != 0 && args >= f->args_min &&
            args <= f->args_max) {
            return f;
        }
    }
    return NULL;
}

static const struct function *named(struct pn_slice name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (text_is(name, functions[i].name)) return &functions[i];
    }
    return NULL;
}

static struct cel_call found(const struct function *f, size_t first)
{
    return (struct cel_call){ (enum cel_function)f->function, f->number, first, NULL };
}

static bool is_optional(struct pn_slice name)
{
    static const char *const names[] = { "optional.of", "optional.none", "optional.ofNonZeroValue",
                                         "orValue",     "hasValue",      "optMap",
                                         "optFlatMap" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_is(name, names[i])) return true;
    }
    return false;
}

/* Whether the name before the dot can only be that of a library. */
static bool is_library(struct pn_slice name)
{
    static const char *const names[] = { "math", "strings", "lists", "sets", "base64",
                                         "ip",   "regex",   "json",  "cel" };
    size_t dot = pn_slice_find(name, '.');

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (text_is(pn_slice_head(name, dot), names[i])) return true;
    }
    return false;
}

static const char *arguments_text(struct arena *arena, const struct function *f, enum form form)
{
    unsigned target = f->form == MEMBER || (f->form == EITHER && form == MEMBER);
    unsigned min = f->args_min - target, max = f->args_max - target;

    if (min == max) return arena_format(arena, "%u argument%s", min, min == 1 ? "" : "s");
    return arena_format(arena, "%u to %u arguments", min, max);
}

/* Why there is no function for the call. */
static const char *reason(struct arena *arena, struct pn_slice name, enum form form)
{
    const struct function *f = named(name);
    const char *names[FUNCTION_COUNT];

    if (is_optional(name)) {
        return "optional values are not part of this engine; write has(x.y) && x.y == ... instead";
    }
    if (f != NULL && (f->form & form) != 0) {
        return arena_format(arena, "%s() takes %s", f->name, arguments_text(arena, f, form));
    }
    if (f != NULL) {
        return arena_format(arena,
                            f->form == GLOBAL ? "%s() is written %s(x)" : "%s() is written x.%s()",
                            f->name, f->name);
    }
    for (size_t i = 0; i < FUNCTION_COUNT; i++) names[i] = functions[i].name;
    const char *nearest = diag_nearest(name, names, FUNCTION_COUNT);
    return arena_format(arena, "there is no function %.*s()%s%s%s", SLICE_ARGS(name),
                        nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "()?" : "");
}

/* "math.abs" of math.abs(x), where the target is a name and no variable. */
static struct pn_slice library_name(struct arena *arena, const struct scope *scope,
                                    const struct cel_node *node)
{
    struct pn_slice chain;

    if (!node->member) return pn_slice("", 0);
    chain = scope_chain(arena, scope, node->args.items[0]);
    if (chain.len == 0) return chain;
    const char *full = arena_format(arena, "%.*s.%.*s", SLICE_ARGS(chain), SLICE_ARGS(node->name));
    return pn_slice(full, strlen(full));
}

static struct cel_call none(const char *says)
{
    return (struct cel_call){ .function = CEL_FUNCTION_NONE, .says = says };
}

static bool is_extract(struct arena *arena, const struct scope *scope, const struct cel_node *node)
{
    return node->kind == CEL_CALL && node->args.count == 3 &&
           text_is(library_name(arena, scope, node), "regex.extract");
}

/* What is asked of the optional text that regex.extract() comes to. */
static bool asks_extracted(struct arena *arena, const struct scope *scope,
                           const struct cel_node *node, struct cel_call *call)
{
    static const struct {
        const char *name;
        size_t args;
        enum cel_regex which;
    } rows[] = {
        { "orValue", 2, CEL_REGEX_OR_VALUE },
        { "hasValue", 1, CEL_REGEX_HAS_VALUE },
        { "value", 1, CEL_REGEX_VALUE },
    };

    if (!node->member || !is_extract(arena, scope, node->args.items[0])) return false;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!text_is(node->name, rows[i].name) || node->args.count != rows[i].args) continue;
        *call = (struct cel_call){ CEL_FUNCTION_REGEX, rows[i].which, 0, NULL };
        return true;
    }
    return false;
}

struct cel_call cel_call_of(struct arena *arena, const struct scope *scope,
                            const struct cel_node *node)
{
    struct cel_call asked;

    if (asks_extracted(arena, scope, node, &asked)) return asked;
    struct pn_slice library = library_name(arena, scope, node);
    enum form form = node->member ? MEMBER : GLOBAL;
    const struct function *f = NULL;

    if (library.len > 0 && (named(library) != NULL || is_optional(library))) {
        f = find(library, GLOBAL, node->args.count - 1);
        return f != NULL ? found(f, 1) : none(reason(arena, library, GLOBAL));
    }
    if (is_library(library) && scope_binding_of(arena, scope, node->args.items[0]) == NULL) {
        return none(reason(arena, library, GLOBAL));
    }
    f = find(node->name, form, node->args.count);
    return f != NULL ? found(f, 0) : none(reason(arena, node->name, form));
}
