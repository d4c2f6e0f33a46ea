/* What a client asks of the token endpoint: rows of forms, each whole from an exact buffer.
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/token_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unity.h"

#define GRANT "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
#define TYPE  "&subject_token_type=urn:ietf:params:oauth:token-type:"
#define GOOD  GRANT TYPE "access_token&subject_token=k&resource=/v1"

void setUp(void)
{
}

void tearDown(void)
{
}

static const struct {
    const char *form;
    enum pn_reason reason;
} rows[] = {
    { GOOD, PN_REASON_NONE },
    { GOOD "&requested_token_type=urn:ietf:params:oauth:token-type:jwt", PN_REASON_NONE },
    { GOOD "&unknown=1&unknown=2&client_id=x", PN_REASON_NONE },
    { GOOD "&scope=&agent=&agent=a", PN_REASON_NONE },
    { GOOD "&expires_in=1", PN_REASON_NONE },
    { GOOD "&expires_in=4294967295", PN_REASON_NONE },
    { GOOD "&expires_in=4294967296", PN_REASON_FORM_INVALID },
    { GOOD "&expires_in=-1", PN_REASON_FORM_INVALID },
    { GOOD "&grant_type=client_credentials", PN_REASON_FORM_INVALID },
    { GOOD "&actor_token=a", PN_REASON_FORM_INVALID },
    { GOOD "&resource=/v1", PN_REASON_RESOURCE_INVALID },
    { GOOD "&audience=a", PN_REASON_RESOURCE_INVALID },
    { GOOD "&scope=a", PN_REASON_SCOPE_INVALID },
    { GOOD "&agent=a&agent=a", PN_REASON_FORM_INVALID },
    { GRANT TYPE "jwt&subject_token=k&resource=/v1", PN_REASON_NONE },
    { GRANT TYPE "id_token&subject_token=k&resource=/v1", PN_REASON_FORM_INVALID },
    { GRANT TYPE "JWT&subject_token=k&resource=/v1", PN_REASON_FORM_INVALID },
    { GRANT TYPE "access_token&resource=/v1", PN_REASON_FORM_INVALID },
    { GRANT TYPE "access_token&subject_token=k", PN_REASON_RESOURCE_INVALID },
    { "grant_type=client_credentials&resource=/v1", PN_REASON_NONE },
    { "grant_type=client_credentials", PN_REASON_RESOURCE_INVALID },
    { "grant_type=refresh_token", PN_REASON_GRANT_UNSUPPORTED },
    { "resource=/v1", PN_REASON_FORM_INVALID },
    { "", PN_REASON_FORM_INVALID },
};

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].form);
        uint8_t *form = malloc(len > 0 ? len : 1);
        struct pn_token_request request;

        memcpy(form, rows[i].form, len);
        TEST_ASSERT_EQUAL_MESSAGE(rows[i].reason, pn_token_request_read(form, len, &request),
                                  rows[i].form);
        free(form);
    }
}

static void test_what_is_read(void)
{
    char form[] = GOOD "&expires_in=90000&tools=a+b&agent=x%2By";
    struct pn_token_request request;
    struct pn_slice word;

    TEST_ASSERT_EQUAL(PN_REASON_NONE,
                      pn_token_request_read((uint8_t *)form, strlen(form), &request));
    TEST_ASSERT_EQUAL(PN_GRANT_EXCHANGE, request.grant);
    TEST_ASSERT_EQUAL_UINT32(86400, request.holds_s);
    TEST_ASSERT_FALSE(request.is_jwt);
    TEST_ASSERT_TRUE(pn_slice_equal(request.subject, PN_SLICE("k")));
    TEST_ASSERT_TRUE(pn_slice_equal(request.agent, PN_SLICE("x+y")));
    TEST_ASSERT_TRUE(pn_token_request_word(&request.tools, &word));
    TEST_ASSERT_TRUE(pn_slice_equal(word, PN_SLICE("a")));
    TEST_ASSERT_TRUE(pn_token_request_word(&request.tools, &word));
    TEST_ASSERT_TRUE(pn_slice_equal(word, PN_SLICE("b")));
    TEST_ASSERT_FALSE(pn_token_request_word(&request.tools, &word));
}

static void test_what_is_exchanged(void)
{
    char form[] = GRANT TYPE "jwt&subject_token=e.y.J&resource=/v1";
    struct pn_token_request request;

    TEST_ASSERT_EQUAL(PN_REASON_NONE,
                      pn_token_request_read((uint8_t *)form, strlen(form), &request));
    TEST_ASSERT_TRUE(request.is_jwt);
    TEST_ASSERT_TRUE(pn_slice_equal(request.subject, PN_SLICE("e.y.J")));
}

static void test_long_ones(void)
{
    static const struct {
        const char *name;
        int longest;
    } texts[] = { { "agent", 256 }, { "task", 256 }, { "tools", 1024 }, { "models", 1024 } };
    char form[2000];
    struct pn_token_request request;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int more = 0; more < 2; more++) {
            snprintf(form, sizeof form, GOOD "&%s=%0*d", texts[i].name, texts[i].longest + more, 1);
            TEST_ASSERT_EQUAL(more ? PN_REASON_SCOPE_INVALID : PN_REASON_NONE,
                              pn_token_request_read((uint8_t *)form, strlen(form), &request));
        }
    }
}

int main(void)
{
    UNITY_BEGIN();
    RUN_TEST(test_rows);
    RUN_TEST(test_what_is_read);
    RUN_TEST(test_what_is_exchanged);
    RUN_TEST(test_long_ones);
    return UNITY_END();
}
