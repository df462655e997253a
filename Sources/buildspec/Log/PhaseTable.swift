internal import BuildspecModel
internal import BuildspecRunner

/// The rows of a build's phases, with name, state and time.
struct PhaseTable {
    /// The width of the first column, also for the rows after the phases.
    static let nameWidth = 18

    let style: TextStyle

    func row(_ report: PhaseReport) -> String {
        row(report.name.upperCased, report.state, report.duration)
    }

    /// Makes the row of a phase, or of a step that counts as one.
    func row(_ name: String, _ state: PhaseState, _ duration: Duration) -> String {
        guard state != .skipped else { return PhaseTable.padded(name) + state.rawValue }
        let text = style.emphasised(state.rawValue, isGood: state == .succeeded)
        return PhaseTable.row(name, text, of: state.rawValue.count, Quantity.time(duration))
    }

    static func row(running name: String, _ time: String) -> String {
        row(name, "RUNNING", of: 7, time)
    }

    /// Pads a text to the width of the first column.
    static func padded(_ text: String) -> String {
        text + String(repeating: " ", count: max(1, nameWidth - text.count))
    }

    private static func row(
        _ name: String,
        _ state: String,
        of width: Int,
        _ time: String
    ) -> String {
        let gap = String(repeating: " ", count: 11 - width)
        let space = String(repeating: " ", count: max(1, 10 - time.count))
        return padded(name) + state + gap + space + time
    }
}
