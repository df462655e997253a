import BuildspecCache
import TestSupport
import Testing

/// The checks of every store, with a directory.
@Suite(.timed) struct `Directory stores` {
    private func checks(_ directory: TemporaryDirectory) -> StoreChecks {
        StoreChecks(DirectoryStore(directory.path), prefix: "v1")
    }

    @Test func `a directory store passes the checks of every store`() async throws {
        let directory = try TemporaryDirectory()
        try await checks(directory).checkReadingAndWriting()
        try await checks(directory).checkConditionalDeletion()
        try await checks(directory).checkEmptyObjects()
        try await checks(directory).checkSizeLimit()
        try await checks(directory).checkNames()
        try await checks(directory).checkPrefixes()
        try await checks(directory).checkLongListing(1_003)
        try await checks(directory).checkCreation(isExact: false)
    }

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
