#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_format.sh - every C file that is tracked is as clang-format lays it out by .clang-format.
# Each version lays out a little differently, so it is version 14 that decides, and no other.
#
# cost: 20
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"

if ! command -v clang-format-14 >/dev/null; then
    echo 'skipped: clang-format-14 is not installed'
    exit 77
fi
# A tree that came without its history: what is there counts as tracked.
files=$(git -c safe.directory='*' ls-files '*.[ch]' 2>/dev/null) || files=
[ -n "$files" ] || files=$(find core policy port platforms tools test -name node_modules -prune -o -name '*.[ch]' -type f -print)

bad=0
printf '%s\n' "$files" | while read -r file; do
    [ ! -e "$file" ] || printf '%s\n' "$file" # removed and not yet committed
done | xargs -n 32 -P "$(nproc)" clang-format-14 --dry-run --Werror || bad=1
[ $bad = 0 ] && echo 'laid out by clang-format 14'
exit $bad
