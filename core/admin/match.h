/* match.h - no write without knowing what it replaces (If-Match; RFC 9110, 13.1.1; RFC 6585, 3).
 *
 * Who writes names the ETag of what he has seen. Of two who have seen the same, the second is told that
 * he is late. "*" says that whatever is there may be replaced; it has to be said.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PN_MATCH_H
#define PN_MATCH_H

#include "core/admin/denial.h"
#include "core/http/h1_head.h"

/* Does the request, a write, name `tag`, the ETag now, in quotes?
 *
 *   PN_DENIAL_NONE           yes, or it says "*"
 *   PN_DENIAL_MATCH_MISSING  it has no If-Match
 *   PN_DENIAL_MATCH_STALE    it names others only. Weak ones, and what is no list of tags, never match */
enum pn_denial pn_match_check(const struct pn_h1_head *head, struct pn_slice tag);

#endif
