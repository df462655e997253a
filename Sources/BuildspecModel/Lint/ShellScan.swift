/// A simple scan of a command that splits the text into words like a POSIX shell.
///
/// The scan handles quotes, escapes, comments, `$(…)`, backquotes and the operators between
/// commands. For heredocs and `case` patterns, it reports less rather than something wrong.
struct ShellScan {
    /// A simple command with its words as written, quotes included.
    struct SimpleCommand: Equatable {
        var words: [String] = []
        /// The first line, counted from 0.
        var line = 0
        /// The operator after the command: `|`, `;`, `&&`, …, or an empty text.
        var terminator = ""
        /// Whether standard output is redirected.
        var isRedirected = false
    }

    private(set) var commands: [SimpleCommand] = []
    /// The quote that is not closed, if there is one, and the line on which it opens.
    private(set) var openQuote: (quote: Unicode.Scalar, line: Int)?
    /// The heredocs, with the line on which each begins.
    private(set) var heredocs: [(delimiter: String, line: Int)] = []

    private let text: [Unicode.Scalar]
    private var index = 0
    private var line = 0
    private var current = SimpleCommand()
    private var word = ""
    private var nesting = 0

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
        while index < self.text.count { step() }
        endCommand("")
    }

    private var next: Unicode.Scalar? { index + 1 < text.count ? text[index + 1] : nil }

    private mutating func step() {
        let character = text[index]
        switch character {
        case "\\":
            if next == "\n" { line += 1 } else { append(character) }
            if let next, next != "\n" { append(next) }
            index += 2
        case "'", "\"": readQuoted(character)
        case "#" where word.isEmpty: skipComment()
        case " ", "\t":
            endWord()
            index += 1
        case "\n":
            endCommand(";")
            line += 1
            index += 1
            skipHeredocs()
        case ";", "&", "|", "(", ")": readOperator(character)
        case ">", "<": readRedirection(character)
        case "$" where next == "(" || next == "{": readExpansion()
        default:
            append(character)
            index += 1
        }
    }

    private mutating func append(_ character: Unicode.Scalar) {
        if word.isEmpty, current.words.isEmpty { current.line = line }
        word.unicodeScalars.append(character)
    }

    private mutating func endWord() {
        guard !word.isEmpty else { return }
        current.words.append(word)
        word = ""
    }

    private mutating func endCommand(_ terminator: String) {
        endWord()
        current.terminator = terminator
        if !current.words.isEmpty { commands.append(current) }
        current = SimpleCommand(line: line)
    }

    private mutating func readQuoted(_ quote: Unicode.Scalar) {
        let openLine = line
        append(quote)
        index += 1
        while index < text.count, text[index] != quote {
            if quote == "\"", text[index] == "\\", let next {
                word.unicodeScalars.append(text[index])
                word.unicodeScalars.append(next)
                if next == "\n" { line += 1 }
                index += 2
                continue
            }
            if quote == "\"", text[index] == "$", next == "(" || next == "{" {
                readExpansion()
                continue
            }
            if text[index] == "\n" { line += 1 }
            word.unicodeScalars.append(text[index])
            index += 1
        }
        if index >= text.count {
            openQuote = openQuote ?? (quote, openLine)
        } else {
            word.unicodeScalars.append(quote)
            index += 1
        }
    }

    /// Reads `$(…)` or `${…}` as part of a word, with nested quotes.
    private mutating func readExpansion() {
        // The depth is limited, so that a text cannot exhaust the stack.
        guard nesting < 32 else {
            append("$")
            index += 1
            return
        }
        nesting += 1
        defer { nesting -= 1 }
        let (open, close): (Unicode.Scalar, Unicode.Scalar) = next == "(" ? ("(", ")") : ("{", "}")
        append("$")
        word.unicodeScalars.append(open)
        index += 2
        var depth = 1
        while index < text.count, depth > 0 {
            let character = text[index]
            switch character {
            case "\\":
                word.unicodeScalars.append(character)
                if let next { word.unicodeScalars.append(next) }
                index += 2
                continue
            case "'" where close == ")", "\"":
                readQuoted(character)
                continue
            case open: depth += 1
            case close: depth -= 1
            case "\n": line += 1
            default: break
            }
            word.unicodeScalars.append(character)
            index += 1
        }
    }

    private mutating func skipComment() {
        while index < text.count, text[index] != "\n" { index += 1 }
    }

    private mutating func readOperator(_ character: Unicode.Scalar) {
        let isDouble = next == character && character != "(" && character != ")"
        let operation = String(repeating: String(character), count: isDouble ? 2 : 1)
        // 2>&1, >& and &> are redirections, not the end of a command.
        if character == "&", !isDouble, next == ">" {
            current.isRedirected = true
            index += 1
            return
        }
        // Keep the parenthesis of an array, `name=(…)`, in the word, so that rules can detect it.
        if character == "(", word.hasSuffix("=") { word.unicodeScalars.append("(") }
        if character == "(", next == ")", !word.isEmpty { word += "()" }
        endCommand(operation)
        index += isDouble ? 2 : 1
    }

    private mutating func readRedirection(_ character: Unicode.Scalar) {
        if character == "<", next == "<" { return readHeredocStart() }
        if next == "(" {
            append(character)
            word.unicodeScalars.append("(")
            endWord()
            index += 2
            return
        }
        if character == ">" { current.isRedirected = current.isRedirected || word != "2" }
        endWord()
        index += next == character || next == "&" ? 2 : 1
        current.words.append(String(character))
    }

    private mutating func readHeredocStart() {
        endWord()
        index += 2
        if index < text.count, text[index] == "<" {
            current.words.append("<<<")
            index += 1
            return
        }
        if index < text.count, text[index] == "-" { index += 1 }
        while index < text.count, text[index] == " " { index += 1 }
        var delimiter = ""
        while index < text.count, !" \t\n;|&<>()".unicodeScalars.contains(text[index]) {
            if !"'\"\\".unicodeScalars.contains(text[index]) {
                delimiter.unicodeScalars.append(text[index])
            }
            index += 1
        }
        current.words.append("<<")
        if !delimiter.isEmpty { heredocs.append((delimiter, line)) }
    }

    private var skippedHeredocs = 0

    private mutating func skipHeredocs() {
        while skippedHeredocs < heredocs.count {
            let delimiter = heredocs[skippedHeredocs].delimiter
            skippedHeredocs += 1
            while index < text.count {
                let end = text[index...].firstIndex(of: "\n") ?? text.count
                let content = String(text[index..<end])
                index = min(end + 1, text.count)
                line += 1
                if content.drop(while: { $0 == "\t" }) == delimiter { break }
            }
        }
    }
}
