/* SPDX-License-Identifier: Apache-2.0 */
/* replay_main.c - run a fuzz target over files and folders of inputs, without libFuzzer.
 *
 * Each input is copied to a block of exactly its size, so that AddressSanitizer sees the first
 * byte read beyond it. The empty input always runs first. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replayed_count;

static void replay(const uint8_t *data, size_t size)
{
    (void)LLVMFuzzerTestOneInput(data, size);
    replayed_count++;
}

static void replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *exact = size > 0 ? malloc(size) : NULL;

    if (file == NULL || (size > 0 && exact == NULL) ||
        (size > 0 && fread(exact, 1, size, file) != size)) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(2);
    }
    fprintf(stderr, "replay: %s\n", path);
    replay(exact, size);
    free(exact);
    fclose(file);
}

static void replay_path(const char *path)
{
    struct stat found;

    if (stat(path, &found) != 0) {
        fprintf(stderr, "replay: no such file: %s\n", path);
        exit(2);
    }
    if (!S_ISDIR(found.st_mode)) {
        replay_file(path, (size_t)found.st_size);
        return;
    }

    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char inner[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        replay_path(inner);
    }
    if (folder != NULL) closedir(folder);
}

int main(int argc, char **argv)
{
    static const uint8_t nothing;

    replay(&nothing, 0);
    for (int i = 1; i < argc; i++) {
        replay_path(argv[i]);
    }
    printf("%u inputs replayed\n", replayed_count);
    return 0;
}
