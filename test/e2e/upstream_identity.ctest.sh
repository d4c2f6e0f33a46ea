#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What upstreams are shown: tokens of a real authorization server, and who is calling.
# label: e2e
# cost: 30
# timeout: 600
exec "$(dirname "$0")/run.sh" upstream_identity.test.mjs
