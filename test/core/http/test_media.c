/* SPDX-License-Identifier: Apache-2.0 */
/* test_media.c - what a Content-Type is taken for. */
#include "core/http/media.h"
#include "unity.h"

struct row {
    const char *value;
    enum pn_media media;
};

static const struct row rows[] = {
    { "application/json", PN_MEDIA_JSON },
    { "Application/JSON", PN_MEDIA_JSON },
    { "application/json; charset=utf-8", PN_MEDIA_JSON },
    { "application/json;charset=UTF-8", PN_MEDIA_JSON },
    { "application/json ; Charset=\"utf-8\"", PN_MEDIA_JSON },
    { "application/json;", PN_MEDIA_JSON },
    { "application/json; ; charset=utf-8;", PN_MEDIA_JSON },
    { "text/event-stream", PN_MEDIA_EVENT_STREAM },
    { "text/event-stream; charset=utf-8", PN_MEDIA_EVENT_STREAM },
    { "", PN_MEDIA_OTHER },
    { "application/jsonx", PN_MEDIA_OTHER },
    { "application/jso", PN_MEDIA_OTHER },
    { "application/json, text/plain", PN_MEDIA_OTHER },
    { "application/json text", PN_MEDIA_OTHER },
    { "application /json", PN_MEDIA_OTHER },
    { "application/vnd.api+json", PN_MEDIA_OTHER },
    { "application/json; charset=utf-16", PN_MEDIA_OTHER },
    { "application/json; charset=iso-8859-1", PN_MEDIA_OTHER },
    { "application/json; charset=utf8", PN_MEDIA_OTHER },
    { "application/json; charset=", PN_MEDIA_OTHER },
    { "application/json; charset", PN_MEDIA_OTHER },
    { "application/json; charset =utf-8", PN_MEDIA_OTHER },
    { "application/json; charset= utf-8", PN_MEDIA_OTHER },
    { "application/json; charset=\"utf-8", PN_MEDIA_OTHER },
    { "application/json; charset=utf-8\"", PN_MEDIA_OTHER },
    { "application/json; charset=\"", PN_MEDIA_OTHER },
    { "application/json; charset=utf-8; charset=utf-8", PN_MEDIA_OTHER },
    { "application/json; charset=utf-8; charset=utf-16", PN_MEDIA_OTHER },
    { "application/json; profile=x", PN_MEDIA_OTHER },
    { "text/plain", PN_MEDIA_OTHER },
    { "multipart/form-data; boundary=x", PN_MEDIA_OTHER },
    { ";", PN_MEDIA_OTHER },
};

static void test_every_value_has_its_media(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pn_slice value = pn_slice(rows[i].value, strlen(rows[i].value));

        TEST_ASSERT_EQUAL_INT_MESSAGE(rows[i].media, pn_media_of(value), rows[i].value);
    }
}

static void test_names_are_read_back(void)
{
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_JSON, pn_media_of(pn_media_name(PN_MEDIA_JSON)));
    TEST_ASSERT_EQUAL_INT(PN_MEDIA_EVENT_STREAM, pn_media_of(pn_media_name(PN_MEDIA_EVENT_STREAM)));
    TEST_ASSERT_EQUAL_size_t(0, pn_media_name(PN_MEDIA_NONE).len);
    TEST_ASSERT_EQUAL_size_t(0, pn_media_name(PN_MEDIA_OTHER).len);
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
    RUN_TEST(test_every_value_has_its_media);
    RUN_TEST(test_names_are_read_back);
    return UNITY_END();
}
