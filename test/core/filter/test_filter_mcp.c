/* label: unit slow */
/* SPDX-License-Identifier: Apache-2.0 */
/* test_filter_mcp.c - lists with and without their hidden entries, however they arrive and leave.
 */
#include "core/filter/filter_mcp.h"
#include "filter_feed.h"
#include "unity.h"

#include <stdio.h>
#include <stdlib.h>

struct row {
    struct pn_slice in, out; /* an empty `out` stands for the same as `in` */
    uint32_t hidden_count;
    enum pn_step step;
};

static struct feed first, again;

void setUp(void)
{
}
void tearDown(void)
{
}

#define PASSES(text) \
    { \
        PN_SLICE_INIT(text), { NULL, 0 }, 0, PN_DONE \
    }
#define BECOMES(text, result, count) \
    { \
        PN_SLICE_INIT(text), PN_SLICE_INIT(result), count, PN_DONE \
    }
#define REFUSED(text) \
    { \
        PN_SLICE_INIT(text), { NULL, 0 }, 0, PN_REFUSED \
    }

#define TOOLS(entries) "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[" entries "]}}"
#define TOOL(name)     "{\"name\":\"" name "\",\"inputSchema\":{\"name\":\"hide\"}}"

static const struct row json_rows[] = {
    PASSES(""),
    PASSES(" \n"),
    PASSES("{}"),
    PASSES(" { } "),
    PASSES(TOOLS("")),
    PASSES(TOOLS(" \n")),
    PASSES(TOOLS(TOOL("a"))),
    PASSES(TOOLS(" " TOOL("a") " , \t" TOOL("b") ",\r\n" TOOL("c") "\n")),
    PASSES(
        "{\"result\":{\"nextCursor\":\"hide\",\"tools\":[" TOOL("a") "],\"_meta\":{}},\"id\":1}"),
    PASSES("{\"result\":{\"tools\":null}}"),
    PASSES("{\"result\":[{\"tools\":[" TOOL("hide") "]}]}"),
    PASSES("{\"result\":{\"content\":[{\"name\":\"hide\"}]}}"),
    PASSES("{\"tools\":[" TOOL("hide") "]}"),
    PASSES("{\"result\":{\"a\":{\"tools\":[" TOOL("hide") "]}}}"),
    PASSES("{\"error\":{\"code\":-32601,\"message\":\"no\"},\"id\":1}"),
    PASSES("{\"method\":\"notifications/tools/list_changed\"}"),
    PASSES("{\"result\":{\"resourceTemplates\":[{\"name\":\"hide\"}]}}"),
    PASSES("{\"result\":{\"resources\":[{\"name\":\"hide\",\"uri\":\"a\"}]}}"),
    PASSES("{\"result\":{\"tools\":[{\"uri\":\"hide\",\"name\":\"a\",\"x\":{\"name\":2}}]}}"),

    BECOMES(TOOLS(TOOL("hide")), TOOLS(""), 1),
    BECOMES(TOOLS(" " TOOL("hide") " "), TOOLS("  "), 1),
    BECOMES(TOOLS(TOOL("hide") "," TOOL("b")), TOOLS(TOOL("b")), 1),
    BECOMES(TOOLS(TOOL("hide") " , " TOOL("b")), TOOLS("  " TOOL("b")), 1),
    BECOMES(TOOLS(TOOL("a") ", " TOOL("hide")), TOOLS(TOOL("a")), 1),
    BECOMES(TOOLS(TOOL("a") ",\n" TOOL("hide") " , " TOOL("c") "\n"),
            TOOLS(TOOL("a") " , " TOOL("c") "\n"), 1),
    BECOMES(TOOLS(TOOL("hide1") "," TOOL("hide2") "," TOOL("c") "," TOOL("hide3") "," TOOL("e")),
            TOOLS(TOOL("c") "," TOOL("e")), 3),
    BECOMES(TOOLS(TOOL("hi\\u0064e")), TOOLS(""), 1),
    BECOMES(TOOLS(TOOL("\\u0068ide") "," TOOL("\\\"\\u00e9\\ud83d\\ude00")),
            TOOLS(TOOL("\\\"\\u00e9\\ud83d\\ude00")), 1),
    BECOMES("{\"re\\u0073ult\":{\"t\\u006fols\":[{\"n\\u0061me\":\"hide\"},{\"name\":\"a\"}]}}",
            "{\"re\\u0073ult\":{\"t\\u006fols\":[{\"name\":\"a\"}]}}", 1),
    BECOMES("{\"result\":{\"tools\":[{\"x\":[1,{\"y\":2}],\"name\":\"hide\",\"z\":\"]\"}]}}",
            "{\"result\":{\"tools\":[]}}", 1),
    BECOMES("{\"result\":{\"prompts\":[{\"name\":\"hide\"},{\"name\":\"a\"}],"
            "\"tools\":[{\"name\":\"b\"},{\"name\":\"hide\"}],"
            "\"resources\":[{\"uri\":\"hide:\"},{\"uri\":\"x\"}],\"nextCursor\":\"n\"}}",
            "{\"result\":{\"prompts\":[{\"name\":\"a\"}],\"tools\":[{\"name\":\"b\"}],"
            "\"resources\":[{\"uri\":\"x\"}],\"nextCursor\":\"n\"}}",
            3),

    /* entries without a name that can be read */
    BECOMES(TOOLS("{}"), TOOLS(""), 1),
    BECOMES(TOOLS("{\"title\":\"x\"}," TOOL("b")), TOOLS(TOOL("b")), 1),
    BECOMES(TOOLS("{\"name\":1},{\"name\":null},{\"name\":{}},{\"name\":[\"a\"]},{\"name\":true}"),
            TOOLS(""), 5),
    BECOMES(TOOLS("1,-2.5e3,true,null,\"name\",[],[{\"name\":\"a\"}],0 ," TOOL("b")),
            TOOLS(" " TOOL("b")), 8),
    BECOMES(TOOLS(TOOL("a") ",{\"x\":{\"name\":\"b\"}}"), TOOLS(TOOL("a")), 1),
    BECOMES("{\"result\":{\"resources\":[{\"name\":\"a\"}]}}", "{\"result\":{\"resources\":[]}}",
            1),

    REFUSED("["),
    REFUSED("[]"),
    REFUSED("[{\"result\":{\"tools\":[" TOOL("hide") "]}}]"),
    REFUSED("1"),
    REFUSED("null"),
    REFUSED("\"\""),
    REFUSED("{"),
    REFUSED("{\"result\":{\"tools\":[" TOOL("a")),
    REFUSED("{\"result\":{\"tools\":[" TOOL("a") "]}"),
    REFUSED("{\"result\":{\"tools\":[" TOOL("a") ",]}}"),
    REFUSED("{\"result\":{\"tools\":[," TOOL("a") "]}}"),
    REFUSED("{\"result\":{\"tools\":[" TOOL("a") " " TOOL("b") "]}}"),
    REFUSED("{\"result\":{\"tools\":{\"0\":" TOOL("hide") "}}}"),
    REFUSED("{\"result\":{\"tools\":\"\"}}"),
    REFUSED("{\"result\":{\"prompts\":0}}"),
    REFUSED("{\"result\":{\"resources\":true}}"),
    REFUSED("{\"result\":{\"tools\":nul}}"),
    REFUSED("{\"result\":{\"tools\":[]},\"result\":{\"tools\":[]}}"),
    REFUSED("{\"result\":{\"tools\":[],\"tools\":[]}}"),
    REFUSED("{\"result\":{\"tools\":[],\"t\\u006fols\":[]}}"),
    REFUSED("{\"result\":{\"Tools\":[]}}"),
    REFUSED("{\"result\":{\"PROMPTS\":[]}}"),
    REFUSED("{\"result\":{\"Resources\":[]}}"),
    REFUSED("{\"re\xC5\xBFult\":{\"tools\":[]}}"),
    REFUSED("{\"re\\u017fult\":{\"tools\":[]}}"),
    REFUSED("{\"result\":{\"tools\":[],\"tool\xC5\xBF\":[" TOOL("hide") "]}}"),
    REFUSED("{\"result\":{\"tool\\u017F\":[" TOOL("hide") "]}}"),
    REFUSED("{\"Result\":{\"tools\":[]}}"),
    REFUSED("{\"result\":{\"tools\":[{\"name\":\"a\",\"name\":\"hide\"}]}}"),
    REFUSED("{\"result\":{\"tools\":[{\"Name\":\"a\"}]}}"),
    REFUSED("{\"result\":{\"resources\":[{\"URI\":\"a\"}]}}"),
    REFUSED("{\"result\":{\"tools\":[{\"name\":\"a\x01\"}]}}"),
    REFUSED("{\"result\":{\"tools\":[{\"name\":\"a\\u0000\"}]}}"),
    REFUSED("{\"result\":{\"tools\":[{\"name\":\"\xC3\"}]}}"),
    REFUSED("{} {}"),
    REFUSED("\xEF\xBB\xBF{}"),
    REFUSED("data: {}\n\n"),
};

#define EVENT(data) "data: " data "\n\n"

static const struct row event_rows[] = {
    PASSES(""),
    PASSES("\n"),
    PASSES(": hello\n\n"),
    PASSES(EVENT("")),
    PASSES("id: 1\ndata: \n\n"),
    PASSES("id: 1\nretry: 100\n\n"),
    PASSES("data: \ndata: \n\n"),
    PASSES("data:  \n\n"),
    PASSES(EVENT(TOOLS(TOOL("a") ", " TOOL("b")))),
    PASSES("event: message\nid: 7\n" EVENT(TOOLS(TOOL("a"))) ": ping\n\n" EVENT("{\"id\":2}")),
    PASSES("data: {\"result\":\ndata: {\"tools\":\ndata: [{\ndata: \"name\":\"a\"}\ndata: ]}}\n\n"),
    PASSES("data: {}\nid: 3\nevent: message\n\n"),
    PASSES("data: {\ndata: \ndata: }\n\n"),

    BECOMES("data:{}\r\n\r\n", EVENT("{}"), 0),
    BECOMES("data:{}\r\r", EVENT("{}"), 0),
    BECOMES("data\nid\n\n", "data: \nid: \n\n", 0),
    BECOMES(":x\nother: {\"result\":{\"tools\":[{\"name\":\"hide\"}]}}\nfoo\ndata: {}\n\n",
            ": x\ndata: {}\n\n", 0),
    BECOMES("\xEF\xBB\xBF" EVENT("{}"), EVENT("{}"), 0),
    BECOMES(EVENT(TOOLS(TOOL("hide"))), EVENT(TOOLS("")), 1),
    BECOMES("id: 1\n" EVENT(TOOLS(TOOL("hide") "," TOOL("b"))) "id: 2\n" EVENT(
                "{\"result\":{"
                "\"prompts\":[{\"name\":\"hide\"}]}}"),
            "id: 1\n" EVENT(TOOLS(TOOL("b"))) "id: 2\n" EVENT("{\"result\":{\"prompts\":[]}}"), 2),
    BECOMES("data: {\"result\":{\"tools\":[\ndata: {\"name\":\"a\"},\ndata: {\"name\":\"hide\"}\n"
            "data: ,\ndata: {\"name\":\ndata: \"c\"}\ndata: ]}}\n\n",
            "data: {\"result\":{\"tools\":[\ndata: {\"name\":\"a\"}\ndata: ,\ndata: {\"name\":\n"
            "data: \"c\"}\ndata: ]}}\n\n",
            1),
    BECOMES("data: {\"result\":{\"tools\":[1\ndata: ]}}\n\n",
            "data: {\"result\":{\"tools\":[\ndata: ]}}\n\n", 1),
    /* a line of another kind between two data lines */
    BECOMES("data: {\nid: 5\ndata: }\n\n", "data: {\nid: 5\ndata: }\n\n", 0),
    BECOMES(
        "data: {\"result\":{\"tools\":[{\"name\":\"hide\"},\nid: 5\ndata: {\"name\":\"b\"}]}}\n\n",
        "data: {\"result\":{\"tools\":[\nid: 5\ndata: {\"name\":\"b\"}]}}\n\n", 1),

    REFUSED("data: {}"),
    REFUSED("data: {}\n"),
    REFUSED("id: 1\n"),
    REFUSED("id"),
    REFUSED(EVENT("{")),
    REFUSED(EVENT("{\"result\":{\"tools\":[")),
    REFUSED(EVENT("[DONE]")),
    REFUSED(EVENT("[{\"result\":{}}]")),
    REFUSED("event: endpoint\n" EVENT("/messages")),
    REFUSED(EVENT("{}{}")),
    REFUSED("data: {}\ndata: {}\n\n"),
    REFUSED("data: {\"a\":\"\ndata: \"}\n\n"),
    REFUSED(EVENT("{\"result\":{\"tools\":[],\"tools\":[]}}")),
    REFUSED(EVENT("{\"result\":{\"Tools\":[]}}")),
    REFUSED(EVENT("{}") EVENT("{")),
};

static void check(const struct row *row, const struct feed *feed, const char *way)
{
    struct pn_slice out = row->out.at ? row->out : row->in;
    char message[300];

    snprintf(message, sizeof message, "%s: %.200s", way, row->in.at);
    TEST_ASSERT_EQUAL_MESSAGE(row->step, feed->step, message);
    if (row->step == PN_REFUSED) return;
    TEST_ASSERT_EQUAL_MESSAGE(row->hidden_count, feed->hidden_count, message);
    if (out.len != feed->out_len || (out.len > 0 && memcmp(out.at, feed->out, out.len) != 0)) {
        fprintf(stderr, "expected: %.*s\nwritten:  %.*s\n", (int)out.len, out.at,
                (int)feed->out_len, feed->out);
        TEST_FAIL_MESSAGE(message);
    }
}

static void run_row(const struct row *row, enum pn_filter_media media)
{
    static const size_t rooms[] = { 0, PN_FILTER_ROOM, PN_FILTER_ROOM + 1, 77, 100 };

    again.media = media;
    for (size_t r = 0; r < sizeof rooms / sizeof rooms[0]; r++) {
        again.room_bytes = rooms[r];
        for (again.in_bytes = 0; again.in_bytes < 4; again.in_bytes++) {
            feed_filter(&again, row->in);
            check(row, &again, "pieces");
        }
        for (size_t cut = 1; cut < row->in.len; cut++) {
            feed_filter_cut(&again, row->in, cut);
            check(row, &again, "cut");
        }
    }
}

static void test_messages(void)
{
    for (size_t i = 0; i < sizeof json_rows / sizeof json_rows[0]; i++)
        run_row(&json_rows[i], PN_FILTER_JSON);
}

static void test_streams(void)
{
    for (size_t i = 0; i < sizeof event_rows / sizeof event_rows[0]; i++)
        run_row(&event_rows[i], PN_FILTER_EVENTS);
}

/* Every message row is a row for streams too: as one event. Line ends in it make data lines. */
static void test_messages_as_events(void)
{
    static uint8_t in[4096], out[4096];

    for (size_t i = 0; i < sizeof json_rows / sizeof json_rows[0]; i++) {
        struct row row = json_rows[i];
        struct pn_slice result = row.out.at ? row.out : row.in;
        struct pn_writer w = pn_writer(in, sizeof in), v = pn_writer(out, sizeof out);
        if (pn_slice_find(row.in, '\n') < row.in.len || pn_slice_find(row.in, '\r') < row.in.len)
            continue;
        pn_sse_write_event(&w, PN_SLICE("message"), row.in);
        pn_sse_write_event(&v, PN_SLICE("message"), result);
        row.in = pn_written(&w);
        row.out = pn_written(&v);
        run_row(&row, PN_FILTER_EVENTS);
    }
}

static void test_who_is_asked_about(void)
{
    first = (struct feed){ .media = PN_FILTER_JSON };
    feed_filter(&first,
                PN_SLICE("{\"result\":{\"tools\":[{\"name\":\"a\"},{},{\"name\":\"b\\u000ac\"}],"
                         "\"prompts\":[{\"name\":\"\"}],\"resources\":[{\"uri\":\"u:\\/x\"}]}}"));
    TEST_ASSERT_EQUAL(PN_DONE, first.step);
    static const char asked[] = "0:a\n0:b\nc\n1:\n2:u:/x\n";
    TEST_ASSERT_EQUAL(sizeof asked - 1, first.asked_len);
    TEST_ASSERT_EQUAL_MEMORY(asked, first.asked, first.asked_len);
}

static void test_what_an_entry_may_hold_is_bounded(void)
{
    struct pn_slice one = PN_SLICE("{\"result\":{\"tools\":[{\"name\":\"abc\"}]}}");
    size_t entry = sizeof "{\"name\":\"abc\"}" - 1;

    first = (struct feed){ .media = PN_FILTER_JSON };
    for (first.hold_bytes = 1; first.hold_bytes < entry + 8; first.hold_bytes++) {
        for (first.in_bytes = 0; first.in_bytes < 2; first.in_bytes++) {
            feed_filter(&first, one);
            TEST_ASSERT_EQUAL(first.hold_bytes < entry ? PN_REFUSED : PN_DONE, first.step);
        }
    }

    /* White space counts, and an escaped name needs its length once more. */
    first.hold_bytes = 32;
    feed_filter(&first, PN_SLICE(TOOLS("                                 "
                                       "{\"name\":\"\"}")));
    TEST_ASSERT_EQUAL(PN_DONE, first.step);
    feed_filter(&first, PN_SLICE(TOOLS("{},"
                                       "                                 {}")));
    TEST_ASSERT_EQUAL(PN_REFUSED, first.step);
    feed_filter(&first, PN_SLICE(TOOLS("{}"
                                       "                                 ")));
    TEST_ASSERT_EQUAL(PN_REFUSED, first.step);
    feed_filter(&first, PN_SLICE("{\"result\":{\"tools\":[{\"name\":\"abcdefghijkl\\n\"}]}}"));
    TEST_ASSERT_EQUAL(PN_REFUSED, first.step);
    first.hold_bytes = 38;
    feed_filter(&first, PN_SLICE("{\"result\":{\"tools\":[{\"name\":\"abcdefghijkl\\n\"}]}}"));
    TEST_ASSERT_EQUAL(PN_DONE, first.step);
}

/* 4,000 entries through a hold of 64 bytes: every third is shown. */
static void test_lists_of_any_length_pass(void)
{
    static char text[FEED_BYTES_MAX];
    size_t len = (size_t)sprintf(text, "{\"result\":{\"nextCursor\":\"c\",\"tools\":[");

    for (int i = 0; i < 4000; i++)
        len += (size_t)sprintf(text + len, "%s{\"name\":\"%s%d\"}", i > 0 ? ", " : "",
                               i % 3 == 0 ? "show" : "hide", i);
    len += (size_t)sprintf(text + len, "]}}");
    first = (struct feed){
        .media = PN_FILTER_JSON, .hold_bytes = 64, .room_bytes = 100, .in_bytes = 1000
    };
    feed_filter(&first, pn_slice(text, len));
    TEST_ASSERT_EQUAL(PN_DONE, first.step);
    TEST_ASSERT_EQUAL(4000 - 1334, first.hidden_count);
    static const char begin[] =
        "{\"result\":{\"nextCursor\":\"c\",\"tools\":[{\"name\":\"show0\"}, "
        "{\"name\":\"show3\"}, {\"name\":\"show6\"}";
    TEST_ASSERT_EQUAL_MEMORY(begin, first.out, sizeof begin - 1);
    TEST_ASSERT_EQUAL_MEMORY("\"show3999\"}]}}", first.out + first.out_len - 14, 14);
}

/* --- where one of our own events may be put --- */

static struct pn_json_key keys[16];
static struct pn_json_keys key_set;
static uint8_t hold[256];

static enum pn_shown shown_to_all(void *context, enum pn_list list, struct pn_slice name)
{
    (void)context, (void)list, (void)name;
    return PN_SHOWN;
}

static void begin(struct pn_filter_mcp *f, enum pn_filter_media media)
{
    struct pn_filter_config config = {
        .keys = &key_set, .hold = hold, .hold_bytes_max = sizeof hold, .shown = shown_to_all
    };

    pn_json_keys_init(&key_set, keys, 16, (const uint8_t *)"0123456789abcdef");
    pn_filter_mcp_begin(f, media, &config);
}

static bool between_after(const char *text)
{
    struct pn_filter_mcp f;
    uint8_t out[512];
    struct pn_writer w = pn_writer(out, sizeof out);
    struct pn_slice in = pn_slice(text, strlen(text));

    begin(&f, PN_FILTER_EVENTS);
    pn_filter_mcp_next(&f, &in, &w);
    return pn_filter_mcp_between(&f);
}

static void test_between_events(void)
{
    TEST_ASSERT_TRUE(between_after(""));
    TEST_ASSERT_TRUE(between_after("data: {}\n\n"));
    TEST_ASSERT_TRUE(between_after(": x\n\n"));
    TEST_ASSERT_FALSE(between_after(": x\n"));
    TEST_ASSERT_FALSE(between_after("i"));
    TEST_ASSERT_FALSE(between_after("data: {}\n"));
    TEST_ASSERT_FALSE(between_after("data: {}\n\nid: 1\n"));
    TEST_ASSERT_FALSE(between_after("data: {\n\n")); /* refused, with a line of it written */

    struct pn_filter_mcp f;
    begin(&f, PN_FILTER_JSON);
    TEST_ASSERT_FALSE(pn_filter_mcp_between(&f));
}

static void test_refused_stays_refused(void)
{
    struct pn_filter_mcp f;
    uint8_t out[512];
    struct pn_writer w = pn_writer(out, sizeof out);
    struct pn_slice in = PN_SLICE("data: 1\n\n"), more = PN_SLICE("data: {}\n\n");

    begin(&f, PN_FILTER_EVENTS);
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_filter_mcp_next(&f, &in, &w));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_filter_mcp_next(&f, &more, &w));
    TEST_ASSERT_EQUAL(PN_REFUSED, pn_filter_mcp_end(&f, &w));
}

/* While an entry waits for room there is input left, so that who calls only with input loses
 * nothing: once the input is used up, all of it is out that can be, wherever it ends. */
static void test_what_waits_leaves_input(void)
{
    static const char name[] = "a tool with a rather long name, longer than the room for it";
    static char text[512];
    int len =
        snprintf(text, sizeof text, TOOLS("{\"name\":\"%s\"} , {\"name\":\"%s\"} "), name, name);

    for (size_t cut = 1; cut <= (size_t)len; cut++) {
        struct pn_slice in = pn_slice(text, cut);
        struct pn_filter_mcp f;
        size_t written = 0;
        begin(&f, PN_FILTER_JSON);
        for (int calls = 0; in.len > 0; calls++) {
            uint8_t out[PN_FILTER_ROOM];
            struct pn_writer w = pn_writer(out, sizeof out);
            TEST_ASSERT_EQUAL(PN_MORE, pn_filter_mcp_next(&f, &in, &w));
            written += w.len;
            TEST_ASSERT_LESS_THAN(20, calls);
        }
        TEST_ASSERT_EQUAL(cut, written + (f.draining ? 0 : f.held));
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_messages);
    RUN_TEST(test_streams);
    RUN_TEST(test_messages_as_events);
    RUN_TEST(test_who_is_asked_about);
    RUN_TEST(test_what_an_entry_may_hold_is_bounded);
    RUN_TEST(test_lists_of_any_length_pass);
    RUN_TEST(test_between_events);
    RUN_TEST(test_refused_stays_refused);
    RUN_TEST(test_what_waits_leaves_input);
    return UNITY_END();
}
