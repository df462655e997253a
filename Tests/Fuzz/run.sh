#!/bin/sh
# Builds the fuzzers and runs them side by side: run.sh [SECONDS [FOLDER OF MORE SEEDS]]
#
#   fuzz     reading and checking buildspec files and cache policies: all of BuildspecModel
#   readers  what reads a cache store: manifests, key records, signatures, lists of what is swept,
#            packs, the stat index; keys; and archives that are imported
#   records  what a forged record and manifest say, followed everywhere: listed, shown, explained,
#            planned over a tree, compared, verified, pruned and audited, as text and as JSON
#
# Exit status 0: nothing found. What is found is written to .build/fuzz/ and named in the output.
set -eu

seconds=${1:-20}
more=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/.build/fuzz
libraries="-I $root/Sources/CFiles -I $root/Sources/CZlib -I $root/Sources/CZstd"
mkdir -p "$work/corpus" "$work/readers-corpus" "$work/records-corpus"

# compile NAME FLAG-OR-FILE...: one program of everything, instrumented.
compile() {
    name=$1
    shift
    swiftc -parse-as-library -sanitize=fuzzer,address -O -wmo -swift-version 6 \
        -module-name BuildspecFuzz -package-name buildspec -o "$work/$name" "$@"
}

compile_model() {
    compile fuzz -I "$root/Sources/CYAML" -I "$root/Sources/CPCRE2" \
        $(find "$root/Sources/BuildspecModel" -name '*.swift' | sort) \
        "$root/Tests/Fuzz/FuzzBuildspec.swift"
}

# All of the cache and what prints it, as one module: the files of several modules without their
# imports of each other. Digests and signatures are stubbed, so that the fuzzer finds its way past them.
compile_cache() {
    rm -rf "$work/sources"
    mkdir -p "$work/sources"
    for part in BuildspecFiles BuildspecCache buildspec/Report/Cache buildspec/Log/Text \
        BuildspecRunner/Cache/History BuildspecModel/Reference/JSONText.swift; do
        find "$root/Sources/$part" -name '*.swift'
    done | while read -r file; do
        sed '/^[a-z]* import \(Buildspec[A-Z][a-zA-Z]*\|Crypto\|SystemPackage\)$/d' "$file" \
            >"$work/sources/${file##*/}"
    done
    swiftc -c -parse-as-library -sanitize=fuzzer,address -O -wmo -swift-version 6 -enable-testing \
        -module-name BuildspecFuzzed -package-name buildspec -emit-module \
        -emit-module-path "$work/BuildspecFuzzed.swiftmodule" -o "$work/cache.o" $libraries \
        "$work"/sources/*.swift "$root/Tests/Fuzz/CryptoStubs.swift"
    compile readers -I "$work" $libraries "$work/cache.o" "$root/Tests/Fuzz/FuzzArchives.swift" \
        "$root/Tests/Fuzz/FuzzCacheReaders.swift" -lz -lzstd
    compile records -I "$work" $libraries "$work/cache.o" "$root/Tests/Fuzz/FuzzRecords.swift" -lz -lzstd
}

# run NAME CORPUS SEEDS FLAG...: the first folder is written to, the others are only read. Leaks are
# looked for at the end only.
run() {
    name=$1 corpus=$2 seeds=$3
    shift 3
    ASAN_OPTIONS=detect_leaks=0 "$work/$name" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -artifact_prefix="$work/$name-" -print_final_stats=1 -verbosity=1 "$@" \
        "$work/$corpus" "$root/Tests/Fuzz/$seeds"
}

compile_model &
model=$!
compile_cache
wait "$model"

run readers readers-corpus CacheSeeds -max_len=8000 -dict="$root/Tests/Fuzz/cache.dict" \
    >"$work/readers.log" 2>&1 &
readers=$!
run records records-corpus RecordSeeds -max_len=6000 -dict="$root/Tests/Fuzz/cache.dict" \
    >"$work/records.log" 2>&1 &
records=$!
status=0
run fuzz corpus Seeds -max_len=20000 -dict="$root/Tests/Fuzz/buildspec.dict" ${more:+"$more"} ||
    status=$?
wait "$readers" || status=$?
wait "$records" || status=$?
cat "$work/readers.log" "$work/records.log"
exit "$status"
