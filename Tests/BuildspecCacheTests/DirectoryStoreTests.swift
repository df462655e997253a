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
}
