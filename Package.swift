// swift-tools-version: 6.2
import PackageDescription

// The layout of the package. Imports only go down; the comment above each target says what it does
// and what it must not know. `swift build --explicit-target-dependency-import-check error` enforces it.
let package = Package(
    name: "buildspec",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "buildspec", targets: ["buildspec"]),
        .library(name: "BuildspecModel", targets: ["BuildspecModel"]),
        .library(name: "BuildspecCache", targets: ["BuildspecCache"]),
        .library(name: "BuildspecRunner", targets: ["BuildspecRunner"]),
        .library(name: "BuildspecAWS", targets: ["BuildspecAWS"]),
        .library(name: "BuildspecReports", targets: ["BuildspecReports"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // The command: arguments in, text and an exit status out. Knows no formats of the cache.
        .executableTarget(
            name: "buildspec",
            dependencies: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecRunner",
                "BuildspecAWS", "BuildspecReports",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        // A buildspec in, processes and events out. Knows no arguments, terminals, JSON or S3.
        .target(
            name: "BuildspecRunner",
            dependencies: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecReports",
                "BuildspecZip", "CProcess",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        // Paths and keys in, named objects in a store. Knows no buildspec files, S3 or terminals.
        .target(
            name: "BuildspecCache",
            dependencies: [
                "BuildspecFiles", "CZlib", "CZstd",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        // AWS over one HTTP seam: credentials, signatures, parameters, secrets and a cache store in a
        // bucket. Knows no buildspec files, phases or terminals, and no environment but the one that
        // it is handed.
        .target(
            name: "BuildspecAWS",
            dependencies: [
                "BuildspecFiles", "BuildspecCache", "BuildspecSyntax", "CCurl", "CExpat",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // Test and coverage reports in, one model out. Knows no buildspec files, network or terminal.
        .target(name: "BuildspecReports", dependencies: ["BuildspecSyntax", "BuildspecFiles"]),
        // XML and JSON in, elements and tokens out. Knows no files and no reports.
        .target(name: "BuildspecSyntax", dependencies: ["CExpat"]),
        // Files in, one ZIP archive out. Knows no buildspec files, network or terminal.
        .target(
            name: "BuildspecZip",
            dependencies: [
                "BuildspecFiles", "CLibdeflate", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        // Text in, values and diagnostics out. Knows no files, processes, environment or clock.
        .target(name: "BuildspecModel", dependencies: ["CYAML", "CPCRE2"]),
        // Patterns, walks, whole-or-nothing writes, confined writes. Knows no YAML, caches, phases.
        .target(
            name: "BuildspecFiles",
            dependencies: ["CFiles", .product(name: "SystemPackage", package: "swift-system")]
        ),
        // One call that Swift cannot make: who inherits orphaned processes.
        .systemLibrary(name: "CProcess"),
        // Another: two names that are exchanged.
        .systemLibrary(name: "CFiles"),
        // libcurl, looked up at run time so that only who makes a request pays for it.
        .systemLibrary(name: "CCurl"),
        // The C libraries as modules.
        .systemLibrary(
            name: "CExpat",
            pkgConfig: "expat",
            providers: [.apt(["libexpat1-dev"]), .brew(["expat"])]
        ),
        .systemLibrary(
            name: "CLibdeflate",
            pkgConfig: "libdeflate",
            providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]
        ),
        .systemLibrary(
            name: "CPCRE2",
            pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]
        ),
        .systemLibrary(
            name: "CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),
        .systemLibrary(
            name: "CZstd",
            pkgConfig: "libzstd",
            providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]
        ),

        // Doubles, generators, servers and temporary directories that the tests share.
        .target(
            name: "TestSupport",
            dependencies: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecRunner",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport"
        ),
        .testTarget(
            name: "BuildspecFilesTests",
            dependencies: [
                "BuildspecFiles", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "BuildspecModelTests", dependencies: ["BuildspecModel", "TestSupport"]),
        .testTarget(
            name: "BuildspecCacheTests",
            dependencies: [
                "BuildspecCache", "BuildspecFiles", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Fixtures"]
        ),
        .testTarget(
            name: "BuildspecRunnerTests",
            dependencies: [
                "BuildspecRunner", "BuildspecModel", "BuildspecFiles", "BuildspecCache",
                "BuildspecReports", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "buildspec", "BuildspecModel", "BuildspecFiles", "BuildspecCache",
                "BuildspecRunner",
                "TestSupport",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "BuildspecAWSTests",
            dependencies: [
                "BuildspecAWS", "BuildspecCache", "BuildspecFiles", "TestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "BuildspecReportsTests",
            dependencies: ["BuildspecReports", "BuildspecSyntax", "BuildspecFiles"]
        ),
        .testTarget(
            name: "BuildspecZipTests",
            dependencies: ["BuildspecZip", "BuildspecFiles"]
        ),
        // Uses the libraries as another package does.
        .testTarget(
            name: "LibraryTests",
            dependencies: [
                "BuildspecModel", "BuildspecCache", "BuildspecRunner", "BuildspecAWS",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            packageAccess: false
        ),
        .testTarget(name: "TidyTests"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),  // SE-0335
        .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
        .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
        .enableUpcomingFeature("InferIsolatedConformances"),  // SE-0470
        .enableUpcomingFeature("ImmutableWeakCaptures"),  // SE-0481
        .strictMemorySafety(),  // SE-0458
        .treatAllWarnings(as: .error),  // SE-0480
    ]
}
