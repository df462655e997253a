/// Emphasis on a terminal; plain text everywhere else.
struct TextStyle: Sendable, Equatable {
    /// No emphasis.
    static let plain = TextStyle(isColoured: false)

    /// Whether escape sequences are written.
    var isColoured: Bool

    /// The style for standard output: coloured on a terminal that can, unless `NO_COLOR` is set or
    /// `CLICOLOR` is 0.
    static func forOutput(isTerminal: Bool, _ environment: [String: String]) -> TextStyle {
        let isRefused =
            !(environment["NO_COLOR"] ?? "").isEmpty || environment["CLICOLOR"] == "0"
            || environment["TERM"] == "dumb"
        return TextStyle(isColoured: isTerminal && !isRefused)
    }

    /// A heading.
    func strong(_ text: String) -> String { wrap(text, "1") }
    /// Something beside the point.
    func faint(_ text: String) -> String { wrap(text, "2") }
    /// Something good.
    func good(_ text: String) -> String { wrap(text, "32") }
    /// Something bad.
    func bad(_ text: String) -> String { wrap(text, "31") }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
