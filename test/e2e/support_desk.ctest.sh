#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The support-desk scenario with the official OpenAI and MCP client libraries.
# label: e2e
# lock: stand-ins
# cost: 50
# timeout: 600
exec "$(dirname "$0")/run.sh" support_desk.test.mjs
