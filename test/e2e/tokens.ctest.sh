#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The support-desk scenario with tokens of a real authorization server.
# label: e2e
# lock: stand-ins
# cost: 50
# timeout: 600
exec "$(dirname "$0")/run.sh" tokens.test.mjs
