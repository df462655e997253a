extension Reader {
    /// Reads `cache`; source: CodeBuild guide, build-spec-ref: cache, and "Amazon S3 caching".
    mutating func readCache(_ pair: Mapping.Pair?) -> CacheSection? {
        let hint = "; write 'paths:' under 'cache:'"
        guard let pair, let cache = section(pair, "cache", KeyTable.cacheShape, hint: hint)
        else { return nil }
        if let paths = cache.pair("paths") {
            reportNull(paths, "cache.paths")
            if paths.value.items?.isEmpty ?? false {
                let message = "'cache.paths' is empty, so nothing is kept"
                report(.nullSection, message, at: paths.keyRange)
            }
        } else {
            report(
                .nullSection,
                "'cache' has no 'paths', so nothing is kept",
                at: pair.keyRange,
                codeBuild: "may guess the usual caches of common languages"
            )
        }
        let paths = texts(cache["paths"], "cache.paths")
        checkPaths(paths, .cache)
        for path in paths {
            checkRoot(path)
            checkSources(path)
        }
        let key = text(cache["key"], "cache.key")
        if let key, key.value.isBlank {
            report(
                .emptyKey,
                "'cache.key' is empty; give a key, or leave it out for one entry that every build"
                    + " replaces",
                at: key.range
            )
        }
        return CacheSection(
            paths: paths,
            key: key,
            fallbackKeys: fallbackKeys(cache.pair("fallback-keys"), key: key),
            action: choice(cache["action"], KeyTable.cacheShape.row("action"), "cache.action")
                .flatMap { CacheSection.Action(rawValue: $0.value) }
        )
    }

    private mutating func fallbackKeys(
        _ pair: Mapping.Pair?,
        key: Located<String>?
    ) -> [Located<String>] {
        guard let pair else { return [] }
        let keys = texts(pair.value, "cache.fallback-keys")
        if key == nil {
            report(
                .fallbackKeys,
                "'fallback-keys' has no effect without 'key'",
                at: pair.keyRange,
                codeBuild: "ignores the whole list"
            )
        }
        for fallback in keys where fallback.value.isBlank {
            report(
                .fallbackKeys,
                "an empty fallback key is skipped, because it would match the newest entry of any"
                    + " key; write a prefix",
                at: fallback.range
            )
        }
        reportTooMany(keys.map(\.range), limit: 5, "fallback keys; the first five count")
        return Array(keys.prefix(5))
    }

    private mutating func checkRoot(_ path: Located<String>) {
        guard CacheSection.isRoot(path.value) else { return }
        let isPlain = path.value.allSatisfy { "./".contains($0) } && !path.value.contains("..")
        let effect = isPlain ? "names no file" : "includes the whole source root"
        report(
            .rootPath,
            "'\(path.value.clipped)' \(effect), so nothing is kept for it; name what the build"
                + " makes, such as 'node_modules/**/*'",
            at: path.range,
            codeBuild: "not documented for the source root itself"
        )
    }

    private mutating func checkSources(_ path: Located<String>) {
        guard CacheSection.includesSources(path.value) else { return }
        report(
            .sourcesCached,
            "'\(path.value.clipped)' includes the sources; '.git' and the files that git tracks are left"
                + " out."
                + " Name what the build makes, such as 'node_modules/**/*'",
            at: path.range,
            codeBuild: "lets sources override cached files of the same name in a local custom cache"
        )
    }
}
