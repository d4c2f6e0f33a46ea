/* port_store.h - memory that outlives a restart.
 *
 * Eight areas: two slots that each hold one sealed policy, two sectors of a log, two areas for signed
 * key sets (4 KB each do; larger ones hold more changes of the root keys), and two for what is revoked
 * (512 bytes for each entry and 32 more). They behave like NOR
 * flash, whatever is underneath: an erase sets every byte to 0xFF, a program writes whole
 * units, and a unit is programmed at most once between two erases. Power may go at any moment;
 * then what was being written is arbitrary, and what was synced before stays as it was.
 * core/seal/slots.h keeps policies on this so that a cut leaves the old or the new one.
 *
 * `struct port_store` belongs to the platform, which opens it. One gateway uses one store, from
 * one thread: the platform keeps a second gateway out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PORT_STORE_H
#define PORT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum port_store_area {
    PORT_STORE_SLOT_A,
    PORT_STORE_SLOT_B,
    PORT_STORE_LOG_A,
    PORT_STORE_LOG_B,
    PORT_STORE_KEYS_A,
    PORT_STORE_KEYS_B,
    PORT_STORE_REVOKED_A,
    PORT_STORE_REVOKED_B,
    PORT_STORE_AREA_COUNT
};

/* Programs begin at a multiple of this and are a multiple of it long. A device whose flash has
 * smaller units writes several. */
enum { PORT_STORE_UNIT_BYTES = 32 };

struct port_store;

/* The size of an area: a multiple of the unit, the same in each run. */
uint32_t port_store_bytes(struct port_store *store, enum port_store_area area);

/* Copy `len` bytes from `offset` of the area. False when the device cannot read them; `to` is then
 * undefined. Offset and length lie within the area, here and below. */
bool port_store_read(struct port_store *store, enum port_store_area area, uint32_t offset, void *to,
                     size_t len);

/* Set every byte of the area to 0xFF. False when the device reports failure. */
bool port_store_erase(struct port_store *store, enum port_store_area area);

/* Write whole units onto erased ones. False when the device reports failure; the units are then
 * arbitrary until the next erase. */
bool port_store_program(struct port_store *store, enum port_store_area area, uint32_t offset,
                        const void *from, size_t len);

/* Return when all that was erased and programmed before would survive a power cut. False when the
 * device cannot promise it. */
bool port_store_sync(struct port_store *store);

#endif
