/* see token_request.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/token_request.h"

#include "core/http/form.h"
#include "core/identity/sub_token.h"

enum { NARROWING_BYTES_MAX = 1024 }; /* of all texts that go into the token */

enum parameter {
    GRANT_TYPE,
    RESOURCE,
    SUBJECT_TOKEN,
    SUBJECT_TOKEN_TYPE,
    REQUESTED_TOKEN_TYPE,
    ACTOR_TOKEN,
    AUDIENCE,
    SCOPE,
    EXPIRES_IN,
    AGENT,
    TASK,
    SERVERS,
    TOOLS,
    MODELS,
    PARAMETERS
};

static const struct pn_slice names[PARAMETERS] = {
    [GRANT_TYPE] = PN_SLICE_INIT("grant_type"),
    [RESOURCE] = PN_SLICE_INIT("resource"),
    [SUBJECT_TOKEN] = PN_SLICE_INIT("subject_token"),
    [SUBJECT_TOKEN_TYPE] = PN_SLICE_INIT("subject_token_type"),
    [REQUESTED_TOKEN_TYPE] = PN_SLICE_INIT("requested_token_type"),
    [ACTOR_TOKEN] = PN_SLICE_INIT("actor_token"),
    [AUDIENCE] = PN_SLICE_INIT("audience"),
    [SCOPE] = PN_SLICE_INIT("scope"),
    [EXPIRES_IN] = PN_SLICE_INIT("expires_in"),
    [AGENT] = PN_SLICE_INIT("agent"),
    [TASK] = PN_SLICE_INIT("task"),
    [SERVERS] = PN_SLICE_INIT("servers"),
    [TOOLS] = PN_SLICE_INIT("tools"),
    [MODELS] = PN_SLICE_INIT("models"),
};

/* What stands for nothing is as if it were not there (RFC 6749, 3.2). */
static enum pn_reason take(struct pn_slice *values, struct pn_slice name, struct pn_slice value)
{
    size_t at = 0;

    while (at < PARAMETERS && !pn_slice_equal(names[at], name)) at++;
    if (at == PARAMETERS || value.len == 0) return PN_REASON_NONE;
    if (values[at].len > 0) {
        return at == RESOURCE ? PN_REASON_RESOURCE_INVALID : PN_REASON_FORM_INVALID;
    }
    values[at] = value;
    return PN_REASON_NONE;
}

static enum pn_reason read_form(struct pn_form form, struct pn_slice *values)
{
    struct pn_slice name, value;

    for (;;) {
        enum pn_step step = pn_form_next(&form, &name, &value);
        if (step != PN_MORE) return step == PN_DONE ? PN_REASON_NONE : PN_REASON_FORM_INVALID;
        enum pn_reason reason = take(values, name, value);
        if (reason != PN_REASON_NONE) return reason;
    }
}

#define TYPE_PREFIX "urn:ietf:params:oauth:token-type:"

static bool is_access_token(struct pn_slice type)
{
    return pn_slice_equal(type, PN_SLICE(TYPE_PREFIX "access_token"));
}

static bool is_jwt(struct pn_slice type)
{
    return pn_slice_equal(type, PN_SLICE(TYPE_PREFIX "jwt"));
}

static enum pn_reason check_grant(const struct pn_slice *values, struct pn_token_request *request)
{
    struct pn_slice grant = values[GRANT_TYPE], wanted = values[REQUESTED_TOKEN_TYPE];

    if (grant.len == 0) return PN_REASON_FORM_INVALID;
    if (pn_slice_equal(grant, PN_SLICE("client_credentials"))) {
        request->grant = PN_GRANT_CLIENT;
        return PN_REASON_NONE;
    }
    if (!pn_slice_equal(grant, PN_SLICE("urn:ietf:params:oauth:grant-type:token-exchange"))) {
        return PN_REASON_GRANT_UNSUPPORTED;
    }
    request->grant = PN_GRANT_EXCHANGE;
    request->subject = values[SUBJECT_TOKEN];
    request->is_jwt = is_jwt(values[SUBJECT_TOKEN_TYPE]);
    bool sound = request->subject.len > 0 &&
                 (request->is_jwt || is_access_token(values[SUBJECT_TOKEN_TYPE])) &&
                 values[ACTOR_TOKEN].len == 0 &&
                 (wanted.len == 0 || is_access_token(wanted) || is_jwt(wanted));
    return sound ? PN_REASON_NONE : PN_REASON_FORM_INVALID;
}

static enum pn_reason check_texts(const struct pn_slice *values)
{
    size_t bytes = 0;

    for (size_t at = AGENT; at <= MODELS; at++) bytes += values[at].len;
    bool small = bytes <= NARROWING_BYTES_MAX && values[AGENT].len <= PN_CALLER_NAME_BYTES &&
                 values[TASK].len <= PN_CALLER_NAME_BYTES;
    return small && values[SCOPE].len == 0 ? PN_REASON_NONE : PN_REASON_SCOPE_INVALID;
}

static enum pn_reason read_time(struct pn_slice text, uint32_t *holds_s)
{
    uint64_t seconds = PN_SUB_TOKEN_S;

    if (text.len > 0 && !pn_slice_decimal(text, UINT32_MAX, &seconds)) {
        return PN_REASON_FORM_INVALID;
    }
    *holds_s = seconds > PN_SUB_TOKEN_S_MAX ? PN_SUB_TOKEN_S_MAX : (uint32_t)seconds;
    return seconds > 0 ? PN_REASON_NONE : PN_REASON_FORM_INVALID;
}

enum pn_reason pn_token_request_read(uint8_t *at, size_t len, struct pn_token_request *request)
{
    struct pn_slice values[PARAMETERS] = { { NULL, 0 } };
    enum pn_reason reason = read_form((struct pn_form){ at, len }, values);

    *request = (struct pn_token_request){ .resource = values[RESOURCE],
                                          .agent = values[AGENT],
                                          .task = values[TASK],
                                          .servers = values[SERVERS],
                                          .tools = values[TOOLS],
                                          .models = values[MODELS] };
    if (reason == PN_REASON_NONE) reason = check_grant(values, request);
    if (reason == PN_REASON_NONE) reason = read_time(values[EXPIRES_IN], &request->holds_s);
    if (reason == PN_REASON_NONE && (values[RESOURCE].len == 0 || values[AUDIENCE].len > 0)) {
        reason = PN_REASON_RESOURCE_INVALID;
    }
    return reason == PN_REASON_NONE ? check_texts(values) : reason;
}

bool pn_token_request_word(struct pn_slice *words, struct pn_slice *word)
{
    if (words->len == 0) return false;
    size_t len = pn_slice_find(*words, ' ');
    *word = pn_slice_head(*words, len);
    *words = pn_slice_from(*words, len < words->len ? len + 1 : len);
    return true;
}
