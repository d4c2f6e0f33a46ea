/* SPDX-License-Identifier: Apache-2.0 */
#include "test/tools/bundle/bundle_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unity.h"

static const char *const files[] = { "bundle.yaml",
                                     "models.yaml",
                                     "servers.yaml",
                                     "identity.yaml",
                                     "limits.yaml",
                                     "model.yaml",
                                     "notes.txt",
                                     "policies/a.yaml",
                                     "policies/b.yaml",
                                     "policies/c.json",
                                     "policies/d.yml",
                                     "policies/_schemas/p.json",
                                     "policies/_schemas/r.json" };

void bundle_folder_make(struct bundle_folder *folder)
{
    char policies[96];

    *folder = (struct bundle_folder){ .path = "/tmp/bundle-XXXXXX" };
    if (mkdtemp(folder->path) == NULL) abort();
    snprintf(policies, sizeof policies, "%s/policies", folder->path);
    if (mkdir(policies, 0700) != 0) abort();
    bundle_folder_write(folder, "bundle.yaml", "name: test\n");
}

void bundle_folder_write(struct bundle_folder *folder, const char *file, const char *text)
{
    char path[128];

    if (strncmp(file, "policies/_schemas/", 18) == 0) {
        snprintf(path, sizeof path, "%s/policies/_schemas", folder->path);
        mkdir(path, 0700);
    }
    snprintf(path, sizeof path, "%s/%s", folder->path, file);
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0) abort();
}

void bundle_folder_model(struct bundle_folder *folder)
{
    bundle_folder_write(
        folder, "models.yaml",
        "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n"
        "      {model: openai/x, api_base: 'http://127.0.0.1:9101', egress: [loopback]}\n");
}

bool bundle_folder_compile(struct bundle_folder *folder)
{
    bytes_free(&folder->body);
    diag_free(&folder->diagnostics);
    return compile_bundle(folder->path, &folder->body, &folder->diagnostics) == 0;
}

const char *bundle_folder_messages(const struct bundle_folder *folder)
{
    static char text[16384];
    size_t len = 0, skip = strlen(folder->path) + 1;

    text[0] = 0;
    for (size_t i = 0; i < folder->diagnostics.list.count && len < sizeof text - 512; i++) {
        const struct diag *diag = &folder->diagnostics.list.items[i];
        len += (size_t)snprintf(text + len, 512, "%s:%u:%u: %s: %s\n", diag->mark.file + skip,
                                diag->mark.line, diag->mark.column,
                                diag->level == DIAG_ERROR ? "error" : "note", diag->message);
    }
    return text;
}

void bundle_folder_says(const struct bundle_folder *folder, const char *message)
{
    static char both[20000];
    const char *messages = bundle_folder_messages(folder);

    if (strstr(messages, message) != NULL) return;
    snprintf(both, sizeof both, "wanted: %s\ngot: %s", message, messages);
    TEST_FAIL_MESSAGE(both);
}

void bundle_folder_says_not(const struct bundle_folder *folder, const char *message)
{
    TEST_ASSERT_NULL_MESSAGE(strstr(bundle_folder_messages(folder), message), message);
}

void bundle_folder_remove(struct bundle_folder *folder)
{
    char path[128];

    bytes_free(&folder->body);
    diag_free(&folder->diagnostics);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, files[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/policies/_schemas", folder->path);
    rmdir(path);
    snprintf(path, sizeof path, "%s/policies", folder->path);
    rmdir(path);
    rmdir(folder->path);
}
