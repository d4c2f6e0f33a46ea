/* see keyset_new.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/keyset_new.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tools/keyset_file.h"
#include "tools/keyset_make.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"

static const char program[] = "postern keyset new";

static const char help[] =
    "postern keyset new -o FILE [options]\n"
    "\n"
    "Write a key set: the keys that gateways are to believe from now on, in place of those they\n"
    "believe now. Nobody has signed it yet; root keys do that with `postern keyset sign`.\n"
    "Gateways take it as they take a policy: PUT /v1/policy, or policy.key_set of the device file.\n"
    "\n"
    "  -o, --out FILE        where it goes; replaced if it exists\n"
    "  --from FILE           begin with the keys of this key set, one version higher\n"
    "  --root NAME.pub       a key that may sign key sets, and nothing else; at most 4\n"
    "  --policy NAME.pub     a key that may sign policies\n"
    "  --time NAME.pub       a key that may sign timestamps\n"
    "  --until SPAN|DATE     the keys named after this option are trusted until then\n"
    "  --remove KEY          take a key out; KEY is NAME.pub or its 16 hex digits\n"
    "  --revoke KEY          take it out and name it, so that a refusal tells why\n"
    "  --threshold N         so many root keys have to sign the next key set\n"
    "                        (default: as before; 2 where there are two)\n"
    "  --version N           gateways refuse what is not greater than what they hold (default: 1)\n"
    "  --counters EPOCH:SEQUENCE\n"
    "                        policies are counted from here again: for a stolen key that signed\n"
    "                        a policy with a sequence out of reach, or to burn older epochs.\n"
    "                        Time that ran ahead, by a clock or a signed timestamp, is forgotten\n"
    "  -h, --help            print this\n"
    "\n"
    "Exit status: 0 written, 1 could not be written, 2 not called like this.\n"
    "\n"
    "Example: postern keyset new -o 2.set --from 1.set --revoke old.pub --policy new.pub\n"
    "         postern keyset sign 2.set -k root1.key && postern keyset sign 2.set -k root2.key\n";

enum option_id {
    FROM = 256,
    ROOT,
    POLICY,
    TIME,
    UNTIL,
    REMOVE,
    REVOKE,
    THRESHOLD,
    VERSION,
    COUNTERS
};

static const struct option options[] = {
    { "out", required_argument, NULL, 'o' },
    { "help", no_argument, NULL, 'h' },
    { "from", required_argument, NULL, FROM },
    { "root", required_argument, NULL, ROOT },
    { "policy", required_argument, NULL, POLICY },
    { "time", required_argument, NULL, TIME },
    { "until", required_argument, NULL, UNTIL },
    { "remove", required_argument, NULL, REMOVE },
    { "revoke", required_argument, NULL, REVOKE },
    { "threshold", required_argument, NULL, THRESHOLD },
    { "version", required_argument, NULL, VERSION },
    { "counters", required_argument, NULL, COUNTERS },
    { NULL, 0, NULL, 0 },
};

struct request {
    struct pn_keyset_wish wish;
    const char *out_path;
    uint64_t now_s, until_s;
    bool threshold_stated;
};

enum outcome { GOES_ON, HELPED, WRONG, FAILED };

static enum outcome wrong(const char *option, const char *value, const char *what)
{
    fprintf(stderr, "%s: %s %s: %s\n", program, option, value, what);
    return WRONG;
}

static enum outcome begin_from(struct request *req, const char *path)
{
    struct pn_keyset_document doc;
    struct pn_slice bytes;

    if (req->wish.keys.count > 0) return wrong("--from", path, "comes before all keys");
    if (!pn_keyset_file_read(program, path, &bytes, &doc)) return FAILED;
    req->wish.keys = doc.keys;
    req->wish.keys.version++;
    req->threshold_stated = true;
    free((void *)(uintptr_t)bytes.at);
    return GOES_ON;
}

static const char *why_not(enum pn_keyset_result result)
{
    switch (result) {
    case PN_KEYSET_FULL: return "a key set has at most 12 keys";
    case PN_KEYSET_ROLES_BAD: return "it is in the set in another role; take it out first";
    case PN_KEYSET_TEXT_BAD:
    case PN_KEYSET_ID_BAD:
    case PN_KEYSET_POINT_BAD:
    case PN_KEYSET_ADDED: break;
    }
    return "not a public key of `postern key new`";
}

static enum outcome add_key(struct request *req, const char *path, uint8_t roles)
{
    struct pn_keyset *keys = &req->wish.keys;
    uint8_t before = keys->count;
    enum pn_keyset_result result;
    struct pn_slice text;

    if (!pn_whole_file_read(program, path, PN_KEY_TEXT_BYTES_MAX, &text)) return FAILED;
    result = pn_keyset_add_text_as(keys, text, roles);
    free((void *)(uintptr_t)text.at);
    if (result != PN_KEYSET_ADDED) {
        fprintf(stderr, "%s: %s: %s\n", program, path, why_not(result));
        return FAILED;
    }
    if (keys->count > before) keys->keys[before].not_after_s = req->until_s;
    return GOES_ON;
}

/* The id that `text` is, or that of the public key in the file of that name. */
static bool read_id(const char *text, uint8_t id[PN_KEY_ID_BYTES])
{
    struct pn_keyset alone = { 0 };
    struct pn_slice bytes;

    if (pn_key_text_hex(pn_slice(text, strlen(text)), id, PN_KEY_ID_BYTES)) return true;
    if (!pn_whole_file_read(program, text, PN_KEY_TEXT_BYTES_MAX, &bytes)) return false;
    if (pn_keyset_add_text(&alone, bytes) == PN_KEYSET_ADDED) {
        memcpy(id, alone.keys[0].id, PN_KEY_ID_BYTES);
    } else {
        fprintf(stderr, "%s: %s is neither a public key of `postern key new` nor a key id\n",
                program, text);
    }
    free((void *)(uintptr_t)bytes.at);
    return alone.count == 1;
}

static bool take_out(struct pn_keyset *keys, const uint8_t id[PN_KEY_ID_BYTES])
{
    uint8_t count = 0;
    bool found;

    for (size_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->keys[i].id, id, PN_KEY_ID_BYTES) == 0) continue;
        keys->keys[count++] = keys->keys[i];
    }
    found = count < keys->count;
    keys->count = count;
    return found;
}

static enum outcome remove_key(struct request *req, const char *text)
{
    uint8_t id[PN_KEY_ID_BYTES];

    if (!read_id(text, id)) return FAILED;
    if (take_out(&req->wish.keys, id)) return GOES_ON;
    fprintf(stderr, "%s: --remove %s: the set does not have this key\n", program, text);
    return FAILED;
}

static enum outcome revoke_key(struct request *req, const char *text)
{
    struct pn_keyset *keys = &req->wish.keys;
    uint8_t id[PN_KEY_ID_BYTES];

    if (!read_id(text, id)) return FAILED;
    (void)take_out(keys, id);
    if (pn_keyset_is_revoked(keys, pn_slice(id, sizeof id))) return GOES_ON;
    if (keys->revoked_count == PN_KEYSET_REVOKED_MAX) {
        fprintf(stderr, "%s: --revoke %s: a key set names at most 16; removing it is enough\n",
                program, text);
        return FAILED;
    }
    memcpy(keys->revoked[keys->revoked_count++], id, sizeof id);
    return GOES_ON;
}

static enum outcome read_counters(struct request *req, const char *value)
{
    struct pn_slice text = pn_slice(value, strlen(value));
    size_t colon = pn_slice_find(text, ':');
    uint64_t epoch = 0;

    if (colon == text.len || !pn_slice_decimal(pn_slice_head(text, colon), UINT32_MAX, &epoch) ||
        !pn_slice_decimal(pn_slice_from(text, colon + 1), ((uint64_t)1 << 53) - 1,
                          &req->wish.sequence)) {
        return wrong("--counters", value, "it is EPOCH:SEQUENCE, such as 3:0");
    }
    req->wish.epoch = (uint32_t)epoch;
    req->wish.has_counters = true;
    return GOES_ON;
}

static enum outcome read_number(const char *option, const char *value, uint64_t max,
                                uint64_t *number)
{
    if (pn_slice_decimal(pn_slice(value, strlen(value)), max, number) && *number > 0) {
        return GOES_ON;
    }
    fprintf(stderr, "%s: %s %s: not a number from 1 to %" PRIu64 "\n", program, option, value, max);
    return WRONG;
}

static enum outcome read_option(struct request *req, int option, const char *value)
{
    struct pn_keyset *keys = &req->wish.keys;
    uint64_t number = 0;
    enum outcome outcome;

    switch (option) {
    case 'o': req->out_path = value; return GOES_ON;
    case 'h': fputs(help, stdout); return HELPED;
    case FROM: return begin_from(req, value);
    case ROOT: return add_key(req, value, PN_KEY_ROOT);
    case POLICY: return add_key(req, value, PN_KEY_POLICY);
    case TIME: return add_key(req, value, PN_KEY_TIME);
    case REMOVE: return remove_key(req, value);
    case REVOKE: return revoke_key(req, value);
    case COUNTERS: return read_counters(req, value);
    case UNTIL:
        if (pn_time_read(value, req->now_s, &req->until_s)) return GOES_ON;
        return wrong("--until", value, "neither a span such as 90d nor a date such as 2026-12-31");
    case THRESHOLD:
        outcome = read_number("--threshold", value, PN_KEYSET_ROOTS_MAX, &number);
        keys->threshold = (uint8_t)number;
        req->threshold_stated = true;
        return outcome;
    case VERSION:
        outcome = read_number("--version", value, UINT32_MAX, &number);
        keys->version = (uint32_t)number;
        return outcome;
    default: fprintf(stderr, "see %s --help\n", program); return WRONG;
    }
}

/* What a device would not read is told in words of its own. */
static bool holds(const struct pn_keyset *keys)
{
    unsigned roots = pn_keyset_roots(keys);

    if (roots == 0) {
        fprintf(stderr,
                "%s: a key set without a root key could never be replaced; name one with "
                "--root\n",
                program);
    } else if (roots > PN_KEYSET_ROOTS_MAX) {
        fprintf(stderr, "%s: at most %d root keys\n", program, PN_KEYSET_ROOTS_MAX);
    } else if (keys->threshold > roots) {
        fprintf(stderr, "%s: %u root keys can never be %u; give --threshold\n", program, roots,
                keys->threshold);
    } else {
        return true;
    }
    return false;
}

static int write_draft(const struct request *req)
{
    uint8_t bytes[PN_KEYSET_BYTES_MAX];
    struct pn_writer out = pn_writer(bytes, sizeof bytes);
    struct pn_keyset none = { 0 };
    struct pn_keyset_document doc;

    if (!holds(&req->wish.keys)) return 1;
    if (pn_keyset_make(&req->wish, &out, &doc) != PN_KEYSET_MAKE_DONE) {
        fprintf(stderr, "%s: a gateway would refuse it; is a key there both as root and revoked?\n",
                program);
        return 1;
    }
    if (!pn_whole_file_replace(program, req->out_path, pn_written(&out))) return 1;
    printf("key set: %s\n", req->out_path);
    pn_keyset_file_print(stdout, &doc, &none);
    return 0;
}

int tool_keyset_new(int argc, char **argv)
{
    struct request req = { .wish = { .keys = { .version = 1 } }, .now_s = (uint64_t)time(NULL) };
    int option;

    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        switch (read_option(&req, option, optarg)) {
        case GOES_ON: break;
        case HELPED: return 0;
        case FAILED: return 1;
        case WRONG: return 2;
        }
    }
    if (optind < argc || req.out_path == NULL) {
        fprintf(stderr, "%s: %s%s\n", program,
                optind < argc ? "what is " : "say where with -o FILE",
                optind < argc ? argv[optind] : "");
        return 2;
    }
    if (!req.threshold_stated) {
        unsigned roots = pn_keyset_roots(&req.wish.keys);
        req.wish.keys.threshold = (uint8_t)(roots < 2 ? roots : 2);
    }
    return write_draft(&req);
}
