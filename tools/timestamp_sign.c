/* see timestamp_sign.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools/timestamp_sign.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/seal/manifest.h"
#include "tools/time_text.h"
#include "tools/timestamp_make.h"
#include "tools/whole_file.h"

enum { POLICY_BYTES_MAX = 64 << 20 };

static const char program[] = "postern policy timestamp";

static const char help[] =
    "postern policy timestamp POLICY -k NAME.key --nonce HEX -o FILE [--expires SPAN]\n"
    "\n"
    "Tell a gateway what time it is and that the sealed POLICY is the newest for it. The gateway\n"
    "asks with a nonce, GET /v1/time, and takes the one answer to it, PUT /v1/time. It believes\n"
    "keys with the role time: policy.time_keys of the device file, or `keyset new --time`.\n"
    "\n"
    "  -k, --key FILE    private key of `postern key new`\n"
    "  --nonce HEX       what the gateway asked with, 32 hexadecimal digits\n"
    "  -o, --out FILE    where the timestamp goes; replaced if it exists\n"
    "  --expires SPAN    so long the policy is said to be the newest (default: 24h)\n"
    "  -h, --help        print this\n"
    "\n"
    "Exit status: 0 written, 1 a file is not in order, 2 not called like this.\n"
    "\n"
    "Example: nonce=$(curl -s 127.0.0.1:9901/v1/time | sed 's/.*\"nonce\":\"\\([^\"]*\\).*/\\1/')\n"
    "         postern policy timestamp now.pol -k time.key --nonce $nonce -o answer\n"
    "         curl -T answer 127.0.0.1:9901/v1/time\n";

enum { NONCE = 256, EXPIRES };

static const struct option options[] = {
    { "key", required_argument, NULL, 'k' },
    { "out", required_argument, NULL, 'o' },
    { "help", no_argument, NULL, 'h' },
    { "nonce", required_argument, NULL, NONCE },
    { "expires", required_argument, NULL, EXPIRES },
    { NULL, 0, NULL, 0 },
};

struct request {
    struct pn_timestamp t;
    const char *policy_path, *key_path, *out_path;
    bool asked;
};

static bool read_option(struct request *req, int option, const char *value)
{
    uint64_t span_s = 0;

    switch (option) {
    case 'k': req->key_path = value; return true;
    case 'o': req->out_path = value; return true;
    case NONCE:
        req->asked = pn_key_text_hex(pn_slice(value, strlen(value)), req->t.nonce, PN_NONCE_BYTES);
        if (!req->asked) fprintf(stderr, "%s: --nonce is 32 hexadecimal digits\n", program);
        return req->asked;
    case EXPIRES:
        if (pn_span_read(value, &span_s) && span_s > 0) {
            req->t.expires_s = req->t.now_s + span_s;
            return true;
        }
        fprintf(stderr, "%s: --expires %s: not a span such as 24h\n", program, value);
        return false;
    default: fprintf(stderr, "see %s --help\n", program); return false;
    }
}

static bool complete(const struct request *req)
{
    const char *missing = req->policy_path == NULL ? "name the newest sealed policy"
                          : req->key_path == NULL  ? "name the private key with -k"
                          : !req->asked            ? "say what the gateway asked with --nonce"
                          : req->out_path == NULL  ? "say where to write with -o"
                                                   : NULL;

    if (missing == NULL) return true;
    fprintf(stderr, "%s: %s\n", program, missing);
    return false;
}

/* Whose signature the policy bears is the gateways' business. */
static bool take_policy(struct request *req)
{
    struct pn_manifest manifest;
    struct pn_slice blob;
    struct pn_cose cose;

    if (!pn_whole_file_read(program, req->policy_path, POLICY_BYTES_MAX, &blob)) return false;
    bool good = pn_cose_read(blob, &cose) == PN_SEAL_ACCEPTED &&
                pn_manifest_read(cose.payload, &manifest) == PN_SEAL_ACCEPTED;
    if (good) {
        req->t.sequence = manifest.sequence;
        port_sha256(cose.payload.at, cose.payload.len, req->t.identity);
    } else {
        fprintf(stderr, "%s: %s is not a policy of `postern policy sign`\n", program,
                req->policy_path);
    }
    free((void *)(uintptr_t)blob.at);
    return good;
}

static bool sign(const struct request *req)
{
    uint8_t bytes[PN_TIMESTAMP_BYTES_MAX];
    struct pn_writer out = pn_writer(bytes, sizeof bytes);
    struct pn_key_pair pair;

    if (!pn_key_pair_read_file(program, req->key_path, &pair)) return false;
    bool good = pn_timestamp_make(&req->t, &pair, &out);
    pn_key_pair_wipe(&pair);
    if (!good) fprintf(stderr, "%s: the signature could not be made\n", program);
    return good && pn_whole_file_replace(program, req->out_path, pn_written(&out));
}

int tool_policy_timestamp(int argc, char **argv)
{
    struct request req = { .t = { .now_s = (uint64_t)time(NULL) } };
    int option;

    req.t.expires_s = req.t.now_s + 86400;
    optind = 0; /* begin anew, also when another command was read before */
    while ((option = getopt_long(argc, argv, "k:o:h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (!read_option(&req, option, optarg)) return 2;
    }
    if (optind < argc) req.policy_path = argv[optind++];
    if (optind < argc) {
        fprintf(stderr, "%s: what is '%s'? One policy at a time\n", program, argv[optind]);
        return 2;
    }
    if (!complete(&req)) return 2;
    return take_policy(&req) && sign(&req) ? 0 : 1;
}
