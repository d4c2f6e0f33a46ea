#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Generated JSON Schemas and attributes: the real Cerbos server and Postern agree.
# label: unit slow
# timeout: 600
# cost: 25
exec "$(dirname "$0")/run.sh" schemas.mjs --seed 1 --rounds 12
