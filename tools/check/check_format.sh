#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_format.sh - every C file that is tracked is as clang-format lays it out by .clang-format.
# Each version lays out a little differently, so it is version 14 that decides, and no other. A
# file whose very bytes were found good before is not looked at again; the quick build looks at
# what the last commit changed and what is not committed, the others at all.
#
# cost: 20
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"

if ! command -v clang-format-14 >/dev/null; then
    echo 'skipped: clang-format-14 is not installed'
    exit 77
fi
git() { command git -c safe.directory='*' "$@" 2>/dev/null; }
# A tree that came without its history: what is there counts as tracked.
tracked() {
    git ls-files '*.[ch]' ||
        find core policy port platforms tools test -name node_modules -prune -o -name '*.[ch]' -type f -print
}
case ${POSTERN_BUILD:-} in
*/build-quick) files=$(git diff --name-only HEAD~1 -- '*.[ch]') || files=$(tracked) ;;
*) files=$(tracked) ;;
esac

good=${POSTERN_BUILD:-/nowhere}/format-good.txt
sums=$(mktemp)
trap 'rm -f "$sums" "$sums.good"' EXIT
rules=$({ clang-format-14 --version && cat .clang-format && cat "$0"; } | sha256sum | cut -c 1-16)
printf '%s\n' "$files" | while read -r file; do
    [ ! -e "$file" ] || printf '%s\n' "$file" # removed and not yet committed
done | xargs -r sha256sum | sed "s/^/$rules /" >"$sums"
cat "$good" >"$sums.good" 2>/dev/null || :

bad=0
grep -vxF -f "$sums.good" "$sums" | cut -d ' ' -f 4- |
    xargs -r -n 32 -P "$(nproc)" clang-format-14 --dry-run --Werror || bad=1
[ $bad = 0 ] && echo 'laid out by clang-format 14'
[ $bad != 0 ] || [ ! -d "${good%/*}" ] || cp "$sums" "$good"
exit $bad
