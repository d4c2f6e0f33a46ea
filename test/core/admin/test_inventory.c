/* The inventory of policies that were compiled: what it says, in pieces of any size, and since when.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/admin/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "test/tools/bundle/bundle_folder.h"
#include "unity.h"

static struct bundle_folder folder;
static struct pn_active active;
static struct pn_since since;
static char text[1 << 20];

static const char servers[] =
    "servers:\n"
    "  - {name: crm, url: 'https://crm.example:8443/mcp', owner: Sales IT, credential: 'credential:c'}\n"
    "  - {name: pay, url: 'http://192.0.2.3/'}\n";
static const char models[] =
    "model_list:\n"
    "  - {model_name: large, owner: \"the \\\"ML\\\" team\", litellm_params: {model: openai/l, "
    "api_base: 'http://192.0.2.9/v1', api_key: 'credential:k'}}\n"
    "  - {model_name: small, litellm_params: {model: xai/s, api_base: 'http://192.0.2.9/v1'}}\n"
    "router_settings: {model_group_alias: {big: large}}\n";
static const char identity[] = "attachments:\n"
                               "  - {user: ana, servers: [crm], models: [big]}\n"
                               "  - {agent: bot, tools: {pay: [refund, look]}, servers: [crm]}\n"
                               "  - {team: desk, tools: {pay: [look]}}\n";

static void compile(const char *who)
{
    bundle_folder_write(&folder, "identity.yaml", who);
    TEST_ASSERT_TRUE_MESSAGE(bundle_folder_compile(&folder), bundle_folder_messages(&folder));
    memset(&active, 0, sizeof active);
    TEST_ASSERT_EQUAL(PN_POLICY_GOOD, pn_policy_open(&active.policy, bytes_slice(&folder.body)));
    const struct pn_slice *section = active.policy.blob.section;
    active.attachments = pn_attachment_table_of(section);
    active.routes = pn_route_table_of(section);
    TEST_ASSERT_TRUE(pn_attachment_table_check(&active.attachments));
    TEST_ASSERT_TRUE(pn_route_table_check(&active.routes));
}

/* Another policy is in force. */
static void put_in_force(uint8_t number, int64_t now_s)
{
    memset(active.identity, number, sizeof active.identity);
    active.sequence = number;
    (void)pn_since_note(&since, &active, now_s);
}

void setUp(void)
{
    memset(&since, 0, sizeof since);
    bundle_folder_make(&folder);
    bundle_folder_write(&folder, "servers.yaml", servers);
    bundle_folder_write(&folder, "models.yaml", models);
    compile(identity);
    put_in_force(7, 1000);
}

void tearDown(void)
{
    bundle_folder_remove(&folder);
}

/* The whole of it, from buffers of exactly `room` bytes. */
static yyjson_doc *list(size_t room)
{
    struct pn_inventory i;
    enum pn_step step = PN_MORE;
    size_t len = 0;

    pn_inventory_begin(&i, &active);
    while (step == PN_MORE) {
        uint8_t *exact = malloc(room);
        struct pn_writer w = pn_writer(exact, room);
        step = pn_inventory_next(&i, &active, &since, &w);
        TEST_ASSERT_FALSE(w.full);
        memcpy(text + len, exact, w.len);
        len += w.len;
        free(exact);
    }
    TEST_ASSERT_EQUAL(PN_DONE, step);
    text[len] = '\0';
    yyjson_doc *doc = yyjson_read(text, len, 0);
    TEST_ASSERT_NOT_NULL_MESSAGE(doc, text);
    return doc;
}

static void says(yyjson_doc *doc, const char *at, const char *json)
{
    yyjson_val *value = yyjson_doc_ptr_get(doc, at);
    char *got = value ? yyjson_val_write(value, 0, NULL) : NULL;

    TEST_ASSERT_NOT_NULL_MESSAGE(got, at);
    TEST_ASSERT_EQUAL_STRING_MESSAGE(json, got, at);
    free(got);
}

static void test_what_it_says(void)
{
    yyjson_doc *doc = list(65536);

    says(doc, "/policy/sequence", "7");
    says(doc, "/models/0",
         "{\"name\":\"big\",\"alias_of\":\"large\",\"owner\":\"the \\\"ML\\\" team\","
         "\"provider\":\"openai\",\"upstream\":{\"name\":\"large\",\"url\":\"http://192.0.2.9/v1\","
         "\"model\":\"l\",\"credential\":\"k\"},\"since\":{\"sequence\":7,\"at\":1000,"
         "\"or_earlier\":true},\"may_use\":[{\"user\":\"ana\"}]}");
    says(doc, "/models/1/name", "\"large\"");
    says(doc, "/models/1/may_use", "[{\"user\":\"ana\"}]");
    says(doc, "/models/2/owner", "null");
    says(doc, "/models/2/may_use", "[]");
    says(doc, "/servers/0",
         "{\"name\":\"crm\",\"owner\":\"Sales IT\",\"path\":\"/mcp/crm\",\"upstream\":{"
         "\"name\":\"crm\",\"url\":\"https://crm.example:8443/mcp\",\"credential\":\"c\"},"
         "\"since\":{\"sequence\":7,\"at\":1000,\"or_earlier\":true},"
         "\"may_use\":[{\"user\":\"ana\"},{\"agent\":\"bot\"}],\"tools\":[]}");
    says(doc, "/servers/1/may_use", "[]");
    says(doc, "/servers/1/tools/0/name", "\"look\"");
    says(doc, "/servers/1/tools/0/may_use", "[{\"agent\":\"bot\"},{\"team\":\"desk\"}]");
    says(doc, "/servers/1/tools/1/name", "\"refund\"");
    says(doc, "/servers/1/tools/1/may_use", "[{\"agent\":\"bot\"}]");
    TEST_ASSERT_EQUAL_size_t(3, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/models")));
    TEST_ASSERT_EQUAL_size_t(2, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/servers")));
    TEST_ASSERT_EQUAL_size_t(2, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/servers/1/tools")));
    yyjson_doc_free(doc);
}

static void test_in_pieces_it_is_the_same(void)
{
    static char whole[sizeof text];

    yyjson_doc_free(list(65536));
    strcpy(whole, text);
    for (size_t room = 330; room < 1200; room++) {
        yyjson_doc_free(list(room));
        TEST_ASSERT_EQUAL_STRING(whole, text);
    }
}

static void test_without_attachments_anyone_may(void)
{
    compile("keys: []\n");
    yyjson_doc *doc = list(65536);
    says(doc, "/models/0/may_use", "\"anyone\"");
    says(doc, "/models/0/since", "{\"sequence\":7,\"at\":1000,\"or_earlier\":true}");
    says(doc, "/servers/0/may_use", "\"anyone\"");
    says(doc, "/servers/1/tools", "[]");
    yyjson_doc_free(doc);
}

static void test_what_cannot_be_ended(void)
{
    struct pn_inventory i;
    uint8_t room[64];
    struct pn_writer w = pn_writer(room, sizeof room);

    pn_inventory_begin(&i, &active);
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_inventory_next(&i, NULL, &since, &w));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_inventory_next(&i, &active, &since, &w)); /* too little room */
    active.identity[0]++;
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_inventory_next(&i, &active, &since, &w));
    TEST_ASSERT_EQUAL_size_t(0, w.len);
}

/* --- since when --- */

static const struct pn_since_entry *of(enum pn_thing thing, const char *name, const char *tool)
{
    return pn_since_of(&since, thing, pn_slice(name, strlen(name)), pn_slice(tool, strlen(tool)));
}

static void test_since_when(void)
{
    TEST_ASSERT_EQUAL_UINT64(7, of(PN_THING_MODEL, "small", "")->sequence);
    TEST_ASSERT_EQUAL(1, of(PN_THING_MODEL, "small", "")->earlier);
    TEST_ASSERT_NULL(of(PN_THING_SERVER, "small", ""));
    TEST_ASSERT_NULL(of(PN_THING_TOOL, "pay", "note"));

    compile("attachments:\n  - {agent: bot, tools: {pay: [note, look]}}\n");
    put_in_force(8, 2000);
    TEST_ASSERT_EQUAL_UINT64(7, of(PN_THING_TOOL, "pay", "look")->sequence);
    TEST_ASSERT_EQUAL_INT64(1000, of(PN_THING_TOOL, "pay", "look")->at_s);
    TEST_ASSERT_EQUAL_UINT64(8, of(PN_THING_TOOL, "pay", "note")->sequence);
    TEST_ASSERT_EQUAL_INT64(2000, of(PN_THING_TOOL, "pay", "note")->at_s);
    TEST_ASSERT_EQUAL(0, of(PN_THING_TOOL, "pay", "note")->earlier);
    TEST_ASSERT_NULL(of(PN_THING_TOOL, "pay", "refund"));

    compile(identity); /* who was away comes anew */
    put_in_force(9, 3000);
    TEST_ASSERT_EQUAL_INT64(3000, of(PN_THING_TOOL, "pay", "refund")->at_s);
    TEST_ASSERT_EQUAL_INT64(1000, of(PN_THING_SERVER, "pay", "")->at_s);
    TEST_ASSERT_NULL(of(PN_THING_TOOL, "pay", "note"));
    TEST_ASSERT_FALSE(pn_since_note(&since, &active, 4000)); /* the same policy changes nothing */
    TEST_ASSERT_EQUAL_INT64(3000, of(PN_THING_TOOL, "pay", "refund")->at_s);
}

/* More than there are places for: what found none is there since nobody knows when. */
static void test_a_full_table(void)
{
    static char many[200000];
    size_t len = (size_t)sprintf(many, "model_list:\n");

    for (int i = 0; i < 3000; i++) {
        len += (size_t)sprintf(many + len,
                               "  - {model_name: m%d, litellm_params: {model: xai/s}}\n", i);
    }
    bundle_folder_write(&folder, "models.yaml", many);
    compile("keys: []\n");
    for (uint8_t round = 8; round < 12; round++) put_in_force(round, 100 * round);
    yyjson_doc *doc = list(4096);
    size_t known = 0;
    yyjson_val *model;
    yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_doc_ptr_get(doc, "/models"));
    while ((model = yyjson_arr_iter_next(&it)) != NULL) {
        yyjson_val *s = yyjson_obj_get(model, "since");
        if (yyjson_is_null(s)) continue;
        known++;
    }
    TEST_ASSERT_EQUAL_size_t(3000, yyjson_arr_size(yyjson_doc_ptr_get(doc, "/models")));
    TEST_ASSERT_GREATER_THAN_size_t(1500, known);
    TEST_ASSERT_LESS_OR_EQUAL_size_t(PN_SINCE_PLACES, known);
    yyjson_doc_free(doc);
}

/* Many attachments are looked through a few at a time. */
static void test_a_piece_looks_at_so_many_records(void)
{
    static char many[400000];
    size_t len = (size_t)sprintf(many, "attachments:\n");
    struct pn_inventory i;
    uint8_t *room = malloc(1 << 22);
    int pieces = 0;
    enum pn_step step = PN_MORE;

    for (int k = 0; k < 5000; k++) {
        len += (size_t)sprintf(many + len, "  - {user: u%d, tools: {pay: [t%d]}}\n", k, k % 7);
    }
    compile(many);
    pn_inventory_begin(&i, &active);
    while (step == PN_MORE) {
        struct pn_writer w = pn_writer(room, 1 << 22);
        step = pn_inventory_next(&i, &active, &since, &w);
        TEST_ASSERT_LESS_THAN_UINT32(50000 + 2 * 5000, i.looked);
        pieces++;
    }
    TEST_ASSERT_EQUAL(PN_DONE, step);
    TEST_ASSERT_GREATER_THAN_INT(3, pieces);
    free(room);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_what_it_says);
    RUN_TEST(test_in_pieces_it_is_the_same);
    RUN_TEST(test_without_attachments_anyone_may);
    RUN_TEST(test_what_cannot_be_ended);
    RUN_TEST(test_since_when);
    RUN_TEST(test_a_full_table);
    RUN_TEST(test_a_piece_looks_at_so_many_records);
    return UNITY_END();
}
