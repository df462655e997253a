#!/bin/sh
# What --retime is worth: a SwiftPM release build in new checkouts, with and without it; then its own
# cost in a tree of 30,000 files.
#
# usage: Tests/Benchmarks/retime.sh [BUILDSPEC]    (default: the release build in .build)
set -eu
buildspec=$(realpath "${1:-$(dirname "$0")/../../.build/release/buildspec}")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
export XDG_STATE_HOME="$place/state"

# timed LABEL COMMAND...: runs a command in 'work' and prints how long it took.
timed() {
    label=$1
    shift
    start=$(date +%s%N)
    (cd work && "$@" >../log 2>&1) || { cat log && exit 1; }
    took=$((($(date +%s%N) - start) / 10000000))
    modules=$(sed -n 's/.*Compiling \([A-Za-z]*\) .*/\1/p' log | sort -u | tr '\n' ' ')
    printf '%-44s %3d.%02d s  %s\n' "$label" $((took / 100)) $((took % 100)) \
        "${modules:+compiled: $modules}"
}

commit() {
    git -C "$1" init -q
    git -C "$1" add .
    git -C "$1" -c user.name=b -c user.email=b@example.org commit -qm all
}

check_out() {
    rm -rf work
    git clone -q "$1" work
}

# cache VERB LABEL OPTION...
cache() {
    verb=$1
    label=$2
    shift 2
    timed "$label" "$buildspec" cache "$verb" --cache ../store --scope s --path "$output" "$@"
}

# Two libraries of ten files, one above the other, and a program.
mkdir -p package/Sources/Low package/Sources/High package/Sources/app
cat >package/Package.swift <<'END'
// swift-tools-version: 6.0
import PackageDescription
let package = Package(
    name: "app",
    targets: [
        .target(name: "Low"), .target(name: "High", dependencies: ["Low"]),
        .executableTarget(name: "app", dependencies: ["High"]),
    ]
)
END
for number in $(seq 10); do
    for library in Low High; do
        cat >"package/Sources/$library/File$number.swift" <<END
public struct ${library}$number: Codable, Hashable, Sendable {
    public var count = $number
    public var names: [String: [Double]] = [:]
    public init() {}
    public func sum() -> Double {
        names.values.flatMap { \$0.map { \$0 * Double(count) } }.filter { \$0 > 1 }.reduce(0, +)
    }
}
END
    done
done
printf 'import Low\npublic func total() -> Double { Low1().sum() + Low2().sum() }\n' \
    >package/Sources/High/Total.swift
printf 'import High\nprint(total())\n' >package/Sources/app/main.swift
echo .build >package/.gitignore
commit package
output=.build

check_out package
timed "clean release build" swift build -c release
cache save "save" --retime
for round in 1 2; do
    check_out package
    cache restore "restore, round $round"
    timed "build" swift build -c release
    check_out package
    cache restore "restore --retime, round $round" --retime
    timed "build" swift build -c release
done
check_out package
echo '// changed' >>work/Sources/High/File7.swift
cache restore "restore --retime, one file changed" --retime
timed "build" swift build -c release

# A large tree of sources with hardly anything to cache.
rm -rf store state
mkdir large
awk 'BEGIN {
    srand(1)
    for (i = 0; i < 30000; i++) {
        directory = "large/d" i % 300
        if (i < 300) system("mkdir -p " directory)
        file = directory "/f" i
        for (line = 0; line < 20 + i % 180; line++) print rand(), rand(), rand() >file
        close(file)
    }
}'
echo out >large/.gitignore
commit large
output=out
check_out large
mkdir work/out
echo built >work/out/file
cache save "30,000 sources: save without --retime"
cache save "save --retime, nothing known" --retime
sleep 1
cache save "save --retime, nothing changed" --retime
cp -a work/out out
check_out large
cache restore "restore --retime, new checkout" --retime
cache restore "restore --retime, nothing changed" --retime
