#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets: replaced under load, and found nowhere: of the memory of what is shipped, which has no shadow of terabytes.
# label: e2e
# timeout: 600
# cost: 40
# only: release
exec "$(dirname "$0")/run.sh" secrets.test.mjs
