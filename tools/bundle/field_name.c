/* see field_name.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/bundle/field_name.h"

static bool is_token(struct pn_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t ch = text.at[i];
        if (ch <= ' ' || ch >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", ch) != NULL) return false;
    }
    return text.len > 0;
}

static bool is_reserved(struct pn_slice name)
{
    static const struct pn_slice reserved[] = {
        PN_SLICE_INIT("host"),           PN_SLICE_INIT("connection"),
        PN_SLICE_INIT("content-length"), PN_SLICE_INIT("transfer-encoding"),
        PN_SLICE_INIT("content-type"),   PN_SLICE_INIT("te"),
        PN_SLICE_INIT("upgrade"),        PN_SLICE_INIT("expect"),
        PN_SLICE_INIT("trailer"),
    };

    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (pn_slice_equal_fold(name, reserved[i])) return true;
    }
    return false;
}

struct pn_slice field_name_read(struct bundle *bundle, const struct yaml_node *node)
{
    uint8_t *copy = arena_take(bundle->arena, node->text.len + 1);

    for (size_t i = 0; i < node->text.len; i++) copy[i] = pn_ascii_lower(node->text.at[i]);
    if (!is_token(node->text) || is_reserved(node->text)) {
        diag_error(bundle->diagnostics, node->mark, "this is no header field for a credential");
    }
    return pn_slice(copy, node->text.len);
}

struct pn_slice field_scheme_read(struct bundle *bundle, const struct yaml_node *node)
{
    if (!is_token(node->text)) {
        diag_error(bundle->diagnostics, node->mark, "a scheme is one word, such as Bearer");
    }
    const char *prefix = arena_format(bundle->arena, "%.*s ", SLICE_ARGS(node->text));
    return pn_slice(prefix, strlen(prefix));
}
