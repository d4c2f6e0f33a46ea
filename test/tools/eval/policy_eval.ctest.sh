#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One expression, a line each and asked for: what is said, where an error is, and the exit status.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

expect() { # NAME STATUS WANTED: of the last run
    if [ "$2" -ne "$status" ] || [ "$(cat "$folder/out")" != "$3" ]; then
        printf '%s: status %s, wanted %s\n--- wanted\n%s\n--- got\n' "$1" "$status" "$2" "$3"
        cat "$folder/out"
        failed=1
    fi
}
run() {
    "$POSTERN" policy eval "$@" >"$folder/out" 2>&1 </dev/null
    status=$?
}
ask() { # what is typed
    printf '%s\n' "$1" | "$POSTERN" policy eval >"$folder/out" 2>&1
    status=$?
}

run '1 + 1'
expect 'a value' 0 '2'
run --output json '[1u, b"a"]'
expect 'with its type' 0 '{"list":[{"uint":"1"},{"bytes":"YQ=="}]}'
run '1 +'
expect 'no expression' 1 'expression:1:3: error: the expression ends too early
    1 +
      ^'
run 'id("é") + foo'
expect 'columns are characters' 1 "expression:1:11: error: there is no 'foo' here; bind it to a value
    id(\"é\") + foo
              ^"
run "$(printf 'b"a\377" // x')"
expect 'bytes that are no text' 1 "$(printf 'expression:1:4: error: this is not UTF-8\n    b"a\377" // x\n       ^')"
run --output json '1 / 0'
grep -q '^{"error":"division by zero"}$' "$folder/out" || {
    echo 'the error has no type'
    failed=1
}
grep -q '^expression:1:3: error: this is always an error: division by zero$' "$folder/out" || {
    echo 'the error has no place'
    failed=1
}
echo '{"x":{"list":[{"int":"4"}]}}' >"$folder/bindings.json"
run --bindings "$folder/bindings.json" 'x[0] * 2'
expect 'bindings' 0 '8'
run --bindings "$folder/none.json" 'x'
expect 'no bindings' 1 "postern policy eval: cannot open $folder/none.json: No such file or directory"
run --output xml 1
expect 'wrong use' 2 "postern policy eval: there is no output 'xml'; it is text or json
see postern policy eval --help"
run 1 2
expect 'two expressions' 2 'postern policy eval: one expression, or one file; quote what holds blanks
see postern policy eval --help'
run --memory 5 1
expect 'little memory' 2 'postern policy eval: --memory takes 1024 to 524280 bytes
see postern policy eval --help'
run --emit "$folder/emitted" 1
expect 'emitted alone' 2 'postern policy eval: --emit goes with --jsonl
see postern policy eval --help'
run -- -1
expect 'a number below zero' 0 '-1'

# A line that is not in order keeps its place.
printf '%s\n' '{"expr":"1"}' '' 'what' '{"expr":"x","bindings":{"x":{"error":"e"}}}' \
    '{"expr":"x || true","bindings":{"x":{"error":"e"}}}' '{"expr":5}' '{"expr":"2"}' |
    "$POSTERN" policy eval --jsonl >"$folder/out" 2>"$folder/err"
status=$?
expect 'lines' 1 '{"result":{"int":"1"}}
{"result":{"error":"a line is a JSON object with a text \"expr\""}}
{"result":{"error":"no such attribute"}}
{"result":{"bool":true}}
{"result":{"error":"a line is a JSON object with a text \"expr\""}}
{"result":{"int":"2"}}'
grep -q ': line 3: ' "$folder/err" && grep -q ': line 6: ' "$folder/err" || {
    echo 'the lines have no numbers'
    failed=1
}
for value in '{"int":" 5"}' '{"int":"+5"}' '{"uint":"-1"}' '{"uint":" 1"}' '{"null":false}'; do
    echo "{\"x\":$value}" >"$folder/bindings.json"
    run --bindings "$folder/bindings.json" x
    grep -q "of 'x': " "$folder/out" && [ $status -eq 1 ] || {
        echo "taken: $value"
        failed=1
    }
done
echo '{"x":{"int":"-5"},"y":{"uint":"7"},"z":{"null":true}}' >"$folder/bindings.json"
run --bindings "$folder/bindings.json" '[x, y, z]'
expect 'numbers' 0 '[-5, 7u, null]'
ask ':let x = 5
x * 2
_ + 1
y = [x, _]
:names
y[7]
:let z = ip("10.0.0.1")
:what
x == 5
:quit
1'
expect 'asked for' 0 '5
10
11
[5, 11]
x = 5
y = [5, 11]
expression:1:2: error: this is always an error: index out of range
    y[7]
     ^
<net.IP>
a value of this type cannot be bound
there is no such command; see :help
true'
exit $failed
