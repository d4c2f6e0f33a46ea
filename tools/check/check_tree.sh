#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_tree.sh - every source says its licence, each header compiles alone, and what is locked
# for npm names no registry.
#
# cost: 20
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"
bad=0

unsigned=$(find CMakeLists.txt README.md core policy port platforms tools test .ci \
    -name node_modules -prune -o -type f \
    \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt \
    -o -name '*.mjs' -o -name '*.js' -o -name '*.ld' -o -name README.md \
    -o -name '*.keys' -o -name '*.cddl' -o -name '*.yaml' -o -name '*.yml' -o -path '.ci/*' \) -print |
    xargs -r grep -L -m 1 'SPDX-License-Identifier: Apache-2.0' || true)
if [ -n "$unsigned" ]; then
    printf '%s\n' "$unsigned" | sed 's/$/: no SPDX line/'
    bad=1
fi

# What stands at the top is part of the architecture.
strange=$(git -c safe.directory='*' ls-files 2>/dev/null | sed 's|/.*||' | sort -u | grep -vxE \
    'core|port|platforms|policy|tools|test|CMakeLists\.txt|CMakePresets\.json|README\.md|LICENSE|\..*' || true)
if [ -n "$strange" ]; then
    printf '%s: does not belong at the top of the tree\n' "$strange"
    bad=1
fi

# A .h that needs another .h to be included first is not a contract.
include="-I. -Iport/freertos/include -isystem ${POSTERN_DEPS_DIR:-.deps}/src/tinycbor/src"
# shellcheck disable=SC2086
find core policy port -name '*.h' -type f | LC_ALL=C sort |
    xargs -r -n 16 -P "$(nproc)" "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -fsyntax-only $include ||
    bad=1

# Two headers with one guard hide each other.
twice=$(find core policy port platforms tools test -name '*.h' -type f \
    -exec grep -h '^#ifndef PN_.*_H$' {} + | sort | uniq -d)
if [ -n "$twice" ]; then
    printf '%s: in two headers\n' "$twice"
    bad=1
fi

grep -q '^exec .*tools/check\.sh"$' .ci/run || {
    echo '.ci/run does not run tools/check.sh'
    bad=1
}

if grep -rls '"resolved"' test --include=package-lock.json --exclude-dir=node_modules; then
    echo 'a lock file names where packages came from; make it with omit-lockfile-registry-resolved=true'
    bad=1
fi
[ $bad = 0 ] && echo 'licences, headers and locks are in order'
exit $bad
