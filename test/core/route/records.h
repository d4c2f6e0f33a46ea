/* records.h - records of a table of routes, written by hand, and how they are refused when one byte is wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CORE_ROUTE_RECORDS_H
#define TEST_CORE_ROUTE_RECORDS_H

#include "core/route/route_table.h"

/* The text of a record at `at`: where `text` stands in `pool`. */
void records_put_text(uint8_t *at, const char *pool, const char *text);

/* Upstreams that are found at http://host:80; the pool has "host". */
void records_put_upstreams(uint8_t *upstreams, size_t count, const char *pool);

struct record_row {
    const char *what;
    size_t at; /* in the records */
    uint8_t byte;
};

/* The table, which setUp() makes anew, is refused with each of these bytes in `records`; and where the section, one of the
 * table's, ends within the first record. */
void records_refuse(const struct pn_route_table *table, uint8_t *records,
                    const struct record_row *rows, size_t row_count);
void records_refuse_cuts(const struct pn_route_table *table, struct pn_slice *section,
                         size_t record_bytes);

#endif
