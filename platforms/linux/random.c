/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/random.h>

#include "port/port_random.h"

enum port_random_result port_random(uint8_t *out, size_t bytes)
{
    while (bytes > 0) {
        ssize_t got = getrandom(out, bytes, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return PORT_RANDOM_NONE;
        out += got;
        bytes -= (size_t)got;
    }
    return PORT_RANDOM_DONE;
}
