#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Policies, restarts, kills and full disks, as an operator meets them.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" operation.test.mjs
