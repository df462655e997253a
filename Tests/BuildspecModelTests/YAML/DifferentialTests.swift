import Foundation
import TestSupport
import Testing

@testable import BuildspecModel

/// Trees of buildspec against those of PyYAML's CBaseLoader, which also uses libyaml.
@Suite(
    .timed,
    .enabled("python3 with PyYAML and libyaml is not on this machine") {
        await PyYAML.isInstalled()
    },
    .timeLimit(.minutes(2))
)
struct `Comparison with PyYAML` {
    private func compare(_ texts: [[UInt8]], _ what: [String] = []) async throws {
        let expected = try await PyYAML.trees(of: texts)
        try #require(expected.count == texts.count)
        for (index, text) in texts.enumerated() where expected[index] != "duplicate anchor" {
            let name = what.isEmpty ? String(decoding: text, as: UTF8.self) : what[index]
            let tree = treeText(of: text)
            // PyYAML composes while it parses, so an undefined alias hides later errors.
            let isHidden = expected[index] == "error of composition" && tree.hasPrefix("error")
            #expect(isHidden || tree == expected[index], "\(index): \(name)")
        }
    }

    @Test func `the seeds have the same trees as in PyYAML`() async throws {
        try await compare(Seeds.all.map { Array($0.utf8) })
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `generated texts have the same trees as in PyYAML`(seed: UInt64) async throws {
        var generator = YAMLGenerator(seed: seed)
        try await compare(
            (0..<300).map { _ in Array(generator.print(generator.node(depth: 4)).utf8) }
        )
    }

    @Test(arguments: [4, 5, 6] as [UInt64])
    func `randomly changed seeds have the same trees and errors as in PyYAML`(
        seed: UInt64
    ) async throws {
        var random = SplitMix64(seed: seed)
        try await compare(
            (0..<500).map { _ in Array(random.pick(Seeds.all).utf8).mutated(using: &random) }
        )
    }

    /// The files of the directory that BUILDSPEC_CORPUS names.
    ///
    /// Both parsers keep the last value of a duplicate key.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["BUILDSPEC_CORPUS"] != nil,
            "BUILDSPEC_CORPUS names no folder"
        )
    )
    func `the files of a directory have the same trees as in PyYAML`() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["BUILDSPEC_CORPUS"])
        let folder = URL(filePath: path)
        let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        let texts = try names.map { [UInt8](try Data(contentsOf: folder.appending(path: $0))) }
        try await compare(texts, names)
    }
}
