#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_standards.sh - the README's table of standards names tests that are there.
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"

table=$(sed -n '/^## Standards spoken/,/^## [^S]/p' README.md | grep '^| ' | sed 1d)
[ "$(printf '%s\n' "$table" | wc -l)" -ge 20 ] || { echo "README.md has no table of standards"; exit 1; }
failed=0
printf '%s\n' "$table" | while IFS= read -r row; do
    tests=$(printf '%s\n' "$row" | cut -d '|' -f 4 | grep -o '`[^`]*`' | tr -d '`') || tests=
    [ -n "$tests" ] || { echo "no test: $row"; exit 1; }
    for test in $tests; do
        [ -e "test/$test" ] || { echo "test/$test is not there: $row"; exit 1; }
    done
done || failed=1
exit $failed
