extension ShellReader {
    /// Reads one word with all nested expansions.
    mutating func readWord() -> ShellWord {
        let start = index
        var bare = String.UnicodeScalarView()
        while let scalar = peek() {
            switch scalar {
            case " ", "\t", "\r", "\n", ";", "&", "|", ")", "<", ">":
                return word(from: start, bare)
            case "(":
                guard ShellWord(text: "", bare: String(bare), range: 0..<0).isOpenArray else {
                    return word(from: start, bare)
                }
                bare.append(ShellWord.placeholder)
                readArray(from: start)
            case "`" where isInBackquotes: return word(from: start, bare)
            case "\\":
                if peek(1) != "\n" { bare.append(ShellWord.placeholder) }
                index = min(index + 2, text.count)
            case "'":
                bare.append(ShellWord.placeholder)
                skipSingleQuotes()
            case "\"":
                bare.append(ShellWord.placeholder)
                index += 1
                readDoubleQuotes()
            case "`":
                bare.append(ShellWord.placeholder)
                readBackquotes()
            case "$":
                bare.append(readExpansion(isQuoted: false) ? ShellWord.placeholder : scalar)
            default:
                bare.append(scalar)
                index += 1
            }
        }
        return word(from: start, bare)
    }

    private func word(from start: Int, _ bare: String.UnicodeScalarView) -> ShellWord {
        ShellWord(text: string(start..<index), bare: String(bare), range: start..<index)
    }

    private mutating func readArray(from start: Int) {
        index += 1
        add(.sign("=("), from: start)
        guard depth < ShellReader.maximumDepth else { return }
        depth += 1
        defer { depth -= 1 }
        while let scalar = peek(), scalar != ")" {
            if scalar == "#" {
                skip { $0 != "\n" }
                continue
            }
            let before = index
            _ = readWord()
            if index == before { index += 1 }
        }
        index = min(index + 1, text.count)
    }

    private mutating func skipSingleQuotes() {
        index += 1
        skip { $0 != "'" }
        index = min(index + 1, text.count)
    }

    /// Reads text in double quotes, including the closing quote.
    private mutating func readDoubleQuotes() {
        while let scalar = peek() {
            switch scalar {
            case "\"":
                index += 1
                return
            case "\\": index = min(index + 2, text.count)
            case "`" where !isInBackquotes: readBackquotes()
            case "`": return
            case "$": _ = readExpansion(isQuoted: true)
            default: index += 1
            }
        }
    }

    private mutating func readBackquotes() {
        let start = index
        index += 1
        guard depth < ShellReader.maximumDepth else { return }
        let readsFile = self.readsFile
        let found = features.count
        isInBackquotes = true
        readList(until: "`")
        isInBackquotes = false
        if peek() == "`" { index += 1 }
        if readsFile, !hasCommand(since: found) { add(.sign("$(<"), from: start) }
    }

    /// Reads an expansion that begins with `$`; returns `false` if it is only a `$`.
    mutating func readExpansion(isQuoted: Bool) -> Bool {
        let start = index
        index += 1
        guard let next = peek() else { return false }
        switch next {
        case "(": readSubstitution(from: start)
        case "{": readParameter(from: start)
        case "[":
            index += 1
            add(.sign("$["), from: start)
        case "'" where !isQuoted:
            index += 1
            while let scalar = peek(), scalar != "'" { index += scalar == "\\" ? 2 : 1 }
            index = min(index + 1, text.count)
            add(.sign("$'"), from: start)
        case "\"" where !isQuoted:
            index += 1
            add(.sign("$\""), from: start)
            readDoubleQuotes()
        default:
            guard next.isNameStart || "0123456789@*#?$!-".unicodeScalars.contains(next) else {
                return false
            }
            index += 1
            if next.isNameStart {
                skip(while: \.isNamePart)
                add(.variable(string(start + 1..<index)), from: start)
            }
        }
        return true
    }

    private mutating func readSubstitution(from start: Int) {
        if peek(1) == "(", let close = closeOfArithmetic(from: index + 2) {
            readArithmetic(to: close)
            add(.arithmetic(string(start + 3..<close)), from: start)
            return
        }
        index += 1
        let readsFile = self.readsFile
        guard depth < ShellReader.maximumDepth else { return }
        let found = features.count
        let wasInBackquotes = isInBackquotes
        isInBackquotes = false
        readList(until: ")")
        isInBackquotes = wasInBackquotes
        if peek() == ")" { index += 1 }
        if readsFile, !hasCommand(since: found) { add(.sign("$(<"), from: start) }
    }

    /// Whether a substitution begins with `< file`.
    private var readsFile: Bool {
        let rest = text[index...].drop { $0 == " " }
        let next = rest.dropFirst().first
        return rest.first == "<" && !(next.map { "<(&>".unicodeScalars.contains($0) } ?? false)
    }

    private func hasCommand(since count: Int) -> Bool {
        features[count...].contains { feature in
            if case .command = feature.kind { true } else { false }
        }
    }

    private mutating func readParameter(from start: Int) {
        index += 1
        let body = index
        depth += 1
        defer { depth -= 1 }
        while let scalar = peek(), scalar != "}" {
            switch scalar {
            case "\\": index = min(index + 2, text.count)
            case "'": skipSingleQuotesInParameter()
            case "\"":
                index += 1
                readDoubleQuotes()
            case "$" where depth < ShellReader.maximumDepth: _ = readExpansion(isQuoted: true)
            default: index += 1
            }
        }
        let end = min(index, text.count)
        index = min(index + 1, text.count)
        add(.parameter(string(body..<end)), from: start)
    }

    /// Skips text in single quotes in `${…}`, if the quote is closed on the same line.
    private mutating func skipSingleQuotesInParameter() {
        let stop = text[(index + 1)...].firstIndex { $0 == "'" || $0 == "\n" }
        index = stop.flatMap { text[$0] == "'" ? $0 + 1 : nil } ?? index + 1
    }
}

extension ShellReader {
    /// Returns the index of the `))` that ends an arithmetic expression; `nil` if it is not one.
    func closeOfArithmetic(from start: Int) -> Int? {
        var open = 0
        var position = start
        // The limit keeps a text with many unclosed brackets from taking long.
        let end = min(text.count, start + 500)
        while position < end {
            switch text[position] {
            case "(": open += 1
            case ")" where open > 0: open -= 1
            case ")": return position + 1 < text.count && text[position + 1] == ")" ? position : nil
            case "\\": position += 1
            default: break
            }
            position += 1
        }
        return nil
    }

    /// Reads the expansions in an arithmetic expression, including its `))`.
    mutating func readArithmetic(to close: Int) {
        index += 2
        while index < close {
            switch text[index] {
            case "$" where depth < ShellReader.maximumDepth:
                depth += 1
                _ = readExpansion(isQuoted: true)
                depth -= 1
            case "\\": index += 2
            default: index += 1
            }
        }
        index = min(max(index, close + 2), text.count)
    }

    /// Reads a redirection and the word after it.
    mutating func readRedirection() {
        let start = index
        addVariable(before: start)
        if follows("<(") || follows(">(") {
            index += 2
            if depth < ShellReader.maximumDepth { readList(until: ")") }
            if peek() == ")" { index += 1 }
            return add(.sign(string(start..<start + 1) + "(…)"), from: start)
        }
        if follows("<<<") {
            index += 3
            add(.sign("<<<"), from: start)
        } else if follows("<<") {
            return readHeredocStart()
        } else if follows(">&") {
            index += 2
            return readDuplication(from: start)
        } else {
            index += [">>", ">|", "<&", "<>"].contains { follows($0) } ? 2 : 1
        }
        skipBlanks()
        let word = readWord()
        let file = word.text.drop { $0 == "\"" || $0 == "'" }
        if file.hasPrefix("/dev/tcp/") || file.hasPrefix("/dev/udp/") {
            add(.sign("/dev/tcp"), from: start)
        }
    }

    /// Adds a feature for a `{name}` directly before a redirection.
    private mutating func addVariable(before sign: Int) {
        guard sign > 2, text[sign - 1] == "}",
            let open = text[max(0, sign - 64)..<sign].lastIndex(of: "{"),
            open == 0 || " \t\n;&|".unicodeScalars.contains(text[open - 1]),
            string(open + 1..<sign - 1).isVariableName
        else { return }
        add(.sign("{fd}>"), from: open)
    }

    private mutating func skipBlanks() { skip { $0 == " " || $0 == "\t" } }

    /// Reads the word after `>&`: a number, `-`, or in bash a file.
    private mutating func readDuplication(from start: Int) {
        skipBlanks()
        let word = readWord()
        // In bash too, only standard output can become a file in this way.
        let number = text[..<start].reversed().prefix { ("0"..."9").contains($0) }
        guard !word.text.isEmpty, number.isEmpty || Array(number) == ["1"] else { return }
        add(.duplication(word), from: start)
    }

    private mutating func readHeredocStart() {
        index += 2
        let stripsTabs = peek() == "-"
        if stripsTabs { index += 1 }
        skipBlanks()
        let word = readWord()
        let delimiter = word.text.filter { !"'\"\\".contains($0) }
        guard !delimiter.isEmpty else { return }
        let isQuoted = delimiter != word.text
        heredocs.append(Heredoc(delimiter: delimiter, isQuoted: isQuoted, stripsTabs: stripsTabs))
    }

    /// Reads the bodies of the heredocs that the previous line began.
    mutating func readHeredocs() {
        let pending = heredocs
        heredocs = []
        for heredoc in pending {
            while index < text.count {
                let end = text[index...].firstIndex(of: "\n") ?? text.count
                var line = text[index..<end]
                if heredoc.stripsTabs { line = line.drop { $0 == "\t" } }
                if line.elementsEqual(heredoc.delimiter.unicodeScalars) {
                    index = min(end + 1, text.count)
                    break
                }
                if !heredoc.isQuoted { readBody(to: end) }
                index = min(max(index, end + 1), text.count)
            }
        }
    }

    private mutating func readBody(to end: Int) {
        while index < end {
            switch text[index] {
            case "\\": index += 2
            case "`" where !isInBackquotes: readBackquotes()
            case "$" where depth < ShellReader.maximumDepth:
                depth += 1
                _ = readExpansion(isQuoted: true)
                depth -= 1
            default: index += 1
            }
        }
    }
}

extension ShellWord {
    /// Whether a `(` after the word begins an array.
    var isOpenArray: Bool {
        guard bare.hasSuffix("="), let name = assignedName else { return false }
        return name.utf8.count + 1 == bare.utf8.count
    }
}

extension Unicode.Scalar {
    var isNameStart: Bool {
        self == "_" || ("a"..."z").contains(self) || ("A"..."Z").contains(self)
    }

    /// Whether the name of a variable can contain the character.
    var isNamePart: Bool { isNameStart || ("0"..."9").contains(self) }
}
