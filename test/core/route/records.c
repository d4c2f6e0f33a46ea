/* see records.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "test/core/route/records.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "unity.h"

void records_put_text(uint8_t *at, const char *pool, const char *text)
{
    const char *found = strstr(pool, text);

    TEST_ASSERT_NOT_NULL(found);
    pn_store32(at, (uint32_t)(found - pool));
    pn_store32(at + 4, (uint32_t)strlen(text));
}

void records_put_upstreams(uint8_t *upstreams, size_t count, const char *pool)
{
    memset(upstreams, 0, count * PN_UPSTREAM_BYTES);
    for (size_t i = 0; i < count; i++) {
        uint8_t *record = upstreams + i * PN_UPSTREAM_BYTES;
        records_put_text(record + PN_UPSTREAM_HOST, pool, "host");
        pn_store16(record + PN_UPSTREAM_PORT, 80);
        record[PN_UPSTREAM_SCHEME] = PN_SCHEME_HTTP;
    }
}

void records_refuse(const struct pn_route_table *table, uint8_t *records,
                    const struct record_row *rows, size_t row_count)
{
    for (size_t i = 0; i < row_count; i++) {
        setUp();
        records[rows[i].at] = rows[i].byte;
        TEST_ASSERT_FALSE_MESSAGE(pn_route_table_check(table), rows[i].what);
    }
}

void records_refuse_cuts(const struct pn_route_table *table, struct pn_slice *section,
                         size_t record_bytes)
{
    for (size_t len = 1; len < record_bytes; len++) {
        setUp();
        uint8_t *cut = malloc(len);
        memcpy(cut, section->at, len);
        *section = pn_slice(cut, len);
        TEST_ASSERT_FALSE(pn_route_table_check(table));
        free(cut);
    }
}
