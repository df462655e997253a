import BuildspecCache
import TestSupport
import Testing

/// The store's promises, kept by a directory.
@Suite struct `A store in a directory` {
    private func checks(_ place: TemporaryDirectory) -> StoreChecks {
        StoreChecks(DirectoryStore(place.path), place: "v1")
    }

    @Test func `keeps what every store promises`() async throws {
        let place = try TemporaryDirectory()
        try await checks(place).writesReadsAndRemoves()
        try await checks(place).removesOnlyWhatWasSeen()
        try await checks(place).keepsEmptyObjects()
        try await checks(place).refusesTooLargeObjects()
        try await checks(place).takesEveryLetterOfNames()
        try await checks(place).listsByPrefix()
        try await checks(place).listsManyPages(1_003)
        try await checks(place).createsOnce(isExact: false)
    }

    @Test func `that is a file is an error, and one that is not there is empty`() throws {
        let place = try TemporaryDirectory()
        try place.write("", to: "file")
        for name in ["file", "file/below"] {
            let store = DirectoryStore(place.file(name))
            #expect(throws: StoreError.self) { try store.read("v1/keys/s/k/x", limit: 10) }
        }
        #expect(try DirectoryStore(place.file("none")).read("v1/keys/s/k/x", limit: 10) == nil)
    }
}
