extension SweepList {
    /// Reads a list of a store; `nil` if there is none or it is damaged.
    static func read(
        _ name: String,
        from store: any CacheStore
    ) async throws(StoreError) -> SweepList? {
        do throws(StoreError) {
            guard let bytes = try await store.read(name, limit: Limits.sweep) else { return nil }
            return try? decode(bytes)
        } catch {
            guard [.tooLarge, .notAFile, .blockedByDirectory].contains(error.code) else {
                throw error
            }
            return nil
        }
    }
}
