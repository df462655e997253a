extension Bashism {
    /// Finds `{a,b}` and `{1..3}` outside of quotes.
    static func inWord(_ word: ShellWord) -> Bashism? {
        let bare = Array(word.bare.unicodeScalars)
        guard bare.count < 1_000 else { return nil }
        var index = 0
        while let open = bare[index...].firstIndex(of: "{") {
            index = open + 1
            // `{{.Name}}` of templates and braces after a '$' are not brace expansions.
            if open + 1 < bare.count, bare[open + 1] == "{" { return nil }
            if open > 0, bare[open - 1] == "$" { continue }
            guard let close = matching(open, in: bare) else { return nil }
            let inner = bare[(open + 1)..<close]
            let before = open > 0 ? bare[open - 1] : " "
            if isSequence(inner) {
                return Bashism("'{1..3}'", "the words out", .differs("leaves it unchanged"))
            }
            if hasTopLevelComma(inner), !isRepeat(inner, after: before), !isJSONLike(word.text) {
                return Bashism("'{a,b}'", "the words out", .differs("leaves it unchanged"))
            }
        }
        return nil
    }

    private static func matching(_ open: Int, in text: [Unicode.Scalar]) -> Int? {
        var depth = 0
        for index in open..<text.count {
            if text[index] == "{" { depth += 1 }
            if text[index] == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    private static func hasTopLevelComma(_ inner: ArraySlice<Unicode.Scalar>) -> Bool {
        var depth = 0
        for scalar in inner {
            if scalar == "{" { depth += 1 }
            if scalar == "}" { depth -= 1 }
            if scalar == ",", depth == 0 { return true }
        }
        return false
    }

    /// Returns whether braces are the `{1,3}` of a regular expression, as in `[0-9]{1,3}`.
    private static func isRepeat(
        _ inner: ArraySlice<Unicode.Scalar>,
        after before: Unicode.Scalar
    ) -> Bool {
        let isNumbers = inner.allSatisfy { ("0"..."9").contains($0) || $0 == "," }
        return isNumbers
            && ("])}.*".unicodeScalars.contains(before) || before == ShellWord.placeholder)
    }

    private static func isSequence(_ inner: ArraySlice<Unicode.Scalar>) -> Bool {
        let parts = String(inner).split(separator: "..", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return false }
        let areNumbers = parts.allSatisfy { Int($0) != nil }
        let areLetters = parts.prefix(2).allSatisfy { part in
            part.unicodeScalars.count == 1 && part.unicodeScalars.allSatisfy(\.isNameStart)
        }
        return areNumbers || areLetters && parts.dropFirst(2).allSatisfy { Int($0) != nil }
    }
}

extension Bashism {
    /// Finds a form of `${…}` that is not in POSIX.
    static func inParameter(_ body: String, _ names: ShellNames) -> Bashism? {
        var rest = Array(body.unicodeScalars)[...]
        if rest.first == "!" {
            guard rest.dropFirst().first?.isNameStart ?? false else { return nil }
            return Bashism("'${!NAME}'", "'eval'")
        }
        if rest.first == "#", rest.count > 1 { rest = rest.dropFirst() }
        let name = rest.prefix { $0.isNamePart }
        rest = rest.dropFirst(name.count)
        if name.isEmpty {
            guard let sign = rest.first, sign == "@" || sign == "*" else { return nil }
            rest = rest.dropFirst()
        }
        guard let sign = rest.first else { return inVariable(String(name), names) }
        let next = rest.dropFirst().first
        switch sign {
        case "[": return Bashism("an array's '${NAME[…]}'")
        case ":":
            guard let next,
                isOffset(next, String(rest.dropFirst(2))) || isNamedOffset(rest.dropFirst(), name)
            else { return nil }
            return Bashism("'${NAME:0:3}'", "\"$(printf '%s' \"$NAME\" | cut -c 1-3)\"")
        case "^": return Bashism("'${NAME^^}'", "\"$(printf '%s' \"$NAME\" | tr a-z A-Z)\"")
        case ",": return Bashism("'${NAME,,}'", "\"$(printf '%s' \"$NAME\" | tr A-Z a-z)\"")
        case "/": return Bashism("'${NAME/a/b}'", "\"$(printf '%s' \"$NAME\" | sed 's/a/b/')\"")
        case "~": return Bashism("'${NAME~}'")
        case "@":
            guard rest.count == 2, let next, "QEPAaKkUuL".unicodeScalars.contains(next)
            else { return nil }
            return Bashism("'${NAME@\(next)}'")
        default: return nil
        }
    }

    /// Returns whether the text after the `:` is an offset, unlike in `:-` and `${AWS::Region}`.
    private static func isOffset(_ next: Unicode.Scalar, _ rest: String) -> Bool {
        switch next {
        case "0"..."9", "$", "(": true
        case " ":
            rest.unicodeScalars.first.map { "-0123456789".unicodeScalars.contains($0) } ?? false
        case ":": rest.unicodeScalars.first.map { $0 == "$" || ("0"..."9").contains($0) } ?? false
        default: false
        }
    }

    /// Returns whether the rest is an offset as in `${NAME:n:2}`, not a template as `${opt:stage}`.
    private static func isNamedOffset(
        _ rest: ArraySlice<Unicode.Scalar>,
        _ name: ArraySlice<Unicode.Scalar>
    ) -> Bool {
        let templates: Set<String> = [
            "aws", "cf", "deps", "env", "file", "git", "opt", "param", "s3", "self", "sls", "ssm",
        ]
        guard let first = rest.first, first == "_" || ("a"..."z").contains(first),
            !templates.contains(String(name))
        else { return false }
        return rest.allSatisfy { scalar in
            scalar == "_" || ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
                || "+-: $".unicodeScalars.contains(scalar)
        }
    }

    /// The replacements of the variables that only bash sets.
    private static let variables: [String: String?] = [
        "BASHPID": nil, "BASH_SOURCE": nil, "BASH_VERSION": nil, "DIRSTACK": nil,
        "EPOCHREALTIME": "'$(date +%s.%N)'", "EPOCHSECONDS": "'$(date +%s)'",
        "EUID": "'$(id -u)'", "FUNCNAME": nil, "MACHTYPE": nil, "OSTYPE": "'$(uname -s)'",
        "PIPESTATUS": nil, "RANDOM": nil, "REPLY": "'read -r REPLY'", "SECONDS": "'$(date +%s)'",
        "SHLVL": nil, "SRANDOM": nil, "UID": "'$(id -u)'",
    ]

    /// Finds a variable that only bash sets; `HOSTNAME` is not one, because an image can set it.
    static func inVariable(_ name: String, _ names: ShellNames) -> Bashism? {
        guard let replacement = variables[name], !names.variables.contains(name)
        else { return nil }
        return Bashism("'$\(name)'", replacement, .differs("has no such variable"))
    }

    /// Finds other bases, `,`, `**`, `++`, `--` and variables of bash in arithmetic.
    static func inArithmetic(_ body: String, _ names: ShellNames) -> Bashism? {
        let text = withoutExpansions(Array(body.unicodeScalars))
        for index in text.indices {
            if text[index] == "," { return Bashism("',' in '$((…))'", "each by itself") }
            if text[index] == "#", index > 0, ("0"..."9").contains(text[index - 1]) {
                return Bashism("a base in '$((…))'", "decimal digits without a 0 before them")
            }
        }
        for index in text.indices.dropFirst() {
            let sign = text[index]
            guard sign == text[index - 1] else { continue }
            if sign == "*" { return Bashism("'**' in '$((…))'", "the product out") }
            guard sign == "+" || sign == "-" else { continue }
            let after = text[(index + 1)...].first { $0 != " " }
            let isPostfix = text[..<(index - 1)].last { $0 != " " }?.isNamePart ?? false
            let isPrefix = after?.isNameStart ?? false
            // `a--b` is a difference; `a--` and `--a` are not.
            guard isPostfix != isPrefix else { continue }
            // dash reads the second character as the sign of the operand: `i + (+2)`, `+(+i)`.
            let isSign = isPrefix || after == "+" || after == "-"
            return Bashism(
                "'\(sign)\(sign)' in '$((…))'",
                "'name=$((name \(sign) 1))'",
                isSign ? .differs("leaves the variable as it is") : .fails
            )
        }
        return text.split { !$0.isNamePart }.lazy.compactMap { inVariable(String($0), names) }.first
    }

    /// Returns the text with a placeholder for each `$(…)` and `${…}`; empty if it has backquotes.
    private static func withoutExpansions(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var depth = 0
        for (index, scalar) in text.enumerated() {
            let isAfterDollar = index > 0 && text[index - 1] == "$"
            if depth > 0 {
                if scalar == "(" || scalar == "{" { depth += 1 }
                if scalar == ")" || scalar == "}" { depth -= 1 }
            } else if isAfterDollar, scalar == "(" || scalar == "{" {
                depth = 1
                result.append(ShellWord.placeholder)
            } else if scalar == "`" {
                return []
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    /// Returns whether the text looks like JSON with missing or misplaced quotes.
    private static func isJSONLike(_ text: String) -> Bool {
        text.contains("\":") || text.contains("':")
    }
}
