#!/bin/sh
# Makes the golden stores: one for each codec, with the tree that is in them described in tree.txt.
#
# They are what a version of this program wrote, and every later one must read them. So nothing here
# is ever made again; when the format gains something, another store is added beside these.
#
# usage: make.sh BUILDSPEC NAME    makes NAME/ with zstd/, gzip/, none/ and tree.txt (GNU tools)
set -eu
buildspec=$(realpath "$1")
mkdir "$2"
out=$(realpath "$2")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/project"
cd "$root/project"
export XDG_STATE_HOME="$root/state" LC_ALL=C
umask 022

mkdir -p tree/bin tree/deep/er tree/empty
printf 'hello\n' >tree/file
printf '#!/bin/sh\necho run\n' >tree/bin/run
: >tree/nothing
printf 'a name of many kinds\n' >'tree/a #name with \ and é'
printf 'below\n' >tree/deep/er/file
ln tree/file tree/deep/same
ln -s ../file tree/deep/link
ln -s 'no such place' tree/dangling
chmod 755 tree/bin/run
chmod 640 tree/deep/er/file
chmod 1750 tree/empty
# Above 8 MiB, so in chunks; nearly all zeros, so small in the store.
for number in 1 2 3 4 5 6 7 8 9; do
    printf 'part %d\n' "$number"
    head -c 1048569 /dev/zero
done >tree/large
mkdir src
printf 'int main(void) { return 0; }\n' >src/main.c
touch -d @1600000000.987654321 src/main.c

second=1500000000
find tree -depth | sort -r | while read -r path; do
    second=$((second + 86399))
    touch -h -d "@$second.$((second % 999999999 / 10 * 7 % 1000000000))" "$path"
done

for codec in zstd gzip none; do
    # Only Zstandard makes the large file small enough to keep.
    [ $codec = zstd ] || mv tree/large ..
    touch -d @1599999999.5 tree
    "$buildspec" cache save --retime --scope golden --key 'golden key/1' --path tree \
        --codec $codec --cache "$out/$codec"
    [ $codec = zstd ] || mv ../large tree
    touch -d @1599999999.5 tree
done

# type, mode, time, size, digest, link, path: what a restore must give back.
find tree | sort | while IFS= read -r path; do
    size=- digest=- link=-
    if [ -L "$path" ]; then
        link=$(readlink "$path")
    elif [ -f "$path" ]; then
        size=$(stat -c %s "$path")
        digest=$(sha256sum <"$path" | cut -d ' ' -f 1)
    fi
    printf '%s|%s|%s|%s|%s|%s|%s\n' "$(find "$path" -maxdepth 0 -printf %y)" \
        "$(stat -c %a "$path")" "$(find "$path" -maxdepth 0 -printf %T@ | cut -c 1-20)" \
        "$size" "$digest" "$link" "$path"
done >"$out/tree.txt"
