/* chaos_servers.h - an issuer and an authorization server that answer the gateway's errands badly.
 *
 * At 127.0.0.1:9301 an issuer has keys to fetch and says what tokens are worth; at 9302 tokens for
 * upstreams are given. Either may answer well, refuse, answer nonsense or half, say nothing, or break off.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_EXCHANGE_CHAOS_SERVERS_H
#define TEST_EXCHANGE_CHAOS_SERVERS_H

#include "test/exchange/desk.h"

enum { CHAOS_ASKED_MAX = 64 };

struct chaos_servers {
    struct desk *d;
    struct sim_upstream *issuer, *giver;
    struct sim_conn *conns[CHAOS_ASKED_MAX];
    unsigned conn_count;
    unsigned asked, given; /* questions, and tokens that were given for upstreams */
    bool calm;             /* they answer all, and well, from now on */
};

/* The bundle at `desk`, the support desk, where payments and crm want a token from 9302, of the caller and of the gateway, and
 * where tokens are believed that 9301 answers for, of its own keys or asked about. Its path. */
const char *chaos_servers_folder(const char *desk);

/* What the gateway of such a desk needs to make assertions with. */
void chaos_servers_key(struct pn_config *config);

void chaos_servers_open(struct chaos_servers *s, struct desk *d);

/* Look at what was asked, and answer or not. */
void chaos_servers_turn(struct chaos_servers *s);

void chaos_servers_close(struct chaos_servers *s);

#endif
