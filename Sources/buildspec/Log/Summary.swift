internal import BuildspecModel
internal import BuildspecRunner

/// The summary at the end of a build's log.
struct Summary {
    let result: BuildResult
    /// The path of the buildspec file for messages.
    let buildspec: String
    let style: TextStyle
    /// The file of the whole log, if the summary is not in that log.
    var log: String?

    /// The rows of the phases and the lines after them, without a line break at the end.
    var text: String {
        (result.phases.map(PhaseTable(style: style).row) + afterPhases).joined(separator: "\n")
    }

    /// The lines after the rows of the phases.
    var afterPhases: [String] { uploadRow + notes + ["", ending] }

    private var uploadRow: [String] {
        guard let duration = result.uploadDuration else { return [] }
        let state = result.uploadFailure == nil ? PhaseState.succeeded : .failed
        return [PhaseTable(style: style).row("UPLOAD_ARTIFACTS", state, duration)]
    }

    private var notes: [String] {
        let cache = CacheText.outcomes(result.restored, result.saved) + [result.cacheWarning]
        let rows =
            cache.compactMap { $0 }.map { ("cache", $0) } + artifacts.map { ("artifacts", $0) }
            + result.reports.groups.map { ("report", ReportText.row($0)) }
            + (log.map { [("log", $0)] } ?? [])
        return rows.isEmpty ? [] : [""] + rows.map { PhaseTable.padded($0.0) + $0.1.oneLine }
    }

    private var artifacts: [String] {
        switch result.artifacts {
        case .notDeclared: return []
        case .notAsked: return ["not collected; name a directory with '--artifacts DIR'"]
        case .skipped: return ["not collected"]
        case .collected(let reports, _):
            return reports.map { report in
                let name = report.identifier.map { "\($0): " } ?? ""
                if let failure = report.failure { return name + failure }
                let files = Quantity.count(report.files, "file")
                return "\(name)\(files), \(Quantity.size(report.bytes)) in \(report.location)"
            }
        }
    }

    private var ending: String {
        let state = style.emphasised(result.state.rawValue, isGood: result.state == .succeeded)
        let line = "build \(state) in \(Quantity.time(result.duration))"
        guard result.state == .failed, let reason else { return line }
        return "\(line): \(reason.oneLine)"
    }

    private var reason: String? {
        if let failure = result.failure {
            let text = failure.command.text
            let first = text.value.split(separator: "\n").first.map(String.init) ?? ""
            let more = text.value.split(separator: "\n").count > 1 ? " …" : ""
            let start = text.range.start
            return "exit status \(failure.status) from '\(first)\(more)' in "
                + "\(failure.command.phase.upperCased) (\(buildspec):\(start.line):\(start.column))"
        }
        return result.cacheFailure.map { "cache: \($0)" } ?? result.uploadFailure
            ?? (result.brokenRules.isEmpty ? nil : result.brokenRules.joined(separator: "; "))
    }
}

extension BuildResult {
    /// The time of CodeBuild's phase UPLOAD_ARTIFACTS; `nil` if it had nothing to do.
    fileprivate var uploadDuration: Duration? {
        var total: Duration?
        if case .collected(_, let duration) = artifacts { total = duration }
        if case .read(let groups, let duration) = reports, !groups.isEmpty {
            total = (total ?? .zero) + duration
        }
        return total
    }
}
