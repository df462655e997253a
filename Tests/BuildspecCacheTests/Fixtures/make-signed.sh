#!/bin/sh
# Makes a golden store of two signed entries, the second with a manifest that is written as changes of the
# first one's, and tree.txt, which describes the second tree as make.sh does. key.pub is who signed.
#
# Like those that make.sh made, it is never made again.
#
# usage: make-signed.sh BUILDSPEC NAME    makes NAME/ with zstd/, key.pub and tree.txt (GNU tools)
set -eu
buildspec=$(realpath "$1")
mkdir "$2"
out=$(realpath "$2")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/project/tree"
cd "$root/project"
export XDG_STATE_HOME="$root/state" LC_ALL=C
umask 022

"$buildspec" cache keygen -o "$root/key" >"$out/key.pub"

save() {
    touch -d @1600000000.5 tree
    "$buildspec" cache save --scope golden --key "$1" --path tree --codec zstd --cache "$out/zstd" \
        --sign-key "$root/key"
}

number=10
while [ $number -lt 70 ]; do
    printf 'file %d\n' $number >tree/$number
    touch -d "@$((1500000000 + number * 86399)).$((number * 1234567))" tree/$number
    number=$((number + 1))
done
save first
printf 'changed\n' >tree/33
touch -d @1550000000.123456789 tree/33
rm tree/44
save second

find tree | sort | while IFS= read -r path; do
    size=- digest=-
    if [ -f "$path" ]; then
        size=$(stat -c %s "$path")
        digest=$(sha256sum <"$path" | cut -d ' ' -f 1)
    fi
    printf '%s|%s|%s|%s|%s|-|%s\n' "$(find "$path" -maxdepth 0 -printf %y)" \
        "$(stat -c %a "$path")" "$(find "$path" -maxdepth 0 -printf %T@ | cut -c 1-20)" \
        "$size" "$digest" "$path"
done >"$out/tree.txt"
rm "$out"/zstd/lock "$out"/zstd/upkeep*
