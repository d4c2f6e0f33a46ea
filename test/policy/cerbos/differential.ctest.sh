#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Generated policies and requests: the real Cerbos server and Postern in mode cerbos54 agree.
# label: unit slow
# timeout: 600
# cost: 12
exec "$(dirname "$0")/run.sh" --cases 450 --seed 1
