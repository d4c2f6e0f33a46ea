#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_words.sh - what must not be said in core and policy: the allocator, files, clocks, threads
# and the name of a platform. Comments and literals do not count.
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"

find core policy -name '*.[ch]' -type f 2>/dev/null | LC_ALL=C sort | xargs -r awk '
# The line without comments and literals; a block comment may go on over lines.
function code_of(text,    out, c, two, quote, i) {
    out = " "; quote = ""
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1); two = substr(text, i, 2)
        if (in_comment) { if (two == "*/") { in_comment = 0; i++ } continue }
        if (quote != "") {
            if (c == "\\") i++
            else if (c == quote) quote = ""
            continue
        }
        if (two == "/*") { in_comment = 1; i++; continue }
        if (two == "//") break
        if (c == "\"" || c == "'\''") { quote = c; continue }
        out = out c
    }
    return out
}
function complain(why) { printf "%s:%d: %s\n", FILENAME, FNR, why; bad++ }

FNR == 1 { in_comment = 0; files++ }
{
    code = code_of($0)
    if (code ~ /[^A-Za-z0-9_>.](malloc|calloc|realloc|free|strdup|strndup|asprintf|alloca)[ \t]*\(/)
        complain("memory is fixed at start: no allocator here")
    if (code ~ /#[ \t]*include[ \t]*<(stdio|stdlib|time|pthread|errno|signal|unistd|fcntl|poll|sys\/|netinet\/|arpa\/)/)
        complain("bytes and facts only: no files, clocks, threads or sockets here")
    if (code ~ /#[ \t]*(el)?if/ && code ~ /(__linux__|__unix__|__APPLE__|_WIN32|__arm__|__ARM|__x86_64__|__aarch64__|__GLIBC__|FREERTOS|LWIP)/)
        complain("a platform is a link-time choice: no #if about one here")
}
END {
    printf "%d files of core and policy read, %d forbidden words\n", files, bad
    exit bad > 0
}'
