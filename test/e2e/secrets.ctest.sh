#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Secrets: replaced under load, and found nowhere.
# label: e2e
# serial: yes
# timeout: 300
exec "$(dirname "$0")/run.sh" secrets.test.mjs
