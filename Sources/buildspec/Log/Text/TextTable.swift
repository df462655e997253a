/// Columns of text, each as wide as its widest cell; a cell is one line, whatever it says.
struct TextTable {
    private var rows: [[String]]

    init(_ head: [String]) {
        rows = [head]
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(\.oneLine))
    }

    /// The table, two spaces between columns, every row a line.
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

extension String {
    /// The longest text of a column that is shown whole.
    private static let longestCell = 64

    /// A text for a cell: one that is too long is cut in its middle, since keys begin alike.
    func shortened() -> String {
        let text = oneLine
        guard text.count > String.longestCell else { return text }
        let half = (String.longestCell - 1) / 2
        return text.prefix(half + 1) + "…" + text.suffix(half)
    }
}
