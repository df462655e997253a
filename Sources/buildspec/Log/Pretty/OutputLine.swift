/// A line of a command's output that is safe to show anywhere on a terminal.
///
/// Escape sequences and control characters are removed, because they would move the cursor, clear the
/// screen or rename the window. If carriage returns overwrite a line, as progress bars do, the last text
/// stays.
struct OutputLine {
    private enum State {
        case text
        case escape
        /// Inside a sequence that a letter ends, with the sequence so far.
        case sequence(String.UnicodeScalarView)
        /// Inside a string that BEL or ESC \ ends.
        case string
        case stringEscape
    }

    private var state = State.text
    private var shown = String.UnicodeScalarView()
    private var column = 0
    /// Whether the next character replaces the line.
    private var isReturned = false
    private let keepsColours: Bool

    /// Makes the visible text of a line without its line break.
    ///
    /// Sequences that colour text can stay; the end of the line resets them.
    static func text(_ bytes: some Sequence<UInt8>, keepingColours: Bool = false) -> String {
        var line = OutputLine(keepsColours: keepingColours)
        let text = String(decoding: Array(bytes), as: UTF8.self)
        for scalar in text.unicodeScalars { line.append(scalar) }
        let shown = String(line.shown)
        return keepingColours && shown.contains("\u{1B}") ? shown + "\u{1B}[0m" : shown
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch state {
        case .text: appendText(scalar)
        case .escape:
            switch scalar {
            case "[": state = .sequence(String.UnicodeScalarView())
            case "]", "P", "X", "^", "_": state = .string
            // The first of two characters, for example of a character set.
            case " "..."/": break
            default: state = .text
            }
        case .sequence(var parameters):
            parameters.append(scalar)
            guard ("@"..."~").contains(scalar) || scalar.value < 0x20 else {
                state = .sequence(parameters)
                return
            }
            state = scalar == "\u{1B}" ? .escape : .text
            if keepsColours, scalar == "m" { shown += "\u{1B}[".unicodeScalars + parameters }
        case .string:
            if scalar == "\u{7}" {
                state = .text
            } else if scalar == "\u{1B}" {
                state = .stringEscape
            }
        case .stringEscape: state = scalar == "\\" ? .text : .string
        }
    }

    private mutating func appendText(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{1B}": state = .escape
        case "\r": isReturned = true
        case "\t":
            let count = isReturned ? 8 : 8 - column % 8
            for _ in 0..<count { put(" ", width: 1) }
        case "\u{8}":
            if let last = shown.popLast() { column -= TerminalText.width(of: last) }
        default:
            let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            // Marks that change the writing direction would affect the next lines too.
            let isDirectional = 0x202A...0x202E ~= scalar.value || 0x2066...0x2069 ~= scalar.value
            if !isControl, !isDirectional { put(scalar, width: TerminalText.width(of: scalar)) }
        }
    }

    private mutating func put(_ scalar: Unicode.Scalar, width: Int) {
        if isReturned {
            (shown, column, isReturned) = (String.UnicodeScalarView(), 0, false)
        }
        shown.append(scalar)
        column += width
    }
}
