/// Finds the end of what a shell substitutes: of a command, of arithmetic, of a variable's braces.
struct CommandReader {
    private let text: [Unicode.Scalar]
    private let nesting: Int
    private static let deepest = 32

    init(_ text: [Unicode.Scalar]) {
        self.init(text, nesting: 0)
    }

    private init(_ text: [Unicode.Scalar], nesting: Int) {
        self.text = text
        self.nesting = nesting
    }

    private func at(_ place: Int) -> Unicode.Scalar? {
        text.indices.contains(place) ? text[place] : nil
    }

    private var inner: CommandReader? {
        nesting < CommandReader.deepest ? CommandReader(text, nesting: nesting + 1) : nil
    }

    /// The place of the `)` that ends a command; `nil` if there is none.
    ///
    /// - Parameter start: where the command begins.
    /// - Returns: the place.
    func end(from start: Int) -> Int? {
        var place = start
        var state = CommandState()
        while let scalar = at(place) {
            let isWordStart = place == start || isBreak(at(place - 1))
            switch scalar {
            case "#" where isWordStart:
                guard let line = text[place...].firstIndex(of: "\n") else { return nil }
                place = line
                continue
            case ")":
                if state.isAtEnd { return place }
                state.close()
            case "(": state.open()
            case ";", "&", "|": state.isCommandStart = true
            case "\n":
                guard let next = endOfHeredocs(state.heredocs, from: place + 1) else { return nil }
                (state.heredocs, state.isCommandStart) = ([], true)
                place = next
                continue
            case "<" where at(place + 1) == "<":
                place = heredoc(from: place, &state)
                continue
            case _ where isWordStart && CommandState.isLetter(scalar):
                let word = text[place...].prefix(while: CommandState.isLetter)
                state.read(word, isWhole: isBreak(at(place + word.count)))
                place += word.count
                continue
            case " ", "\t", "{", "!": break
            default:
                state.isCommandStart = false
                guard let end = endOfQuoted(at: place) else { return nil }
                place = end
            }
            place += 1
        }
        return nil
    }

    private func isBreak(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { " \t\n;&|()`".unicodeScalars.contains($0) } ?? true
    }

    /// The last place of what begins here: a quoted part, a substitution, or one character.
    private func endOfQuoted(at place: Int, isInQuotes: Bool = false) -> Int? {
        switch at(place) {
        case "\\": return place + 1
        case "'" where !isInQuotes: return text[(place + 1)...].firstIndex(of: "'")
        case "\"" where !isInQuotes: return endOfDoubleQuoted(from: place + 1)
        case "`": return endOfBackquoted(from: place + 1)
        case "$" where at(place + 1) == "{":
            return inner?.endOfBraces(from: place + 2, isInQuotes: isInQuotes)
        case "$" where at(place + 1) == "(":
            if at(place + 2) == "(", let end = endOfArithmetic(from: place + 3) { return end }
            return inner?.end(from: place + 2)
        default: return place
        }
    }

    private func endOfDoubleQuoted(from start: Int) -> Int? {
        var place = start
        while let scalar = at(place) {
            if scalar == "\"" { return place }
            guard let end = endOfQuoted(at: place, isInQuotes: true) else { return nil }
            place = end + 1
        }
        return nil
    }

    private func endOfBraces(from start: Int, isInQuotes: Bool) -> Int? {
        var place = start
        while let scalar = at(place) {
            if scalar == "}" { return place }
            let end =
                scalar == "\""
                ? endOfDoubleQuoted(from: place + 1)
                : endOfQuoted(at: place, isInQuotes: isInQuotes)
            guard let end else { return nil }
            place = end + 1
        }
        return nil
    }

    /// The place of the backquote that ends a command; `nil` if there is none.
    func endOfBackquoted(from start: Int) -> Int? {
        var place = start
        while let scalar = at(place), scalar != "`" { place += scalar == "\\" ? 2 : 1 }
        return at(place) == nil ? nil : place
    }

    /// The place of the last `)` of `$((…))`; `nil` where it is a command that begins with a subshell.
    func endOfArithmetic(from start: Int) -> Int? {
        var place = start
        var depth = 0
        while let scalar = at(place) {
            switch scalar {
            case "(": depth += 1
            case ")":
                if depth == 0 { return at(place + 1) == ")" ? place + 1 : nil }
                depth -= 1
            default:
                guard let end = endOfQuoted(at: place, isInQuotes: true) else { return nil }
                place = end
            }
            place += 1
        }
        return nil
    }

    /// Reads `<<WORD`, or passes `<<<`; returns the place behind it.
    private func heredoc(from start: Int, _ state: inout CommandState) -> Int {
        var place = start + 2
        if at(place) == "<" { return place + 1 }
        let isIndented = at(place) == "-"
        if isIndented { place += 1 }
        while at(place) == " " || at(place) == "\t" { place += 1 }
        var word: [Unicode.Scalar] = []
        while let scalar = at(place), !isBreak(scalar), scalar != "<", scalar != ">" {
            if !"'\"\\".unicodeScalars.contains(scalar) { word.append(scalar) }
            place += 1
        }
        state.heredocs.append(CommandState.Heredoc(word: word, isIndented: isIndented))
        state.isCommandStart = false
        return place
    }

    /// The place behind the lines of heredocs; `nil` where one does not end.
    private func endOfHeredocs(_ heredocs: [CommandState.Heredoc], from start: Int) -> Int? {
        var place = start
        for heredoc in heredocs {
            var isEnded = false
            while !isEnded {
                guard let end = text[min(place, text.count)...].firstIndex(of: "\n") else {
                    return nil
                }
                let line = text[place..<end]
                let tabs = heredoc.isIndented ? line.prefix { $0 == "\t" }.count : 0
                isEnded = line.dropFirst(tabs).elementsEqual(heredoc.word)
                place = end + 1
            }
        }
        return place
    }
}

/// What is open in a command that is read.
private struct CommandState {
    struct Heredoc {
        var word: [Unicode.Scalar]
        /// Whether tabs before its lines do not count.
        var isIndented: Bool
    }

    private enum Block {
        case parenthesis
        /// `case`, in which a `)` ends a pattern.
        case choice
    }

    /// Whether a word here would be a command's name, or one of the shell's own words.
    var isCommandStart = true
    /// Those that begin with the next line.
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

    /// Takes a `)`.
    mutating func close() {
        if blocks.last == .parenthesis { blocks.removeLast() }
        isCommandStart = blocks.last == .choice
    }

    /// Takes an unquoted word.
    ///
    /// - Parameters:
    ///   - word: its letters.
    ///   - isWhole: whether nothing else is in it.
    mutating func read(_ word: ArraySlice<Unicode.Scalar>, isWhole: Bool) {
        let text = String(String.UnicodeScalarView(word))
        let isOwn = isWhole && isCommandStart
        if isOwn, text == "case" { blocks.append(.choice) }
        if isOwn, text == "esac", blocks.last == .choice { blocks.removeLast() }
        // A pattern, or `esac`, is behind `in`.
        let isIn = isWhole && text == "in" && blocks.last == .choice
        isCommandStart = isIn || isOwn && CommandState.leading.contains(text)
    }
}
