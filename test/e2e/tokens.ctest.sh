#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The support-desk scenario with tokens of a real authorization server.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" tokens.test.mjs
