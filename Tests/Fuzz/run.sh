#!/bin/sh
# Builds the fuzzer over BuildspecModel and runs it: run.sh [SECONDS [FOLDER OF MORE SEEDS]]
#
# Exit status 0: nothing found. What is found is written to .build/fuzz/ and named in the output.
set -eu

seconds=${1:-20}
more=${2:-}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$root/.build/fuzz
mkdir -p "$work/corpus"

swiftc -parse-as-library -sanitize=fuzzer,address -O -wmo -swift-version 6 \
    -I "$root/Sources/CYAML" -module-name BuildspecFuzz -package-name buildspec -o "$work/fuzz" \
    $(find "$root/Sources/BuildspecModel" -name '*.swift' | sort) \
    "$root/Tests/Fuzz/FuzzBuildspec.swift"

# The first folder is written to; the others are only read. Leaks are looked for at the end only.
ASAN_OPTIONS=detect_leaks=0 "$work/fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=20000 -dict="$root/Tests/Fuzz/buildspec.dict" -artifact_prefix="$work/" \
    -print_final_stats=1 -verbosity=1 \
    "$work/corpus" "$root/Tests/Fuzz/Seeds" ${more:+"$more"}
