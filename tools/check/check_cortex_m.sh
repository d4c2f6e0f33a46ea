#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check_cortex_m.sh - core and policy as they would go into a device: compiled for Cortex-M3 at
# -Os with our warnings, measured by folder, and asked what they need from outside.
#
# They may need pn_*, port_*, five mem functions, TinyCBOR and the compiler's own helpers. No
# object may hold a variable: state belongs to structs that the caller owns.
#
# label: check slow
# timeout: 300
set -eu
cd "${POSTERN_SRC:-$(dirname "$0")/../..}"
root=$PWD
deps=${POSTERN_DEPS_DIR:-$PWD/.deps}
out=${POSTERN_BUILD:-$PWD/build-asan}/cortex-m
triple=arm-none-eabi

if ! command -v $triple-gcc >/dev/null; then
    echo "skipped: $triple-gcc is not installed"
    exit 77
fi
files=$(find core policy -name '*.c' -type f | LC_ALL=C sort)
if [ -z "$files" ]; then
    echo 'nothing to compile yet'
    exit 0
fi

rm -rf "$out"
for file in $files; do
    mkdir -p "$out/$(dirname "$file")"
done
printf '%s\n' $files | xargs -P "$(nproc)" -I FILE $triple-gcc -mcpu=cortex-m3 -mthumb -Os \
    -std=c11 -ffunction-sections -fdata-sections -Wall -Wextra -Wconversion -Wswitch-enum -Werror \
    -I. -isystem "$deps/src/tinycbor/src" -DCBOR_PARSER_MAX_RECURSIONS=8 -DNDEBUG -c FILE -o "$out/FILE.o"

cd "$out"
bad=0
objects=$(find core policy -name '*.o' 2>/dev/null | LC_ALL=C sort)
# shellcheck disable=SC2086
$triple-size $objects | awk '
    NR > 1 {
        n = split($6, part, "/")
        folder = n > 2 ? part[1] "/" part[2] : part[1]
        if (!(folder in text)) order[++folders] = folder
        text[folder] += $1; data[folder] += $2; bss[folder] += $3
        all_text += $1; all_data += $2; all_bss += $3
        if ($2 + $3 > 0) held = held sprintf("%s: %d bytes of .data, %d of .bss\n", $6, $2, $3)
    }
    END {
        printf "%-20s %8s %6s %6s\n", "Cortex-M3, -Os", "text", "data", "bss"
        for (i = 1; i <= folders; i++)
            printf "%-20s %8d %6d %6d\n", order[i], text[order[i]], data[order[i]], bss[order[i]]
        printf "%-20s %8d %6d %6d\n", "all", all_text, all_data, all_bss
        if (held != "") { printf "%s", held; print "state belongs to structs the caller owns"; exit 1 }
    }' >sizes.txt || bad=1

# What a device carries is less: what the public headers reach, equal strings once. What the platform,
# TinyCBOR and the C library bring stands empty here, two bytes each.
roots=$(cd "$root" && grep -oh '\bpn_[a-z0-9_]*(' core/postern.h policy/policy.h 2>/dev/null |
    tr -d '(' | sort -u | sed 's/^/-Wl,-u,/')
# shellcheck disable=SC2086
$triple-nm $objects | awk '
    NF > 2 { defined[$3] = 1 }
    $1 == "U" && $2 !~ /^__/ { needed[$2] = 1 }
    END { for (name in needed) if (!(name in defined)) printf "void %s(void) {}\n", name }' >empty.c
$triple-gcc -mcpu=cortex-m3 -mthumb -Os -fno-builtin -ffunction-sections -c empty.c -o empty.o
# shellcheck disable=SC2086
if $triple-gcc -mcpu=cortex-m3 -mthumb -nostdlib -Wl,--gc-sections -Wl,-e,0 $roots $objects empty.o \
    -lgcc -o linked.elf; then
    $triple-size linked.elf | awk 'NR == 2 {
        printf "%-20s %8d %6d %6d   (budget 49152)\n", "linked", $1, $2, $3 }' >>sizes.txt
else
    bad=1
fi
cat sizes.txt

# The engine's modules, linked with nothing from a C library but five mem functions, one upon the
# other: what each line adds to those above it that it stands on. Of policy/ only; what it draws from
# core/base, core/json and the compiler's arithmetic is told in the last column. Wanted are 12 KB for
# what decides and 20 KB for value code: less than that takes value code with the functions of texts and lists,
# more with those of texts, math, time and network.
# A line must not grow beyond its ceiling, a few bytes above what was reached with Debian 12's compiler, of value code and
# its functions a fiftieth; another's may be a twentieth more.
cat >outside.c <<'END'
#include <stddef.h>
void port_panic(const char *file, int line) { (void)file; (void)line; for (;;) continue; }
void *memcpy(void *to, const void *from, size_t n) { (void)from; (void)n; return to; }
void *memmove(void *to, const void *from, size_t n) { (void)from; (void)n; return to; }
void *memset(void *to, int c, size_t n) { (void)c; (void)n; return to; }
int memcmp(const void *a, const void *b, size_t n) { (void)a; (void)b; return n > 0; }
void *memchr(const void *at, int c, size_t n) { (void)c; (void)n; return (void *)at; }
END
$triple-gcc -mcpu=cortex-m3 -mthumb -Os -fno-builtin -c outside.c -o outside.o
engine=$(find core/base core/json policy -name '*.o' | LC_ALL=C sort)
link_module() { # NAME ROOT...
    name=$1
    shift
    # shellcheck disable=SC2086,SC2046
    $triple-gcc -mcpu=cortex-m3 -mthumb -nostdlib -Wl,--gc-sections -Wl,-e,0 $(printf ' -Wl,-u,%s' "$@") \
        $engine outside.o -lgcc -Wl,-Map,"$name.map" -o "$name.elf"
    awk -f "$root/tools/check/sizes.awk" "$name.map" | LC_ALL=C sort >"$name.sizes"
    ! $triple-nm "$name.elf" | grep -E ' (malloc|free|realloc|.*printf|strto.*|ato[ifl]|_impure_ptr)$'
}
size_of() { # NAME: bytes in policy, bytes elsewhere
    awk '$1 ~ /^policy/ { ours += $2; next } { below += $2 } END { print ours + 0, below + 0 }' "$1.sizes"
}
told() { # MODULE NAME [NAME BELOW IT]
    ceiling=$(($(ceiling_of "$1") * slack / 100))
    # shellcheck disable=SC2046
    set -- "$1" $(size_of "$2") $(if [ $# -gt 2 ]; then size_of "$3"; else echo 0 0; fi)
    printf '%-32s %8d %8d %8d\n' "$1" "$(($2 - $4))" "$ceiling" "$(($3 - $5))" >>modules.txt
    [ "$(($2 - $4))" -le "$ceiling" ] || { echo "module $1 has grown" && return 1; }
}
case $($triple-gcc -dumpversion) in 12.*) slack=100 ;; *) slack=105 ;; esac
ceiling_of() { # MODULE
    case $1 in
    deciding) echo 11392 ;;
    opening) echo 4608 ;;
    layers) echo 4480 ;;
    cerbos54) echo 5376 ;;
    layers+cerbos54) echo 6784 ;;
    schemas) echo 5376 ;;
    values+text+list) echo 18654 ;;
    values+text+math+time+network) echo 24266 ;;
    values) echo 13456 ;;
    text) echo 3627 ;;
    math) echo 1283 ;;
    list) echo 1627 ;;
    time) echo 3871 ;;
    network) echo 2127 ;;
    hierarchy) echo 922 ;;
    spiffe) echo 1032 ;;
    path) echo 3034 ;;
    *) echo 0 ;;
    esac
}
interface=$(cd "$root" && grep -oh '\bpn_[a-z0-9_]*(' policy/policy.h | tr -d '(' | sort -u |
    grep -vx -e pn_policy_open -e pn_policy_open_with)
open="$interface pn_policy_open_with"
values="$open pn_value_module pn_output_write pn_output_write_reason pn_output_write_remediation"
groups='text math list time network hierarchy spiffe path'
whole=$values
rm -f modules.txt
for group in $groups; do whole="$whole pn_${group}_functions"; done
# shellcheck disable=SC2086
if link_module decide $interface && link_module open $open &&
    link_module layers $open pn_layer_module && link_module cerbos54 $open pn_cerbos54_module &&
    link_module both $open pn_layer_module pn_cerbos54_module && link_module schemas $open pn_schema_module &&
    link_module values $values && link_module whole $whole pn_layer_module pn_cerbos54_module pn_schema_module; then
    told deciding decide || bad=1
    told opening open decide || bad=1
    told layers layers open || bad=1
    told cerbos54 cerbos54 open || bad=1
    told layers+cerbos54 both open || bad=1
    told schemas schemas open || bad=1
    told values values open || bad=1
    link_module texts_lists $values pn_text_functions pn_list_functions || bad=1
    told values+text+list texts_lists open || bad=1
    link_module named $values pn_text_functions pn_math_functions pn_time_functions pn_network_functions || bad=1
    told values+text+math+time+network named open || bad=1
    for group in $groups; do
        link_module "$group" $values "pn_${group}_functions" || bad=1
        told "$group" "$group" values || bad=1
    done
    printf '%-32s %8s %8s %8s\n' 'module (Cortex-M3, -Os)' policy/ 'at most' below
    cat modules.txt
    awk '$1 ~ /^policy/ { printf "%-32s %8d\n", $1, $2; all += $2 }
        END { printf "%-32s %8d\n", "every module, all of policy/", all }' whole.sizes
else
    echo 'the modules do not link without a C library'
    bad=1
fi

# shellcheck disable=SC2086
$triple-nm -A $objects | awk '
    { name = $NF; kind = $(NF - 1) }
    kind == "U" { split($1, at, ":"); by[name] = at[1]; next }
    kind != "w" && kind != "v" { defined[name] = 1 }
    END {
        for (name in by) {
            if (name in defined || name ~ /^port_/ || name ~ /^_?cbor_/) continue
            if (name ~ /^mem(cpy|move|set|cmp|chr)$/) continue
            if (name ~ /^__(aeabi|gnu|clz|ctz|popcount|bswap|ashl|ashr|lshr|mul|div|udiv|mod|umod|sync|atomic)/) continue
            if (name ~ /^pn_/) { printf "note: %s, used by %s, is not written yet\n", name, by[name]; continue }
            printf "%s needs %s from outside\n", by[name], name; bad++
        }
        if (!bad) print "needed from outside: pn_, port_, mem, cbor_ and compiler functions only"
        exit bad > 0
    }' || bad=1
exit $bad
