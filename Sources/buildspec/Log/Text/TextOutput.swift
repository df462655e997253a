extension String {
    /// The longest text in characters that a cell shows whole.
    private static let maxCellLength = 64

    /// The text with control and format characters replaced, which could move a terminal's cursor.
    var printable: String {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
        return String(
            UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control where scalar != "\t", .format: "\u{FFFD}"
                    default: scalar
                    }
                }
            )
        )
    }

    /// The printable text with its line breaks.
    var printableLines: String {
        guard utf8.contains(0x0A) else { return printable }
        return split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).printable }.joined(separator: "\n")
    }

    /// The printable text on one line, with line breaks as `\n`.
    var oneLine: String {
        utf8.contains(0x0A) ? replacing("\n", with: "\\n").printable : printable
    }

    /// Shortens a long text for a cell of a table in its middle, because keys often start alike.
    func shortened() -> String {
        let text = oneLine.replacing("\t", with: "\\t")
        guard text.count > String.maxCellLength else { return text }
        let half = (String.maxCellLength - 1) / 2
        return text.prefix(half + 1) + "…" + text.suffix(half)
    }
}

/// A table of one-line cells whose columns are as wide as their widest cells.
struct TextTable {
    private var rows: [[String]]

    init(_ head: [String]) {
        rows = [head]
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(\.oneLine))
    }

    /// The rows as lines, with two spaces between columns.
    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let isLast = column == row.count - 1
                let gap = isLast ? 0 : widths[column] - row[column].count
                return row[column] + String(repeating: " ", count: gap)
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}

/// The emphasis of text on a terminal; other outputs have none.
struct TextStyle: Sendable, Equatable {
    static let plain = TextStyle(isColoured: false)

    /// Whether escape sequences are written.
    var isColoured: Bool

    /// Chooses the style for standard output: coloured on a terminal that supports colours, unless
    /// `NO_COLOR` is set or `CLICOLOR` is 0.
    static func forOutput(isTerminal: Bool, _ environment: [String: String]) -> TextStyle {
        let isDisabled =
            !(environment["NO_COLOR"] ?? "").isEmpty || environment["CLICOLOR"] == "0"
            || environment["TERM"] == "dumb"
        return TextStyle(isColoured: isTerminal && !isDisabled)
    }

    func strong(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }
    func good(_ text: String) -> String { wrap(text, "32") }
    func bad(_ text: String) -> String { wrap(text, "31") }

    func emphasised(_ text: String, isGood: Bool) -> String { isGood ? good(text) : bad(text) }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
