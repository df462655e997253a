#!/bin/sh
# What 'buildspec run' costs on top of the commands that it runs, on this machine as it is and, where
# bubblewrap can be had, in a sandbox.
#
#     swift build -c release --product buildspec
#     Tests/Benchmarks/run-overhead.sh [BUILDSPEC]
#
# Needs a C compiler and 3 GB in TMPDIR, takes about a minute. Every figure is the median of ROUNDS
# rounds (5); the bare loop and the build take turns. The exit status is 1 if a target is missed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
buildspec=${1:-$here/../../.build/release/buildspec}
buildspec=$(cd "$(dirname "$buildspec")" && pwd)/$(basename "$buildspec")
rounds=${ROUNDS:-5}
commands=200
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 130' INT TERM
cc -O2 -o "$place/measure" "$here/run-measure.c"
cd "$place"
export HOME="$place" XDG_STATE_HOME="$place/state" XDG_CACHE_HOME="$place/cache"
missed=0

# build NAME ITEM COUNT: the sources of a build of COUNT commands.
build() {
    mkdir -p "$1"
    {
        printf 'version: 0.2\nphases:\n  build:\n    commands:\n'
        awk -v item="$2" -v count="$3" 'BEGIN {
            for (i = 0; i < count; i++) printf "      - |-\n        %s\n", item }'
    } >"$1/buildspec.yml"
}

# run OUTPUT SOURCE ARGUMENT...: one build; prints milliseconds and KB.
run() {
    output=$1 source=$2
    shift 2
    ./measure once "$output" "$buildspec" run --source "$source" --cache none "$@"
}

# median COLUMN <FILE
median() {
    awk -v column="$1" '{ print $column }' | sort -n |
        awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

# report WHAT VALUE UNIT WORD LIMIT: a line of the table; WORD is 'most' or 'least'.
report() {
    verdict=$(awk -v value="$2" -v word="$4" -v limit="$5" 'BEGIN {
        print ((word == "most") ? value <= limit : value >= limit) ? "" : "MISSED" }')
    [ -z "$verdict" ] || missed=1
    printf '%-52s %8.1f %-5s at %s %s %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}

# overhead ITEM WHERE ARGUMENT...: what a command costs beyond 'sh -c'.
overhead() {
    item=$1 where=$2
    shift 2
    build many "$item" $commands
    build none true 0
    : >bare-took
    : >builds
    : >empty
    for _ in $(seq "$rounds"); do
        ./measure loop $commands "$item" >>bare-took
        run log many "$@" >>builds
        run log none "$@" >>empty
    done
    bare=$(median 1 <bare-took)
    whole=$(median 1 <builds)
    start=$(median 1 <empty)
    per=$(awk "BEGIN { print ($whole - $start - $bare) / $commands }")
    shell=$(awk "BEGIN { print $bare / $commands }")
    report "a command '$item'$where, beside $(printf %.2f "$shell") ms of 'sh -c'" "$per" ms most 3
}
overhead ':' ''
# shellcheck disable=SC2016 # the shell of the build expands it
overhead 'X=1; echo "$HOME" $X' ''
if run log none --sandbox >/dev/null 2>&1; then overhead ':' ' in a sandbox' --sandbox; fi

# A build of nothing.
mkdir -p empty-phases
printf 'version: 0.2\nphases: {install: {commands: []}, pre_build: {commands: []}, %s\n' \
    'build: {commands: []}, post_build: {commands: []}}' >empty-phases/buildspec.yml
run log empty-phases >/dev/null
: >took
for _ in $(seq $((rounds * 4))); do run log empty-phases >>took; done
report 'four empty phases, the whole process' "$(median 1 <took)" ms most 50
report 'its memory' "$(awk "BEGIN { print $(median 2 <took) / 1024 }")" MB most 40
if run log empty-phases --sandbox >/dev/null 2>&1; then
    : >took
    for _ in $(seq $((rounds * 4))); do run log empty-phases --sandbox >>took; done
    report 'the same in a sandbox' "$(median 1 <took)" ms most 50
fi

# A gigabyte of output: lines like a build tool's, read from a file by 'cat'.
seq -f '[ 42%%] Building object src/module%.0f.c.o, -O2 -Wall -Wextra, no warnings' 1 1600000 |
    head -c 100000000 >lines
# shellcheck disable=SC2016 # the build's variables
text='for i in $(seq $TIMES); do cat ../lines; done'
build output "$text" 1
# What the machine itself can do: the same bytes through a pipe and one more 'cat'.
: >took
for _ in $(seq "$rounds"); do
    sync
    ./measure once /dev/null sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do cat lines; done | cat >log" >>took
done
awk -v took="$(median 1 <took)" 'BEGIN {
    printf "%-52s %8.1f MB/s\n", "1 GB of output to a file through '"'cat'"' alone", 1000000 / took }'
# pass WHAT MB-PER-SECOND ARGUMENT...
pass() {
    what=$1 least=$2
    shift 2
    : >took
    run log output --env TIMES=1 "$@" >few
    for _ in $(seq "$rounds"); do
        sync
        run log output --env TIMES=10 "$@" >>took
    done
    [ "$(wc -c <log)" -ge 1000000000 ] || { echo "error: output is missing" >&2 && exit 1; }
    speed=$(awk "BEGIN { print 1000000 / $(median 1 <took) }")
    report "$what" "$speed" MB/s least "$least"
    growth=$(awk "BEGIN { print ($(median 2 <took) - $(median 2 <few)) / 1024 }")
    report "its memory beyond that of 100 MB" "$growth" MB most 4
}
pass '1 GB of output to a file' 500
masks=
: >secrets
for number in $(seq 50); do
    printf 'SECRET%s=%s-%s-of-%s\n' "$number" "$(printf 'word%s' "$number" | cksum | cut -d ' ' -f 1)" \
        "$number" "$(printf 'end%s' "$number" | cksum | cut -d ' ' -f 1)" >>secrets
    masks="$masks --mask SECRET$number"
done
# shellcheck disable=SC2086 # a list of options
pass '1 GB of output to a file, 50 secrets masked' 300 --env-file secrets $masks
exit $missed
