internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache push`.
struct CachePush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Copy entries from the local store to the shared store.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var options: TransferOptions
    @OptionGroup var store: StoreOptions

    func run() async throws { try await options.run([.push], store) }
}

/// `buildspec cache pull`.
struct CachePull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Copy entries from the shared store to the local store.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var options: TransferOptions
    @OptionGroup var store: StoreOptions

    func run() async throws { try await options.run([.pull], store) }
}

/// `buildspec cache sync`.
struct CacheSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Copy entries in both directions, so that both stores have all of them.",
        discussion: """
            \(TransferOutput.help)

            \(ExitStatus.cacheHelp())
            """
    )

    @OptionGroup var options: TransferOptions
    @OptionGroup var store: StoreOptions

    func run() async throws { try await options.run([.push, .pull], store) }
}
