/// The last lines on a terminal, which are updated repeatedly.
///
/// Each update is one text to write at once. It leaves the terminal as a shell expects: cursor visible
/// at the start of the next line, wrapping on, no colour. So no cleanup is necessary, even after a crash.
struct LiveRegion {
    /// A line and its width in columns.
    struct Line: Equatable {
        var text: String
        var width: Int
    }

    /// The size of a terminal.
    struct Size: Equatable {
        var columns: Int
        var rows: Int
    }

    private var shown: [Line] = []
    private var size = Size(columns: 80, rows: 24)

    /// Makes the text that shows lines, each at most as wide as the terminal; empty if none
    /// changed.
    ///
    /// The complete lines in `text` stay above the region.
    mutating func show(_ lines: [Line], in size: Size, below text: String = "") -> String {
        guard !text.isEmpty || lines != shown || size != self.size else { return "" }
        let up = rowsShown(in: size)
        var frame = up > 0 ? "\u{1B}[\(up)A" : ""
        frame += "\r"
        // Text that the terminal wraps is still one line when a user copies it.
        if !text.isEmpty { frame += "\u{1B}[J" + text }
        if !lines.isEmpty || text.isEmpty {
            frame += "\u{1B}[?7l"
            for line in lines { frame += line.text + "\u{1B}[K\r\n" }
            frame += "\u{1B}[J\u{1B}[?7h"
        }
        (shown, self.size) = (lines, size)
        return "\u{1B}[?25l" + frame + "\u{1B}[?25h"
    }

    /// Counts the rows of the shown lines; most terminals wrap lines when the window gets narrower.
    private func rowsShown(in size: Size) -> Int {
        let columns = max(1, size.columns)
        let rows = shown.reduce(0) { $0 + max(1, ($1.width + columns - 1) / columns) }
        return min(rows, max(0, size.rows - 1))
    }
}
