#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the gateway asks an authorization server itself: keys, and what tokens are worth.
# label: e2e
# lock: stand-ins
# cost: 60
# timeout: 600
exec "$(dirname "$0")/run.sh" tokens_fetched.test.mjs
