/* A policy file of any bytes: YAML, its shape, its expressions, the compiled form.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "tools/compile/body.h"
#include "tools/compile/policy_compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What compiles must open, in either mode. */
static void compile(struct pn_slice text, enum pn_mode mode)
{
    struct diagnostics diagnostics = { 0 };
    struct arena *arena = &diagnostics.arena;
    struct bytes sections[PN_POLICY_SECTION_COUNT] = { 0 }, body = { 0 };
    struct policy_set set = { 0 };
    static struct pn_policy policy;
    struct image image;

    const struct yaml_node *root = yaml_read(arena, &diagnostics, "fuzz", text);
    struct policy_doc *doc = root != NULL ? policy_doc_read(arena, &diagnostics, root) : NULL;
    if (doc == NULL && diagnostics.error_count == 0) abort();
    if (doc != NULL) LIST_PUSH(arena, &set.docs, doc);
    image_begin(&image, arena, &diagnostics, mode);
    bool compiled = policy_compile(&image, &set) && diagnostics.error_count == 0;
    if (compiled && image_write(&image, sections)) {
        body_write(&body, sections, 0, pn_slice("", 0));
        if (pn_policy_open(&policy, bytes_slice(&body)) != PN_POLICY_GOOD) abort();
    }
    bytes_free(&body);
    for (size_t i = 0; i < PN_POLICY_SECTION_COUNT; i++) bytes_free(&sections[i]);
    image_free(&image);
    diag_free(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 20000) return 0;
    compile(pn_slice(data, size), PN_MODE_EDGE);
    compile(pn_slice(data, size), PN_MODE_CERBOS54);
    return 0;
}
