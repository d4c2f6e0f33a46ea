#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# device.sh FOLDER [PROGRAM.c [QEMU_OPTION...]] - build the engine and a program around it for Cortex-M3
# in FOLDER, and print, as the last line, a command that runs it in QEMU: the command's argument is
# the file that the program reads as cases.bin. Without a program it is the runner of CEL cases.
# Exit 77: this machine has no cross compiler or no QEMU.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
out=$1
shift
program=$here/cel_device.c
if [ $# -gt 0 ]; then
    program=$1
    shift
fi
for tool in arm-none-eabi-gcc qemu-system-arm; do
    command -v $tool >/dev/null || {
        echo "device: skipped: there is no $tool"
        exit 77
    }
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
flags="-mcpu=cortex-m3 -mthumb -std=c11 -Os -ffunction-sections -fdata-sections -I$root"
sources="$root/policy/*.c $root/core/base/*.c $root/core/json/*.c $root/tools/typed_json.c $program $here/device_start.c"
objects=
for source in $sources; do
    object=$out/$(printf '%s' "${source#"$root"/}" | tr '/' '_').o
    objects="$objects $object"
    if [ ! -e "$object" ] || [ -n "$(find "$root/policy" "$root/core" "$root/tools" "$root/test/bench" "$source" -newer "$object" \
        \( -name '*.h' -o -name '*.def' -o -path "$source" \) -print -quit)" ]; then
        # shellcheck disable=SC2086
        arm-none-eabi-gcc $flags -c "$source" -o "$object"
    fi
done
# shellcheck disable=SC2086
arm-none-eabi-gcc $flags -nostartfiles --specs=rdimon.specs -T "$here/cel_device.ld" -Wl,--gc-sections \
    $objects -o "$out/device.elf"
cat >"$out/run" <<END
#!/bin/sh
set -eu
folder=\$(mktemp -d)
trap 'rm -rf "\$folder"' EXIT
cp "\$1" "\$folder/cases.bin"
cd "\$folder"
timeout 240 qemu-system-arm -M mps2-an385 -display none -monitor none -serial null $* \\
    -semihosting-config enable=on,target=native -kernel '$out/device.elf'
END
chmod +x "$out/run"
echo "$out/run"
