/* Every reason of reason.def is provoked through a whole gateway, and answered as it says.
 *
 * A reason without a row fails, so a reason that nothing can set cannot stay in the list.
 * links: sim
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "test/exchange/mint.h"
#include "test/exchange/provocation.h"
#include "test/exchange/tls_desk.h"
#include "test/exchange/token_bundle.h"
#include "unity.h"

static struct desk *d;

void setUp(void)
{
}

void tearDown(void)
{
}

static const char *name_of(enum pn_reason reason)
{
    static char name[64];
    struct pn_slice s = pn_reason_name(reason);

    snprintf(name, sizeof name, "%.*s", (int)s.len, (const char *)s.at);
    return name;
}

static bool is_row(const struct provocation *row)
{
    return row->raw || row->form || row->chat || row->rpc || row->act;
}

/* The row of a reason, which is in one table. */
static const struct provocation *row_of(enum pn_reason reason)
{
    const struct provocation *found[] = { &provocations_of_requests[reason],
                                          &provocations_of_callers[reason],
                                          &provocations_of_policies[reason],
                                          &provocations_of_upstreams[reason] };
    const struct provocation *row = NULL;

    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        if (!is_row(found[i])) continue;
        TEST_ASSERT_NULL_MESSAGE(row, name_of(reason));
        row = found[i];
    }
    TEST_ASSERT_NOT_NULL_MESSAGE(row, name_of(reason));
    return row;
}

static struct sim_conn *provoke(const struct provocation *row)
{
    if (row->raw) return desk_ask(d, row->raw);
    if (row->form) return desk_ask(d, mint_post("", row->form));
    if (row->chat) return desk_ask(d, desk_post(CHAT, TIER_1, row->chat));
    if (row->rpc) return desk_ask(d, desk_post("/mcp/payments", TIER_1, row->rpc));
    return row->act(d);
}

/* The answer names the reason, has its status, and says whether to come again. */
static void check_answer(const char *answer, enum pn_reason reason)
{
    uint16_t status = pn_reason_status(reason);
    bool rpc_status = strstr(answer, "HTTP/1.1 200 OK\r\n") && strstr(answer, "\"jsonrpc\"");
    char line[32];

    snprintf(line, sizeof line, "HTTP/1.1 %u ", status);
    if (!rpc_status) desk_expect(answer, line);
    else TEST_ASSERT_EQUAL(403, status);
    desk_expect(answer, name_of(reason));
    if (status == 503) desk_expect(answer, "retry-after: ");
    if (status == 401) desk_expect(answer, "www-authenticate: B"); /* Bearer, or Basic */
    if (status == 429) desk_expect(answer, "retry-after: ");
}

static void check_count(enum pn_reason reason)
{
    const struct pn_stats *stats = pn_gateway_stats(d->gateway);
    uint32_t count = reason == PN_REASON_CLIENT_GONE ? atomic_load(&stats->clients_gone)
                                                     : atomic_load(&stats->refused[reason]);

    TEST_ASSERT_GREATER_OR_EQUAL_UINT32_MESSAGE(1, count, name_of(reason));
}

static void test_every_reason_is_provoked(void)
{
    for (int i = 1; i < PN_REASON_COUNT; i++) {
        enum pn_reason reason = (enum pn_reason)i;
        const struct provocation *row = row_of(reason);

        fprintf(stderr, "%s\n", name_of(reason));
        d = desk_open_at(row->folder ? row->folder : DESK_FOLDER, row->change);
        struct sim_conn *client = provoke(row);
        if (!row->silent) check_answer(desk_text(client), reason);
        if (row->detail) desk_expect(desk_text(client), row->detail);
        check_count(reason);
        if (!row->heard && reason != PN_REASON_AUDIT_UNAVAILABLE) desk_nobody_asked(d);
        desk_close(d);
        token_bundle_remove();
    }
}

int main(void)
{
    UNITY_BEGIN();
    if (!tls_desk_prepare(PN_SOURCE_DIR)) return 77;
    RUN_TEST(test_every_reason_is_provoked);
    certificates_remove();
    return UNITY_END();
}
