/* route_text.h - the texts of a policy's routes, as they will be kept and sent.
 *
 * A route_table that passed its check is whole, but its texts are still any bytes. They are copied
 * into an exchange and written into request heads, under assertions that they fit and end no line.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_ROUTE_TEXT_H
#define PN_ROUTE_TEXT_H

#include "core/base/writer.h"
#include "core/route/route_table.h"

/* The texts of every upstream, server and model fit what an exchange keeps of them, and those that
 * go into a request head can stand there as they are. `routes` was checked. */
bool pn_route_texts_fit(const struct pn_route_table *routes);

/* The same text in `w`, or an empty one when that had no room. */
struct pn_slice pn_route_text_keep(struct pn_writer *w, struct pn_slice text);

/* The same upstream with its texts in `w`, so that no policy needs to stay pinned for them. A writer
 * that is full then had no room, and the texts are of no use. */
struct pn_upstream pn_upstream_keep_texts(const struct pn_upstream *upstream, struct pn_writer *w);

#endif
