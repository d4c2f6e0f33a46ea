# SPDX-License-Identifier: Apache-2.0
#
# install.sh - sourced by scripts that install Debian packages: one way to do it, said aloud.

# missing_build: what building needs and this machine lacks, as package names.
missing_build() {
    { command -v cc && [ -e /usr/include/stdio.h ]; } >/dev/null 2>&1 || echo gcc libc6-dev
    command -v cmake >/dev/null || echo cmake
    command -v ninja >/dev/null || echo ninja-build
}

# missing_release: the same for the release binary.
missing_release() {
    missing_build
    ls /usr/lib/*-linux-musl/rcrt1.o >/dev/null 2>&1 || echo musl-dev
}

# in_archive PACKAGE: its name, unless apt's lists say that this distribution has none of that name:
# asking for it in every run would never end.
in_archive() {
    if ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; then
        apt-cache show "$1" >/dev/null 2>&1 || return 0
    fi
    echo "$1"
}

# install_packages LOG PACKAGE...: one apt run for all of them; if that fails, one each, so that an
# archive without one of them costs only that part. Never fails: who needs a program looks for it.
install_packages() {
    install_log=$1
    shift
    [ $# -gt 0 ] || return 0
    echo "== installing: $*"
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    if ! command -v apt-get >/dev/null || { [ -n "$sudo" ] && ! command -v sudo >/dev/null; }; then
        echo "== no apt, or neither root nor sudo: cannot install"
        return 0
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt="$sudo apt-get -q -y -o DPkg::Lock::Timeout=300"
    $apt update >"$install_log" 2>&1 || echo "== apt-get update failed, see $install_log"
    for package; do # what the fresh lists do not know must not fail the rest
        shift
        if [ -n "$(in_archive "$package")" ]; then
            set -- "$@" "$package"
        else
            echo "== this distribution has no $package"
        fi
    done
    [ $# -gt 0 ] || return 0
    $apt install --no-install-recommends "$@" >>"$install_log" 2>&1 && return 0
    for package; do
        $apt install --no-install-recommends "$package" >>"$install_log" 2>&1 ||
            echo "== $package could not be installed, see $install_log"
    done
}
