/* see policy_load.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/policy_load.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "core/seal/cose.h"
#include "tools/bundle/bundle.h"
#include "tools/whole_file.h"

enum { BLOB_BYTES_MAX = (64 << 20) + PN_ENVELOPE_BYTES_MAX };

bool path_is_folder(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static enum policy_load load_folder(const char *path, struct arena *arena,
                                    struct diagnostics *diagnostics, struct policy_source *source)
{
    static const struct bundle_changes none = { 0 };
    struct bytes compiled = { 0 };
    int status = compile_bundle_changed(path, &none, &compiled, diagnostics);

    source->is_folder = true;
    source->body = arena_copy(arena, bytes_slice(&compiled));
    bytes_free(&compiled);
    return status == 0 ? POLICY_LOADED : POLICY_WRONG;
}

enum policy_load policy_load(const char *program, const char *path, struct arena *arena,
                             struct diagnostics *diagnostics, struct policy_source *source)
{
    struct pn_slice file;
    struct pn_cose cose;

    *source = (struct policy_source){ .path = path };
    if (path_is_folder(path)) return load_folder(path, arena, diagnostics, source);
    if (!pn_whole_file_read(program, path, BLOB_BYTES_MAX, &file)) return POLICY_UNREADABLE;
    source->body = arena_copy(arena, file);
    free((void *)(uintptr_t)file.at);
    if (pn_cose_read(source->body, &cose) == PN_SEAL_ACCEPTED) {
        source->sealed = source->body;
        source->body = pn_slice_from(source->body, cose.envelope_bytes);
    }
    return POLICY_LOADED;
}
