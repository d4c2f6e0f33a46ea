/* SPDX-License-Identifier: Apache-2.0 */
/* see h1_forward.h */
#include "core/http/h1_forward.h"

#include "core/http/h1_framing.h"
#include "core/http/h1_write.h"

enum { UPSTREAM = PN_H1_UPSTREAM, DOWNSTREAM = PN_H1_DOWNSTREAM };

static bool begins_fold(struct pn_slice name, struct pn_slice prefix)
{
    return name.len > prefix.len && pn_slice_equal_fold(pn_slice_head(name, prefix.len), prefix);
}

static bool prefix_listed(struct pn_slice name, enum pn_h1_way way)
{
#define PN_H1_PREFIX(listed_way, prefix) \
    if ((int)way == (int)listed_way && begins_fold(name, PN_SLICE(prefix))) return true;
#include "core/http/h1_prefix.def"
#undef PN_H1_PREFIX
    return false;
}

bool pn_h1_forwards(const struct pn_h1_head *h, unsigned index, enum pn_h1_way way)
{
    enum pn_field field = (enum pn_field)h->fields[index].id;
    unsigned wanted = way == PN_H1_UPSTREAM ? PN_FIELD_UP : PN_FIELD_DOWN;
    struct pn_slice name = pn_h1_field_name(h, index);
    bool listed =
        field == PN_FIELD_OTHER ? prefix_listed(name, way) : (pn_field_traits(field) & wanted) != 0;

    return listed && !pn_h1_connection_lists(h, name);
}

void pn_h1_write_forwarded(struct pn_writer *w, const struct pn_h1_head *h, enum pn_h1_way way,
                           pn_field_set except)
{
    for (unsigned i = 0; i < h->field_count; i++) {
        enum pn_field field = (enum pn_field)h->fields[i].id;
        struct pn_slice value = pn_h1_field_value(h, i);

        if ((except & PN_FIELD_SET(field)) != 0 || !pn_h1_forwards(h, i, way)) continue;
        if (field == PN_FIELD_OTHER) pn_h1_write_field_named(w, pn_h1_field_name(h, i), value);
        else pn_h1_write_field(w, field, value);
    }
}
