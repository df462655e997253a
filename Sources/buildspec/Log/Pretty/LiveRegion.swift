/// The lines at the end of a terminal that are written again and again.
///
/// Whatever is written is one text, to be given to the terminal at once, and leaves the terminal as a
/// shell wants it: cursor shown, at the start of the line below, lines wrapping, no colour. So nothing
/// has to be put right at the end, also after a crash.
struct LiveRegion {
    /// A line and how many columns it takes.
    struct Line: Equatable {
        var text: String
        var width: Int
    }

    /// How large the terminal is.
    struct Size: Equatable {
        var columns: Int
        var rows: Int
    }

    private var shown: [Line] = []
    private var size = Size(columns: 80, rows: 24)

    /// What to write to show these lines.
    ///
    /// - Parameters:
    ///   - lines: the lines, none wider than the terminal.
    ///   - size: how large the terminal is now.
    ///   - text: whole lines that are to stay, above.
    /// - Returns: the text; empty if nothing has changed.
    mutating func show(_ lines: [Line], in size: Size, below text: String = "") -> String {
        guard !text.isEmpty || lines != shown || size != self.size else { return "" }
        let up = rowsShown(in: size)
        var frame = up > 0 ? "\u{1B}[\(up)A" : ""
        frame += "\r"
        // Text that wraps by itself stays whole when it is copied.
        if !text.isEmpty { frame += "\u{1B}[J" + text }
        if !lines.isEmpty || text.isEmpty {
            frame += "\u{1B}[?7l"
            for line in lines { frame += line.text + "\u{1B}[K\r\n" }
            frame += "\u{1B}[J\u{1B}[?7h"
        }
        (shown, self.size) = (lines, size)
        return "\u{1B}[?25l" + frame + "\u{1B}[?25h"
    }

    /// How many rows the shown lines take by now: most terminals wrap them when they get narrower.
    private func rowsShown(in size: Size) -> Int {
        let columns = max(1, size.columns)
        let rows = shown.reduce(0) { $0 + max(1, ($1.width + columns - 1) / columns) }
        return min(rows, max(0, size.rows - 1))
    }
}
