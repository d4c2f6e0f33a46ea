/* net_suite.h - what port_net promises, tried over any platform.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_PORT_NET_SUITE_H
#define TEST_PORT_NET_SUITE_H

#include "test/port/peer.h"

/* Run every test of the suite, between UNITY_BEGIN() and UNITY_END(). */
void net_suite_run(const struct peer_driver *driver);

#endif
