#!/bin/sh
# Builds the fuzzers and runs them at the same time: run.sh [SECONDS [DIRECTORY OF MORE SEEDS]]
#
#   fuzz     parses and validates buildspec files and cache policies: all of BuildspecModel
#   readers  reads objects of a cache store: manifests, key records, signatures, sweep lists and packs,
#            and the stat index, signing keys and imported archives
#   reports  reads test and coverage reports of every format, whole and in parts
#   records  lists, shows, explains, plans, compares, verifies, prunes and audits an entry with a forged
#            record and manifest, as text and as JSON
#
# Exit status 0: no failure. A failing input is written to .build/fuzz/ and named in the output.
set -eu

seconds=${1:-20}
more=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/.build/fuzz
libraries="-I $root/Sources/CExpat -I $root/Sources/CFiles -I $root/Sources/CZlib -I $root/Sources/CZstd"
mkdir -p "$work/corpus" "$work/readers-corpus" "$work/records-corpus" "$work/reports-corpus"

# compile NAME FLAG-OR-FILE...: builds one instrumented program.
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

# compile_module DIRECTORY PART...: builds the object of the module BuildspecFuzzed in a new directory, from the files of
# several modules without their imports of each other. Digests and signatures are stubs, because a fuzzer cannot make
# real ones.
compile_module() {
    module=$work/$1
    shift
    rm -rf "$module"
    mkdir -p "$module/sources"
    for part; do
        find "$root/Sources/$part" -name '*.swift'
    done | while read -r file; do
        sed '/^[a-z]* import \(Buildspec[A-Z][a-zA-Z]*\|Crypto\|SystemPackage\)$/d' "$file" \
            >"$module/sources/${file##*/}"
    done
    swiftc -c -parse-as-library -sanitize=fuzzer,address -O -wmo -swift-version 6 -enable-testing \
        -module-name BuildspecFuzzed -package-name buildspec -emit-module \
        -emit-module-path "$module/BuildspecFuzzed.swiftmodule" -o "$module/module.o" $libraries \
        "$module"/sources/*.swift "$root/Tests/Fuzz/PathStub.swift"
}

# The cache and its output.
compile_cache() {
    compile_module cache BuildspecFiles BuildspecCache buildspec/Report/Cache buildspec/Log/Text \
        BuildspecRunner/Cache/Records BuildspecModel/Reference/JSONText.swift ../Tests/Fuzz/Stubs.swift
    compile readers -I "$work/cache" $libraries "$work/cache/module.o" "$root/Tests/Fuzz/FuzzArchives.swift" \
        "$root/Tests/Fuzz/FuzzCacheReaders.swift" -lz -lzstd
    compile records -I "$work/cache" $libraries "$work/cache/module.o" "$root/Tests/Fuzz/FuzzRecords.swift" -lz -lzstd
}

compile_reports() {
    compile_module reports-module BuildspecFiles BuildspecSyntax BuildspecReports
    compile reports -I "$work/reports-module" $libraries "$work/reports-module/module.o" \
        "$root/Tests/Fuzz/FuzzReports.swift" -lexpat
}

# run NAME CORPUS SEEDS FLAG...: writes to the first directory, and only reads the others. Leaks are
# checked at the end only.
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
compile_reports
wait "$model"

run readers readers-corpus CacheSeeds -max_len=8000 -dict="$root/Tests/Fuzz/cache.dict" \
    >"$work/readers.log" 2>&1 &
readers=$!
run records records-corpus RecordSeeds -max_len=6000 -dict="$root/Tests/Fuzz/cache.dict" \
    >"$work/records.log" 2>&1 &
records=$!
run reports reports-corpus ReportSeeds -max_len=8000 -dict="$root/Tests/Fuzz/report.dict" \
    >"$work/reports.log" 2>&1 &
reports=$!
status=0
run fuzz corpus Seeds -max_len=20000 -dict="$root/Tests/Fuzz/buildspec.dict" ${more:+"$more"} ||
    status=$?
wait "$readers" || status=$?
wait "$records" || status=$?
wait "$reports" || status=$?
cat "$work/readers.log" "$work/records.log" "$work/reports.log"
exit "$status"
