/// A line of a command's output as it can stand anywhere on a terminal.
///
/// Escape sequences and control characters would move the cursor, clear the screen or rename the
/// window; they are left out. Of a line that was written over by carriage returns, as progress bars
/// are, the last text stays.
struct OutputLine {
    private enum Place {
        case text
        case escape
        /// In a sequence that a letter ends; its bytes so far.
        case sequence(String.UnicodeScalarView)
        /// In a string that BEL or ESC \ ends.
        case string
        case stringEscape
    }

    private var place = Place.text
    private var shown = String.UnicodeScalarView()
    private var column = 0
    /// The next character begins the line again.
    private var isReturned = false
    private let keepsColours: Bool

    private init(keepingColours: Bool) {
        keepsColours = keepingColours
    }

    /// The line's text.
    ///
    /// - Parameters:
    ///   - bytes: the line without its newline.
    ///   - keepingColours: whether the sequences that colour text stay; they are ended at its end.
    /// - Returns: the text.
    static func text(_ bytes: some Sequence<UInt8>, keepingColours: Bool = false) -> String {
        var line = OutputLine(keepingColours: keepingColours)
        let text = String(decoding: Array(bytes), as: UTF8.self)
        for scalar in text.unicodeScalars { line.take(scalar) }
        let shown = String(line.shown)
        return keepingColours && shown.contains("\u{1B}") ? shown + "\u{1B}[0m" : shown
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        switch place {
        case .text: takeText(scalar)
        case .escape:
            switch scalar {
            case "[": place = .sequence(String.UnicodeScalarView())
            case "]", "P", "X", "^", "_": place = .string
            // The first of two: a character set, for instance.
            case " "..."/": break
            default: place = .text
            }
        case .sequence(var parameters):
            parameters.append(scalar)
            guard ("@"..."~").contains(scalar) || scalar.value < 0x20 else {
                place = .sequence(parameters)
                return
            }
            place = scalar == "\u{1B}" ? .escape : .text
            if keepsColours, scalar == "m" { shown += "\u{1B}[".unicodeScalars + parameters }
        case .string:
            if scalar == "\u{7}" {
                place = .text
            } else if scalar == "\u{1B}" {
                place = .stringEscape
            }
        case .stringEscape: place = scalar == "\\" ? .text : .string
        }
    }

    private mutating func takeText(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{1B}": place = .escape
        case "\r": isReturned = true
        case "\t":
            let count = isReturned ? 8 : 8 - column % 8
            for _ in 0..<count { put(" ", width: 1) }
        case "\u{8}":
            if let last = shown.popLast() { column -= TerminalText.width(of: last) }
        default:
            let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            // Marks that turn the direction would turn the lines around it too.
            let turns = 0x202A...0x202E ~= scalar.value || 0x2066...0x2069 ~= scalar.value
            if !isControl, !turns { put(scalar, width: TerminalText.width(of: scalar)) }
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
