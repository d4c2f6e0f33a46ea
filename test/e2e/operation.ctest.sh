#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Policies, restarts, kills and full disks, as an operator meets them.
# label: e2e
# lock: stand-ins
# cost: 58
# timeout: 600
exec "$(dirname "$0")/run.sh" operation.test.mjs
