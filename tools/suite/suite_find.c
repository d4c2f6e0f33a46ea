/* see suite_find.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/suite/suite_find.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/suite/suite_doc.h"

enum { FOLDER_DEPTH_MAX = 16 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_once(struct arena *arena, struct suite_files *files, const char *path)
{
    for (size_t i = 0; i < files->paths.count; i++) {
        if (strcmp(files->paths.items[i], path) == 0) return;
    }
    LIST_PUSH(arena, &files->paths, path);
}

static const char *unreadable(struct arena *arena, const char *path)
{
    return arena_format(arena, "%s: cannot be read: %s", path, strerror(errno));
}

static const char *names_in(struct arena *arena, const char *folder, struct suite_files *names)
{
    DIR *open = opendir(folder);

    if (open == NULL) return unreadable(arena, folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
        bool self = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!self) LIST_PUSH(arena, &names->paths, arena_format(arena, "%s", entry->d_name));
    }
    closedir(open);
    if (names->paths.count > 0)
        qsort(names->paths.items, names->paths.count, sizeof *names->paths.items, by_name);
    return NULL;
}

static const char *find(struct arena *arena, const char *folder, unsigned depth,
                        struct suite_files *files)
{
    struct suite_files names = { 0 };
    const char *error = names_in(arena, folder, &names);

    if (depth > FOLDER_DEPTH_MAX)
        return arena_format(arena, "%s: more than %d folders deep, or a link that leads back",
                            folder, FOLDER_DEPTH_MAX);
    for (size_t i = 0; error == NULL && i < names.paths.count; i++) {
        const char *name = names.paths.items[i];
        const char *path = arena_format(arena, "%s/%s", folder, name);
        struct stat found;
        if (stat(path, &found) != 0) continue;
        if (S_ISDIR(found.st_mode) && strcmp(name, "testdata") != 0) {
            error = find(arena, path, depth + 1, files);
        } else if (S_ISREG(found.st_mode) && suite_is_file_name(name)) {
            add_once(arena, files, path);
        }
    }
    return error;
}

const char *suite_find(struct arena *arena, const char *path, struct suite_files *files)
{
    struct stat found;
    size_t len = strlen(path);

    if (stat(path, &found) != 0) return unreadable(arena, path);
    if (!S_ISDIR(found.st_mode)) {
        add_once(arena, files, path);
        return NULL;
    }
    while (len > 1 && path[len - 1] == '/') len--;
    return find(arena, arena_format(arena, "%.*s", (int)len, path), 0, files);
}
