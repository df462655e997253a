import BuildspecCache
import TestSupport
import Testing

/// Stores in directories; `Conformance of stores` has the checks of every store.
@Suite(.timed) struct `Directory stores` {
    @Test func `a directory store at a file is an error, and a missing one is empty`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: "file")
        for name in ["file", "file/below"] {
            let store = DirectoryStore(directory.file(name))
            #expect(throws: StoreError.self) { try store.read("v1/keys/s/k/x", limit: 10) }
        }
        #expect(try DirectoryStore(directory.file("none")).read("v1/keys/s/k/x", limit: 10) == nil)
    }
}
