#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# traps.json says what the real Cerbos server does; the example repository compiles there too.
# label: unit slow
# timeout: 600
# cost: 60
"$(dirname "$0")/run.sh" store.mjs || exit $?
exec "$(dirname "$0")/run.sh" traps.mjs
