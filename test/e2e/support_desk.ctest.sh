#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The support-desk scenario with the official OpenAI and MCP client libraries.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" support_desk.test.mjs
