/// The variables and commands in the text of a cache key, as the shell reads it.
///
/// The shell reads the text between double quotes, and a `"` in the key is a plain character. If the
/// end of a command cannot be found, the rest of the key is evaluated as it is.
struct KeyScan {
    /// A part of the key.
    enum Part: Equatable {
        case text(String)
        /// A command, and its source text in the key.
        case command(String, source: String)
    }

    /// The parts in order, escaped for double quotes.
    private(set) var parts: [Part] = []
    /// The variables that are expanded and have no default, in order, without duplicates.
    private(set) var variables: [String] = []

    private let text: [Unicode.Scalar]
    private var literal = String.UnicodeScalarView()
    private var index = 0

    init(_ key: String) {
        text = Array(key.unicodeScalars)
        if !scan() { appendLiteral(text.count - index) }
        endLiteral()
    }

    private func at(_ position: Int) -> Unicode.Scalar? {
        position < text.count ? text[position] : nil
    }

    /// Adds the next `count` scalars to the literal text.
    private mutating func appendLiteral(_ count: Int) {
        let end = min(index + count, text.count)
        literal.append(contentsOf: text[index..<end])
        index = end
    }

    private mutating func endLiteral() {
        if !literal.isEmpty { parts.append(.text(String(literal))) }
        literal = String.UnicodeScalarView()
    }

    /// Scans the key; `false` if the end of a command cannot be found.
    private mutating func scan() -> Bool {
        // For each open `${`, whether a quote is open in it.
        var braces: [Bool] = []
        while let scalar = at(index) {
            switch scalar {
            case "\\":
                // A backslash at the end of the key must not escape the closing quote.
                if index + 1 == text.count { literal.append("\\") }
                appendLiteral(2)
            case "\"":
                if let last = braces.indices.last {
                    braces[last].toggle()
                } else {
                    literal.append("\\")
                }
                appendLiteral(1)
            case "}":
                if braces.last == false { braces.removeLast() }
                appendLiteral(1)
            case "`":
                guard readBackquoted() else { return false }
            case "$" where at(index + 1) == "$": appendLiteral(2)
            case "$" where at(index + 1) == "(":
                guard readCommand() else { return false }
            case "$":
                if readVariable(isOutsideBraces: braces.isEmpty) { braces.append(false) }
            default: appendLiteral(1)
            }
        }
        return true
    }

    /// Reads `$NAME` or `${NAME}`, or the start of an expansion with an operator.
    ///
    /// - Returns: Whether a brace is open after the variable.
    private mutating func readVariable(isOutsideBraces: Bool) -> Bool {
        let isBraced = at(index + 1) == "{"
        var start = index + (isBraced ? 2 : 1)
        // `${#NAME}` is the length of the value.
        if isBraced, at(start) == "#", at(start + 1) != "}" { start += 1 }
        let name = String(
            String.UnicodeScalarView(
                text[min(start, text.count)...].prefix { $0.isASCII && ShellText.isName("_\($0)") }
            )
        )
        let end = start + name.unicodeScalars.count
        if isOutsideBraces, ShellText.isName(name), !isBraced || hasNoDefault(at: end),
            !variables.contains(name)
        {
            variables.append(name)
        }
        let isOpen = isBraced && at(end) != "}"
        appendLiteral(max(1, end - index + (isBraced && !isOpen ? 1 : 0)))
        return isOpen
    }

    /// Whether the operator after a variable's name gives no default.
    private func hasNoDefault(at position: Int) -> Bool {
        switch at(position) {
        case "}", "%", "#", "/", "^", ",", "@", "[": true
        // `${NAME:0:3}` is a part of the value.
        case ":": at(position + 1).map { !"-=+?".unicodeScalars.contains($0) } ?? false
        default: false
        }
    }

    private mutating func readCommand() -> Bool {
        let reader = CommandReader(text)
        if at(index + 2) == "(", reader.endOfArithmetic(from: index + 3) != nil {
            // Arithmetic itself runs no command, but it may contain commands.
            appendLiteral(3)
            return true
        }
        guard let end = reader.end(from: index + 2) else { return false }
        addCommand(String(String.UnicodeScalarView(text[(index + 2)..<end])), endingAt: end)
        return true
    }

    private mutating func readBackquoted() -> Bool {
        guard let end = CommandReader(text).endOfBackquoted(from: index + 1) else { return false }
        var body = String.UnicodeScalarView()
        var position = index + 1
        while position < end {
            // Before these characters, a backslash belongs to the backquotes or to the outer quotes.
            if text[position] == "\\", let next = at(position + 1),
                "$`\\\"".unicodeScalars.contains(next)
            {
                position += 1
            }
            body.append(text[position])
            position += 1
        }
        addCommand(String(body), endingAt: end)
        return true
    }

    private mutating func addCommand(_ body: String, endingAt end: Int) {
        let start = body.drop(while: \.isWhitespace)
        guard !start.isEmpty else { return appendLiteral(end + 1 - index) }
        let source = String(String.UnicodeScalarView(text[index...end]))
        endLiteral()
        // Bash reads a file for `$(<file)` without a command, but only if nothing else is in it.
        let isRead = start.hasPrefix("<") && !start.hasPrefix("<<") && !start.hasPrefix("<(")
        let command =
            isRead ? "CODEBUILD_READ=$(\(body)\n) && printf %s \"$CODEBUILD_READ\"" : body
        parts.append(.command(command, source: source))
        index = end + 1
    }
}
