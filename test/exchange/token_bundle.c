/* see token_bundle.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/exchange/token_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const linked[] = { "models.yaml", "servers.yaml", "policies" };
static const char *const written[] = { "identity.yaml", "bundle.yaml" };
static char folder[32];

static const char *path_of(const char *name)
{
    static char path[96];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make(const char *desk)
{
    char target[600];

    strcpy(folder, "/tmp/tokens-XXXXXX");
    if (mkdtemp(folder) == NULL) abort();
    for (size_t i = 0; i < sizeof linked / sizeof linked[0]; i++) {
        snprintf(target, sizeof target, "%s/%s", desk, linked[i]);
        if (access(target, F_OK) != 0) continue; /* a desk without such */
        if (symlink(target, path_of(linked[i])) != 0) abort();
    }
}

static void copy_keys(const char *desk, FILE *out)
{
    char line[600];

    snprintf(line, sizeof line, "%s/identity.yaml", desk);
    FILE *in = fopen(line, "r");

    if (in == NULL) abort();
    while (fgets(line, sizeof line, in) != NULL) fputs(line, out);
    fclose(in);
}

const char *token_bundle_with(const char *desk, const char *keys, const char *more)
{
    if (folder[0] == 0) make(desk);
    FILE *out = fopen(path_of("bundle.yaml"), "w");
    fputs("name: tokens\n", out);
    fclose(out);
    out = fopen(path_of("identity.yaml"), "w");
    copy_keys(desk, out);
    fprintf(out,
            "issuers:\n"
            "  - issuer: %s\n"
            "    audiences: [%s]\n"
            "    %s\n"
            "    claims:\n"
            "      team: team\n"
            "      task: task\n"
            "      roles:\n"
            "        roles: {l1: tier-1-support, l2: tier-2-lead, t: triage}\n%s",
            TOKEN_ISS, TOKEN_AUD, keys, more != NULL ? more : "");
    fclose(out);
    return folder;
}

const char *token_bundle_of(const char *desk, int keys, const char *more)
{
    static char line[8192];

    snprintf(line, sizeof line, "jwks: %s", tokens_jwks(keys));
    return token_bundle_with(desk, line, more);
}

void token_bundle_remove(void)
{
    if (folder[0] == 0) return;
    for (size_t i = 0; i < sizeof linked / sizeof linked[0]; i++) unlink(path_of(linked[i]));
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) unlink(path_of(written[i]));
    rmdir(folder);
    folder[0] = 0;
}

const char *token_field(const char *token)
{
    static char fields[4][9000];
    static unsigned turn;
    char *field = fields[turn++ % 4];

    snprintf(field, sizeof fields[0], "Authorization: Bearer %s\r\n", token);
    return field;
}

const char *token_of(const char *claims)
{
    return token_field(tokens_sign(TOKEN_HEADER, claims, TOKEN_ES_1));
}
