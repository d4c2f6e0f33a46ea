#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same test files through `cerbos compile` and `postern policy test` come to the same.
# label: unit slow
# timeout: 600
# cost: 30
exec "$(dirname "$0")/run.sh" suites.mjs --seed 1 --rounds 3
