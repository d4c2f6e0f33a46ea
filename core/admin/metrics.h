/* metrics.h - what has happened, for Prometheus (text exposition format 0.0.4).
 *
 * Names begin with postern_, counters end in _total, units are base units. Labels are refusal
 * reasons and nothing a caller can choose.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_METRICS_H
#define PN_METRICS_H

#include "core/admin/admin.h"

/* Write all families. Each worker counts for itself; what is written is the sum. */
void pn_metrics_write(struct pn_writer *w, const struct pn_admin *a, int64_t now_unix);

#endif
