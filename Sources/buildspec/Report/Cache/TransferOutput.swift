internal import BuildspecCache
internal import BuildspecModel

/// What went from one store to the other, for people and for programs.
enum TransferOutput {
    /// What the help of all three commands says.
    static let help = """
        The stores are those of --cache, a directory, and --remote. Only objects that are missing are \
        moved, and each is proven by its name before it is written. An entry with a key is never \
        overwritten, a keyless one only by one that was saved later. A run that was interrupted is \
        repeated: it goes on where it stopped. What is damaged stays where it is and is said; the exit \
        status is 3 then.
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
            + " and \(Quantity.count(report.objectsPresent, "object")) were there\n"
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
