internal import BuildspecAWS
internal import BuildspecCache
internal import BuildspecFiles
internal import BuildspecModel

/// The output of `cache prune`, as text and as JSON.
enum PruneOutput {
    static func text(_ report: PruneReport, isDry: Bool) -> String {
        let deleted = isDry ? "would delete" : "deleted"
        var lines: [String] = []
        if report.isShared { lines.append("the shared store '\(report.location)':") }
        lines += report.removedEntries.map { "\(deleted) \($0.displayText)".oneLine }
        if report.removedDamagedRecords > 0 {
            let records = Quantity.count(report.removedDamagedRecords, "damaged key record")
            lines.append("\(deleted) \(records)")
        }
        if report.removedBrokenRecords > 0 {
            let entries = Quantity.count(report.removedBrokenRecords, "entries", one: "entry")
            lines.append("\(deleted) \(entries) with missing objects")
        }
        if report.removedLeftovers > 0 {
            let files = Quantity.count(report.removedLeftovers, "unfinished file")
            lines.append("\(deleted) \(files) of killed processes")
        }
        if report.markedObjects > 0 {
            lines.append(
                "\(isDry ? "would mark" : "marked")"
                    + " \(objects(report.markedObjects, report.markedBytes, "unreferenced"));"
                    + " a prune after the grace period deletes them"
            )
        }
        if report.pendingObjects > 0 {
            let kind = report.isShared ? "marked" : "unreferenced"
            let wait = report.pendingObjects == 1 ? "waits" : "wait"
            lines.append(
                "\(objects(report.pendingObjects, report.pendingBytes, kind)) \(wait) for the end of"
                    + " the grace period"
            )
        }
        let kept = report.keptBytes.subtractingClamped(report.isShared ? 0 : report.pendingBytes)
        let stay = isDry ? "would stay" : report.keptEntries == 1 ? "stays" : "stay"
        lines.append(
            "\(deleted) \(objects(report.removedObjects, report.removedBytes));"
                + " \(Quantity.count(report.keptEntries, "entries", one: "entry"))"
                + " (\(Quantity.size(kept))) \(stay)"
        )
        if isDry, S3Location.isAddress(report.location) { lines += estimate(report) }
        return lines.joined(separator: "\n") + "\n"
    }

    static func json(_ report: PruneReport, isDry: Bool) -> String {
        let requests = JSONText.object([
            ("list", .number("\(report.requests.lists)")),
            ("get", .number("\(report.requests.reads)")),
            ("bytesRead", .number("\(report.requests.bytesRead)")),
            ("head", .number("\(report.requests.metadataReads)")),
            ("put", .number("\(report.requests.writes)")),
            ("delete", .number("\(report.requests.deletions)")),
        ])
        let entries = report.removedEntries.map { JSONText.object(EntryJSON.members($0)) }
        return JSONText.object([
            ("version", .number("1")), ("store", .string(report.location)),
            ("shared", .bool(report.isShared)), ("dryRun", .bool(isDry)),
            ("removedEntries", .array(entries)),
            ("removedDamagedRecords", .number("\(report.removedDamagedRecords)")),
            ("removedBrokenRecords", .number("\(report.removedBrokenRecords)")),
            ("removedObjects", .number("\(report.removedObjects)")),
            ("removedBytes", .number("\(report.removedBytes)")),
            ("markedObjects", .number("\(report.markedObjects)")),
            ("markedBytes", .number("\(report.markedBytes)")),
            ("pendingObjects", .number("\(report.pendingObjects)")),
            ("pendingBytes", .number("\(report.pendingBytes)")),
            ("removedLeftovers", .number("\(report.removedLeftovers)")),
            ("keptEntries", .number("\(report.keptEntries)")),
            ("keptBytes", .number("\(report.keptBytes)")),
            ("requests", requests), ("estimate", money(report)),
        ]).pretty + "\n"
    }

    /// The costs of a bucket at AWS; a directory has no price.
    private static func money(_ report: PruneReport) -> JSONText {
        guard S3Location.isAddress(report.location) else { return .null }
        return .object([
            ("prices", .string("AWS S3 Standard, \(S3Prices.region)")),
            ("requestsUSD", .number(digits(S3Prices.cost(of: report.requests), 6))),
            ("savedUSDPerMonth", .number(digits(saved(report), 6))),
        ])
    }

    /// The number of requests, and the costs at AWS.
    private static func estimate(_ report: PruneReport) -> [String] {
        let requests = report.requests
        return [
            "requests: \(requests.lists) list, \(requests.reads) get"
                + " (\(Quantity.size(requests.bytesRead))), \(requests.metadataReads) head,"
                + " \(requests.writes) put, \(requests.deletions) delete",
            "at AWS's list price (S3 Standard, \(S3Prices.region)): "
                + "$\(digits(S3Prices.cost(of: requests), 6)) for the requests, "
                + "$\(digits(saved(report), 6)) a month less for storage after all marked objects "
                + "are deleted",
        ]
    }

    private static func saved(_ report: PruneReport) -> Double {
        S3Prices.monthly([report.removedBytes, report.markedBytes, report.pendingBytes].clampedSum)
    }

    private static func objects(_ count: Int, _ bytes: UInt64, _ kind: String? = nil) -> String {
        let noun = kind.map { "\($0) object" } ?? "object"
        return "\(Quantity.count(count, noun)) (\(Quantity.size(bytes)))"
    }

    /// Writes a number with `count` digits after the point.
    private static func digits(_ value: Double, _ count: Int) -> String {
        var scale = 1
        for _ in 0..<count { scale *= 10 }
        let whole = Int((value * Double(scale)).rounded())
        let fraction = String(whole % scale)
        return "\(whole / scale)." + String(repeating: "0", count: count - fraction.count)
            + fraction
    }
}
