#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: e2e
# only: release
# lock: stand-ins
# timeout: 600
# cost: 48
#
# tools/demo.sh --once against the release binary that is there: it builds nothing new, so it runs
# for that build only.
set -eu
[ "$POSTERN_BUILD" = "$POSTERN_SRC/build" ] || {
    echo 'skipped: the demo shows the release build in build/'
    exit 77
}
export POSTERN_PORT=18080 POSTERN_ADMIN_PORT=19901
out=$(sh "$POSTERN_SRC/tools/demo.sh" --once 2>&1) || {
    printf '%s\n' "$out"
    exit 1
}
printf '%s\n' "$out"
case $out in
*'demo: everything was as expected'*) ;;
*) exit 1 ;;
esac
