/// The screen of a terminal with the functions that buildspec uses: text, wrapping, cursor, erasing.
///
/// Sequences that it does not know are kept in `unknown`.
package struct Screen {
    /// All lines since the start, without spaces at their ends.
    package var lines: [String] {
        var lines = (scrolled + rows).map { row -> String in
            var text = row.map { String($0) }.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    /// The unknown sequences.
    package private(set) var unknown: [String] = []
    /// Whether the cursor is shown and lines wrap, as a shell expects.
    package private(set) var isReset = true
    /// The column of the cursor.
    package private(set) var column = 0

    private let columns: Int
    private let width: (Unicode.Scalar) -> Int
    private var scrolled: [[Character]] = []
    private var rows: [[Character]]
    private var row = 0
    private var hidden = false
    private var wraps = true

    /// Creates an empty screen.
    ///
    /// - Parameters:
    ///   - columns: The width of the screen.
    ///   - height: The number of rows.
    ///   - width: The number of columns that a character takes.
    package init(columns: Int, rows height: Int, width: @escaping (Unicode.Scalar) -> Int) {
        self.columns = columns
        self.width = width
        rows = Array(repeating: [], count: height)
    }

    /// Shows the output of a program.
    package mutating func write(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r": column = 0
            case "\n": down()
            case "\u{1B}": escape(&rest)
            default: put(scalar)
            }
        }
        isReset = !hidden && wraps
    }

    private mutating func escape(_ rest: inout Substring.UnicodeScalarView) {
        guard rest.popFirst() == "[" else { return unknown.append("ESC") }
        let parameters = String(rest.prefix { !("@"..."~").contains($0) })
        rest = rest.dropFirst(parameters.unicodeScalars.count)
        guard let end = rest.popFirst() else { return unknown.append("CSI \(parameters)") }
        switch "\(parameters)\(end)" {
        case "?25l": hidden = true
        case "?25h": hidden = false
        case "?7l": wraps = false
        case "?7h": wraps = true
        case "K": erase(row, from: column)
        case "J":
            erase(row, from: column)
            for below in rows.indices where below > row { rows[below] = [] }
        case _ where end == "A": row = max(0, row - (Int(parameters) ?? 1))
        case _ where end == "m": break
        default: unknown.append("\(parameters)\(end)")
        }
    }

    private mutating func erase(_ row: Int, from column: Int) {
        rows[row] = Array(rows[row].prefix(column))
    }

    private mutating func down() {
        row += 1
        guard row == rows.count else { return }
        scrolled.append(rows.removeFirst())
        rows.append([])
        row -= 1
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = width(scalar)
        if column + width > columns {
            guard wraps else { return }
            column = 0
            down()
        }
        while rows[row].count < column + width { rows[row].append(" ") }
        if width == 0 {
            guard column > 0 else { return }
            rows[row][column - 1] = Character(String(rows[row][column - 1]) + String(scalar))
            return
        }
        rows[row][column] = Character(scalar)
        // A filler for the second half of a wide character, so that cells and columns agree.
        if width == 2 { rows[row][column + 1] = "\u{200B}" }
        column += width
    }
}
