#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What upstreams are shown: tokens of a real authorization server, and who is calling.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" upstream_identity.test.mjs
