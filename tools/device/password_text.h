/* password_text.h - what is kept of a password, as one line of text:
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$<salt>$<key>
 *
 * as the program `argon2` and libraries of many languages write it, base64 without padding.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLS_PASSWORD_TEXT_H
#define TOOLS_PASSWORD_TEXT_H

#include "core/admin/door_rules.h"
#include "core/base/writer.h"

/* Read it. False: it is no such line. Whether the cost is one to be borne is another question. */
bool password_text_read(struct pn_slice text, struct pn_password *password);

void password_text_write(struct pn_writer *w, const struct pn_password *password);

/* Is it neither so cheap that it protects nothing nor so costly that the gateway stands still? From
 * 7 to 64 MiB, and 32 to 192 MiB in all passes together. */
bool password_cost_is_fair(const struct port_argon2id_cost *cost);

#endif
