/// A cache key's text as the shell reads it: its variables and the commands in it.
///
/// The text stands between double quotes. What only a shell can tell, such as where a `case` or a
/// heredoc in a command ends, is not looked for; then `commands` is empty and the key is evaluated as
/// it stands.
struct KeyScan {
    /// A part of the text.
    enum Part: Equatable {
        case text(String)
        /// A command, and the text that stands for it.
        case command(String, source: String)
    }

    /// The parts in order; together they are the text.
    private(set) var parts: [Part] = []
    /// Variables whose values are put in as they are, in order, each once.
    private(set) var variables: [String] = []

    private let text: [Unicode.Scalar]
    private var plain = String.UnicodeScalarView()
    private var index = 0
    private static let deepest = 32

    init(_ key: String) {
        text = Array(key.unicodeScalars)
        guard !key.contains("esac"), scan() else {
            parts = [.text(key)]
            return
        }
        endPlain()
    }

    private func at(_ place: Int) -> Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func take(_ count: Int) {
        plain.append(contentsOf: text[index..<min(index + count, text.count)])
        index += count
    }

    private mutating func endPlain() {
        if !plain.isEmpty { parts.append(.text(String(plain))) }
        plain = String.UnicodeScalarView()
    }

    /// Reads the text; `false` when a command's end cannot be told.
    private mutating func scan() -> Bool {
        var isQuoted = true
        var depth = 0
        while let scalar = at(index) {
            switch scalar {
            case "\\": take(2)
            case "\"":
                isQuoted.toggle()
                take(1)
            case "'" where !isQuoted:
                guard let end = text[(index + 1)...].firstIndex(of: "'") else { return false }
                take(end + 1 - index)
            case "}":
                if depth > 0 { depth -= 1 }
                take(1)
            case "`":
                guard takeBackquoted() else { return false }
            case "$" where at(index + 1) == "(":
                guard takeCommand() else { return false }
            case "$": depth += takeVariable(isPlain: depth == 0)
            default: take(1)
            }
        }
        return true
    }

    /// Takes `$NAME` or `${NAME}`, or what begins one with an operator.
    ///
    /// - Returns: how many braces are open behind it.
    private mutating func takeVariable(isPlain: Bool) -> Int {
        let isBraced = at(index + 1) == "{"
        let start = index + (isBraced ? 2 : 1)
        let name = String(
            String.UnicodeScalarView(
                text[min(start, text.count)...].prefix { $0.isASCII && ShellText.isName("_\($0)") }
            )
        )
        let end = start + name.unicodeScalars.count
        let isWhole = !isBraced || at(end) == "}"
        if isPlain, isWhole, ShellText.isName(name), !variables.contains(name) {
            variables.append(name)
        }
        guard isBraced else {
            take(max(1, end - index))
            return 0
        }
        take(isWhole ? end + 1 - index : 2)
        return isWhole ? 0 : 1
    }

    private mutating func takeCommand() -> Bool {
        guard let end = end(from: index + 2, 0) else { return false }
        // Arithmetic runs nothing, and bash reads `$(<file)` without a command.
        let isCommand = at(index + 2) != "(" && at(index + 2) != "<"
        return add(from: index + 2, to: end, isCommand: isCommand)
    }

    private mutating func takeBackquoted() -> Bool {
        var end = index + 1
        while let scalar = at(end), scalar != "`" { end += scalar == "\\" ? 2 : 1 }
        guard end < text.count else { return false }
        return add(from: index + 1, to: end, isCommand: !text[index..<end].contains("\\"))
    }

    private mutating func add(from start: Int, to end: Int, isCommand: Bool) -> Bool {
        let body = String(String.UnicodeScalarView(text[start..<end]))
        let isRead = !body.contains("<<") && !body.contains("#")
        guard isRead else { return false }
        if isCommand {
            let source = String(String.UnicodeScalarView(text[index...end]))
            endPlain()
            parts.append(.command(body, source: source))
            index = end + 1
        } else {
            take(end + 1 - index)
        }
        return true
    }

    /// The place of the `)` that ends a command.
    private func end(from start: Int, _ nesting: Int) -> Int? {
        guard nesting < KeyScan.deepest else { return nil }
        var place = start
        var depth = 0
        while let scalar = at(place) {
            switch scalar {
            case "\\": place += 1
            case "'":
                guard let end = text[(place + 1)...].firstIndex(of: "'") else { return nil }
                place = end
            case "\"":
                guard let end = endOfQuoted(from: place + 1, nesting) else { return nil }
                place = end
            case "(": depth += 1
            case ")":
                if depth == 0 { return place }
                depth -= 1
            default: break
            }
            place += 1
        }
        return nil
    }

    private func endOfQuoted(from start: Int, _ nesting: Int) -> Int? {
        var place = start
        while let scalar = at(place) {
            switch scalar {
            case "\\": place += 1
            case "\"": return place
            case "$" where at(place + 1) == "(":
                guard let end = end(from: place + 2, nesting + 1) else { return nil }
                place = end
            default: break
            }
            place += 1
        }
        return nil
    }
}
