internal import BuildspecModel
internal import BuildspecRunner

/// The table that ends a build's log.
struct Summary {
    private let result: BuildResult
    private let buildspec: String
    private let style: TextStyle
    private let nameWidth = 18

    /// Creates the table.
    ///
    /// - Parameters:
    ///   - result: how the build ended.
    ///   - buildspec: the buildspec's path as messages show it.
    ///   - style: colours or none.
    init(_ result: BuildResult, buildspec: String, style: TextStyle) {
        self.result = result
        self.buildspec = buildspec
        self.style = style
    }

    /// The whole text, without a newline at its end.
    var text: String {
        (result.phases.map(row) + uploadRow + notes + ["", ending]).joined(separator: "\n")
    }

    private func row(_ report: PhaseReport) -> String {
        row(report.name.upperCased, report.state, report.duration)
    }

    private func row(_ name: String, _ state: PhaseState, _ duration: Duration) -> String {
        guard state != .skipped else { return padded(name, nameWidth) + state.rawValue }
        let gap = String(repeating: " ", count: 11 - state.rawValue.count)
        return padded(name, nameWidth) + emphasised(state.rawValue, isGood: state == .succeeded)
            + gap + leftPadded(Quantity.time(duration), 10)
    }

    /// The phase that has no commands, when it was reached.
    private var uploadRow: [String] {
        guard case .collected(_, let duration) = result.artifacts else { return [] }
        let state = result.artifacts.failure == nil ? PhaseState.succeeded : .failed
        return [row("UPLOAD_ARTIFACTS", state, duration)]
    }

    private var notes: [String] {
        let cache = [CacheText.outcome(result.restored), CacheText.outcome(result.saved)]
        let rows =
            cache.compactMap { $0 }.map { ("cache", $0) } + artifacts.map { ("artifacts", $0) }
        return rows.isEmpty ? [] : [""] + rows.map { padded($0.0, nameWidth) + $0.1 }
    }

    private var artifacts: [String] {
        switch result.artifacts {
        case .notDeclared: return []
        case .notAsked: return ["not collected; '--artifacts DIR' says where to"]
        case .skipped: return ["not collected"]
        case .collected(let reports, _):
            return reports.map { report in
                let name = report.identifier.map { "\($0): " } ?? ""
                if let failure = report.failure { return name + failure }
                let files = Quantity.count(report.files, "file")
                return "\(name)\(files), \(Quantity.size(report.bytes)) in \(report.directory)"
            }
        }
    }

    private var ending: String {
        let state = emphasised(result.state.rawValue, isGood: result.state == .succeeded)
        let line = "build \(state) in \(Quantity.time(result.duration))"
        guard result.state == .failed, let reason else { return line }
        return "\(line): \(reason)"
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
        return result.cacheFailure.map { "cache: \($0)" } ?? result.artifacts.failure
    }

    private func emphasised(_ text: String, isGood: Bool) -> String {
        isGood ? style.good(text) : style.bad(text)
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private func leftPadded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
