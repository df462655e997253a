import Testing

/// The imports of each target, which go only to lower layers; the comments in `Package.swift` say why.
///
/// The build checks that every import is a declared dependency. This suite checks that the architecture
/// allows the dependency.
@Suite struct `Import rules` {
    struct TargetRules: Sendable, CustomTestStringConvertible {
        var target: String
        var packageModules: Set<String> = []
        var otherModules: Set<String> = []

        var testDescription: String { target }
    }

    /// The modules of the system: the C library, and the modules that Swift includes.
    private static let system: Set<String> = [
        "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization", "SystemPackage",
    ]

    private static let targetRules = [
        TargetRules(target: "BuildspecModel", packageModules: ["CYAML", "CPCRE2"]),
        TargetRules(target: "BuildspecFiles", packageModules: ["CFiles"], otherModules: system),
        TargetRules(target: "BuildspecSyntax", packageModules: ["CExpat"], otherModules: system),
        TargetRules(
            target: "BuildspecReports",
            packageModules: ["BuildspecFiles", "BuildspecSyntax"],
            otherModules: system
        ),
        TargetRules(
            target: "BuildspecZip",
            packageModules: ["BuildspecFiles", "CLibdeflate", "CZlib"],
            otherModules: system.union(["Crypto"])
        ),
        TargetRules(
            target: "BuildspecCache",
            packageModules: ["BuildspecFiles", "CZlib", "CZstd"],
            otherModules: system.union(["Crypto"])
        ),
        TargetRules(
            target: "BuildspecRunner",
            packageModules: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecReports",
                "BuildspecZip", "CProcess",
            ],
            otherModules: system.union(["Subprocess"])
        ),
        TargetRules(
            target: "BuildspecAWS",
            packageModules: [
                "BuildspecFiles", "BuildspecCache", "BuildspecSyntax", "CCurl", "CExpat",
            ],
            otherModules: system.union(["Crypto", "Foundation", "FoundationEssentials"])
        ),
        TargetRules(
            target: "buildspec",
            packageModules: [
                "BuildspecModel", "BuildspecFiles", "BuildspecCache", "BuildspecRunner",
                "BuildspecAWS", "BuildspecReports",
            ],
            otherModules: system.union(["ArgumentParser", "Foundation"])
        ),
    ]

    @Test(arguments: targetRules)
    func `a target imports only modules of lower layers`(rules: TargetRules) throws {
        let files = try Repository.files(below: "Sources/\(rules.target)", suffix: ".swift")
        #expect(!files.isEmpty)
        let allowed = rules.packageModules.union(rules.otherModules)
        let findings = files.flatMap { file in
            file.lines.indices.compactMap { index in
                Self.importedModule(file.lines[index]).flatMap { module in
                    allowed.contains(module)
                        ? nil : file.finding(index, "'\(rules.target)' must not import '\(module)'")
                }
            }
        }
        #expect(findings == [])
    }

    @Test func `only the files that the architecture names import Dispatch`() throws {
        let page = try Repository.file("docs/architecture.md").lines
        let findings = try Repository.files(below: "Sources", suffix: ".swift")
            .filter { $0.lines.contains { Self.importedModule($0) == "Dispatch" } }
            .map { $0.path.split(separator: "/").last?.dropLast(".swift".count) ?? "" }
            .filter { name in !page.contains { $0.hasPrefix("|") && $0.contains("`\(name)`") } }
        #expect(findings == [])
    }

    @Test func `every target in Sources has import rules`() throws {
        let targets = Set(
            try Repository.files(below: "Sources", suffix: ".swift").map(\.target)
        )
        #expect(targets == Set(Self.targetRules.map(\.target)))
    }

    @Test func `every target in the package manifest has a comment`() throws {
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
    func `the module of an import is found`(line: String, module: String?) {
        #expect(Self.importedModule(line[...]) == module)
    }

    /// `internal import Crypto` → `Crypto`; `public import struct System.FilePath` → `System`.
    private static func importedModule(_ line: Substring) -> String? {
        let tokens = line.split(separator: " ")
        guard let position = tokens.prefix(3).firstIndex(of: "import") else { return nil }
        guard tokens[..<position].allSatisfy({ levels.contains(String($0)) }) else { return nil }
        return tokens.last?.split(separator: ".").first.map(String.init)
    }

    private static let levels: Set<String> = [
        "public", "package", "internal", "private", "fileprivate", "@testable", "@preconcurrency",
    ]
}
