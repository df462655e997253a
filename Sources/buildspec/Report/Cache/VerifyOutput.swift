internal import BuildspecCache
internal import BuildspecModel

/// The output of `cache verify`, as text and as JSON.
///
/// New keys can be added to the JSON. While `version` is 1, no key changes its meaning.
enum VerifyOutput {
    static func text(_ report: VerifyReport) -> String {
        let entries = Quantity.count(report.entries, "entries", one: "entry")
        return "\(entries), \(Quantity.count(report.objects, "object")) read"
            + " (\(Quantity.size(report.bytes))): "
            + (report.problems.isEmpty
                ? "all sound\n" : "\(Quantity.count(report.problems.count, "problem"))\n")
    }

    static func text(_ report: RepairReport, of found: VerifyReport) -> String {
        // An object that could not be deleted prevents the next save from writing its replacement.
        let promise = report.problems.isEmpty ? ", and the next save writes it again" : ""
        var text = report.removedEntries.map {
            "deleted the entry '\($0.oneLine)': it is a miss now\(promise)\n"
        }.joined()
        text += report.removedObjects.map { "deleted the damaged '\($0.oneLine)'\n" }.joined()
        let pruned = report.pruned
        if pruned.removedDamagedRecords > 0 {
            let records = Quantity.count(pruned.removedDamagedRecords, "damaged key record")
            text += "deleted \(records)\n"
        }
        if pruned.removedObjects > 0 {
            let objects = Quantity.count(pruned.removedObjects, "unreferenced object")
            text += "deleted \(objects) (\(Quantity.size(pruned.removedBytes)))\n"
        }
        if pruned.markedObjects > 0 {
            let objects = Quantity.count(pruned.markedObjects, "unreferenced object")
            text += "marked \(objects); a prune after a day deletes them\n"
        }
        guard report.isEmpty else { return text }
        if found.problems.isEmpty { return "nothing to repair\n" }
        return report.problems.isEmpty
            ? "nothing repaired; unreferenced objects are deleted when they are an hour old\n"
            : "nothing repaired\n"
    }

    /// Writes a verification and its repair as one object; `repair` is `nil` without a repair.
    static func json(_ report: VerifyReport, repair: RepairReport?, store: String) -> String {
        JSONText.object([
            ("version", .number("1")), ("store", .string(store)),
            ("entries", .number("\(report.entries)")), ("objects", .number("\(report.objects)")),
            ("bytes", .number("\(report.bytes)")), ("sound", .bool(report.problems.isEmpty)),
            ("problems", texts(report.problems)), ("brokenEntries", texts(report.brokenEntries)),
            ("damagedObjects", texts(report.damagedObjects)),
            ("repair", repair.map(object) ?? .null),
        ]).pretty + "\n"
    }

    private static func object(_ report: RepairReport) -> JSONText {
        let pruned = report.pruned
        let unreferenced = JSONText.object([
            ("removedObjects", .number("\(pruned.removedObjects)")),
            ("removedBytes", .number("\(pruned.removedBytes)")),
            ("markedObjects", .number("\(pruned.markedObjects)")),
            ("markedBytes", .number("\(pruned.markedBytes)")),
        ])
        return .object([
            ("removedEntries", texts(report.removedEntries)),
            ("removedObjects", texts(report.removedObjects)),
            ("removedDamagedRecords", .number("\(pruned.removedDamagedRecords)")),
            ("unreferenced", unreferenced),
        ])
    }

    private static func texts(_ texts: [String]) -> JSONText { .array(texts.map(JSONText.string)) }
}
