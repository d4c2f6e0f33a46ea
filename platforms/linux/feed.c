/* see feed.h
 * SPDX-License-Identifier: Apache-2.0 */
#include "platforms/linux/feed.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Read up to `bytes` more: how many, 0 for none now, -1 when the other side is gone. */
static ssize_t some(int socket, void *into, size_t bytes)
{
    ssize_t got = recv(socket, into, bytes, MSG_DONTWAIT);

    if (got > 0) return got;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    return -1;
}

static bool head_whole(const struct pn_feed *feed)
{
    return feed->head_bytes == sizeof feed->head;
}

enum pn_feed_kind pn_feed_read(struct pn_feed *feed)
{
    if (head_whole(feed) && feed->body.len == feed->head.bytes) { /* the one before is done with */
        feed->head_bytes = 0;
        feed->body.len = 0;
    }
    if (!head_whole(feed)) {
        ssize_t got = some(feed->socket, (uint8_t *)&feed->head + feed->head_bytes,
                           sizeof feed->head - feed->head_bytes);
        if (got < 0) return PN_FEED_ENDED;
        feed->head_bytes += (uint32_t)got;
        if (!head_whole(feed)) return PN_FEED_NOTHING;
    }
    if (feed->head.bytes > feed->body.max) return PN_FEED_ENDED;
    while (feed->body.len < feed->head.bytes) {
        ssize_t got =
            some(feed->socket, feed->body.at + feed->body.len, feed->head.bytes - feed->body.len);
        if (got < 0) return PN_FEED_ENDED;
        if (got == 0) return PN_FEED_NOTHING;
        feed->body.len += (size_t)got;
    }
    return (enum pn_feed_kind)feed->head.kind;
}

static bool send_all(int socket, struct pn_slice bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(socket, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) return false;
        if (sent > 0) bytes = pn_slice_from(bytes, (size_t)sent);
    }
    return true;
}

bool pn_feed_send(int socket, enum pn_feed_kind kind, struct pn_slice bytes)
{
    struct pn_feed_head head = { (uint32_t)kind, (uint32_t)bytes.len };

    return send_all(socket, pn_slice(&head, sizeof head)) && send_all(socket, bytes);
}
