# SPDX-License-Identifier: Apache-2.0
#
# stack.awk - the deepest chain of calls from each of `roots` ("FUNCTION BYTES ..."), by stack.txt and the
# compiler's call graphs. Exits with 1 when one takes more than its bytes, a frame is not of fixed
# size, or a pointer or a recursion is not accounted for.

BEGIN { outside_bytes = 64 } # of memcpy, a division and the like; what newlib's take is less

# Functions are known by their name without the file: the same name twice would be mixed up.
function plain(title) { sub(/.*:/, "", title); sub(/\.(isra|constprop|part).*/, "", title); return title }

FNR == 1 { is_notes = FILENAME ~ /stack\.txt$/ }
is_notes && $1 == "calls" { for (i = 3; i <= NF; i++) target[$2] = target[$2] " " $i; pointed[$2] = 1 }
is_notes && $1 == "times" { times[$2] = $3; bound_list[++bounds] = $2 }
is_notes && $1 == "below" { fewer[$2] = $3; fewer_times[$2] = $4 }
is_notes { next }

/^node:/ && /bytes \(/ {
    split($0, quoted, "\"")
    name = quoted[2]
    split(quoted[4], said, "\\\\n")
    bytes[name] = said[3] + 0
    if (said[3] ~ /dynamic/ && said[3] !~ /bounded/) { print name ": a frame of no fixed size"; bad = 1 }
    known[++nodes] = name
}
/^edge:/ {
    split($0, quoted, "\"")
    if (quoted[4] == "__indirect_call") by_pointer[quoted[2]] = 1
    else if (!((quoted[2], quoted[4]) in edge)) {
        edge[quoted[2], quoted[4]] = 1
        callees[quoted[2]] = callees[quoted[2]] " " quoted[4]
    }
}

# How often `short` may stand in a chain that holds what is above now.
function most_of(short) {
    return short in fewer && above[fewer[short]] > 0 ? fewer_times[short] : times[short]
}

function is_end(end, name) {
    return end ~ /:/ && substr(name, length(name) - length(end) + 1) == end
}

function add_pointers(    name, short, list, n, i, k) {
    for (name in by_pointer) {
        short = plain(name)
        if (!(short in pointed)) { print name " calls through a pointer; stack.txt does not say whom"; bad = 1 }
        n = split(target[short], list, " ")
        for (i = 1; i <= n; i++)
            for (k = 1; k <= nodes; k++)
                if (plain(known[k]) == list[i] || is_end(list[i], known[k]) ||
                    (list[i] ~ /^\*/ && index(plain(known[k]), substr(list[i], 2)) == 1))
                    callees[name] = callees[name] " " known[k]
    }
}

# Deepest from `name` on, with how often bounded functions stand above it. Sets next_of for the chain.
function deepest(name,    short, state, key, list, n, i, one, most) {
    if (!(name in bytes)) return name ~ /panic/ ? 0 : outside_bytes
    short = plain(name)
    if (short in times) {
        if (above[short] >= most_of(short)) return 0
        above[short]++
    }
    state = ""
    for (i = 1; i <= bounds; i++) state = state above[bound_list[i]] ","
    key = name SUBSEP state
    if (key in memo) {
        if (short in times) above[short]--
        return memo[key]
    }
    if (key in open) {
        if (!(name in told)) print name ": a recursion that stack.txt does not bound"
        told[name] = 1
        bad = 1
        if (short in times) above[short]--
        return 0
    }
    open[key] = 1
    n = split(callees[name], list, " ")
    most = 0
    for (i = 1; i <= n; i++) {
        one = deepest(list[i])
        if (one > most) { most = one; next_of[key] = list[i] }
    }
    delete open[key]
    memo[key] = bytes[name] + most
    if (short in times) above[short]--
    return memo[key]
}

function print_chain(name,    short, state, i) {
    while (name in bytes) {
        short = plain(name)
        if (short in times) above[short]++
        state = ""
        for (i = 1; i <= bounds; i++) state = state above[bound_list[i]] ","
        printf "  %5d  %s\n", bytes[name], name
        name = next_of[name SUBSEP state]
    }
    if (name != "") printf "  %5d  %s\n", outside_bytes, name
    for (i = 1; i <= bounds; i++) above[bound_list[i]] = 0
}

END {
    add_pointers()
    for (i = 1; i <= bounds; i++) above[bound_list[i]] = 0
    n_roots = split(roots, root, " ")
    for (r = 1; r < n_roots; r += 2) {
        if (!(root[r] in bytes)) { print root[r] ": no such function"; bad = 1; continue }
        total = deepest(root[r])
        printf "%s: %d bytes of stack, at most %d wanted\n", root[r], total, root[r + 1]
        print_chain(root[r])
        if (total > root[r + 1]) bad = 1
    }
    exit bad
}
