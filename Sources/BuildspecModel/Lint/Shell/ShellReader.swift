/// Parses a text as bash would, and collects its features: commands, expansions, redirections.
///
/// The reader handles quotes, escapes, comments, heredocs, `case` patterns, `[[ … ]]`, and nested
/// text: `$(…)`, backquotes, `(…)`, `${…}`, double quotes. It does not validate: invalid text gives
/// the features that are certain.
///
/// Source: POSIX.1-2024, "Shell Command Language"; the bash manual for bash's extensions.
struct ShellReader {
    /// The features so far, in the order of the text except for nested ones.
    private(set) var features: [ShellFeature] = []

    let text: [Unicode.Scalar]
    var index = 0
    /// The depth of nested substitutions, which is limited so that a text cannot exhaust the stack.
    var depth = 0
    /// Whether a backquote ends the current list.
    var isInBackquotes = false
    /// The heredocs whose bodies begin after the next line break.
    var heredocs: [Heredoc] = []

    static let maximumDepth = 32

    /// A heredoc whose `<<` was read.
    struct Heredoc {
        var delimiter: String
        var isQuoted: Bool
        var stripsTabs: Bool
    }

    static func features(of text: String) -> [ShellFeature] {
        var reader = ShellReader(text: Array(text.unicodeScalars))
        while reader.index < reader.text.count {
            reader.readList(until: nil)
            // Skip a closing character without an opening one, such as ')'.
            reader.index += 1
        }
        return reader.features
    }

    func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        index + offset < text.count ? text[index + offset] : nil
    }

    func follows(_ wanted: String) -> Bool {
        let wanted = Array(wanted.unicodeScalars)
        return index + wanted.count <= text.count
            && text[index..<index + wanted.count].elementsEqual(wanted)
    }

    func string(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(text[range]))
    }

    mutating func skip(while isSkipped: (Unicode.Scalar) -> Bool) {
        while let scalar = peek(), isSkipped(scalar) { index += 1 }
    }

    mutating func add(_ kind: ShellFeature.Kind, from start: Int) {
        features.append(ShellFeature(kind: kind, range: start..<max(start, index)))
    }
}

extension ShellReader {
    /// The state of the reader in a list of commands.
    private struct ListState {
        var words: [ShellWord] = []
        /// For each open `case`, whether a pattern comes next.
        var cases: [Bool] = []
        var expectsPattern: Bool { cases.last ?? false }
        /// Whether the words of a `for` have just ended.
        var isAfterFor = false
    }

    /// Reads commands up to the `)` or backquote that closes the list, which is not consumed.
    mutating func readList(until closer: Unicode.Scalar?) {
        var state = ListState()
        depth += 1
        defer { depth -= 1 }
        while let scalar = peek() {
            if state.expectsPattern, state.words.isEmpty, readPattern(&state, closer) { continue }
            switch scalar {
            case " ", "\t", "\r": index += 1
            case "\\" where peek(1) == "\n": index += 2
            case "#": skip { $0 != "\n" }
            case "\n":
                end(&state)
                index += 1
                readHeredocs()
            case closer, ")":
                end(&state)
                return
            case ";", "&", "|": readOperator(&state)
            case "(": readParenthesis(&state)
            case "<", ">": readRedirection()
            default: readCommandWord(&state)
            }
        }
        end(&state)
    }

    /// Adds a feature for the command that was read.
    private mutating func end(_ state: inout ListState) {
        let words = state.words
        state.words = []
        guard let first = words.first, let last = words.last else { return }
        state.isAfterFor = first.text == "for"
        let range = first.range.lowerBound..<last.range.upperBound
        features.append(ShellFeature(kind: .command(words), range: range))
    }

    private mutating func readOperator(_ state: inout ListState) {
        let start = index
        if follows("&>") {
            index += follows("&>>") ? 3 : 2
            return add(.sign(string(start..<index)), from: start)
        }
        end(&state)
        if follows(";;&") || follows(";&") {
            index += follows(";;&") ? 3 : 2
            if let last = state.cases.indices.last {
                add(.sign(string(start..<index)), from: start)
                state.cases[last] = true
            }
        } else if follows(";;") {
            index += 2
            if let last = state.cases.indices.last { state.cases[last] = true }
        } else if follows("|&") {
            index += 2
            add(.sign("|&"), from: start)
        } else {
            index += follows("&&") || follows("||") ? 2 : 1
        }
    }

    /// Reads a subshell, the `()` of a function, `((…))`, or an unexpected parenthesis.
    private mutating func readParenthesis(_ state: inout ListState) {
        let start = index
        if state.words.count == 1, let close = closeOfEmptyPair() {
            // The name of a function; its body follows.
            let name = state.words[0]
            state.words = []
            index = close
            features.append(ShellFeature(kind: .function(name), range: name.range))
        } else if state.words.isEmpty || state.words.map(\.text) == ["for"], follows("(("),
            let close = closeOfArithmetic(from: index + 2)
        {
            let isFor = !state.words.isEmpty
            state.words = []
            readArithmetic(to: close)
            add(.sign(isFor ? "for ((" : "(("), from: start)
        } else {
            index += 1
            guard depth < ShellReader.maximumDepth else { return }
            readList(until: ")")
            if peek() == ")" { index += 1 }
        }
    }

    /// Returns the index after an empty `( )`, if one comes next.
    private func closeOfEmptyPair() -> Int? {
        let next = text[(index + 1)...].firstIndex { $0 != " " && $0 != "\t" }
        return next.flatMap { text[$0] == ")" ? $0 + 1 : nil }
    }

    private mutating func readCommandWord(_ state: inout ListState) {
        let start = index
        let word = readWord()
        guard index > start else {
            index += 1
            return
        }
        if state.words.isEmpty {
            let isAfterFor = state.isAfterFor
            state.isAfterFor = false
            if isAfterFor, word.text == "{" { add(.sign("for {"), from: start) }
            if word.text == "time", isBeforeGroup { add(.sign("time {"), from: start) }
            if ShellReader.keywords.contains(word.text) { return }
            if word.text == "[[" { return readCondition(word) }
            if word.text == "esac", !state.cases.isEmpty {
                state.cases.removeLast()
                return
            }
            if word.isAssignment { return add(.assignment(word), from: start) }
        }
        state.words.append(word)
        if state.words.count > 1 { add(.word(word), from: start) }
        if state.words.count == 3, state.words[0].text == "case", word.text == "in" {
            state.words = []
            state.cases.append(true)
        }
    }

    /// Whether a `{ …; }` or `( … )` comes next.
    private var isBeforeGroup: Bool {
        var next = index
        while next < text.count, text[next] == " " || text[next] == "\t" { next += 1 }
        guard next > index, next < text.count else { return false }
        if text[next] == "(" { return true }
        return text[next] == "{" && next + 1 < text.count
            && " \t\n".unicodeScalars.contains(text[next + 1])
    }

    private static let keywords: Set<String> = [
        "if", "then", "elif", "else", "fi", "do", "done", "while", "until", "!", "{", "}", "time",
    ]

    /// Reads a part of the patterns of a `case`; returns `false` at the end of the list of commands.
    private mutating func readPattern(_ state: inout ListState, _ closer: Unicode.Scalar?) -> Bool {
        guard let scalar = peek() else { return false }
        switch scalar {
        case " ", "\t", "\r", "\n", "|", "(":
            index += 1
            if scalar == "\n" { readHeredocs() }
        case ")":
            index += 1
            state.cases[state.cases.count - 1] = false
        case "#": skip { $0 != "\n" }
        case "\\" where peek(1) == "\n": index += 2
        case closer: return false
        default:
            let start = index
            let word = readWord()
            if word.text == "esac" { state.cases.removeLast() }
            if index == start { index += 1 }
        }
        return true
    }

    /// Reads `[[ … ]]`, in which parentheses and `<`, `>`, `&`, `|` are not operators of the shell.
    private mutating func readCondition(_ word: ShellWord) {
        features.append(ShellFeature(kind: .command([word]), range: word.range))
        while let scalar = peek() {
            if " \t\r\n()<>&|;!".unicodeScalars.contains(scalar) {
                index += 1
                continue
            }
            let start = index
            if readWord().text == "]]" { return }
            if index == start { index += 1 }
        }
    }
}

extension ShellWord {
    var isAssignment: Bool { assignedName != nil }

    /// The text before the `=` of `name=…`, `name+=…` or `name[…]=…`.
    var assignedName: Substring? {
        guard let equals = bare.firstIndex(of: "=") else { return nil }
        var left = bare[..<equals]
        if left.hasSuffix("+") { left.removeLast() }
        if left.hasSuffix("]"), let open = left.firstIndex(of: "[") { left = left[..<open] }
        return String(left).isVariableName ? bare[..<equals] : nil
    }
}
