/// A cache key's text as the shell reads it: its variables and the commands in it.
///
/// The text stands between double quotes, and a `"` in it is a plain character. Where the end of a
/// command cannot be told, the rest of the key is evaluated as it stands.
struct KeyScan {
    /// A part of the text.
    enum Part: Equatable {
        case text(String)
        /// A command, and the text that stands for it.
        case command(String, source: String)
    }

    /// The parts in order, as they stand between double quotes.
    private(set) var parts: [Part] = []
    /// Variables whose values are put in and that have no default, in order, each once.
    private(set) var variables: [String] = []

    private let text: [Unicode.Scalar]
    private var plain = String.UnicodeScalarView()
    private var index = 0

    init(_ key: String) {
        text = Array(key.unicodeScalars)
        if !scan() { take(text.count - index) }
        endPlain()
    }

    private func at(_ place: Int) -> Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func take(_ count: Int) {
        let end = min(index + count, text.count)
        plain.append(contentsOf: text[index..<end])
        index = end
    }

    private mutating func endPlain() {
        if !plain.isEmpty { parts.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
    }

    /// Reads the text; `false` when a command's end cannot be told.
    private mutating func scan() -> Bool {
        // For each `${` that is open, whether a quote is open in it.
        var braces: [Bool] = []
        while let scalar = at(index) {
            switch scalar {
            case "\\":
                // The last character of all must not take the quote behind it.
                if index + 1 == text.count { plain.append("\\") }
                take(2)
            case "\"":
                if let last = braces.indices.last {
                    braces[last].toggle()
                } else {
                    plain.append("\\")
                }
                take(1)
            case "}":
                if braces.last == false { braces.removeLast() }
                take(1)
            case "`":
                guard takeBackquoted() else { return false }
            case "$" where at(index + 1) == "$": take(2)
            case "$" where at(index + 1) == "(":
                guard takeCommand() else { return false }
            case "$":
                if takeVariable(isPlain: braces.isEmpty) { braces.append(false) }
            default: take(1)
            }
        }
        return true
    }

    /// Takes `$NAME` or `${NAME}`, or what begins one with an operator.
    ///
    /// - Returns: whether a brace is open behind it.
    private mutating func takeVariable(isPlain: Bool) -> Bool {
        let isBraced = at(index + 1) == "{"
        var start = index + (isBraced ? 2 : 1)
        // `${#NAME}` is how long it is.
        if isBraced, at(start) == "#", at(start + 1) != "}" { start += 1 }
        let name = String(
            String.UnicodeScalarView(
                text[min(start, text.count)...].prefix { $0.isASCII && ShellText.isName("_\($0)") }
            )
        )
        let end = start + name.unicodeScalars.count
        if isPlain, ShellText.isName(name), !isBraced || hasNoDefault(at: end),
            !variables.contains(name)
        {
            variables.append(name)
        }
        let isOpen = isBraced && at(end) != "}"
        take(max(1, end - index + (isBraced && !isOpen ? 1 : 0)))
        return isOpen
    }

    /// Whether the operator behind a variable's name needs its value.
    private func hasNoDefault(at place: Int) -> Bool {
        switch at(place) {
        case "}", "%", "#", "/", "^", ",", "@", "[": true
        // `${NAME:0:3}` is a part of it.
        case ":": at(place + 1).map { !"-=+?".unicodeScalars.contains($0) } ?? false
        default: false
        }
    }

    private mutating func takeCommand() -> Bool {
        let reader = CommandReader(text)
        if at(index + 2) == "(", reader.endOfArithmetic(from: index + 3) != nil {
            // Arithmetic runs nothing itself, but there may be commands in it.
            take(3)
            return true
        }
        guard let end = reader.end(from: index + 2) else { return false }
        add(String(String.UnicodeScalarView(text[(index + 2)..<end])), to: end)
        return true
    }

    private mutating func takeBackquoted() -> Bool {
        guard let end = CommandReader(text).endOfBackquoted(from: index + 1) else { return false }
        var body = String.UnicodeScalarView()
        var place = index + 1
        while place < end {
            // Before these a backslash is for the backquotes and the quotes around them.
            if text[place] == "\\", let next = at(place + 1), "$`\\\"".unicodeScalars.contains(next)
            {
                place += 1
            }
            body.append(text[place])
            place += 1
        }
        add(String(body), to: end)
        return true
    }

    private mutating func add(_ body: String, to end: Int) {
        let start = body.drop(while: \.isWhitespace)
        guard !start.isEmpty else { return take(end + 1 - index) }
        let source = String(String.UnicodeScalarView(text[index...end]))
        endPlain()
        // Bash reads `$(<file)` without a command, and only if nothing else is there.
        let isRead = start.hasPrefix("<") && !start.hasPrefix("<<") && !start.hasPrefix("<(")
        let command =
            isRead ? "CODEBUILD_READ=$(\(body)\n) && printf %s \"$CODEBUILD_READ\"" : body
        parts.append(.command(command, source: source))
        index = end + 1
    }
}
