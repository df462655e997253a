/// Something that bash knows and dash, the `/bin/sh` of Debian and Ubuntu, does not.
///
/// What dash does with each was tried with dash 0.5.12; `BashTests` tries it again.
struct Bashism: Equatable {
    /// What dash does with it.
    enum Effect: Equatable {
        /// The command fails, or the whole text is refused.
        case fails
        /// dash goes on and does something else; the words say what, after "which".
        case differs(String)
    }

    /// How it looks, in quotes where it is text.
    var what: String
    /// What to write for it, after "write"; `nil` where only another shell helps.
    var instead: String?
    /// What dash does.
    var effect = Effect.fails
    /// Where it stands in the command's text.
    var range = 0..<0

    init(_ what: String, _ instead: String? = nil, _ effect: Effect = .fails) {
        self.what = what
        self.instead = instead
        self.effect = effect
    }

    /// The bashisms of a text: of each kind the first.
    static func all(in text: String) -> [Bashism] {
        var found: [Bashism] = []
        var seen: Set<String> = []
        for feature in ShellReader.features(of: text) {
            guard var bashism = Bashism(feature.kind), seen.insert(bashism.what).inserted else {
                continue
            }
            bashism.range = feature.range
            found.append(bashism)
        }
        return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private init?(_ kind: ShellFeature.Kind) {
        let found: Bashism? =
            switch kind {
            case .command(let words): Bashism.inCommand(words)
            case .assignment(let word): Bashism.inAssignment(word)
            case .word(let word): Bashism.inWord(word)
            case .parameter(let body): Bashism.inParameter(body)
            case .variable(let name): Bashism.inVariable(name)
            case .arithmetic(let body): Bashism.inArithmetic(body)
            case .redirection(let sign): Bashism.redirections[sign]
            case .fallThrough(let sign): Bashism("'\(sign)'", "';;' and repeat the commands")
            case .ansiQuote:
                Bashism("$'…'", "\"$(printf '…')\"", .differs("leaves the '$' and the '\\n' in"))
            case .localeQuote: Bashism("$\"…\"", "\"…\"", .differs("leaves the '$' in"))
            case .oldArithmetic:
                Bashism("'$[…]'", "'$((…))'", .differs("leaves it as it stands"))
            case .fileSubstitution:
                Bashism("'$(< file)'", "'$(cat file)'", .differs("makes an empty text of it"))
            case .arithmeticCommand: Bashism("'((…))'", "'[ \"$((…))\" -ne 0 ]'")
            case .arithmeticFor: Bashism("'for ((…))'", "'for i in 1 2 3' or 'while'")
            case .array: Bashism("an array")
            case .pipeBoth: Bashism("'|&'", "'2>&1 |'")
            }
        guard let found else { return nil }
        self = found
    }

    private static let redirections: [String: Bashism] = [
        "<<<": Bashism("'<<<'", "\"printf '%s\\n' … |\" before the command"),
        "<(…)": Bashism("'<(…)'", "the output into a file first"),
        ">(…)": Bashism("'>(…)'", "a pipe"),
        "&>": Bashism(
            "'&>'",
            "'> file 2>&1'",
            .differs("runs the command in the background and empties the file")
        ),
        "&>>": Bashism(
            "'&>>'",
            "'>> file 2>&1'",
            .differs("runs the command in the background")
        ),
        ">&": Bashism("'>& file'", "'> file 2>&1'"),
    ]
}

extension Bashism {
    private static let commands: [String: Bashism] = [
        "[[": Bashism("'[['", "'['"),
        "function": Bashism("'function'", "'name() {'"),
        "declare": Bashism("'declare'", "'name=value'"),
        "typeset": Bashism("'typeset'", "'name=value'"),
        "let": Bashism("'let'", "'name=$((…))'"),
        "mapfile": Bashism("'mapfile'", "'while read -r line'"),
        "readarray": Bashism("'readarray'", "'while read -r line'"),
        "pushd": Bashism("'pushd'", "'cd', or '(cd dir && …)'"),
        "popd": Bashism("'popd'", "'cd'"),
        "dirs": Bashism("'dirs'", "'pwd'"),
        "shopt": Bashism("'shopt'"),
        "disown": Bashism("'disown'", "'nohup'"),
        "builtin": Bashism("'builtin'", "'command'"),
        "select": Bashism("'select'", "'case'"),
        "coproc": Bashism("'coproc'"),
        "compgen": Bashism("'compgen'"),
        "caller": Bashism("'caller'"),
    ]

    private static func inCommand(_ words: [ShellWord]) -> Bashism? {
        guard let name = words.first?.text else { return nil }
        if let known = commands[name] { return known }
        let rest = words.dropFirst().map(\.text)
        switch name {
        case "[", "test": return inTest(name, rest)
        case "echo": return inEcho(rest)
        case "read": return inRead(rest)
        case "trap": return inTrap(rest)
        case "printf": return inPrintf(rest)
        case "set": return inSet(rest)
        case "type":
            guard let option = rest.first, ["-P", "-p", "-t", "-a"].contains(option) else {
                return nil
            }
            return Bashism("'type \(option)'", "'command -v'")
        case "export", "readonly", "local", "unset":
            return inDeclaration(name, words.dropFirst())
        case "wait" where rest.first == "-n":
            return Bashism("'wait -n'", "'wait' with a process id")
        case "exec" where rest.first == "-a": return Bashism("'exec -a'")
        case "kill" where rest.first?.hasPrefix("-SIG") ?? false:
            let signal = rest[0].dropFirst(4)
            return Bashism("'kill -SIG\(signal)'", "'kill -\(signal)'")
        default: return nil
        }
    }

    private static func inTest(_ name: String, _ words: [String]) -> Bashism? {
        let shown = name == "[" ? "[ … %@ … ]" : "test … %@ …"
        if words.contains("==") {
            return Bashism("'\(shown.replacing("%@", with: "=="))'", "'='")
        }
        if words.count > 1, words[0] == "-v" {
            let close = name == "[" ? " ]" : ""
            return Bashism("'\(name) -v NAME\(close)'", "'\(name) -n \"${NAME+x}\"\(close)'")
        }
        return nil
    }

    private static func inEcho(_ words: [String]) -> Bashism? {
        guard let option = words.first, option.count > 1, option.hasPrefix("-"), option != "-n",
            option.dropFirst().allSatisfy({ "neE".contains($0) })
        else { return nil }
        return Bashism(
            "'echo \(option)'",
            option.contains("e") ? "\"printf '…\\n'\"" : "'echo' without it",
            .differs("prints the '\(option)' too")
        )
    }

    /// dash knows `-p` and `-r`.
    private static func inRead(_ words: [String]) -> Bashism? {
        for word in words {
            guard word.hasPrefix("-"), word.count > 1, word != "--" else { return nil }
            for letter in word.dropFirst() where letter != "r" {
                if letter == "p" { break }
                guard "adeinNstu".contains(letter) else { return nil }
                return Bashism("'read -\(letter)'", letter == "a" ? "'read' with names" : nil)
            }
            if word.hasSuffix("p") { return nil }
        }
        return nil
    }

    private static func inTrap(_ words: [String]) -> Bashism? {
        for signal in words.dropFirst() {
            if ["ERR", "DEBUG", "RETURN"].contains(signal) {
                return Bashism(
                    "'trap … \(signal)'",
                    signal == "ERR" ? "'trap … EXIT' and look at '$?'" : nil,
                    .differs("sets no trap")
                )
            }
            if signal.hasPrefix("SIG"), signal.count > 3 {
                let name = signal.dropFirst(3)
                return Bashism("'trap … \(signal)'", "'\(name)'", .differs("sets no trap"))
            }
        }
        return nil
    }

    private static func inPrintf(_ words: [String]) -> Bashism? {
        if words.first == "-v" { return Bashism("'printf -v'", "'name=$(printf …)'") }
        let format = words.first == "--" ? words.dropFirst().first : words.first
        guard let format, format.replacing("%%", with: "").contains("%q") else { return nil }
        return Bashism("'printf %q'")
    }

    private static func inSet(_ words: [String]) -> Bashism? {
        let names: Set<String> = [
            "pipefail", "errtrace", "functrace", "braceexpand", "hashall", "histexpand", "history",
            "keyword", "onecmd", "physical", "posix", "privileged",
        ]
        for (option, name) in zip(words, words.dropFirst())
        where (option.hasPrefix("-") || option.hasPrefix("+")) && option.hasSuffix("o")
            && names.contains(name)
        {
            return Bashism("'set -o \(name)'")
        }
        return nil
    }

    private static func inDeclaration(
        _ name: String,
        _ words: ArraySlice<ShellWord>
    ) -> Bashism? {
        for word in words {
            if word.text.hasPrefix("-"), word.text.count > 1 {
                let known =
                    ["export": "p", "readonly": "p", "unset": "vf", "local": ""][name] ?? ""
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

    private static func inAssignment(_ word: ShellWord) -> Bashism? {
        guard let left = word.assignedName else { return nil }
        if left.hasSuffix("+") {
            let name = left.dropLast()
            return Bashism("'\(name)+=…'", "'\(name)=\"$\(name)…\"'")
        }
        return left.hasSuffix("]") ? Bashism("an array") : nil
    }
}
