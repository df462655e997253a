/// Moves one pack or manifest; nothing is written that is not what its name promises.
struct ObjectCopy: Sendable {
    let source: any CacheStore
    let target: any CacheStore

    /// What came of it.
    enum Outcome: Sendable {
        case present
        case written(UInt64)
        case damaged(String)
    }

    /// Reads, proves and writes.
    ///
    /// - Parameters:
    ///   - name: the object.
    ///   - isThere: whether the target has one of the name, which is replaced.
    ///   - again: whether it came damaged once.
    /// - Returns: what came of it; what comes damaged is asked for once more.
    /// - Throws: when a store cannot be read or written.
    func run(
        _ name: String,
        replacing isThere: Bool,
        again: Bool = false
    ) async throws -> Outcome {
        try Task.checkCancellation()
        let bytes: [UInt8]
        do throws(CacheError) {
            bytes = try await verified(name)
        } catch {
            guard error.code == .damaged else { throw error }
            let isLast = again || source is any LocalCacheStore
            return isLast
                ? .damaged(error.description)
                : try await run(name, replacing: isThere, again: true)
        }
        if isThere {
            try await target.write(name, bytes)
        } else {
            _ = try await target.create(name, bytes)
        }
        return .written(UInt64(bytes.count))
    }

    private func verified(_ name: String) async throws(CacheError) -> [UInt8] {
        guard let content = StoreLayout.content(ofName: name) else {
            throw .damaged("'\(name)' is not a name that this program gives")
        }
        let isPack = name.hasPrefix(StoreLayout.packs)
        return try await EntryReader(store: source).readVerified(
            name,
            content.digest,
            limit: isPack ? Limits.packStored : Limits.manifestStored
        )
    }
}
