internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache verify`.
struct CacheVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every object of the store and prove that it is sound.",
        discussion: """
            Damage is never restored: it is a miss, and the next save of the key repairs it.

            \(ExitStatus.help([.success, .cacheFailed, .usage]))
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let cache = try store.open()
        let report = try await reportingCacheErrors { try await cache.verify() }
        for problem in report.problems { StandardStream.error.write("error: \(problem)\n") }
        let entries = Quantity.count(report.entries, "entries", one: "entry")
        StandardStream.output.write(
            "\(entries), \(Quantity.count(report.objects, "object")) read"
                + " (\(Quantity.size(report.bytes))): "
                + (report.problems.isEmpty
                    ? "all sound\n" : "\(Quantity.count(report.problems.count, "problem"))\n")
        )
        if !report.problems.isEmpty { throw ExitStatus.cacheFailed.exitCode }
    }
}
