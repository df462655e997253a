internal import BuildspecCache
internal import BuildspecModel

/// The output of `cache push`, `pull` and `sync`, as text and as JSON.
enum TransferOutput {
    static let help = """
        The local store is the directory of --cache, and the shared store is --remote. Only missing \
        objects are copied, and each is verified by its name before it is written. An entry with a key \
        is never overwritten. A default entry is overwritten only by one that was saved later. After \
        an interruption, run the command again: it continues with the missing objects. Damaged objects \
        are reported and not copied, and the exit status is then 3.
        """

    static func text(_ report: TransferReport, isDry: Bool) -> String {
        let verb: String =
            switch (report.direction, isDry) {
            case (.push, false): "pushed"
            case (.push, true): "would push"
            case (.pull, false): "pulled"
            case (.pull, true): "would pull"
            }
        let entries = Quantity.count(report.entries.count, "entries", one: "entry")
        let objects = Quantity.count(report.objects, "object")
        return report.entries.map { "\(verb) \($0.displayText)".oneLine + "\n" }.joined()
            + "\(verb) \(entries), \(objects) (\(Quantity.size(report.bytes)));"
            + " \(Quantity.count(report.entriesPresent, "entries", one: "entry"))"
            + " and \(Quantity.count(report.objectsPresent, "object")) already present\n"
    }

    static func json(_ reports: [TransferReport], isDry: Bool) -> String {
        JSONText.object([
            ("version", .number("1")), ("dryRun", .bool(isDry)),
            ("transfers", .array(reports.map(object))),
        ]).pretty + "\n"
    }

    private static func object(_ report: TransferReport) -> JSONText {
        .object([
            ("direction", .string(report.direction.rawValue)),
            ("entries", .array(report.entries.map { .object(EntryJSON.members($0)) })),
            ("entriesPresent", .number("\(report.entriesPresent)")),
            ("objects", .number("\(report.objects)")), ("bytes", .number("\(report.bytes)")),
            ("objectsPresent", .number("\(report.objectsPresent)")),
            ("skipped", .array(report.skipped.map(JSONText.string))),
        ])
    }
}
