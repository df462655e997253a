internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache verify`.
struct CacheVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read and verify every object of the store.",
        discussion: """
            A damaged entry is never restored: it is a miss, and the next save of the key repairs it. \
            --repair deletes entries that cannot be restored completely, damaged objects, and objects \
            that have been unreferenced for an hour. You can run it while builds run.

            With a local and a shared store, an object is read from the local store if it has the \
            object. To verify the shared store, name it with --cache. If a store cannot be reached, \
            the command fails and deletes nothing.

            \(ExitStatus.cacheHelp("the store is damaged, or could not be read"))
            """
    )

    @OptionGroup var store: StoreOptions

    @Flag(help: "Delete damaged entries and objects, and exit with status 0 if this succeeds.")
    var repair = false

    @Flag(help: "Print one JSON object, with problems and repairs.")
    var json = false

    func run() async throws {
        let cache = try store.open()
        let report = try await reportingCacheErrors { try await cache.verify() }
        let repaired =
            json ? try await printJSON(report, of: cache) : try await printText(report, of: cache)
        // A repair that deleted nothing has not solved the problems.
        if !report.problems.isEmpty,
            repaired?.isEmpty ?? true || repaired?.problems.isEmpty == false
        {
            throw ExitStatus.cacheFailed.exitCode
        }
    }

    private func printText(
        _ report: VerifyReport,
        of cache: BuildCache
    ) async throws -> RepairReport? {
        for problem in report.problems {
            StandardStream.error.write("error: \("\(problem)".oneLine)\n")
        }
        StandardStream.output.write(VerifyOutput.text(report))
        guard repair else { return nil }
        let repaired = try await reportingCacheErrors { try await cache.repair(report) }
        // The verification has named a directory in place of an object already.
        for problem in repaired.problems
        where !report.problems.contains(where: { $0.hasSuffix(problem) }) {
            StandardStream.error.write("error: \(problem.oneLine)\n")
        }
        StandardStream.output.write(VerifyOutput.text(repaired, of: report))
        return repaired
    }

    /// Prints one object, also if the repair fails.
    private func printJSON(
        _ report: VerifyReport,
        of cache: BuildCache
    ) async throws -> RepairReport? {
        var repaired: RepairReport?
        defer {
            StandardStream.output.write(
                VerifyOutput.json(report, repair: repaired, store: cache.location)
            )
        }
        guard repair else { return nil }
        repaired = try await reportingCacheErrors { try await cache.repair(report) }
        return repaired
    }
}
