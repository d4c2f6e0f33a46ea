#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# traps.json says what the real Cerbos server does.
# label: unit slow
# timeout: 300
exec "$(dirname "$0")/run.sh" traps.mjs
