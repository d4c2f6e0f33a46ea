#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# label: unit slow
# timeout: 600
#
# A build configured with a folder of tarballs and no network: nothing is downloaded, what is not
# there is told by name, and what is not the pinned file is refused.
set -eu
tarballs=$(sed -n 's/^POSTERN_DEPS_DIR:[A-Z]*=//p' "$POSTERN_BUILD/CMakeCache.txt")
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$POSTERN_BUILD/CMakeCache.txt")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
deps=$work/deps
mkdir "$deps"
ln -s "$tarballs/built" "$deps/built" # compiling asks nobody, and is what every build does
names=$(awk '!/^#/ && NF { print $4 }' "$POSTERN_SRC/tools/deps.lock")
for name in $names; do cp "$tarballs/$name" "$deps/"; done

fail() {
    printf '%s\n' "$1" >&2
    cat "$work/log" >&2
    exit 1
}

# No network: a namespace without one where that is allowed, and a proxy that nobody runs anyway.
http_proxy=http://127.0.0.1:9 https_proxy=$http_proxy ALL_PROXY=$http_proxy
export http_proxy https_proxy ALL_PROXY
unset POSTERN_DEPS_DIR
alone=
if unshare -rn true 2>/dev/null; then alone='unshare -rn'; fi

$alone cmake -S "$POSTERN_SRC" -B "$work/build" -G Ninja -DCMAKE_C_COMPILER="$compiler" \
    -DPOSTERN_VARIANT=asan -DPOSTERN_DEPS_DIR="$deps" >"$work/log" 2>&1 ||
    fail 'configuring failed with all tarballs at hand'
if grep -q 'fetching' "$work/log"; then fail 'something was to be downloaded'; fi
for name in $names; do cmp "$tarballs/$name" "$deps/$name"; done
strange=$(ls "$deps" | grep -vxF -e src -e built -e lock -e "$names" || true)
[ -z "$strange" ] || fail "more than the tarballs and what is made of them: $strange"

first=$(printf '%s\n' "$names" | head -n 1)
mv "$deps/$first" "$work/"
if $alone sh "$POSTERN_SRC/tools/deps/fetch.sh" "$deps" >"$work/log" 2>&1; then
    fail "without $first it went on: the network was within reach"
fi
grep -q "$first .*put it" "$work/log" || fail "$first is missing and not named"

head -c 1000 "$work/$first" >"$deps/$first"
if $alone sh "$POSTERN_SRC/tools/deps/fetch.sh" "$deps" >"$work/log" 2>&1; then
    fail "a $first of another hash was taken"
fi
grep -q "$first is not .* as pinned" "$work/log" || fail "$first is another file and not named"
echo 'configured without a network'
