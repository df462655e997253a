import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// Hashes for a build that can read only one directory.
@Suite(.timed) struct `Confined hashes` {
    @Test(arguments: ["out/secret", "*/secret", "**/secret", "link", "out"])
    func `a confined hash reads nothing outside of the root through a link`(glob: String) throws {
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "dir/secret")
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "x")
        let dir = outside.file("dir").string
        try directory.handle.makeLink("out".utf8, to: Array(dir.utf8))
        try directory.handle.makeLink("link".utf8, to: Array("\(dir)/secret".utf8))
        let found = try HashFiles([glob], in: directory.path).files.map(\.path)
        #expect(found == [glob == "link" ? "link" : "out/secret"])
        let confined = try? HashFiles([glob], in: directory.path, isConfined: true)
        #expect(confined?.files.isEmpty ?? true)
        if !glob.contains("*") {
            #expect(throws: CacheError.self) {
                try HashFiles([glob], in: directory.path, isConfined: true)
            }
        }
    }

    @Test func `a confined hash follows links that stay in the root`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "real/x")
        try directory.handle.makeLink("link".utf8, to: Array("real/x".utf8))
        try directory.handle.makeLink("dir".utf8, to: Array("real".utf8))
        let files = try HashFiles(["link", "dir/*"], in: directory.path, isConfined: true)
        #expect(files.files.map(\.path) == ["dir/x", "link"])
    }

    @Test(arguments: ["\\.\\./x", "a/\\.\\./\\.\\./x", "{.,}./x"])
    func `a confined hash does not climb out of the root by escaped dots`(glob: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("x", to: "x")
        try directory.write("a", to: "root/a")
        let root = directory.file("root")
        // Without confinement, they lead to the parent directory.
        #expect(try HashFiles([glob], in: root).files.map(\.path) == ["../x"])
        let confined = try? HashFiles([glob], in: root, isConfined: true)
        #expect(confined?.files.isEmpty ?? true)
    }
}
