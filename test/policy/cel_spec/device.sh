#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# device.sh FOLDER - build the engine and the case runner for Cortex-M3 in FOLDER and print, as the last
# line, a program that takes a container of compiled cases and writes what they come to. It runs in
# QEMU. Exit 77: this machine has no cross compiler or no QEMU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
deps=${POSTERN_DEPS_DIR:-$root/.deps}
cbor=$deps/src/tinycbor/src
out=$1
if [ ! -e "$cbor/cbor.h" ]; then
    echo "device: there is no $cbor; configure a build once, or set POSTERN_DEPS_DIR"
    exit 1
fi
for program in arm-none-eabi-gcc qemu-system-arm; do
    command -v $program >/dev/null || {
        echo "device: skipped: there is no $program"
        exit 77
    }
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
flags="-mcpu=cortex-m3 -mthumb -std=c11 -Os -ffunction-sections -fdata-sections -DCBOR_PARSER_MAX_RECURSIONS=8
    -I$root -isystem $cbor"
sources="$root/policy/*.c $root/core/base/*.c $root/core/json/*.c $root/tools/typed_json.c $here/cel_device.c
    $cbor/cborparser.c $cbor/cborvalidation.c $cbor/cborerrorstrings.c"
objects=
for source in $sources; do
    object=$out/$(printf '%s' "${source#"$root"/}" | tr '/' '_').o
    objects="$objects $object"
    if [ ! -e "$object" ] || [ -n "$(find "$root/policy" "$root/core" "$root/tools" "$source" -newer "$object" \
        \( -name '*.h' -o -name '*.def' -o -path "$source" \) -print -quit)" ]; then
        # shellcheck disable=SC2086
        arm-none-eabi-gcc $flags -c "$source" -o "$object"
    fi
done
# shellcheck disable=SC2086
arm-none-eabi-gcc $flags -nostartfiles --specs=rdimon.specs -T "$here/cel_device.ld" -Wl,--gc-sections \
    $objects -o "$out/cel_device.elf"
cat >"$out/run" <<END
#!/bin/sh
set -eu
folder=\$(mktemp -d)
trap 'rm -rf "\$folder"' EXIT
cp "\$1" "\$folder/cases.bin"
cd "\$folder"
timeout 240 qemu-system-arm -M mps2-an385 -display none -monitor none -serial null \\
    -semihosting-config enable=on,target=native -kernel '$out/cel_device.elf'
END
chmod +x "$out/run"
echo "$out/run"
