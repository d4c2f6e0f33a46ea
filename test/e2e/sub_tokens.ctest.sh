#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Keys, the tokens made from them, the token endpoint and its metadata, with the official MCP client.
# label: e2e
# lock: stand-ins
# cost: 50
# timeout: 600
exec "$(dirname "$0")/run.sh" sub_tokens.test.mjs
