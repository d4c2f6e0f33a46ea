#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Generated patterns and texts: matches() by the real Cerbos server and by tables built here agree.
# label: unit slow
# timeout: 600
# cost: 35
exec "$(dirname "$0")/run.sh" patterns.mjs --patterns 700 --seed 1
