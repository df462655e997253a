internal import BuildspecCache
internal import BuildspecModel

/// What a verification found and a repair did, for people and for programs.
///
/// Keys may be added to the JSON; none changes its meaning while `version` is 1.
enum VerifyOutput {
    static func text(_ report: VerifyReport) -> String {
        let entries = Quantity.count(report.entries, "entries", one: "entry")
        return "\(entries), \(Quantity.count(report.objects, "object")) read"
            + " (\(Quantity.size(report.bytes))): "
            + (report.problems.isEmpty
                ? "all sound\n" : "\(Quantity.count(report.problems.count, "problem"))\n")
    }

    static func text(_ report: RepairReport, of found: VerifyReport) -> String {
        // What stays in the way keeps the next save from writing what belongs there.
        let promise = report.problems.isEmpty ? ", and the next save writes it anew" : ""
        var text = report.removedEntries.map {
            "removed the entry '\($0.oneLine)': it is a miss now\(promise)\n"
        }.joined()
        text += report.removedObjects.map { "removed the damaged '\($0.oneLine)'\n" }.joined()
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
        guard report.isEmpty else { return text }
        if found.problems.isEmpty { return "nothing to repair\n" }
        return report.problems.isEmpty
            ? "nothing repaired; what no entry refers to goes when it is an hour old\n"
            : "nothing repaired\n"
    }

    /// Both in one object; `repair` is `nil` when none was made.
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
        .object([
            ("removedEntries", texts(report.removedEntries)),
            ("removedObjects", texts(report.removedObjects)),
            ("removedDamagedRecords", .number("\(report.pruned.removedDamagedRecords)")),
            (
                "unreferenced",
                .object([
                    ("removedObjects", .number("\(report.pruned.removedObjects)")),
                    ("removedBytes", .number("\(report.pruned.removedBytes)")),
                    ("markedObjects", .number("\(report.pruned.markedObjects)")),
                    ("markedBytes", .number("\(report.pruned.markedBytes)")),
                ])
            ),
        ])
    }

    private static func texts(_ texts: [String]) -> JSONText { .array(texts.map(JSONText.string)) }
}
