/// A look at a command as a POSIX shell would split it: enough to tell words from quotes, no more.
///
/// It knows quotes, escapes, comments, `$(…)`, backquotes and the operators between commands. Where
/// it is in doubt (heredocs, `case` patterns) it says less rather than something wrong.
struct ShellScan {
    /// A simple command: its words as written, the place of its first one, and what ends it.
    struct SimpleCommand: Equatable {
        /// The words as written, quotes included.
        var words: [String] = []
        /// The line of the text, counted from 0, on which it begins.
        var line = 0
        /// The operator behind it: `|`, `;`, `&&`, …, or an empty text.
        var terminator = ""
        /// Whether its output is redirected.
        var isRedirected = false
    }

    /// The simple commands, also those inside `$(…)` at their own level.
    private(set) var commands: [SimpleCommand] = []
    /// The quote that is not closed, if any, and the line on which it opens.
    private(set) var openQuote: (quote: Unicode.Scalar, line: Int)?
    /// Delimiters of heredocs, with the line on which each begins.
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
            if next == "\n" { line += 1 } else { take(character) }
            if let next, next != "\n" { take(next) }
            index += 2
        case "'", "\"": takeQuoted(character)
        case "#" where word.isEmpty: skipComment()
        case " ", "\t":
            endWord()
            index += 1
        case "\n":
            endCommand(";")
            line += 1
            index += 1
            skipHeredocs()
        case ";", "&", "|", "(", ")": takeOperator(character)
        case ">", "<": takeRedirection(character)
        case "$" where next == "(" || next == "{": takeExpansion()
        default:
            take(character)
            index += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) {
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

    private mutating func takeQuoted(_ quote: Unicode.Scalar) {
        let openLine = line
        take(quote)
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
                takeExpansion()
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

    /// Takes `$(…)` or `${…}` as part of a word, with the quotes inside it.
    private mutating func takeExpansion() {
        // Deeper nesting than any person writes is not followed, so that no text can use up the stack.
        guard nesting < 32 else {
            take("$")
            index += 1
            return
        }
        nesting += 1
        defer { nesting -= 1 }
        let close: Unicode.Scalar = next == "(" ? ")" : "}"
        let open: Unicode.Scalar = next == "(" ? "(" : "{"
        take("$")
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
                takeQuoted(character)
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

    private mutating func takeOperator(_ character: Unicode.Scalar) {
        let isDouble = next == character && character != "(" && character != ")"
        let operation = String(repeating: String(character), count: isDouble ? 2 : 1)
        // 2>&1, >& and &> are redirections, not the end of a command.
        if character == "&", !isDouble, next == ">" {
            current.isRedirected = true
            index += 1
            return
        }
        // An array, `name=(…)`: keep the parenthesis in the word, so that it can be told.
        if character == "(", word.hasSuffix("=") { word.unicodeScalars.append("(") }
        if character == "(", next == ")", !word.isEmpty { word += "()" }
        endCommand(operation)
        index += isDouble ? 2 : 1
    }

    private mutating func takeRedirection(_ character: Unicode.Scalar) {
        if character == "<", next == "<" {
            takeHeredoc()
            return
        }
        if next == "(" {
            take(character)
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

    private mutating func takeHeredoc() {
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

    private var heredocsRead = 0

    /// Jumps over the bodies of the heredocs that the line just ended began.
    private mutating func skipHeredocs() {
        while heredocsRead < heredocs.count {
            let delimiter = heredocs[heredocsRead].delimiter
            heredocsRead += 1
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
