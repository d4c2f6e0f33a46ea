#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_includes.sh - who may include whom, read from the #include lines.
#
#   core/base <- core/json <- policy <- core/seal <- core/* -> port/*.h <- platforms/*
#
# A quoted include is a path from the repository root and names a file that exists. The core and
# policy see only the freestanding part of C, <string.h>'s mem functions and TinyCBOR.
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"

find core policy port platforms tools -name '*.[ch]' -type f 2>/dev/null | LC_ALL=C sort |
    xargs -r grep -nH '^[[:space:]]*#[[:space:]]*include' /dev/null | awk '
function under(path, folder) { return path == folder || index(path, folder "/") == 1 }

# The folders and headers a file may include, most particular first.
function allowed(from) {
    if (under(from, "core/base")) return "core/base port/port_panic.h"
    if (under(from, "core/json")) return "core/json core/base"
    if (under(from, "core/seal")) return "core/seal core/base core/json policy port core/limits.h"
    if (under(from, "core")) return "core policy port"
    if (under(from, "policy")) return "policy core/base core/json"
    if (under(from, "port")) return "port core/base"
    if (under(from, "tools")) return "tools policy core port"
    if (from == "platforms/linux/main.c")
        return "platforms port tools core/postern.h core/limits.h core/base"
    split(from, part, "/")
    return "platforms/" part[2] " platforms/mbedtls port core/postern.h core/limits.h core/base"
}

function complain(why) { printf "%s: %s: %s\n", where, what, why; bad++ }

{
    split($0, field, ":")
    from = field[1]; where = from ":" field[2]
    what = $0
    sub(/^[^:]*:[^:]*:[ \t]*#[ \t]*include[ \t]*/, "", what)
    pure = under(from, "core") || under(from, "policy")
    count++

    if (what ~ /^</) {
        sub(/>.*/, ">", what)
        if (pure && what !~ /^<(stdint|stddef|stdbool|stdalign|stdatomic|stdarg|stdnoreturn|limits|float|string|cbor)\.h>$/)
            complain("core and policy use freestanding headers, <string.h> and <cbor.h> only")
        next
    }
    if (what !~ /^"/) { complain("an include of a macro hides who is included"); next }
    sub(/^"/, "", what); sub(/".*/, "", what)

    if (what !~ /\//) { # the sockets API goes by the names of the stack it stands for
        sockets = under(from, "port/freertos") || under(from, "platforms")
        if (!(sockets && (getline line < ("port/freertos/include/" what)) >= 0))
            complain("includes are written from the repository root")
        close("port/freertos/include/" what)
        next
    }
    if (what ~ /(^|\/)\.\.?\//) { complain("includes are written from the repository root"); next }
    if ((getline line < what) < 0) { complain("no such file"); next }
    close(what)
    if (pure && under(what, "port/freertos")) { complain("the sockets API is below port_net"); next }

    n = split(allowed(from), may, " ")
    for (i = 1; i <= n; i++) if (under(what, may[i])) next
    complain("may include only " allowed(from))
}
END {
    printf "%d include lines, %d against the rule\n", count, bad
    exit bad > 0
}'
