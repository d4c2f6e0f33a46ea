/* SPDX-License-Identifier: Apache-2.0 */
/* media.h - what a Content-Type says (RFC 9110, 8.3).
 *
 * Three types matter here, in UTF-8: JSON, event streams and forms. Their one accepted parameter is charset,
 * at most once, and only utf-8: a body in another charset would be read by us as one text and by
 * the upstream as another. Everything else is OTHER, well formed or not. */
#ifndef PN_HTTP_MEDIA_H
#define PN_HTTP_MEDIA_H

#include "core/base/slice.h"

enum pn_media {
    PN_MEDIA_NONE, /* there is no Content-Type */
    PN_MEDIA_OTHER,
    PN_MEDIA_JSON,         /* application/json */
    PN_MEDIA_EVENT_STREAM, /* text/event-stream */
    PN_MEDIA_FORM,         /* application/x-www-form-urlencoded */
};

/* The media type of a field value that is present; never PN_MEDIA_NONE. */
enum pn_media pn_media_of(struct pn_slice value);

/* How it is written in a Content-Type; empty for NONE and OTHER. The bytes are constant. */
struct pn_slice pn_media_name(enum pn_media media);

#endif
