internal import ArgumentParser
internal import BuildspecCache
internal import BuildspecFiles
internal import SystemPackage

/// The options that select stored entries.
struct EntryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Select only entries of this scope.", valueName: "name"))
    var scope: String?

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp(
            "Select only entries of these paths, as 'show' prints them. Can be repeated.",
            valueName: "glob"
        )
    )
    var paths: [String] = []

    /// Finds the one entry of a key, of `-` for a scope's default entry, or of a key record's name.
    func entry(_ key: String, in cache: BuildCache) async throws -> CacheEntryInfo {
        let all = try await cache.entries().entries
        if let named = all.first(where: { $0.recordName == key }) { return named }
        let found = all.filter { entry in
            (entry.key ?? "-") == key && (scope == nil || entry.scope == scope)
                && (paths.isEmpty || Set(entry.paths) == Set(paths.map(Self.canonical)))
        }
        guard let first = found.first else {
            throw CacheError(
                .request,
                "there is no entry '\(key)' in '\(cache.location)'; 'buildspec cache list' shows all"
            )
        }
        guard found.count == 1 else {
            let others = found.map { "'\($0.recordName)'" }.joined(separator: ", ")
            throw CacheError(
                .request,
                "there are \(found.count) entries '\(key)'; select one with --scope or --path, or by "
                    + "its record: \(others)"
            )
        }
        return first
    }

    /// Writes a path as in a listing: `vendor` and `vendor/**/*` become `./vendor`.
    private static func canonical(_ path: String) -> String {
        let root = PathBytes(Host.currentDirectory().string)
        return PathSet([path], root: root).canonicalTexts.first ?? path
    }
}

extension CacheEntryInfo {
    /// The entry for a sentence: `key 'k' of 's'`.
    var displayText: String {
        (key.map { "key '\($0)'" } ?? "the default entry") + " of '\(scope)'"
    }
}
