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
                    [.success, .cacheFailed, .usage],
                    [.cacheFailed: "the store is not sound, or could not be read"]
                )
            )
            """
    )

    @OptionGroup var store: StoreOptions

    @Flag(help: "Remove what is broken; the exit status is 0 when that was possible.")
    var repair = false

    func run() async throws {
        let cache = try store.open()
        let report = try await reportingCacheErrors { try await cache.verify() }
        for problem in report.problems {
            StandardStream.error.write("error: \("\(problem)".oneLine)\n")
        }
        let entries = Quantity.count(report.entries, "entries", one: "entry")
        StandardStream.output.write(
            "\(entries), \(Quantity.count(report.objects, "object")) read"
                + " (\(Quantity.size(report.bytes))): "
                + (report.problems.isEmpty
                    ? "all sound\n" : "\(Quantity.count(report.problems.count, "problem"))\n")
        )
        if repair {
            let done = try await reportingCacheErrors { try await cache.repair(report) }
            StandardStream.output.write(text(done))
        } else if !report.problems.isEmpty {
            throw ExitStatus.cacheFailed.exitCode
        }
    }

    private func text(_ report: RepairReport) -> String {
        var text = report.removedEntries.map {
            "removed the entry '\($0)': it is a miss now, and the next save writes it anew\n"
        }.joined()
        text += report.removedObjects.map { "removed the damaged '\($0)'\n" }.joined()
        let pruned = report.pruned
        if pruned.removedDamagedRecords > 0 {
            let records = Quantity.count(pruned.removedDamagedRecords, "damaged key record")
            text += "removed \(records)\n"
        }
        if pruned.removedObjects > 0 {
            let objects = Quantity.count(pruned.removedObjects, "object")
            let size = Quantity.size(pruned.removedBytes)
            text += "removed \(objects) that no entry refers to (\(size))\n"
        }
        if pruned.markedObjects > 0 {
            let objects = Quantity.count(pruned.markedObjects, "object")
            text += "marked \(objects) that no entry refers to; a prune after a day removes them\n"
        }
        return text.isEmpty ? "nothing to repair\n" : text
    }
}
