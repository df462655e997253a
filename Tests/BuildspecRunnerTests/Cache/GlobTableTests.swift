import BuildspecFiles
import BuildspecModel
import SystemPackage
import TestSupport
import Testing

@testable import BuildspecRunner

/// The `files` and `exclude-paths` of artifacts against the table of patterns.
@Suite(.timed) struct `Artifact patterns` {
    private func selected(
        _ files: [String],
        excluding excluded: [String] = [],
        in directory: TemporaryDirectory
    ) throws -> [String] {
        let set = ArtifactSet(files: located(files), excludePaths: located(excluded))
        do {
            let root = PathBytes(directory.file("my [r]oot*").string)
            return try ArtifactSelection(
                set,
                root: root,
                within: ArtifactBounds(
                    into: root.appending("out".utf8),
                    root: root,
                    reservedPaths: []
                ),
                collecting: CollectableFiles(isConfined: false, visiblePaths: nil)
            ) { $0 }
            .files.map(\.target.text).sorted()
        } catch is ArtifactSelection.Failure {
            return []
        }
    }

    @Test(arguments: GlobCase.all)
    func `a pattern means the same in an artifact's files and exclude-paths`(glob: GlobCase) throws
    {
        let directory = try TemporaryDirectory()
        try GlobCase.makeTree(in: directory, below: "my [r]oot*")
        for text in [glob.pattern, "\(directory.file("my [r]oot*"))/\(glob.pattern)"] {
            #expect(try selected([text], in: directory) == glob.fitting, "\(text)")
            let rest = Set(GlobCase.tree).subtracting(glob.fitting).sorted()
            #expect(try selected(["**/*"], excluding: [text], in: directory) == rest, "\(text)")
        }
    }
}
