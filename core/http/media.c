/* SPDX-License-Identifier: Apache-2.0 */
/* see media.h */
#include "core/http/media.h"

static bool is_utf8(struct pn_slice charset)
{
    if (charset.len >= 2 && charset.at[0] == '"' && charset.at[charset.len - 1] == '"') {
        charset = pn_slice(charset.at + 1, charset.len - 2);
    }
    return pn_slice_equal_fold(charset, PN_SLICE("utf-8"));
}

/* `parameters` is what follows the type: nothing, empty parameters, or one charset. No space may
 * stand around "=" (RFC 9110, 5.6.6). */
static bool parameters_accepted(struct pn_slice parameters)
{
    unsigned charset_count = 0;

    while (parameters.len > 0) {
        parameters = pn_slice_from(parameters, 1);

        size_t end = pn_slice_find(parameters, ';');
        struct pn_slice one = pn_slice_trim(pn_slice_head(parameters, end));
        size_t equals = pn_slice_find(one, '=');

        parameters = pn_slice_from(parameters, end);
        if (one.len == 0) continue;
        if (equals == one.len || ++charset_count > 1) return false;
        if (!pn_slice_equal_fold(pn_slice_head(one, equals), PN_SLICE("charset"))) return false;
        if (!is_utf8(pn_slice_from(one, equals + 1))) return false;
    }
    return true;
}

enum pn_media pn_media_of(struct pn_slice value)
{
    size_t end = pn_slice_find(value, ';');
    struct pn_slice type = pn_slice_trim(pn_slice_head(value, end));

    if (!parameters_accepted(pn_slice_from(value, end))) return PN_MEDIA_OTHER;
    for (enum pn_media media = PN_MEDIA_JSON; media <= PN_MEDIA_FORM; media++) {
        if (pn_slice_equal_fold(type, pn_media_name(media))) return media;
    }
    return PN_MEDIA_OTHER;
}

struct pn_slice pn_media_name(enum pn_media media)
{
    switch (media) {
    case PN_MEDIA_JSON: return PN_SLICE("application/json");
    case PN_MEDIA_EVENT_STREAM: return PN_SLICE("text/event-stream");
    case PN_MEDIA_FORM: return PN_SLICE("application/x-www-form-urlencoded");
    case PN_MEDIA_NONE:
    case PN_MEDIA_OTHER: break;
    }
    return pn_slice(NULL, 0);
}
