/* see seal_sign.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/seal_sign.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/bytes.h"
#include "policy/policy.h"
#include "tools/bundle/bundle_terms.h"
#include "tools/seal_make.h"
#include "tools/seal_show.h"
#include "tools/time_text.h"
#include "tools/whole_file.h"

enum { NAMES_MAX = 64, BODY_BYTES_MAX = 64 << 20 };

static const char program[] = "postern policy sign";

static const char help[] =
    "postern policy sign BODY -k NAME.key -o BLOB [options]\n"
    "\n"
    "Seal a policy body, as `postern policy build` writes it, with your key. What an option does "
    "not\n"
    "say is as the bundle's bundle.yaml says (its word stands in brackets), else as stated here.\n"
    "\n"
    "  -k, --key FILE           private key of `postern key new`\n"
    "  -o, --out FILE           where the sealed policy goes; replaced if it exists\n"
    "  --sequence N             place in the order of policies; a gateway refuses what is not\n"
    "                           greater than what it holds [sequence; the time now, in seconds]\n"
    "  --expires SPAN|DATE      30d, 12h, 2026-12-31 or 2026-12-31T18:00:00Z [expires; 90d]\n"
    "  --on-expiry deny|keep    then refuse every call, or stay in force for the grace\n"
    "                           [on_expiry; deny]\n"
    "  --grace SPAN             how long keep keeps; only with --on-expiry keep [grace; none]\n"
    "  --target-group GROUP     for devices of this group; may be repeated\n"
    "  --device ID              for this device; may be repeated. One of these two replaces all\n"
    "                           targets of the bundle [targets; every device of the tenant]\n"
    "  --tenant UUID            whose it is [tenant; zeros, where there is one tenant only]\n"
    "  --epoch N                rollback epoch: raising it makes every policy of a lower epoch\n"
    "                           unusable for good [epoch; 0]\n"
    "  --no-fallback            never return to the policy before, even if this one is lost; not\n"
    "                           said, a gateway may\n"
    "  --key-set N              a gateway needs this version of the key set first (default: 0)\n"
    "  -h, --help               print this\n"
    "\n"
    "Example: postern policy sign body.bin -k signing.key -o policy.pol --expires 30d\n";

struct request {
    struct pn_seal_wish wish;
    struct pn_slice devices[NAMES_MAX], groups[NAMES_MAX];
    const char *body_path, *key_path, *out_path;
    uint64_t now_s;
    bool keep;
    unsigned stated; /* a bit for each option from SEQUENCE on that was given */
};

enum option_id {
    SEQUENCE = 256,
    EXPIRES,
    ON_EXPIRY,
    GRACE,
    TARGET_GROUP,
    DEVICE,
    TENANT,
    EPOCH,
    NO_FALLBACK,
    KEY_SET
};

static const struct option options[] = {
    { "key", required_argument, NULL, 'k' },
    { "out", required_argument, NULL, 'o' },
    { "help", no_argument, NULL, 'h' },
    { "sequence", required_argument, NULL, SEQUENCE },
    { "expires", required_argument, NULL, EXPIRES },
    { "on-expiry", required_argument, NULL, ON_EXPIRY },
    { "grace", required_argument, NULL, GRACE },
    { "target-group", required_argument, NULL, TARGET_GROUP },
    { "device", required_argument, NULL, DEVICE },
    { "tenant", required_argument, NULL, TENANT },
    { "epoch", required_argument, NULL, EPOCH },
    { "no-fallback", no_argument, NULL, NO_FALLBACK },
    { "key-set", required_argument, NULL, KEY_SET },
    { NULL, 0, NULL, 0 },
};

static bool wrong(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "%s: %s %s: %s\n", program, option, value, wanted);
    return false;
}

static bool read_number(const char *option, const char *value, uint64_t max, uint64_t *number)
{
    if (pn_slice_decimal(pn_slice(value, strlen(value)), max, number)) return true;
    fprintf(stderr, "%s: %s %s: not a number from 0 to %" PRIu64 "\n", program, option, value, max);
    return false;
}

static bool add_name(const char *option, const char *value, struct pn_slice *names, size_t *count)
{
    size_t len = strlen(value);

    if (*count == NAMES_MAX) return wrong(option, value, "too many; name a group instead");
    if (len == 0 || len > PN_TARGET_NAME_BYTES_MAX) {
        return wrong(option, value, "a name has 1 to 64 bytes");
    }
    names[(*count)++] = pn_slice(value, len);
    return true;
}

/* A UUID with or without its dashes. */
static bool read_tenant(const char *value, uint8_t tenant[PN_TENANT_BYTES])
{
    char digits[2 * PN_TENANT_BYTES];
    size_t len = 0;

    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '-') continue;
        if (len == sizeof digits) return wrong("--tenant", value, "not a UUID");
        digits[len++] = *at;
    }
    if (pn_key_text_hex(pn_slice(digits, len), tenant, PN_TENANT_BYTES)) return true;
    return wrong("--tenant", value, "not a UUID");
}

static bool read_grace(const char *value, struct request *req)
{
    uint64_t seconds = 0;

    if (!pn_span_read(value, &seconds) || seconds == 0 || seconds > UINT32_MAX) {
        return wrong("--grace", value, "not a span such as 7d");
    }
    req->wish.grace_s = (uint32_t)seconds;
    return true;
}

static bool read_on_expiry(const char *value, struct request *req)
{
    req->keep = strcmp(value, "keep") == 0;
    if (req->keep || strcmp(value, "deny") == 0) return true;
    return wrong("--on-expiry", value, "it is deny or keep");
}

static bool read_option(int option, const char *value, struct request *req)
{
    struct pn_seal_wish *wish = &req->wish;
    uint64_t number = 0;

    if (option >= SEQUENCE) req->stated |= 1u << (option - SEQUENCE);
    switch (option) {
    case 'k': req->key_path = value; return true;
    case 'o': req->out_path = value; return true;
    case SEQUENCE:
        return read_number("--sequence", value, ((uint64_t)1 << 53) - 1, &wish->sequence);
    case EXPIRES:
        return pn_time_read(value, req->now_s, &wish->expires_s) ||
               wrong("--expires", value,
                     "neither a span such as 30d nor a date such as 2026-12-31");
    case ON_EXPIRY: return read_on_expiry(value, req);
    case GRACE: return read_grace(value, req);
    case TARGET_GROUP: return add_name("--target-group", value, req->groups, &wish->group_count);
    case DEVICE: return add_name("--device", value, req->devices, &wish->device_count);
    case TENANT: return read_tenant(value, wish->tenant);
    case EPOCH:
        if (!read_number("--epoch", value, UINT32_MAX, &number)) return false;
        wish->epoch = (uint32_t)number;
        return true;
    case KEY_SET:
        if (!read_number("--key-set", value, UINT32_MAX, &number)) return false;
        wish->keyset_min = (uint32_t)number;
        return true;
    case NO_FALLBACK: wish->flags |= PN_MANIFEST_NO_FALLBACK; return true;
    default: fprintf(stderr, "see %s --help\n", program); return false;
    }
}

/* What must be there, and what goes only together. */
static bool complete(const struct request *req)
{
    const char *missing = req->body_path == NULL  ? "name the policy body"
                          : req->key_path == NULL ? "name the private key with -k"
                          : req->out_path == NULL ? "say where to write with -o"
                                                  : NULL;

    if (missing == NULL && req->keep && req->wish.grace_s == 0) {
        missing = "--on-expiry keep needs --grace";
    }
    if (missing == NULL && !req->keep && req->wish.grace_s > 0) {
        missing = "--grace needs --on-expiry keep";
    }
    if (missing == NULL && req->wish.expires_s <= req->wish.issued_s) {
        missing = "--expires is in the past";
    }
    if (missing == NULL) return true;
    fprintf(stderr, "%s: %s\n", program, missing);
    return false;
}

/* A body that no gateway could open is not worth a signature. */
static bool open_body(struct request *req, struct pn_slice body)
{
    struct pn_policy policy;
    enum pn_policy_fault fault = pn_policy_open(&policy, body);
    struct pn_slice header = policy.blob.section[PN_POLICY_SECTION_HEADER];

    if (fault == PN_POLICY_GOOD) {
        req->wish.mode = (uint8_t)policy.mode;
        req->wish.engine_min = pn_load16(header.at + PN_HEADER_ENGINE_MIN);
        return true;
    }
    fprintf(stderr, "%s: %s is not a body of `postern policy build`: %.*s\n", program,
            req->body_path, (int)pn_policy_fault_sentence(fault).len,
            (const char *)pn_policy_fault_sentence(fault).at);
    return false;
}

static const char *why_not(enum pn_seal_made made)
{
    switch (made) {
    case PN_SEAL_MAKE_DONE: break;
    case PN_SEAL_MAKE_FAILED: return "the signature could not be made";
    case PN_SEAL_MAKE_REFUSED: return "a gateway would refuse it; are all names valid UTF-8?";
    case PN_SEAL_MAKE_OVERSIZE: return "too many targets: the envelope is above 1024 bytes";
    }
    return NULL;
}

static bool seal_and_write(const struct request *req, struct pn_slice body,
                           const struct pn_key_pair *pair)
{
    size_t max = body.len + PN_SEAL_MAKE_OVERHEAD_BYTES;
    struct pn_writer out = pn_writer(malloc(max), max);
    enum pn_seal_made made = PN_SEAL_MAKE_FAILED;
    struct pn_seal seal;
    bool good = false;

    if (out.at != NULL) made = pn_seal_make(&req->wish, body, pair, &out, &seal);
    if (made != PN_SEAL_MAKE_DONE) fprintf(stderr, "%s: %s\n", program, why_not(made));
    if (made == PN_SEAL_MAKE_DONE) {
        good = pn_whole_file_replace(program, req->out_path, pn_written(&out));
    }
    if (good) {
        printf("sealed: %s\n", req->out_path);
        pn_seal_print(stdout, &seal);
    }
    free(out.at);
    return good;
}

static bool is_stated(const struct request *req, enum option_id option)
{
    return (req->stated >> (option - SEQUENCE) & 1) != 0;
}

/* What bundle.yaml says and no option does. */
static void take_terms(struct request *req, struct pn_slice body)
{
    struct pn_seal_wish *wish = &req->wish;
    struct bundle_terms terms;

    if (!bundle_terms_read(body, &terms)) return;
    if (!is_stated(req, SEQUENCE) && terms.sequence > 0) wish->sequence = terms.sequence;
    if (!is_stated(req, EXPIRES) && terms.expires_after_s > 0) {
        wish->expires_s = req->now_s + terms.expires_after_s;
    }
    if (!is_stated(req, ON_EXPIRY)) wish->grace_s = terms.grace_s;
    if (!is_stated(req, EPOCH)) wish->epoch = terms.epoch;
    if (!is_stated(req, TENANT)) memcpy(wish->tenant, terms.tenant, sizeof wish->tenant);
    if (is_stated(req, TARGET_GROUP) || is_stated(req, DEVICE)) return;
    wish->group_count = terms.group_count;
    wish->device_count = terms.device_count;
    memcpy(req->groups, terms.groups, sizeof req->groups);
    memcpy(req->devices, terms.devices, sizeof req->devices);
}

static int sign(struct request *req)
{
    struct pn_slice body;
    struct pn_key_pair pair;
    bool good = false;

    if (!pn_whole_file_read(program, req->body_path, BODY_BYTES_MAX, &body)) return 1;
    take_terms(req, body);
    if (open_body(req, body) && pn_key_pair_read_file(program, req->key_path, &pair)) {
        good = seal_and_write(req, body, &pair);
        pn_key_pair_wipe(&pair);
    }
    free((void *)(uintptr_t)body.at);
    return good ? 0 : 1;
}

int tool_policy_sign(int argc, char **argv)
{
    struct request req = { .now_s = (uint64_t)time(NULL) };
    int option;

    req.wish.sequence = req.wish.issued_s = req.now_s;
    req.wish.expires_s = req.now_s + 90 * 86400;
    req.wish.devices = req.devices;
    req.wish.groups = req.groups;
    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:o:h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!read_option(option, optarg, &req)) return 2;
    }
    if (optind < argc) req.body_path = argv[optind++];
    if (optind < argc) {
        fprintf(stderr, "%s: what is '%s'? One body at a time\n", program, argv[optind]);
        return 2;
    }
    return complete(&req) ? sign(&req) : 2;
}
