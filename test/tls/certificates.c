/* see certificates.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/tls/certificates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/pn-certificates-XXXXXX";
static bool made;
static int64_t made_s;

static int run(const char *format, const char *a, const char *b)
{
    char command[512];

    snprintf(command, sizeof command, format, a, b);
    return system(command);
}

/* The copy of those that the build has made. Half of the 30 days for which they are good is kept. */
static bool copy_made(void)
{
    const char *from = getenv("POSTERN_CERTIFICATES");
    char stamp[512];
    struct stat s;

    snprintf(stamp, sizeof stamp, "%s.made", from ? from : "");
    if (!from || stat(stamp, &s) != 0 || time(NULL) - s.st_mtime >= 15 * 86400) return false;
    made_s = s.st_mtime;
    return run("cp %s/* %s", from, folder) == 0;
}

bool certificates_make(const char *source)
{
    if (made) return true;
    if (system("command -v openssl >/dev/null") != 0) return false;
    if (!mkdtemp(folder)) abort();
    if (!copy_made()) {
        made_s = time(NULL);
        if (run("sh %s/test/tls/certificates.sh %s", source, folder) != 0) abort();
    }
    made = true;
    return true;
}

int64_t certificates_made_s(void)
{
    return made_s;
}

const char *certificates_path(const char *name)
{
    static char path[8][128];
    static unsigned next;
    char *at = path[next++ % 8];

    snprintf(at, sizeof path[0], "%s/%s", folder, name);
    return at;
}

struct port_tls_text certificates_text(const char *name)
{
    enum { BYTES_MAX = 16384, TEXTS_MAX = 96 };
    static uint8_t texts[TEXTS_MAX][BYTES_MAX];
    static char names[TEXTS_MAX][64];
    static size_t lens[TEXTS_MAX];
    unsigned i = 0;

    while (i < TEXTS_MAX && names[i][0] && strcmp(names[i], name) != 0) i++;
    if (i == TEXTS_MAX) abort();
    if (!names[i][0]) {
        FILE *file = fopen(certificates_path(name), "rb");
        if (!file) abort();
        lens[i] = fread(texts[i], 1, BYTES_MAX, file);
        fclose(file);
        snprintf(names[i], sizeof names[i], "%s", name);
    }
    return (struct port_tls_text){ texts[i], lens[i] };
}

struct port_tls_pair certificates_pair(const char *name)
{
    char chain[64], key[64];

    snprintf(chain, sizeof chain, "%s.pem", name);
    snprintf(key, sizeof key, "%s.key", name);
    return (struct port_tls_pair){ certificates_text(chain), certificates_text(key) };
}

void certificates_remove(void)
{
    if (made) run("rm -rf %s%s", folder, "");
    made = false;
}
