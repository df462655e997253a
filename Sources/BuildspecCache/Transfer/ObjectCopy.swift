/// A copy of one pack or manifest to another store, unless its bytes do not match its name.
struct ObjectCopy: Sendable {
    let source: any CacheStore
    let target: any CacheStore
    /// Whether the source is a directory, where damaged bytes stay damaged.
    let isLocal: Bool

    enum Outcome: Sendable {
        case present
        case written(UInt64)
        case damaged(String)
    }

    /// Reads, verifies and writes an object; reads damaged bytes of a remote store once more.
    func run(_ name: String, replacing exists: Bool, retries: Bool = true) async throws -> Outcome {
        try Task.checkCancellation()
        let bytes: [UInt8]
        do throws(CacheError) {
            bytes = try await verified(name)
        } catch {
            guard error.code == .damaged else { throw error }
            guard retries, !isLocal else { return .damaged(error.description) }
            return try await run(name, replacing: exists, retries: false)
        }
        if exists {
            try await target.write(name, bytes)
        } else {
            _ = try await target.create(name, bytes)
        }
        return .written(UInt64(bytes.count))
    }

    private func verified(_ name: String) async throws(CacheError) -> [UInt8] {
        guard let content = StoreLayout.content(ofName: name) else {
            throw .damaged("'\(name)' is not the name of a pack or manifest")
        }
        let isPack = name.hasPrefix(StoreLayout.packs)
        return try await EntryReader(stores: CacheStores(shared: source)).readVerified(
            name,
            content.digest,
            limit: isPack ? Limits.packStored : Limits.manifestStored
        )
    }
}
