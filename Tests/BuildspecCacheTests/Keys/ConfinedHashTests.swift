import BuildspecCache
import BuildspecFiles
import SystemPackage
import TestSupport
import Testing

/// What somebody who may only see a directory can learn by asking for hashes in it.
@Suite struct `A confined hash` {
    @Test(arguments: ["out/secret", "*/secret", "**/secret", "link", "out"])
    func `reads nothing that a link out of the root leads to`(glob: String) throws {
        let outside = try TemporaryDirectory()
        try outside.write("secret", to: "dir/secret")
        let place = try TemporaryDirectory()
        try place.write("x", to: "x")
        let dir = outside.file("dir").string
        try place.handle.makeLink("out".utf8, to: Array(dir.utf8))
        try place.handle.makeLink("link".utf8, to: Array("\(dir)/secret".utf8))
        let found = try HashFiles([glob], in: place.path).files.map(\.path)
        #expect(found == [glob == "link" ? "link" : "out/secret"])
        let confined = try? HashFiles([glob], in: place.path, isConfined: true)
        #expect(confined?.files.isEmpty ?? true)
        if !glob.contains("*") {
            #expect(throws: CacheError.self) {
                try HashFiles([glob], in: place.path, isConfined: true)
            }
        }
    }

    @Test func `follows links that stay in the root`() throws {
        let place = try TemporaryDirectory()
        try place.write("x", to: "real/x")
        try place.handle.makeLink("link".utf8, to: Array("real/x".utf8))
        try place.handle.makeLink("dir".utf8, to: Array("real".utf8))
        let files = try HashFiles(["link", "dir/*"], in: place.path, isConfined: true)
        #expect(files.files.map(\.path) == ["dir/x", "link"])
    }

    @Test(arguments: ["\\.\\./x", "a/\\.\\./\\.\\./x", "{.,}./x"])
    func `dots are dots however they are written`(glob: String) throws {
        let place = try TemporaryDirectory()
        try place.write("x", to: "x")
        try place.write("a", to: "root/a")
        let root = place.file("root")
        // They climb for those who may, and are no name in the root.
        #expect(try HashFiles([glob], in: root).files.map(\.path) == ["../x"])
        let confined = try? HashFiles([glob], in: root, isConfined: true)
        #expect(confined?.files.isEmpty ?? true)
    }
}
