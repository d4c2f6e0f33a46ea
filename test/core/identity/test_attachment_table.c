/* What is attached to whom, compiled from identity.yaml; malformed tables refused.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/identity/attachment_table.h"

#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct bundle_folder folder;
static struct pn_policy policy;
static struct pn_attachment_table table;

static const char servers[] = "servers:\n"
                              "  - {name: crm, url: 'http://192.0.2.1/'}\n"
                              "  - {name: crm-2, url: 'http://192.0.2.2/'}\n"
                              "  - {name: pay, url: 'http://192.0.2.3/'}\n";
static const char models[] =
    "model_list:\n"
    "  - {model_name: large, litellm_params: {model: openai/l, api_base: 'http://192.0.2.9/'}}\n"
    "  - {model_name: small, litellm_params: {model: openai/s, api_base: 'http://192.0.2.9/'}}\n"
    "router_settings: {model_group_alias: {big: large}}\n";
static const char identity[] = "attachments:\n"
                               "  - {user: ana, servers: [crm], models: [big]}\n"
                               "  - {agent: bot, tools: {pay: [refund, look]}, servers: [crm]}\n"
                               "  - {agent: bot, models: [small, small]}\n"
                               "  - {team: desk, tools: {crm-2: [note]}}\n";

void setUp(void)
{
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "servers.yaml", servers);
    bundle_folder_write(&folder, "models.yaml", models);
    bundle_folder_write(&folder, "identity.yaml", identity);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&policy, bytes_slice(&folder.body)));
    const struct pn_slice *section = policy.blob.section;
    table = pn_attachment_table_of(section);
    TEST_ASSERT_TRUE(pn_attachment_table_check(&table));
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

static struct pn_slice text(const char *s)
{
    return pn_slice(s, strlen(s));
}

static struct pn_key who(const char *user, const char *agent, const char *team)
{
    return (struct pn_key){ .user = text(user), .agent = text(agent), .team = text(team) };
}

static const struct {
    const char *user, *agent, *team, *server;
    enum pn_attached attached;
} rows[] = {
    { "ana", "", "", "crm", PN_ATTACHED_WHOLE },    { "ana", "", "", "crm-2", PN_ATTACHED_NOT },
    { "ana", "", "", "cr", PN_ATTACHED_NOT },       { "ana", "", "", "pay", PN_ATTACHED_NOT },
    { "an", "", "", "crm", PN_ATTACHED_NOT },       { "", "ana", "", "crm", PN_ATTACHED_NOT },
    { "", "bot", "", "crm", PN_ATTACHED_WHOLE },    { "", "bot", "", "pay", PN_ATTACHED_TOOLS },
    { "bot", "", "", "pay", PN_ATTACHED_NOT },      { "ana", "bot", "", "pay", PN_ATTACHED_TOOLS },
    { "", "", "desk", "crm-2", PN_ATTACHED_TOOLS }, { "", "", "desk", "crm", PN_ATTACHED_NOT },
    { "", "", "", "crm", PN_ATTACHED_NOT },
};

static void test_servers(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_key caller = who(rows[i].user, rows[i].agent, rows[i].team);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].attached,
                                  pn_attached_server(&table, &caller, text(rows[i].server)),
                                  rows[i].server);
    }
}

static void test_tools(void)
{
    struct pn_key bot = who("ana", "bot", "desk"), ana = who("ana", "", "");

    TEST_ASSERT_TRUE(pn_attached_tool(&table, &bot, text("pay"), text("refund")));
    TEST_ASSERT_TRUE(pn_attached_tool(&table, &bot, text("pay"), text("look")));
    TEST_ASSERT_FALSE(pn_attached_tool(&table, &bot, text("pay"), text("loo")));
    TEST_ASSERT_FALSE(pn_attached_tool(&table, &bot, text("pay"), text("")));
    TEST_ASSERT_TRUE(pn_attached_tool(&table, &bot, text("crm-2"), text("note")));
    TEST_ASSERT_TRUE(pn_attached_tool(&table, &ana, text("crm"), text("whatever")));
    TEST_ASSERT_FALSE(pn_attached_tool(&table, &ana, text("pay"), text("refund")));
}

static void test_models(void)
{
    struct pn_key bot = who("", "bot", ""), ana = who("ana", "", ""), both = who("ana", "bot", "");

    TEST_ASSERT_TRUE(pn_attached_model(&table, &ana, text("large"))); /* by its alias */
    TEST_ASSERT_FALSE(pn_attached_model(&table, &ana, text("small")));
    TEST_ASSERT_TRUE(pn_attached_model(&table, &bot, text("small")));
    TEST_ASSERT_FALSE(pn_attached_model(&table, &bot, text("large")));
    TEST_ASSERT_TRUE(pn_attached_model(&table, &both, text("large")));
    TEST_ASSERT_FALSE(pn_attached_model(&table, &both, text("crm")));
}

static void test_without_attachments_there_are_no_limits(void)
{
    struct pn_attachment_table none = { 0 };
    struct pn_key nobody = who("", "", "");

    TEST_ASSERT_TRUE(pn_attachment_table_check(&none));
    TEST_ASSERT_EQUAL(PN_ATTACHED_WHOLE, pn_attached_server(&none, &nobody, text("x")));
    TEST_ASSERT_TRUE(pn_attached_tool(&none, &nobody, text("x"), text("y")));
    TEST_ASSERT_TRUE(pn_attached_model(&none, &nobody, text("x")));
}

static bool holds_with(size_t at, uint8_t value)
{
    uint8_t *byte = (uint8_t *)(uintptr_t)table.records.at + at, right = *byte;

    *byte = value;
    bool holds = pn_attachment_table_check(&table);
    *byte = right;
    return holds;
}

static void test_malformed_tables(void)
{
    struct pn_attachment_table cut = table;

    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHO_KIND, 0));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHO_KIND, 4));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHAT, 0));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHAT, 4));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_ZERO, 1));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHO + 3, 0x80));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_NAME + 7, 0x80));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_TOOL + 3, 0x80));
    TEST_ASSERT_FALSE(holds_with(PN_ATTACHMENT_WHO_KIND, 3)); /* out of order */
    cut.records.len--;
    TEST_ASSERT_FALSE(pn_attachment_table_check(&cut));
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_servers);
    RUN_TEST(test_tools);
    RUN_TEST(test_models);
    RUN_TEST(test_without_attachments_there_are_no_limits);
    RUN_TEST(test_malformed_tables);
    return UNITY_END();
}
