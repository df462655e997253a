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
    /// The variables that are expanded and have no default, in order, without duplicates; not those that
    /// a command sets itself.
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

    /// Reads `$NAME` or `${NAME}`, or the start of an expansion with an operator; returns whether a brace
    /// is open after the variable.
    private mutating func readVariable(isOutsideBraces: Bool) -> Bool {
        let variable = CommandReader(text).variable(at: index)
        if isOutsideBraces, variable.isRequired { add(variable.name) }
        let isOpen = variable.isBraced && at(variable.end) != "}"
        appendLiteral(max(1, variable.end - index + (variable.isBraced && !isOpen ? 1 : 0)))
        return isOpen
    }

    private mutating func add(_ variable: String) {
        if !variables.contains(variable) { variables.append(variable) }
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
        let names = CommandVariables()
        _ = CommandReader(Array("\(body)\n)".unicodeScalars), variables: names).end(from: 0)
        for name in names.required { add(name) }
        endLiteral()
        // Bash reads a file for `$(<file)` without a command, but only if nothing else is in it.
        let isRead = start.hasPrefix("<") && !start.hasPrefix("<<") && !start.hasPrefix("<(")
        let command =
            isRead ? "CODEBUILD_READ=$(\(body)\n) && printf %s \"$CODEBUILD_READ\"" : body
        parts.append(.command(command, source: source))
        index = end + 1
    }
}

/// The variables that a command uses, as far as its text shows them.
final class CommandVariables {
    /// The names that are expanded without a default, in order.
    private var expanded: [String] = []
    /// The names that the command may set or test, because they begin a word.
    private var others: Set<String> = ["BASH_REMATCH", "MAPFILE", "OPTARG", "REPLY"]
    private var readsAssignments = false

    /// The names that must be set before the command; none if it reads assignments from elsewhere.
    var required: [String] { readsAssignments ? [] : expanded.filter { !others.contains($0) } }

    /// Adds an expanded variable; a tested one is `$NAME` after `-n` or `-z`.
    func addExpanded(_ name: String, isTested: Bool) {
        if isTested { others.insert(name) } else { expanded.append(name) }
    }

    /// Adds an unquoted word, such as `NAME=value`, or the names after `for` and `read`.
    func add(_ word: String, isCommand: Bool) {
        others.insert(word.prefix { $0.isASCII && ShellText.isName("_\($0)") }.description)
        if isCommand, [".", "source", "eval", "export"].contains(word) { readsAssignments = true }
    }
}
