/// A parser that finds the end of a shell's substitution: of a command, of arithmetic, of braces.
struct CommandReader {
    private let text: [Unicode.Scalar]
    private let nesting: Int
    /// The variables that the reader meets, if the caller wants them.
    private let variables: CommandVariables?
    private static let maximumNesting = 32

    init(_ text: [Unicode.Scalar], nesting: Int = 0, variables: CommandVariables? = nil) {
        self.text = text
        self.nesting = nesting
        self.variables = variables
    }

    private func at(_ position: Int) -> Unicode.Scalar? {
        text.indices.contains(position) ? text[position] : nil
    }

    private func inner(_ variables: CommandVariables?) -> CommandReader? {
        guard nesting < CommandReader.maximumNesting else { return nil }
        return CommandReader(text, nesting: nesting + 1, variables: variables)
    }

    /// Reads `$NAME` or the start of `${NAME…`; the variable is required if the expansion gives no default.
    func variable(
        at position: Int
    ) -> (name: String, end: Int, isBraced: Bool, isRequired: Bool) {
        let isBraced = at(position + 1) == "{"
        var start = position + (isBraced ? 2 : 1)
        // `${#NAME}` is the length of the value.
        if isBraced, at(start) == "#", at(start + 1) != "}" { start += 1 }
        let rest = text[min(start, text.count)...]
        let scalars = rest.prefix { $0.isASCII && ShellText.isName("_\($0)") }
        let name = String(String.UnicodeScalarView(scalars))
        let end = start + scalars.count
        let isRequired = ShellText.isName(name) && (!isBraced || hasNoDefault(at: end))
        return (name, end, isBraced, isRequired)
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

    private func addVariable(at position: Int) {
        guard let variables, case let variable = variable(at: position), variable.isRequired
        else { return }
        var before = text[..<position]
        if before.last == "\"" { before.removeLast() }
        let operators = ["-n ", "-z "].map(\.unicodeScalars)
        let isTested = operators.contains { before.suffix(3).elementsEqual($0) }
        variables.addExpanded(variable.name, isTested: isTested)
    }

    /// Finds the `)` that ends the command at `start`; `nil` if it does not exist.
    func end(from start: Int) -> Int? {
        var position = start
        var state = CommandState()
        while let scalar = at(position) {
            let isWordStart = position == start || isBreak(at(position - 1))
            if isWordStart, let variables {
                let word = text[position...].prefix { !isBreak($0) }
                let text = String(String.UnicodeScalarView(word))
                variables.add(text, isCommand: state.isCommandStart)
            }
            switch scalar {
            case "#" where isWordStart:
                guard let line = text[position...].firstIndex(of: "\n") else { return nil }
                position = line
                continue
            case ")":
                if state.isAtEnd { return position }
                state.close()
            case "(": state.open()
            case ";", "&", "|": state.isCommandStart = true
            case "\n":
                guard let next = endOfHeredocs(state.heredocs, from: position + 1) else {
                    return nil
                }
                (state.heredocs, state.isCommandStart) = ([], true)
                position = next
                continue
            case "<" where at(position + 1) == "<":
                position = heredoc(from: position, &state)
                continue
            case _ where isWordStart && CommandState.isLetter(scalar):
                let word = text[position...].prefix(while: CommandState.isLetter)
                state.read(word, isWhole: isBreak(at(position + word.count)))
                position += word.count
                continue
            case " ", "\t", "{", "!": break
            default:
                state.isCommandStart = false
                guard let end = endOfQuoted(at: position) else { return nil }
                position = end
            }
            position += 1
        }
        return nil
    }

    private func isBreak(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { " \t\n;&|()`".unicodeScalars.contains($0) } ?? true
    }

    /// Returns the last position of the quoted part, substitution or character that begins here.
    private func endOfQuoted(at position: Int, isInQuotes: Bool = false) -> Int? {
        switch at(position) {
        case "\\": return position + 1
        case "'" where !isInQuotes: return text[(position + 1)...].firstIndex(of: "'")
        case "\"" where !isInQuotes:
            return endOfText(closedBy: "\"", from: position + 1, isInQuotes: true)
        case "`": return endOfBackquoted(from: position + 1)
        case "$" where at(position + 1) == "{":
            addVariable(at: position)
            // A word in braces may be a default that is not used.
            return inner(nil)?.endOfText(
                closedBy: "}",
                from: position + 2,
                isInQuotes: isInQuotes
            )
        case "$" where at(position + 1) == "(":
            if at(position + 2) == "(", let end = endOfArithmetic(from: position + 3) { return end }
            return inner(variables)?.end(from: position + 2)
        case "$":
            addVariable(at: position)
            return position
        default: return position
        }
    }

    /// Finds the `closing` character of braces or double quotes; `nil` if it does not exist.
    private func endOfText(
        closedBy closing: Unicode.Scalar,
        from start: Int,
        isInQuotes: Bool
    ) -> Int? {
        var position = start
        while let scalar = at(position) {
            if scalar == closing { return position }
            let end =
                scalar == "\""
                ? endOfText(closedBy: "\"", from: position + 1, isInQuotes: true)
                : endOfQuoted(at: position, isInQuotes: isInQuotes)
            guard let end else { return nil }
            position = end + 1
        }
        return nil
    }

    /// Finds the backquote that ends a command; `nil` if it does not exist.
    func endOfBackquoted(from start: Int) -> Int? {
        var position = start
        while let scalar = at(position), scalar != "`" { position += scalar == "\\" ? 2 : 1 }
        return at(position) == nil ? nil : position
    }

    /// Finds the last `)` of `$((…))`; `nil` if it is a command that begins with a subshell.
    func endOfArithmetic(from start: Int) -> Int? {
        var position = start
        var depth = 0
        while let scalar = at(position) {
            switch scalar {
            case "(": depth += 1
            case ")":
                if depth == 0 { return at(position + 1) == ")" ? position + 1 : nil }
                depth -= 1
            default:
                guard let end = endOfQuoted(at: position, isInQuotes: true) else { return nil }
                position = end
            }
            position += 1
        }
        return nil
    }

    /// Reads `<<WORD`, or skips `<<<`, and returns the position after it.
    private func heredoc(from start: Int, _ state: inout CommandState) -> Int {
        var position = start + 2
        if at(position) == "<" { return position + 1 }
        let isIndented = at(position) == "-"
        if isIndented { position += 1 }
        while at(position) == " " || at(position) == "\t" { position += 1 }
        var word: [Unicode.Scalar] = []
        while let scalar = at(position), !isBreak(scalar), scalar != "<", scalar != ">" {
            if !"'\"\\".unicodeScalars.contains(scalar) { word.append(scalar) }
            position += 1
        }
        state.heredocs.append(CommandState.Heredoc(word: word, isIndented: isIndented))
        state.isCommandStart = false
        return position
    }

    /// Returns the position after the lines of `heredocs`; `nil` if one of them does not end.
    private func endOfHeredocs(_ heredocs: [CommandState.Heredoc], from start: Int) -> Int? {
        var position = start
        for heredoc in heredocs {
            var isEnded = false
            while !isEnded {
                guard let end = text[min(position, text.count)...].firstIndex(of: "\n") else {
                    return nil
                }
                let line = text[position..<end]
                let tabs = heredoc.isIndented ? line.prefix { $0 == "\t" }.count : 0
                isEnded = line.dropFirst(tabs).elementsEqual(heredoc.word)
                position = end + 1
            }
        }
        return position
    }
}

/// The open constructs of a command at one position.
private struct CommandState {
    struct Heredoc {
        var word: [Unicode.Scalar]
        /// Whether tabs at the start of the lines are ignored.
        var isIndented: Bool
    }

    private enum Block {
        case parenthesis
        /// `case`, in which a `)` ends a pattern.
        case choice
    }

    /// Whether a word here would be the name of a command, or a reserved word of the shell.
    var isCommandStart = true
    /// The heredocs that begin with the next line.
    var heredocs: [Heredoc] = []
    private var blocks: [Block] = []

    private static let leading: Set<String> = [
        "do", "then", "else", "elif", "if", "while", "until", "time",
    ]

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "_")
    }

    /// Whether a `)` ends the command.
    var isAtEnd: Bool { blocks.isEmpty }

    mutating func open() {
        blocks.append(.parenthesis)
        isCommandStart = true
    }

    /// Handles a `)`.
    mutating func close() {
        if blocks.last == .parenthesis { blocks.removeLast() }
        isCommandStart = blocks.last == .choice
    }

    /// Handles the letters of an unquoted word, which `isWhole` if it has no other characters.
    mutating func read(_ word: ArraySlice<Unicode.Scalar>, isWhole: Bool) {
        let text = String(String.UnicodeScalarView(word))
        let mayBeReserved = isWhole && isCommandStart
        if mayBeReserved, text == "case" { blocks.append(.choice) }
        if mayBeReserved, text == "esac", blocks.last == .choice { blocks.removeLast() }
        // A pattern, or `esac`, follows `in`.
        let isIn = isWhole && text == "in" && blocks.last == .choice
        isCommandStart = isIn || mayBeReserved && CommandState.leading.contains(text)
    }
}
