internal import BuildspecModel
internal import BuildspecRunner

/// The output of `cache stats`, as text and as JSON.
enum StatsOutput {
    static func text(_ history: CacheHistory, project: String) -> String {
        guard !history.runs.isEmpty else {
            return "no build of '\(project)' has used a cache on this machine yet\n"
        }
        var table = TextTable([
            "BUILD ENDED", "CACHE", "RESTORED", "STORED", "RESTORING", "SAVING", "PHASES", "KEY",
        ])
        for run in history.runs.suffix(20) {
            table.add([
                UTCTime.text(run.time), run.outcome.rawValue, Quantity.size(run.restoredBytes),
                Quantity.size(run.storedBytes), time(run.restoringMilliseconds),
                time(run.savingMilliseconds), time(run.phasesMilliseconds),
                run.key.isEmpty ? "-" : run.key,
            ])
        }
        let builds = Quantity.count(history.runs.count, "build")
        var text = table.text + "\n\(builds), \(history.hits) with something restored\n"
        text += "spent on the cache  \(time(history.spentMilliseconds))\n"
        let saved = history.savedMilliseconds.map(time) ?? "not known yet"
        text += "saved by the cache  \(saved)\n"
        if let warning = history.warning { text += "the cache \(warning)\n" }
        return text
    }

    static func json(_ history: CacheHistory, project: String) -> String {
        let runs = history.runs.map { run in
            JSONText.object([
                ("time", .number("\(run.time)")), ("outcome", .string(run.outcome.rawValue)),
                ("restoringMilliseconds", .number("\(run.restoringMilliseconds)")),
                ("savingMilliseconds", .number("\(run.savingMilliseconds)")),
                ("phasesMilliseconds", .number("\(run.phasesMilliseconds)")),
                ("restoredBytes", .number("\(run.restoredBytes)")),
                ("storedBytes", .number("\(run.storedBytes)")), ("key", .string(run.key)),
            ])
        }
        return JSONText.object([
            ("version", .number("1")), ("project", .string(project)),
            ("hits", .number("\(history.hits)")),
            ("spentMilliseconds", .number("\(history.spentMilliseconds)")),
            ("savedMilliseconds", history.savedMilliseconds.map { .number("\($0)") } ?? .null),
            ("complaint", history.warning.map(JSONText.string) ?? .null),
            ("runs", .array(runs)),
        ]).pretty + "\n"
    }

    private static func time(_ milliseconds: Int) -> String {
        let text = Quantity.time(.milliseconds(abs(milliseconds)))
        return milliseconds < 0 ? "-" + text : text
    }
}
