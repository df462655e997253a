internal import ArgumentParser

/// `buildspec cache`: the cache engine by itself, for any CI agent.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Save, restore, look into and look after caches without running a build.",
        discussion: """
            The same store as 'run': an entry that a build saved can be restored here, and the \
            other way round, when scope, key and paths are the same.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [
                        .buildFailed: """
                            nothing was restored, a difference, or a refusal, where an option asks \
                            for it
                            """
                    ]
                )
            )
            """,
        subcommands: [
            CacheSave.self, CacheRestore.self, CacheList.self, CacheShow.self, CacheDiff.self,
            CacheVerify.self, CachePrune.self, CacheExport.self, CacheImport.self, CacheStats.self,
            CacheExplain.self, CachePush.self, CachePull.self, CacheSync.self, CacheKeygen.self,
            CacheAudit.self,
        ]
    )
}
