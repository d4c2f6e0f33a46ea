/* port_random.h - bytes that nobody can guess.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_RANDOM_H
#define PORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

enum port_random_result {
    PORT_RANDOM_NONE = 0, /* no entropy: `out` is not to be used; stop what needed it */
    PORT_RANDOM_DONE,
};

/* Fill `out` with bytes fit for keys and identifiers. */
enum port_random_result port_random(uint8_t *out, size_t bytes);

#endif
