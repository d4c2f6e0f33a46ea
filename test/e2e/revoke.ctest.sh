#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kill switch in the middle of 200 streams on four workers.
# label: e2e
# timeout: 600
# cost: 15
exec "$(dirname "$0")/run.sh" revoke.test.mjs
