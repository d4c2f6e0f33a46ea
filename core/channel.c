/* see channel.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/channel.h"

enum pn_sent pn_channel_send_out(struct port_net *net, struct pn_conn *c, struct pn_outbox *o)
{
    enum pn_sent result = PN_SENT_NOTHING;

    while (!c->tx_full) {
        struct pn_slice next = pn_outbox_next(o);
        if (next.len == 0) return result;
        int32_t sent = pn_channel_send(net, c, next.at, next.len);
        if (sent < 0) return PN_SENT_FAULT;
        if (sent > 0) {
            pn_outbox_sent(o, (size_t)sent);
            result = PN_SENT_SOME;
        }
        c->tx_full = pn_channel_full(c, (size_t)sent, next.len);
    }
    return result;
}
