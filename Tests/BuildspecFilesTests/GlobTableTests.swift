import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Matches, walks and searches of BuildspecFiles against the table of patterns.
@Suite(.timed) struct `Pattern table` {
    private let directory: TemporaryDirectory
    private let root: PathBytes

    init() throws {
        directory = try TemporaryDirectory()
        // The name of the root is a pattern.
        try GlobCase.makeTree(in: directory, below: "my [r]oot*")
        root = PathBytes(directory.file("my [r]oot*").string)
    }

    /// Returns the pattern, with an absolute path, and through the directory above the root.
    private func spellings(_ pattern: String) -> [String] {
        [pattern, "\(root.text)/\(pattern)", "../my \\[r\\]oot\\*/\(pattern)"]
    }

    @Test(arguments: GlobCase.all) func `a pattern matches the paths of the table`(glob: GlobCase) {
        for text in [glob.pattern, "\(root.text)/\(glob.pattern)"] {
            let patterns = FilePattern.parse(text).map { $0.relativized(to: root) }
            let fitting = GlobCase.tree.filter { path in
                patterns.contains { $0.matches(PathBytes(path)) }
            }
            #expect(fitting.sorted() == glob.fitting, "\(text)")
        }
    }

    @Test(arguments: GlobCase.all) func `a path set and its walk have the files of the table`(
        glob: GlobCase
    ) throws {
        for text in spellings(glob.pattern) {
            let set = PathSet([text], root: root)
            let contained = GlobCase.tree.filter {
                set.contains(PathBytes($0), isDirectory: false)
            }
            #expect(contained.sorted() == glob.covered, "\(text)")
            let walk = try TreeWalk(set, root: DirectoryHandle.open(root))
            let files = walk.entries.filter { $0.status.kind == .regular }.map(\.path.text)
            #expect(files.sorted() == glob.covered, "\(text)")
            // The text of the root names no file if it is declared.
            let again = set.canonicalTexts.map { $0 == "./" ? "**" : $0 }
            #expect(set.canonicalTexts == PathSet(again, root: root).canonicalTexts)
            #expect(set.canonicalTexts == PathSet([glob.pattern], root: root).canonicalTexts)
        }
    }

    @Test(arguments: GlobCase.all) func `a file search finds the files of the table`(
        glob: GlobCase
    ) throws {
        for text in spellings(glob.pattern) {
            let files = try FileSearch(text, in: root).files.map(\.path.text)
            #expect(files.sorted() == glob.covered, "\(text)")
        }
    }

    @Test func `a file search whose links lead to too many files is an error`() throws {
        try directory.write("x", to: "far/1/x")
        try directory.write("x", to: "far/2/x")
        try directory.write("x", to: "near/x")
        try directory.handle.directory("near".utf8).makeLink("far".utf8, to: Array("../far".utf8))
        let near = PathBytes(directory.file("near").string)
        #expect(try FileSearch("**/x", in: near, limit: 4).files.count == 3)
        let failure = #expect(throws: LinkFailure.self) {
            try FileSearch("**/x", in: near, limit: 3)
        }
        #expect(failure?.reason == .tooManyNames(limit: 3))
    }
}
