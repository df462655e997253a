// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "topwords",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    ],
    targets: [
        .target(
            name: "TopWords",
            dependencies: [
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        .executableTarget(
            name: "topwords",
            dependencies: [
                "TopWords",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/TopWordsCommand"
        ),
        .testTarget(name: "TopWordsTests", dependencies: ["TopWords"]),
    ]
)
