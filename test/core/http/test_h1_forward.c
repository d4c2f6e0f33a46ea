/* SPDX-License-Identifier: Apache-2.0 */
/* test_h1_forward.c - what a received head hands on to the other side, and what never. */
#include "core/http/h1_forward.h"
#include "unity.h"

static uint8_t buffer[2048];

/* Parse `text` as a request or a response and write what goes on. */
static struct pn_slice forwarded(struct pn_slice text, enum pn_h1_way way, pn_field_set except)
{
    struct pn_h1_head h = { 0 };
    struct pn_writer w = pn_writer(buffer, sizeof buffer);

    TEST_ASSERT_EQUAL_INT(PN_DONE, way == PN_H1_UPSTREAM ? pn_h1_request_parse(&h, text)
                                                         : pn_h1_response_parse(&h, text));
    pn_h1_write_forwarded(&w, &h, way, except);
    TEST_ASSERT_FALSE(w.full);
    return pn_written(&w);
}

static void is(const char *expected, struct pn_slice got)
{
    TEST_ASSERT_EQUAL_size_t_MESSAGE(strlen(expected), got.len, expected);
    if (got.len > 0) TEST_ASSERT_EQUAL_MEMORY_MESSAGE(expected, got.at, got.len, expected);
}

static const char request[] = "POST /mcp/crm HTTP/1.1\r\n"
                              "Host: gate.test\r\n"
                              "Authorization: Bearer secret\r\n"
                              "X-Api-Key: secret\r\n"
                              "Proxy-Authorization: Basic secret\r\n"
                              "Cookie: secret\r\n"
                              "Origin: http://a.test\r\n"
                              "Connection: keep-alive, X-Hop, te, Mcp-Param-Hop\r\n"
                              "Keep-Alive: timeout=5\r\n"
                              "TE: trailers\r\n"
                              "Trailer: x\r\n"
                              "Upgrade: h2c\r\n"
                              "X-Hop: 1\r\n"
                              "X-Forwarded-For: 10.0.0.1\r\n"
                              "Content-Type: application/json\r\n"
                              "Content-Length: 0\r\n"
                              "Expect: 100-continue\r\n"
                              "Accept-Encoding: gzip\r\n"
                              "ACCEPT: application/json\r\n"
                              "Accept: text/event-stream\r\n"
                              "Mcp-Session-Id: s1\r\n"
                              "MCP-Protocol-Version: 2025-06-18\r\n"
                              "Mcp-Param-Region: eu\r\n"
                              "Mcp-Param-Hop: x\r\n"
                              "Mcp-Param-: x\r\n"
                              "X-RateLimit-Limit: 5\r\n"
                              "Retry-After: 5\r\n"
                              "\r\n";

static void test_a_request_hands_on_what_is_listed(void)
{
    is("accept: application/json\r\naccept: text/event-stream\r\nmcp-session-id: s1\r\n"
       "mcp-protocol-version: 2025-06-18\r\n",
       forwarded(pn_slice(request, sizeof request - 1), PN_H1_UPSTREAM, 0));
}

static void test_the_caller_may_keep_fields_to_itself(void)
{
    is("mcp-protocol-version: 2025-06-18\r\n",
       forwarded(pn_slice(request, sizeof request - 1), PN_H1_UPSTREAM,
                 PN_FIELD_SET(PN_FIELD_ACCEPT) | PN_FIELD_SET(PN_FIELD_MCP_SESSION_ID) |
                     PN_FIELD_SET(PN_FIELD_OTHER)));
}

static void test_a_response_hands_on_what_is_listed(void)
{
    is("content-type: application/json\r\nx-request-id: r1\r\nX-RateLimit-Remaining-Tokens: 7\r\n"
       "anthropic-ratelimit-requests-limit: 9\r\nretry-after: 3\r\nmcp-session-id: "
       "s1\r\ncache-control: no-store\r\n",
       forwarded(PN_SLICE("HTTP/1.1 200 OK\r\n"
                          "Content-Type: application/json\r\n"
                          "Content-Length: 0\r\n"
                          "Connection: close, x-ratelimit-hop\r\n"
                          "Keep-Alive: timeout=5\r\n"
                          "Proxy-Authenticate: x\r\n"
                          "WWW-Authenticate: Bearer\r\n"
                          "Set-Cookie: a=b\r\n"
                          "Server: x\r\n"
                          "Date: x\r\n"
                          "Location: http://inside.test/\r\n"
                          "OpenAI-Organization: org\r\n"
                          "X-Request-Id: r1\r\n"
                          "X-RateLimit-Remaining-Tokens: 7\r\n"
                          "x-ratelimit-hop: 8\r\n"
                          "anthropic-ratelimit-requests-limit: 9\r\n"
                          "Retry-After: 3\r\n"
                          "Mcp-Session-Id: s1\r\n"
                          "Accept: x\r\n"
                          "Mcp-Param-Region: eu\r\n"
                          "Cache-Control: no-store\r\n\r\n"),
                 PN_H1_DOWNSTREAM, 0));
}

/* A field of the list is not forwarded either when this hop's Connection lists it. */
static void test_connection_takes_a_listed_field_out(void)
{
    is("x-request-id: r1\r\n",
       forwarded(PN_SLICE("HTTP/1.1 200 OK\r\nConnection: Retry-After\r\nRetry-After: "
                          "3\r\nX-Request-Id: r1\r\n"
                          "Content-Length: 0\r\n\r\n"),
                 PN_H1_DOWNSTREAM, 0));
}

void setUp(void)
{
}

void tearDown(void)
{
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_a_request_hands_on_what_is_listed);
    RUN_TEST(test_the_caller_may_keep_fields_to_itself);
    RUN_TEST(test_a_response_hands_on_what_is_listed);
    RUN_TEST(test_connection_takes_a_listed_field_out);
    return UNITY_END();
}
