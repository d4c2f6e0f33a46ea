/* see type_name.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "policy/type_name.h"

/* One after another, so that the table is bytes and not pointers. */
static const uint8_t names[] = "null_type\0bool\0int\0double\0string\0list\0map\0uint\0bytes\0"
                               "google.protobuf.Timestamp\0google.protobuf.Duration\0type\0"
                               "net.IP\0net.CIDR\0cerbos.lib.hierarchy\0cerbos.lib.spiffeID\0"
                               "cerbos.lib.spiffeTrustDomain\0cerbos.lib.spiffeMatcher";

_Static_assert(PN_NULL == 3 && PN_MAP == 9 && PN_BUILT_TYPE_COUNT == 21, "the order of names");

struct pn_slice pn_type_name(int64_t type)
{
    struct pn_slice rest = pn_slice(names, sizeof names - 1);

    if (type < PN_NULL || type >= PN_BUILT_TYPE_COUNT) return pn_slice(NULL, 0);
    for (int64_t skip = type - PN_NULL; skip > 0; skip--) {
        rest = pn_slice_from(rest, pn_slice_find(rest, 0) + 1);
    }
    return pn_slice_head(rest, pn_slice_find(rest, 0));
}
