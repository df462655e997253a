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

# The readers without the modules that they come in: one module of all, digests and stores stubbed.
compile_readers() {
    rm -rf "$work/readers-sources"
    mkdir -p "$work/readers-sources"
    for file in "$root"/Sources/BuildspecFiles/*.swift; do
        case ${file##*/} in
        Machine.swift | FilePlaces.swift | FileSearch.swift) ;;
        *) printf '%s\n' "$file" ;;
        esac
    done >"$work/readers-list"
    for name in Archive/ArchiveForm Archive/ArchiveInput Archive/Decompressor Archive/ImportedTree \
        Archive/PaxHeader Archive/TarHeader Archive/TarReader Blocks CacheError Catalog/KeyInputs \
        Catalog/KeyInputs+Record Chunker Codec ContentDigest GzipCodec KeyRecord Limits Manifest \
        ManifestChanges ManifestDecoder ManifestEncoder ManifestFields ManifestHalves ManifestHead OwnBytes \
        ObjectName Pieces Prune/SealedText Prune/SweepList StatIndex StatIndex+Bytes StoreLayout TarFormat \
        TreeFingerprint Trust/Base64 Trust/CachePolicy Trust/EntryTrust Trust/PublicKey \
        Trust/RecordSignature Trust/SigningKey ZstandardCodec; do
        printf '%s\n' "$root/Sources/BuildspecCache/$name.swift"
    done >>"$work/readers-list"
    while read -r file; do
        sed '/^[a-z]* import \(BuildspecFiles\|Crypto\|SystemPackage\)$/d' "$file" \
            >"$work/readers-sources/${file##*/}"
    done <"$work/readers-list"
    compile readers -I "$root/Sources/CFiles" -I "$root/Sources/CZlib" -I "$root/Sources/CZstd" \
        "$work"/readers-sources/*.swift "$root/Tests/Fuzz/CacheStubs.swift" "$root/Tests/Fuzz/CryptoStubs.swift" \
        "$root/Tests/Fuzz/FuzzArchives.swift" "$root/Tests/Fuzz/FuzzCacheReaders.swift" -lz -lzstd
}

# All of the cache and what prints it, as one module; digests and signatures stubbed. It is much, and
# optimising it takes longer than the runs gain by it.
compile_records() {
    rm -rf "$work/records-sources"
    mkdir -p "$work/records-sources"
    {
        find "$root/Sources/BuildspecFiles" "$root/Sources/BuildspecCache" \
            "$root/Sources/buildspec/Output/Cache" -name '*.swift' ! -name StatsOutput.swift \
            ! -name TransferOutput.swift
        for name in BuildspecAWS/S3/S3Prices BuildspecModel/Reference/JSONText \
            BuildspecRunner/Cache/MissedEntry BuildspecRunner/Cache/RestoredEntry \
            BuildspecRunner/Cache/CacheOutcome buildspec/Output/CacheText buildspec/Output/Quantity \
            buildspec/Output/String+Printable buildspec/Output/TextTable buildspec/Output/UTCTime; do
            printf '%s\n' "$root/Sources/$name.swift"
        done
    } >"$work/records-list"
    while read -r file; do
        sed '/^[a-z]* import \(Buildspec[A-Z][a-zA-Z]*\|Crypto\|SystemPackage\)$/d' "$file" \
            >"$work/records-sources/${file##*/}"
    done <"$work/records-list"
    compile records -Onone -I "$root/Sources/CFiles" -I "$root/Sources/CZlib" -I "$root/Sources/CZstd" \
        "$work"/records-sources/*.swift "$root/Tests/Fuzz/CryptoStubs.swift" \
        "$root/Tests/Fuzz/FuzzRecords.swift" -lz -lzstd
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

compile_readers &
readers=$!
compile_model
wait "$readers"
compile_records

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
