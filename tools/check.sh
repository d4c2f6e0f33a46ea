#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check.sh [quick] - install what is missing, build, run every test. Needs a shell and apt on
# Debian 12 or 13; root or sudo only while something has to be installed.
#
#   check.sh        gcc release, clang, ASan+UBSan and TSan builds; all tests of all of them
#   check.sh quick  a build without sanitizers and optimisation, its unit tests and the checks of
#                   the tree: a minute on two cores, once the dependencies are there
#
# What could not run here is listed as skipped, never as passed. The last lines are ctest's.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
mode=${1:-all}
case $mode in
all | quick) ;;
*)
    echo 'usage: tools/check.sh [quick]' >&2
    exit 2
    ;;
esac
POSTERN_DEPS_DIR=${POSTERN_DEPS_DIR:-$root/.deps}
export POSTERN_DEPS_DIR
run=$root/build-check
began=$(date +%s)
# Only how long each test took stays from one run to the next: the longest are started first.
rm -rf "$run/steps" "$run"/*.log
mkdir -p "$run/steps" "$POSTERN_DEPS_DIR"

say() { printf '== %s\n' "$*"; }

. "$root/tools/check/install.sh"

missing_packages() {
    [ $mode = all ] || missing_build
    [ -e /usr/share/zoneinfo/Europe/Berlin ] || echo tzdata
    command -v openssl >/dev/null || echo openssl
    python3 -c 'import jsonschema' 2>/dev/null || echo python3-jsonschema
    python3 -c 'import yaml' 2>/dev/null || echo python3-yaml
    [ $mode = all ] || return 0
    missing_release
    command -v curl >/dev/null || echo curl
    command -v testssl >/dev/null || command -v testssl.sh >/dev/null || in_archive testssl.sh
    command -v clang >/dev/null || echo clang
    command -v clang-format-14 >/dev/null || in_archive clang-format-14
    command -v arm-none-eabi-gcc >/dev/null || echo gcc-arm-none-eabi
    command -v qemu-system-arm >/dev/null || echo qemu-system-arm
    command -v systemd-analyze >/dev/null || echo systemd
    [ -e /usr/include/newlib/string.h ] || [ -e /usr/lib/arm-none-eabi/include/string.h ] ||
        echo libnewlib-arm-none-eabi
}

# step NAME COMMAND...: run, keep the output, and let the closing ctest run say how it went.
step() {
    name=$1
    shift
    file=$run/steps/$name
    say "$name: $*"
    start=$(date +%s)
    if "$@" >"$file.log" 2>&1; then result=pass; else result=fail; fi
    { echo $result && cat "$file.log"; } >"$file"
    [ $result = pass ] || tail -n 20 "$file.log"
    say "$name: $result, $(($(date +%s) - start)) s"
    [ $result = pass ]
}
skip() { # NAME WHY
    say "$1: skipped, $2"
    printf 'skip\n%s\n' "$2" >"$run/steps/$1"
}

# build PRESET [TARGET]: configure once, build; a second run finds nothing to do.
build_preset() {
    cmake --preset "$1" -DPOSTERN_DEPS_DIR="$POSTERN_DEPS_DIR" &&
        cmake --build --preset "$1" --target "${2:-all}" -- -k 0
}
build() { step "build-$1" build_preset "$@" || true; }

# shellcheck disable=SC2046 # package names are words
install_packages "$run/apt.log" $(missing_packages)
for program in cc cmake ninja; do
    if ! command -v $program >/dev/null; then
        say "$program is missing and could not be installed: nothing can be built here"
        exit 1
    fi
done

if [ $mode = quick ]; then
    build quick smoke
    folders=build-quick
else
    build asan
    build release
    if command -v clang >/dev/null; then build clang; else skip build-clang 'clang is not installed'; fi
    build tsan
    folders='build-asan build build-tsan'
    if [ -e test/e2e/package-lock.json ]; then
        say 'Node.js and the SDKs for test/e2e'
        rc=0
        sh tools/deps/node.sh test/e2e >"$run/node.log" 2>&1 || rc=$?
        cat "$run/node.log"
        # The tests that need it say 77 by themselves; a wrong hash is a failure.
        case $rc in
        0) { echo pass && cat "$run/node.log"; } >"$run/steps/node" ;;
        77) { echo skip && cat "$run/node.log"; } >"$run/steps/node" ;;
        *) { echo fail && cat "$run/node.log"; } >"$run/steps/node" ;;
        esac
    fi
fi

# A second run would install nothing that is there now, and build nothing.
nothing_left() {
    for folder in $folders; do
        preset=${folder#build-}
        [ "$preset" != build ] || preset=release
        [ -e "$root/$folder/build.ninja" ] || continue
        build_preset "$preset" >"$run/again.log" 2>&1 || { cat "$run/again.log"; return 1; }
        grep -q '^ninja: no work to do' "$run/again.log" ||
            { cat "$run/again.log"; echo "$folder: a second build does not find everything done"; return 1; }
        echo "$folder: no work to do"
    done
    [ ! -e "$run/node.log" ] || grep -q 'skipped' "$run/node.log" ||
        sh tools/deps/node.sh test/e2e >"$run/again.log" 2>&1 || { cat "$run/again.log"; return 1; }
    if [ -e "$run/again.log" ] && grep 'fetching\|installing' "$run/again.log"; then return 1; fi
    echo "packages that a second run would ask for, as they could not be had now:" $(missing_packages)
}
[ $mode = quick ] || grep -qx fail "$run"/steps/build-* 2>/dev/null || step second-run nothing_left || true

jobs=$(($(nproc) + 1)) # some wait for time to pass

# One ctest run over the steps above and the tests of every build made.
{
    for file in "$run"/steps/*; do
        case $file in *.log) continue ;; esac
        name=step/$(basename "$file")
        printf 'add_test("%s" sh "%s" "%s")\n' "$name" "$root/tools/check/step.sh" "$file"
        printf 'set_tests_properties("%s" PROPERTIES SKIP_RETURN_CODE 77 LABELS check)\n' "$name"
    done
    for folder in $folders; do
        [ ! -e "$root/$folder/CTestTestfile.cmake" ] || printf 'subdirs("%s")\n' "$root/$folder"
    done
} >"$run/CTestTestfile.cmake"

only=
[ $mode = all ] || only='unit|check' # but not what is labelled slow
cd "$run"
if ctest -j "$jobs" --output-on-failure ${only:+-L "$only" -LE slow} >ctest.log 2>&1; then rc=0; else rc=$?; fi

# The closing lines of ctest come last, after what there is to read.
closing=$(grep -n '% tests passed, \|^No tests were found' ctest.log | tail -n 1 | cut -d : -f 1)
head -n "$((${closing:-1} - 1))" ctest.log
sh "$root/tools/check/report.sh" "$root" "$run" || true
say "skipped, and therefore not known to work here:"
sed -n 's/^ *[0-9]*\/[0-9]* Test *#[0-9]*: \([^ ]*\) .*\*\*\*Skipped.*/   \1/p' ctest.log | grep . ||
    echo '   nothing'
say "$(($(date +%s) - began)) s in all"
tail -n "+${closing:-1}" ctest.log
exit $rc
