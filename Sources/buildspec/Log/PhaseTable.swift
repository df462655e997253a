internal import BuildspecModel
internal import BuildspecRunner

/// The rows of a build's phases: name, state, time.
struct PhaseTable {
    /// The columns of a name, and of what stands in its place below the phases.
    static let nameWidth = 18

    /// Colours or none.
    let style: TextStyle

    /// The row of a phase that is over.
    func row(_ report: PhaseReport) -> String {
        row(report.name.upperCased, report.state, report.duration)
    }

    /// The row of what is over and called a phase.
    func row(_ name: String, _ state: PhaseState, _ duration: Duration) -> String {
        guard state != .skipped else { return PhaseTable.padded(name) + state.rawValue }
        let word = style.emphasised(state.rawValue, isGood: state == .succeeded)
        return PhaseTable.row(name, word, of: state.rawValue.count, Quantity.time(duration))
    }

    /// The row of what still runs.
    static func row(running name: String, _ time: String) -> String {
        row(name, "RUNNING", of: 7, time)
    }

    /// A text in the column of the names.
    static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, nameWidth - text.count))
    }

    private static func row(
        _ name: String,
        _ word: String,
        of width: Int,
        _ time: String
    )
        -> String
    {
        let gap = String(repeating: " ", count: 11 - width)
        let space = String(repeating: " ", count: max(1, 10 - time.count))
        return padded(name) + word + gap + space + time
    }
}

extension TextStyle {
    /// A state that is good or bad.
    func emphasised(_ text: String, isGood: Bool) -> String {
        isGood ? good(text) : bad(text)
    }
}
