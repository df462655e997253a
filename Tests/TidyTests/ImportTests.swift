import Testing

/// Imports only go down; the comments in `Package.swift` say why.
///
/// The build's own check proves that every import is a declared dependency; this proves that no
/// dependency was declared which the architecture rules out.
@Suite struct ImportTests {
    struct Room: Sendable, CustomTestStringConvertible {
        var target: String
        var ours: Set<String> = []
        var others: Set<String> = []

        var testDescription: String { target }
    }

    /// The modules of the system: the C library and what ships with Swift.
    private static let system: Set<String> = [
        "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization", "SystemPackage",
    ]

    private static let rooms = [
        Room(target: "BuildspecModel", ours: ["CYAML", "CPCRE2"]),
        Room(target: "BuildspecFiles", ours: ["CFiles"], others: system),
        Room(
            target: "BuildspecCache",
            ours: ["BuildspecFiles", "CZlib", "CZstd"],
            others: system.union(["Crypto"])
        ),
        Room(
            target: "BuildspecRunner",
            ours: ["BuildspecModel", "BuildspecFiles", "BuildspecCache", "CProcess"],
            others: system.union(["Subprocess"])
        ),
        Room(
            target: "BuildspecAWS",
            ours: ["BuildspecFiles", "BuildspecCache", "CCurl", "CExpat"],
            others: system.union(["Crypto", "Foundation", "FoundationEssentials"])
        ),
        Room(
            target: "buildspec",
            ours: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecRunner",
                "BuildspecAWS",
            ],
            others: system.union(["ArgumentParser", "Foundation"])
        ),
    ]

    @Test(arguments: rooms)
    func `a room imports only what is below it`(room: Room) throws {
        let files = try Repository.files(below: "Sources/\(room.target)", suffix: ".swift")
        #expect(!files.isEmpty)
        let allowed = room.ours.union(room.others)
        let findings = files.flatMap { file in
            file.lines.indices.compactMap { index in
                Self.importedModule(file.lines[index]).flatMap { module in
                    allowed.contains(module)
                        ? nil : file.finding(index, "'\(room.target)' must not know '\(module)'")
                }
            }
        }
        #expect(findings == [])
    }

    @Test func `every room is listed`() throws {
        let targets = Set(
            try Repository.files(below: "Sources", suffix: ".swift").map(\.target)
        )
        #expect(targets == Set(Self.rooms.map(\.target)))
    }

    @Test func `every target of the package has a comment that says what it is`() throws {
        let manifest = try Repository.file("Package.swift")
        let kinds = [".executableTarget(", ".target("]
        let findings = manifest.lines.indices
            .filter { index in kinds.contains { manifest.lines[index].contains("        \($0)") } }
            .filter { !manifest.lines[$0 - 1].contains("//") }
            .map { manifest.finding($0, "a target without a comment") }
        #expect(findings == [])
    }

    @Test(arguments: [
        ("internal import Crypto", "Crypto"),
        ("public import struct SystemPackage.FilePath", "SystemPackage"),
        ("@testable import buildspec", "buildspec"),
        ("    import Glibc", "Glibc"),
        ("let important = 1", nil),
        ("/// The import of a module", nil),
    ])
    func `imports are found`(line: String, module: String?) {
        #expect(Self.importedModule(line[...]) == module)
    }

    /// `internal import Crypto` → `Crypto`; `public import struct System.FilePath` → `System`.
    private static func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let position = words.prefix(3).firstIndex(of: "import") else { return nil }
        guard words[..<position].allSatisfy({ levels.contains(String($0)) }) else { return nil }
        return words.last?.split(separator: ".").first.map(String.init)
    }

    private static let levels: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "@testable", "@preconcurrency",
    ]
}
