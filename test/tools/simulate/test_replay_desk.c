/* What a simulation says would change is what does change when the same requests are sent again, to
 * the same gateway under the other policy.
 * links: sim
 * label: unit slow
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test/exchange/desk.h"
#include "test/exchange/mint.h"
#include "tools/bundle/bundle.h"
#include "tools/json_tree.h"
#include "tools/simulate/simulation.h"
#include "unity.h"

enum { REQUESTS_MAX = 400, EDITS = 3 };

/* --- requests --- */

/* The last has a token made from the first one's key, for models. */
static const char *callers[] = { TIER_1, TIER_2, TRIAGE, PAYROLL, NULL };

static const char *const refunds[] = {
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":4000,\"note\":\"by card\"}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":900000}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":5000}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":5001,\"note\":null}",
    "{\"ticket_id\":\"T-1002\",\"amount_cents\":4000}",
    "{\"ticket_id\":\"T-1002\",\"amount_cents\":800000,\"reason\":{\"code\":7}}",
    "{\"ticket_id\":\"T-1001\"}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":\"40\"}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":4000.0}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":3e3}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":null}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":{\"a\":1}}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":[1,2]}",
    "{\"ticket_id\":\"T-1001\",\"amount_cents\":92233720368547758079}",
    "{\"ticket_id\":\"***\",\"amount_cents\":1}",
    "{\"ticket_id\":\"T-1001\\u0021\",\"amount_cents\":1}",
    "{\"ticket_id\":{\"absent\":true},\"amount_cents\":1}",
    "{}",
};

static const char *const messages[][2] = {
    { "/mcp/payments",
      "\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
      "\"capabilities\":{},\"clientInfo\":{\"name\":\"desk\",\"version\":\"1\"}}" },
    { "/mcp/payments", "\"tools/list\"" },
    { "/mcp/payments", "\"tools/call\",\"params\":{\"name\":\"refund_issue\"}" },
    { "/mcp/payments", "\"tools/call\",\"params\":{\"name\":\"payment_lookup\",\"arguments\":{}}" },
    { "/mcp/payroll", "\"tools/call\",\"params\":{\"name\":\"pay\",\"arguments\":{\"amount\":1}}" },
    { "/mcp/crm", "\"tools/call\",\"params\":{\"name\":\"customer_lookup\"}" },
    { "/mcp/crm", "\"resources/read\",\"params\":{\"uri\":\"crm://customers/7\"}" },
    { "/mcp/crm",
      "\"prompts/get\",\"params\":{\"name\":\"greeting\",\"arguments\":{\"a\":\"b\"}}" },
    { "/mcp/crm", "\"ping\"" },
    { "/mcp/crm", "\"logging/setLevel\",\"params\":{\"level\":\"debug\"}" },
    { "/mcp/tickets", "\"tools/call\",\"params\":{\"name\":\"ticket_close\","
                      "\"arguments\":{\"ticket_id\":\"T-1001\"}}" },
    { "/mcp/nowhere", "\"ping\"" },
};

static const char *const chats[] = {
    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
    "{\"model\":\"gpt-4o-mini\",\"messages\":[],\"max_tokens\":50,\"stream\":true}",
    "{\"model\":\"gpt-5\",\"messages\":[]}",
    "{\"model\":7}",
};

static struct desk *d;

/* Send it, let nobody answer, and hang up. */
static void send(const char *request)
{
    struct sim_conn *client = desk_ask(d, request), *up;

    sim_close(client);
    desk_run(d);
    for (int i = 0; i < DESK_UPSTREAMS; i++) {
        while ((up = desk_reached(d, (enum desk_upstream)i)) != NULL) sim_close(up);
    }
    desk_run(d);
}

static void send_all(void)
{
    char body[1024];

    for (size_t who = 0; who < sizeof callers / sizeof callers[0]; who++) {
        for (size_t i = 0; i < sizeof refunds / sizeof refunds[0]; i++) {
            snprintf(body, sizeof body,
                     "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{"
                     "\"name\":\"refund_issue\",\"arguments\":%s}}",
                     refunds[i]);
            send(desk_post("/mcp/payments", callers[who], body));
        }
        for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
            snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":%s}",
                     messages[i][1]);
            send(desk_post(messages[i][0], callers[who], body));
        }
        for (size_t i = 0; i < sizeof chats / sizeof chats[0]; i++) {
            send(desk_post("/v1/chat/completions", callers[who], chats[i]));
        }
        snprintf(body, sizeof body, "GET /v1/models HTTP/1.1\r\nHost: gate\r\n%s\r\n",
                 callers[who]);
        send(body);
    }
}

/* --- what was decided --- */

/* The decisions of a log in their order: one for each request. */
struct decisions {
    struct arena arena;
    size_t count;
    struct decision {
        uint64_t seq;
        struct pn_slice outcome, rule, error, action;
    } at[REQUESTS_MAX];
};

static struct pn_slice text_of(const struct json_tree *tree, const char *name)
{
    const struct json_tree *member = json_member(tree, name);

    return member != NULL ? member->text : PN_SLICE("");
}

static uint64_t number_of(const struct json_tree *tree, const char *name)
{
    uint64_t value = 0;

    TEST_ASSERT_TRUE_MESSAGE(pn_slice_decimal(text_of(tree, name), UINT64_MAX, &value), name);
    return value;
}

static void read_decisions(struct decisions *all, const char *log)
{
    for (const char *end; (end = strchr(log, '\n')) != NULL; log = end + 1) {
        struct json_tree *tree = json_tree_read(&all->arena, pn_slice(log, (size_t)(end - log)));
        TEST_ASSERT_NOT_NULL_MESSAGE(tree, log);
        if (!text_is(text_of(tree, "kind"), "decision")) continue;
        TEST_ASSERT_TRUE(all->count < REQUESTS_MAX);
        all->at[all->count++] = (struct decision){ number_of(tree, "seq"), text_of(tree, "outcome"),
                                                   text_of(tree, "rule"), text_of(tree, "error"),
                                                   text_of(tree, "action") };
    }
}

static struct decision *by_seq(struct decisions *all, uint64_t seq)
{
    for (size_t i = 0; i < all->count; i++) {
        if (all->at[i].seq == seq) return &all->at[i];
    }
    TEST_FAIL_MESSAGE("no such record");
    return NULL;
}

/* How the desk records. */
static void (*records)(struct pn_config *config);

static void change(struct pn_config *config)
{
    mint_with(config);
    if (records) records(config);
}

/* Send all requests to a desk under `folder`; keeps its log in `path`. */
static void run_desk(const char *folder, const char *path, struct decisions *all)
{
    d = desk_open_at(folder, change);
    callers[4] = mint_odd(d, "sk-postern-demo-tier-1", "");
    send_all();
    const char *log = desk_log(d);
    FILE *out = fopen(path, "w");
    TEST_ASSERT_NOT_NULL(out);
    fputs(log, out);
    fclose(out);
    read_decisions(all, log);
    desk_close(d);
    d = NULL;
}

/* --- policies --- */

struct edit {
    const char *file, *find, *replace;
};

static char old_log[] = "/tmp/replay-XXXXXX", new_log[] = "/tmp/replay-XXXXXX";
static char folder[] = "/tmp/replay-XXXXXX";

static void edit_file(const struct edit *edit)
{
    static char text[65536];
    char path[256];

    snprintf(path, sizeof path, "%s/%s", folder, edit->file);
    FILE *file = fopen(path, "r");
    TEST_ASSERT_NOT_NULL_MESSAGE(file, path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    char *at = strstr(text, edit->find);
    TEST_ASSERT_NOT_NULL_MESSAGE(at, edit->find);
    file = fopen(path, "w");
    fprintf(file, "%.*s%s%s", (int)(at - text), text, edit->replace, at + strlen(edit->find));
    fclose(file);
}

static void make_folder(const struct edit *edits)
{
    char command[512];

    snprintf(command, sizeof command,
             "rm -rf %s && cp -r %s %s && sed -i '/^self_tests:/,$d' %s/bundle.yaml", folder,
             DESK_FOLDER, folder, folder);
    TEST_ASSERT_EQUAL(0, system(command));
    for (size_t i = 0; i < EDITS && edits[i].file != NULL; i++) edit_file(&edits[i]);
}

/* --- the comparison --- */

static struct decisions before, after;
static char report[1 << 20];

static struct simulation_counts simulate(void)
{
    struct arena arena = { 0 };
    struct diagnostics diagnostics = { 0 };
    struct bytes body = { 0 };
    struct candidate *candidate = ARENA_NEW(&arena, struct candidate);
    struct simulation_counts counts;
    char *logs[] = { old_log };
    FILE *out = fmemopen(report, sizeof report, "w");
    struct simulation_wish wish = { "test", logs, 1, UINT64_MAX, true, true, SIMULATION_JSON, out };

    TEST_ASSERT_EQUAL(0, compile_bundle(folder, &body, &diagnostics));
    TEST_ASSERT_NULL(candidate_open(candidate, &arena, bytes_slice(&body), CANDIDATE_WHOLE));
    (void)simulation_run(&wish, NULL, candidate, &counts);
    fclose(out);
    bytes_free(&body);
    diag_free(&diagnostics);
    arena_free(&arena);
    return counts;
}

static void assert_same(struct pn_slice expect, struct pn_slice actual, const char *what)
{
    char message[512];

    snprintf(message, sizeof message, "%s: expected %.*s, was %.*s", what, (int)expect.len,
             (const char *)expect.at, (int)actual.len, (const char *)actual.at);
    TEST_ASSERT_TRUE_MESSAGE(pn_slice_equal(expect, actual), message);
}

/* Each record that is listed as changed or unknown, and all others. Returns how many changed. */
static size_t compare(const struct json_tree *listed)
{
    static bool told[REQUESTS_MAX];
    size_t changed = 0;

    memset(told, 0, sizeof told);
    for (size_t i = 0; i < listed->items.count; i++) {
        const struct json_tree *entry = listed->items.items[i];
        struct decision *old = by_seq(&before, number_of(entry, "record"));
        size_t index = (size_t)(old - before.at);
        TEST_ASSERT_FALSE(told[index]);
        told[index] = true;
        if (!text_is(text_of(entry, "what"), "changed")) continue;
        const struct json_tree *then = json_member(entry, "before");
        const struct json_tree *now = json_member(entry, "after");
        const struct decision *real = &after.at[index];
        assert_same(old->outcome, text_of(then, "outcome"), "outcome before");
        assert_same(real->outcome, text_of(now, "outcome"), "outcome after");
        if (!text_is(real->outcome, "refused")) {
            assert_same(real->rule, text_of(now, "rule"), "rule after");
        } else {
            assert_same(real->error, text_of(now, "error"), "error after");
        }
        TEST_ASSERT_FALSE(pn_slice_equal(old->outcome, real->outcome));
        changed++;
    }
    for (size_t i = 0; i < before.count; i++) {
        if (before.at[i].action.len == 0) continue; /* what was asked is not in the log */
        if (!told[i]) assert_same(after.at[i].outcome, before.at[i].outcome, "not listed");
    }
    return changed;
}

struct row {
    struct edit edits[EDITS];
    int changes, unknown;
};

#define PAYMENTS "policies/payments.yaml"
#define CAP      "R.attr.arguments.amount_cents > 5000"
#define OWN      "R.attr.arguments.ticket_id != P.attr.task"

static const struct row rows[] = {
    { { { NULL, NULL, NULL } }, 0, 0 },
    { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents > 3500" } }, 3, 0 },
    { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents > 1000000" } }, 2, 0 },
    { { { PAYMENTS, CAP, "has(R.attr.arguments.amount_cents)" } }, 5, 0 },
    { { { PAYMENTS, CAP, "'!has(R.attr.arguments.amount_cents)'" } }, 7, 0 },
    { { { PAYMENTS, CAP, "type(R.attr.arguments.amount_cents) == int" } }, 4, 2 },
    { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents == [1, 2]" } }, 4, 2 },
    { { { PAYMENTS, CAP, "double(R.attr.arguments.amount_cents) > 3500.0" } }, 4, 2 },
    { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents in [1, 4000, '40']" } }, 7, 0 },
    { { { PAYMENTS, OWN, "R.attr.arguments.ticket_id.matches('^T-[0-9]+$') == false" } }, 13, 2 },
    { { { PAYMENTS, OWN, "R.attr.arguments.ticket_id == '***'" } }, 17, 0 },
    { { { PAYMENTS, OWN, "P.id == 'tier-1-agent' && P.attr.team == 'support'" } }, 21, 0 },
    { { { PAYMENTS, OWN, "now() > timestamp('2001-01-01T00:00:00Z')" } }, 6, 0 },
    { { { PAYMENTS, OWN, "R.attr.server == 'payments' && R.id == 'refund_issue'" } }, 6, 0 },
    /* A new fact: unknown where it decides, known where the rest does. */
    { { { PAYMENTS, CAP, "has(R.attr.arguments.note)" } }, 0, 12 },
    { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents > 5000 && has(R.attr.arguments.note)" } },
      0,
      8 },
    { { { "policies/llm.yaml", "triage_models: [gpt-4o-mini]", "triage_models: [gpt-4o]" } },
      2,
      0 },
    { { { "policies/llm.yaml", "R.attr.model in C.tier_models",
          "R.attr.api == 'openai.chat' && R.attr.provider == 'nobody'" } },
      6,
      0 },
    { { { "policies/llm.yaml", "R.attr.model in C.tier_models", "R.attr.input_bytes < 60" } },
      0,
      9 },
    { { { "policies/crm.yaml", "resources/read]", "logging/setLevel]" } }, 4, 0 },
    { { { "policies/crm.yaml", "roles: [tier-1-support, tier-2-lead, triage]",
          "roles: [tier-1-support]" } },
      2,
      0 },
    { { { "models.yaml", "model_name: gpt-4o\n", "model_name: gpt-5\n" } }, 3, 0 },
    { { { "servers.yaml", "- name: crm", "- name: nowhere" } }, 20, 0 },
    { { { "identity.yaml", "roles: [triage]", "roles: [tier-2-lead]" } }, 7, 0 },
    { { { "identity.yaml", "task: T-1001", "task: T-1002" } }, 6, 3 },
    { { { "identity.yaml", "keys:\n",
          "attachments:\n  - {agent: tier-1-agent, tools: {payments: [refund_issue]}, models: [gpt-4o]}\n"
          "  - {user: ben, servers: [crm, payments]}\nkeys:\n" } },
      81,
      0 },
    { { { "identity.yaml", "id: tier-2-demo", "id: another" },
        { "identity.yaml", "1806066e056ea620", "0000000000000000" } },
      33,
      0 },
    { { { "identity.yaml", "team: support\n", "team: support\n    attr: {region: eu}\n" },
        { PAYMENTS, OWN, "P.attr.region == 'eu'" } },
      6,
      0 },
    /* An integer beyond int64 was an error then and is a double here; of maps and lists that nobody
     * looked into, only the type was recorded. */
    { { { "bundle.yaml", "mode: edge", "mode: cerbos54" } }, 9, 3 },
};

static void check(const struct row *row, size_t number)
{
    struct arena arena = { 0 };
    char message[64];

    snprintf(message, sizeof message, "row %zu", number);
    arena_free(&after.arena);
    memset(&after, 0, sizeof after);
    make_folder(row->edits);
    run_desk(folder, new_log, &after);
    TEST_ASSERT_EQUAL_MESSAGE(before.count, after.count, message);
    struct simulation_counts counts = simulate();
    struct json_tree *tree = json_tree_read(&arena, pn_slice(report, strlen(report)));
    TEST_ASSERT_NOT_NULL_MESSAGE(tree, report);
    size_t changed = compare(json_member(tree, "listed"));
    TEST_ASSERT_EQUAL_MESSAGE(counts.changed, changed, message);
    TEST_ASSERT_EQUAL_MESSAGE(row->changes, changed, message);
    TEST_ASSERT_EQUAL_MESSAGE(row->unknown, counts.unknown, message);
    arena_free(&arena);
}

static void what_is_simulated_is_what_happens(void)
{
    run_desk(DESK_FOLDER, old_log, &before);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) check(&rows[i], i);
}

/* --- records that hold less, or more --- */

static void hide_some(struct pn_config *config)
{
    static const struct pn_slice masked[] = { PN_SLICE_INIT("R.attr.arguments.amount_cents"),
                                              PN_SLICE_INIT("P.attr") };

    config->audit.masked = masked;
    config->audit.masked_count = 2;
}

static void hide_all(struct pn_config *config)
{
    config->audit.facts = PN_AUDIT_FACTS_NONE;
}

static void show_all(struct pn_config *config)
{
    config->audit.facts = PN_AUDIT_FACTS_ALL;
}

static const struct {
    void (*records)(struct pn_config *config);
    struct row row;
} recorded_rows[] = {
    /* A value that is masked is not known, but that it was there is, and so is what was absent. */
    { hide_some, { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents > 3500" } }, 0, 11 } },
    { hide_some, { { { PAYMENTS, CAP, "has(R.attr.arguments.amount_cents)" } }, 5, 0 } },
    { hide_some, { { { "bundle.yaml", "on_expiry: deny", "on_expiry: deny" } }, 0, 11 } },
    /* Without facts: callers, models and what arguments lack are known all the same. */
    { hide_all, { { { PAYMENTS, CAP, "R.attr.arguments.amount_cents > 3500" } }, 0, 38 } },
    { hide_all, { { { "policies/llm.yaml", "[gpt-4o-mini]", "[gpt-4o]" } }, 2, 38 } },
    { hide_all, { { { PAYMENTS, CAP, "P.attr.task == 'T-1001'" } }, 4, 20 } },
    /* With all arguments a policy may read what none read before. */
    { show_all, { { { PAYMENTS, CAP, "has(R.attr.arguments.note)" } }, 8, 0 } },
    { show_all, { { { PAYMENTS, CAP, "R.attr.arguments.reason.code == 7" } }, 4, 0 } },
    { show_all, { { { PAYMENTS, CAP, "size(R.attr.arguments) > 2" } }, 8, 0 } },
};

static void what_records_hold_is_what_is_known(void)
{
    for (size_t i = 0; i < sizeof recorded_rows / sizeof recorded_rows[0]; i++) {
        records = recorded_rows[i].records;
        arena_free(&before.arena);
        memset(&before, 0, sizeof before);
        run_desk(DESK_FOLDER, old_log, &before);
        check(&recorded_rows[i].row, i);
    }
}

void setUp(void)
{
    strcpy(old_log + sizeof old_log - 7, "XXXXXX");
    strcpy(new_log + sizeof new_log - 7, "XXXXXX");
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    close(mkstemp(old_log));
    close(mkstemp(new_log));
    TEST_ASSERT_NOT_NULL(mkdtemp(folder));
    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    records = NULL;
}

void tearDown(void)
{
    char command[256];

    if (d != NULL) desk_close(d);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0) perror(command);
    unlink(old_log);
    unlink(new_log);
    arena_free(&before.arena);
    arena_free(&after.arena);
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(what_is_simulated_is_what_happens);
    RUN_TEST(what_records_hold_is_what_is_known);
    return UNITY_END();
}
