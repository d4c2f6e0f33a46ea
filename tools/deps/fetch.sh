#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fetch.sh DEPS_DIR [NAME...] - have the pinned tarballs, and their unpacked trees, in DEPS_DIR.
#
# A tarball that is there with the right hash is left alone, so nothing is downloaded twice and a
# machine without a network needs only the folder. A wrong hash ends the run: a file that is not
# the one we pinned is never unpacked. The caller holds the lock (see deps.cmake).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
lock=$here/../deps.lock
dir=$1
shift
want=" $* "
mkdir -p "$dir/src"

say() { printf 'deps: %s\n' "$*"; }
die() {
    printf 'deps: %s\n' "$*" >&2
    exit 1
}
sum() { sha256sum "$1" | cut -d ' ' -f 1; }

# The main archives this machine already trusts; the security archive holds no source of ours.
bases() {
    apt-get indextargets --format '$(REPO_URI) $(LABEL)' 2>/dev/null |
        awk '$2 == "Debian" && !seen[$1]++ { sub(/\/$/, "", $1); print $1 }'
}

download() { # file sha256 candidates...
    file=$1 sha=$2
    shift 2
    helper=/usr/lib/apt/apt-helper
    [ -x $helper ] || die "$file is not in $dir and this machine has no apt-helper; put it there"
    if [ -z "$(bases)" ] && [ "$(id -u)" = 0 ]; then
        say "no package lists yet: apt-get update"
        apt-get -q update >/dev/null || true
    fi
    for base in $(bases); do
        for candidate; do
            say "fetching $file"
            # apt says "Hash Sum mismatch" itself, and keeps the odd file as *.FAILED.
            if $helper -o APT::Sandbox::User=root -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
                download-file "$base/$candidate" "$dir/$file.part" "SHA256:$sha"; then
                mv "$dir/$file.part" "$dir/$file"
                return 0
            fi
            rm -f "$dir/$file.part" "$dir/$file.part.FAILED"
        done
    done
    die "$file could not be fetched; put it into $dir by hand (SHA-256 $sha)"
}

unpack() { # name sha256 file
    tree=$dir/src/$1
    [ "$(cat "$tree/.sha256" 2>/dev/null || true)" = "$2" ] && return 0
    say "unpacking $3"
    rm -rf "$tree" "$tree.part"
    mkdir "$tree.part"
    (cd "$tree.part" && "${CMAKE_COMMAND:-cmake}" -E tar xf "$dir/$3")
    case $3 in
    *.deb) # an archive of archives; what it would install is in one of them
        (cd "$tree.part" && "${CMAKE_COMMAND:-cmake}" -E tar xf data.tar.* && rm -f data.tar.* control.tar.* debian-binary)
        ;;
    esac
    mv "$tree.part"/* "$tree"
    echo "$2" >"$tree/.sha256"
    rmdir "$tree.part"
}

dir=$(cd "$dir" && pwd)
grep -v '^#' "$lock" | while read -r name version sha file candidates; do
    [ -n "$name" ] || continue
    case $want in
    *" $name "* | "  ") ;;
    *) continue ;;
    esac
    if [ ! -e "$dir/$file" ]; then
        # shellcheck disable=SC2086 # candidates are words
        download "$file" "$sha" $candidates
    fi
    got=$(sum "$dir/$file")
    [ "$got" = "$sha" ] ||
        die "$dir/$file is not $name $version as pinned: SHA-256 is $got, tools/deps.lock says $sha. Remove it to fetch it again."
    unpack "$name" "$sha" "$file"
done
