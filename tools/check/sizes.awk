# SPDX-License-Identifier: Apache-2.0
#
# sizes.awk - bytes of code and tables of each object that a link kept, from the linker's map.

function number(hex,    i, n) {
    hex = tolower(hex)
    for (i = 3; i <= length(hex); i++) n = 16 * n + index("123456789abcdef", substr(hex, i, 1))
    return n + 0
}

function add(size, object) {
    sub(/^\.\//, "", object)
    if (object ~ /\.o$/) bytes[object] += number(size)
}

/^Linker script and memory map/ { kept = 1 }
!kept { next }
/^ \.(text|rodata)[^ ]*$/ { waiting = 1; next } # a long name: the rest is on the next line
waiting { waiting = 0; if ($1 ~ /^0x/) add($2, $3); next }
/^ \.(text|rodata)[^ ]* +0x/ { add($3, $4) }
END { for (object in bytes) if (bytes[object] > 0) print object, bytes[object] }
