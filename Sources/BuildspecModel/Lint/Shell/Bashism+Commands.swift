extension Bashism {
    /// Finds a bashism in a command: its name, or its options and arguments.
    static func inCommand(_ words: [ShellWord], _ names: ShellNames) -> Bashism? {
        guard let name = words.first?.text, !names.functions.contains(name) else { return nil }
        return inName(name) ?? inBuiltin(name, words, names)
    }

    /// The commands and keywords that only bash has, with their replacements.
    private static let commands: [String: String?] = [
        "[[": "'['", "bind": nil, "builtin": "'command'", "caller": nil, "compgen": nil,
        "complete": nil, "compopt": nil, "coproc": nil, "declare": "'name=value'", "dirs": "'pwd'",
        "disown": "'nohup'", "enable": nil, "function": "'name() {'", "history": nil,
        "let": "'name=$((…))'", "mapfile": "'while read -r line'", "popd": "'cd'",
        "pushd": "'cd', or '(cd dir && …)'", "readarray": "'while read -r line'",
        "select": "'case'", "shopt": nil, "typeset": "'name=value'",
    ]

    private static func inName(_ name: String) -> Bashism? {
        commands[name].map { Bashism("'\(name)'", $0) }
    }

    /// Finds a bashism after `command`, which runs no keyword and no function.
    private static func inPlainCommand(
        _ words: ArraySlice<ShellWord>,
        _ names: ShellNames
    ) -> Bashism? {
        let words = words.drop { $0.text == "-p" || $0.text == "--" }
        guard let name = words.first?.text, !["[[", "function", "select", "coproc"].contains(name)
        else { return nil }
        return inName(name) ?? inBuiltin(name, Array(words), names)
    }

    private static func inBuiltin(
        _ name: String,
        _ words: [ShellWord],
        _ names: ShellNames
    ) -> Bashism? {
        let rest = words.dropFirst().map(\.text)
        switch name {
        case "command": return inPlainCommand(words.dropFirst(), names)
        case "eval": return inEval(rest, names)
        case "[", "test": return inTest(name, rest)
        case "echo": return inEcho(rest)
        case "read": return inRead(rest)
        case "trap": return inTrap(rest)
        case "printf": return inPrintf(rest)
        case "set": return inSet(rest)
        case "type":
            guard let option = rest.first, option.hasPrefix("-"), option.count > 1,
                option.dropFirst().allSatisfy({ "afptP".contains($0) })
            else { return nil }
            return Bashism("'type \(option.clipped)'", "'command -v'")
        case "exit", "return":
            guard let text = rest.first, text.hasPrefix("-"), let status = Int(text)
            else { return nil }
            return Bashism("'\(name) \(text.clipped)'", "'\(name) \(status & 255)'")
        case "export", "readonly", "local", "unset":
            return inDeclaration(name, words.dropFirst())
        case "wait": return inOptions(name, rest, "nfp", "'wait' with a process id")
        case "exec": return inOptions(name, rest, "acl")
        case "hash": return inOptions(name, rest, "dlpt", "'command -v'")
        case "kill": return inKill(rest)
        default: return nil
        }
    }

    /// Finds the first option of a command that dash does not have.
    private static func inOptions(
        _ name: String,
        _ words: [String],
        _ letters: String,
        _ replacement: String? = nil
    ) -> Bashism? {
        guard let option = words.first, option.hasPrefix("-"),
            let letter = option.dropFirst().first, letters.contains(letter)
        else { return nil }
        return Bashism("'\(name) -\(letter)'", replacement)
    }

    private static func inKill(_ words: [String]) -> Bashism? {
        if let option = words.first, option.hasPrefix("-SIG"), option.count > 4 {
            return Bashism("'kill \(option)'", "'kill -\(option.dropFirst(4))'")
        }
        guard words.count > 1, words[0] == "-s", words[1].count > 3,
            words[1].uppercased().hasPrefix("SIG")
        else { return nil }
        return Bashism("'kill -s \(words[1])'", "'kill -s \(words[1].dropFirst(3))'")
    }

    /// Finds a bashism in the text of `eval`, if it is one quoted word without expansions.
    private static func inEval(_ words: [String], _ names: ShellNames) -> Bashism? {
        guard words.count == 1, let word = words.first, word.count > 2, let quote = word.first,
            quote == word.last, quote == "'" || quote == "\""
        else { return nil }
        let text = word.dropFirst().dropLast()
        guard !text.contains(quote),
            quote == "'" || !text.contains(where: { "$`\\".contains($0) })
        else { return nil }
        return all(in: String(text), variables: names.variables).first
    }

    /// Finds a function name that is not a valid name in dash.
    static func inFunctionName(_ word: ShellWord) -> Bashism? {
        guard !word.bare.unicodeScalars.contains(ShellWord.placeholder),
            !word.bare.unicodeScalars.allSatisfy(\.isNamePart)
        else { return nil }
        return Bashism("the function name '\(word.text.clipped)'", "letters, digits and '_'")
    }

    private static func inTest(_ name: String, _ words: [String]) -> Bashism? {
        let words = name == "[" && words.last == "]" ? words.dropLast() : words[...]
        let close = name == "[" ? " ]" : ""
        if comparesTexts(words) {
            let shown = name == "[" ? "[ … == … ]" : "test … == …"
            return Bashism("'\(shown)'", "'='")
        }
        let operators: [String: (operand: String, replacement: String?)] = [
            "-v": ("NAME", "'\(name) -n \"${NAME+x}\"\(close)'"), "-R": ("NAME", nil),
            "-a": ("FILE", "'\(name) -e FILE\(close)'"), "-N": ("FILE", nil),
            "-o": ("OPTION", "'case $- in …'"),
        ]
        for (index, word) in words.enumerated() {
            let before = index == 0 ? "!" : words[index - 1]
            let isUnary = ["!", "-a", "-o", "\\(", "'('", "\"(\""].contains(before)
            guard isUnary, let known = operators[word], index + 1 < words.count,
                !["=", "!=", "-a", "-o", "-eq", "-ne", "\\)"].contains(words[index + 1])
            else { continue }
            return Bashism("'\(name) \(word) \(known.operand)\(close)'", known.replacement)
        }
        return nil
    }

    /// Returns whether `==` is an operator; in quotes, it can also be a text that is compared.
    private static func comparesTexts(_ words: ArraySlice<String>) -> Bool {
        words.contains("==")
            || words.indices.dropFirst().dropLast().contains { index in
                ["'=='", "\"==\""].contains(words[index])
                    && !["=", "!=", "!", "\\("].contains(words[index - 1])
                    && !words[index - 1].hasPrefix("-")
            }
    }

    private static func inEcho(_ words: [String]) -> Bashism? {
        let options = words.prefix { word in
            word.count > 1 && word.hasPrefix("-")
                && word.dropFirst().allSatisfy { "neE".contains($0) }
        }
        guard let option = options.first(where: { $0 != "-n" }) else { return nil }
        return Bashism(
            "'echo \(option)'",
            option.contains("e") ? "\"printf '…\\n'\"" : "'echo' without it",
            .differs("prints the '\(option)' too")
        )
    }

    /// Finds an option of `read` other than `-p` and `-r`, and a `read` without names.
    private static func inRead(_ words: [String]) -> Bashism? {
        var index = 0
        while index < words.count {
            let word = words[index]
            index += 1
            guard word.hasPrefix("-"), word.count > 1, word != "--" else { return nil }
            for (offset, letter) in word.dropFirst().enumerated() where letter != "r" {
                if letter == "p" {
                    // The prompt is the rest of the word, or the next word.
                    if offset + 2 == word.count { index += 1 }
                    break
                }
                guard "adeinNstu".contains(letter) else { return nil }
                return Bashism("'read -\(letter)'", letter == "a" ? "'read' with names" : nil)
            }
        }
        return Bashism("'read' without a name", "'read -r REPLY'")
    }

    private static func inTrap(_ words: [String]) -> Bashism? {
        for signal in words.dropFirst() {
            let name = signal.uppercased()
            let isPrefixed = name.hasPrefix("SIG") && name.count > 3 && name != "SIGEXIT"
            guard isPrefixed || ["ERR", "DEBUG", "RETURN"].contains(name) else { continue }
            let remedy = name == "ERR" ? "'trap … EXIT' and check '$?'" : nil
            return Bashism(
                "'trap … \(signal)'",
                isPrefixed ? "'\(signal.dropFirst(3))'" : remedy,
                .differs("sets no trap")
            )
        }
        return nil
    }

    private static func inPrintf(_ words: [String]) -> Bashism? {
        if words.first == "-v" { return Bashism("'printf -v'", "'name=$(printf …)'") }
        let format = words.first == "--" ? words.dropFirst().first : words.first
        var rest = Substring((format ?? "").replacing("%%", with: ""))
        while let sign = rest.firstIndex(of: "%") {
            rest = rest[sign...].dropFirst().drop { "-+ #0123456789.*".contains($0) }
            if rest.first == "q" { return Bashism("'printf %q'") }
            if rest.first == "(", rest.contains(")T") {
                return Bashism("'printf %(…)T'", "'date +…'")
            }
        }
        return inEscape(format ?? "")
    }

    /// Finds `\x…`, `\u…`, `\U…` and `\E` in a quoted format of `printf`.
    private static func inEscape(_ format: String) -> Bashism? {
        guard let quote = format.first, quote == "'" || quote == "\"" else { return nil }
        // In double quotes, the shell makes one backslash of two.
        var rest = Substring(quote == "'" ? format : format.replacing("\\\\", with: "\\"))
        while let sign = rest.firstIndex(of: "\\") {
            rest = rest[sign...].dropFirst()
            guard let letter = rest.popFirst() else { return nil }
            let isNumber = "xuU".contains(letter) && rest.first?.isHexDigit ?? false
            guard isNumber || letter == "E" else { continue }
            return Bashism(
                "'printf \\\(letter)'",
                "octal digits, such as '\\033'",
                .differs("prints the '\\\(letter)' as it is")
            )
        }
        return nil
    }

    private static func inSet(_ words: [String]) -> Bashism? {
        let names: Set<String> = [
            "pipefail", "errtrace", "functrace", "braceexpand", "hashall", "histexpand", "history",
            "keyword", "onecmd", "physical", "posix", "privileged",
        ]
        var index = 0
        while index < words.count {
            let word = words[index]
            guard word.hasPrefix("-") || word.hasPrefix("+"), word.count > 1, word != "--" else {
                return nil
            }
            if let letter = word.dropFirst().first(where: { "BHPTkht".contains($0) }) {
                return Bashism("'set \(word.prefix(1))\(letter)'")
            }
            index += 1
            guard word.hasSuffix("o"), index < words.count else { continue }
            if names.contains(words[index]) { return Bashism("'set -o \(words[index])'") }
            index += 1
        }
        return nil
    }

    private static func inDeclaration(
        _ name: String,
        _ words: ArraySlice<ShellWord>
    ) -> Bashism? {
        for word in words {
            if word.text.hasPrefix("-"), word.text.count > 1 {
                let known = ["export": "p", "readonly": "p", "unset": "vf"][name] ?? ""
                let letters = word.text.dropFirst()
                guard word.text != "--", letters.allSatisfy({ "aAfFgilnprtuvx".contains($0) }),
                    let letter = letters.first(where: { !known.contains($0) })
                else { continue }
                return Bashism("'\(name) -\(letter)'", name == "local" ? "'local name=value'" : nil)
            }
            if let found = inAssignment(word) { return found }
        }
        return nil
    }

    /// Finds `name+=…` and `name[…]=…`.
    static func inAssignment(_ word: ShellWord) -> Bashism? {
        guard let left = word.assignedName else { return nil }
        if left.hasSuffix("+") {
            let name = left.dropLast()
            return Bashism("'\(name)+=…'", "'\(name)=\"$\(name)…\"'")
        }
        return left.hasSuffix("]") ? Bashism("an array") : nil
    }
}
