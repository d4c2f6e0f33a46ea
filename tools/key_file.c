/* see key_file.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/key_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tools/whole_file.h"

bool pn_key_pair_new(struct pn_key_pair *pair)
{
    memset(pair, 0, sizeof *pair);
    if (port_es256_key_new(pair->secret, pair->xy) != PORT_CRYPTO_GOOD) return false;
    pn_key_id(pair->xy, pair->id);
    return true;
}

void pn_key_pair_wipe(struct pn_key_pair *pair)
{
    explicit_bzero(pair, sizeof *pair);
}

void pn_key_pair_write_text(struct pn_writer *w, const struct pn_key_pair *pair)
{
    pn_write_text(w, "# Private key. Who can read this line can sign policies; keep it off devices "
                     "and servers.\npostern-private-key-v1 es256 ");
    pn_write_hex(w, pair->id, sizeof pair->id);
    pn_write_byte(w, ' ');
    pn_write_hex(w, pair->secret, sizeof pair->secret);
    pn_write_byte(w, '\n');
}

bool pn_key_pair_read_text(struct pn_slice text, struct pn_key_pair *pair)
{
    uint8_t made[PN_KEY_ID_BYTES];
    struct pn_slice line;

    memset(pair, 0, sizeof *pair);
    if (!pn_key_text_line(text, &line)) return false;
    if (!pn_slice_equal(pn_key_text_word(&line), PN_SLICE("postern-private-key-v1")) ||
        !pn_slice_equal(pn_key_text_word(&line), PN_SLICE("es256")) ||
        !pn_key_text_hex(pn_key_text_word(&line), pair->id, sizeof pair->id) ||
        !pn_key_text_hex(pn_key_text_word(&line), pair->secret, sizeof pair->secret) ||
        pn_slice_trim(line).len > 0) {
        return false;
    }
    if (port_es256_public(pair->secret, pair->xy) != PORT_CRYPTO_GOOD) return false;
    pn_key_id(pair->xy, made);
    return memcmp(made, pair->id, sizeof made) == 0;
}

static void warn_if_shared(const char *program, const char *path)
{
    struct stat found;

    if (stat(path, &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 077) != 0) {
        fprintf(stderr, "%s: warning: others can read %s; chmod 600 it\n", program, path);
    }
}

bool pn_key_pair_read_file(const char *program, const char *path, struct pn_key_pair *pair)
{
    struct pn_slice text;
    bool good;

    if (!pn_whole_file_read(program, path, PN_KEY_TEXT_BYTES_MAX, &text)) return false;
    good = pn_key_pair_read_text(text, pair);
    explicit_bzero((void *)(uintptr_t)text.at, text.len);
    free((void *)(uintptr_t)text.at);
    if (!good) {
        fprintf(stderr, "%s: %s is not a private key of `postern key new`\n", program, path);
        return false;
    }
    warn_if_shared(program, path);
    return true;
}
