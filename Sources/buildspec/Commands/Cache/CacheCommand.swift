internal import ArgumentParser

/// `buildspec cache`, which uses the cache without a build.
struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Save, restore, inspect and maintain caches without a build.",
        discussion: """
            The store is the same as for 'run'. These commands can restore an entry that a build saved, \
            and a build can restore theirs, if scope, key and paths are the same.

            \(
                ExitStatus.help(
                    [.success, .buildFailed, .cacheFailed, .usage, .stopped],
                    [
                        .buildFailed: """
                            nothing was restored, entries differ, or the policy refuses an entry, if \
                            an option asks for this status
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
