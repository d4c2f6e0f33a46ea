#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The kill switch in the middle of 200 streams on four workers.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" revoke.test.mjs
