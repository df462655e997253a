internal import ArgumentParser
internal import BuildspecCache

/// `buildspec cache verify`.
struct CacheVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read every object of the store and prove that it is sound.",
        discussion: """
            Damage is never restored: it is a miss, and the next save of the key repairs it. \
            --repair removes entries that cannot be restored whole, so that they are clean misses, \
            damaged objects, and objects that no entry has referred to for an hour. It may be used \
            while builds run.

            Of a directory with a store behind it, an object is read in the directory if it has it; \
            name the shared store with --cache to prove that one. A store that cannot be reached is \
            an error, and nothing is removed.

            \(
                ExitStatus.help(
                    [.success, .cacheFailed, .usage, .stopped],
                    [.cacheFailed: "the store is not sound, or could not be read"]
                )
            )
            """
    )

    @OptionGroup var store: StoreOptions

    @Flag(help: "Remove what is broken; the exit status is 0 when that was possible.")
    var repair = false

    @Flag(help: "Print one JSON object, problems and repairs included.")
    var json = false

    func run() async throws {
        let cache = try store.open()
        let report = try await reportingCacheErrors { try await cache.verify() }
        let done =
            json ? try await printJSON(report, of: cache) : try await printText(report, of: cache)
        // A repair that found nothing to remove has left what was wrong.
        if !report.problems.isEmpty, done?.isEmpty ?? true || done?.problems.isEmpty == false {
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
        let done = try await reportingCacheErrors { try await cache.repair(report) }
        for problem in done.problems {
            StandardStream.error.write("error: \(problem.oneLine)\n")
        }
        StandardStream.output.write(VerifyOutput.text(done, of: report))
        return done
    }

    /// What was found is printed also when it cannot be repaired.
    private func printJSON(
        _ report: VerifyReport,
        of cache: BuildCache
    ) async throws -> RepairReport? {
        var done: RepairReport?
        defer {
            StandardStream.output.write(
                VerifyOutput.json(report, repair: done, store: cache.location)
            )
        }
        guard repair else { return nil }
        done = try await reportingCacheErrors { try await cache.repair(report) }
        return done
    }
}
