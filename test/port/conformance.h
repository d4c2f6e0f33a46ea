/* conformance.h - does a platform's sockets API behave as FreeRTOS-Plus-TCP V4 does?
 *
 * One table of cases, each a sentence about the real stack, run against a platform through its
 * peers. Where a platform knowingly differs the table says how; the run prints it, and fails when
 * the difference is gone or a new one appears.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_PORT_CONFORMANCE_H
#define TEST_PORT_CONFORMANCE_H

#include "test/port/peer.h"

/* Run all; the number of cases that came out otherwise than the table says. */
int conformance_run(const struct peer_driver *driver);

#endif
