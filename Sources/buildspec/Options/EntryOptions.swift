internal import ArgumentParser
internal import BuildspecCache
internal import SystemPackage

/// Narrows down which entries are meant; commands about stored entries take it.
struct EntryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only entries of this scope.", valueName: "name"))
    var scope: String?

    @Option(
        name: .customLong("path"),
        help: ArgumentHelp(
            "Only entries of these paths, as 'show' prints them; may be repeated.",
            valueName: "glob"
        )
    )
    var paths: [String] = []

    /// Finds the one entry that is meant.
    ///
    /// - Parameters:
    ///   - key: the key, `-` for a scope's keyless entry, or the name of a key record.
    ///   - cache: where to look.
    /// - Returns: the entry.
    /// - Throws: when there is none or more than one, with what to do in one line.
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
                "there are \(found.count) entries '\(key)'; say which with --scope or --path, or name "
                    + "its record: \(others)"
            )
        }
        return first
    }

    /// `vendor` as a listing has it: `./vendor`.
    private static func canonical(_ path: String) -> String {
        path.hasPrefix("/") || path.hasPrefix("./") ? path : "./" + path
    }
}

extension CacheEntryInfo {
    /// The entry in a sentence: `key 'k' of 's'`.
    var words: String {
        (key.map { "key '\($0)'" } ?? "the keyless entry") + " of '\(scope)'"
    }
}
