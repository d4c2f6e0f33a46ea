#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real MCP server behind the gate: @modelcontextprotocol/server-everything.
# label: e2e
# timeout: 600
# cost: 10
exec "$(dirname "$0")/run.sh" everything.test.mjs
