internal import BuildspecModel
internal import SystemPackage

/// A cache key that the shell has expanded.
struct EvaluatedKey: Sendable, Equatable {
    /// A command in a key that ended with another status than 0.
    struct Failure: Sendable, Equatable {
        /// The command as the key has it, such as `$(cat version)`; `nil` if it is unknown.
        var command: String?
        /// The exit status; `nil` if only a call of `codebuild-hash-files` in the command failed.
        var status: String?
        /// The error message of `codebuild-hash-files`, else the first line on standard error.
        var reason: String?

        fileprivate var displayText: String {
            let name = EvaluatedKey.displayName(of: command)
            let reason = reason.map { ": \($0)" } ?? ""
            guard let status else { return "codebuild-hash-files failed in \(name)\(reason)" }
            // The shell's own message, such as that of a syntax error, is about the whole key.
            return command == nil && !reason.isEmpty
                ? String(reason.dropFirst(2)) : "\(name) ended with status \(status)\(reason)"
        }
    }

    /// The key as it is written.
    var declared: String
    /// The expanded key; `nil` if the shell could not expand it.
    var value: String?
    /// The variables in the key that are not set.
    var unset: [String] = []
    /// The commands in the key that failed.
    var failures: [Failure] = []
    /// The signs that a command failed although its status is 0.
    var doubts: [String] = []

    /// The reason why the key cannot be used; `nil` if it can.
    var problem: String? {
        guard failures.isEmpty, let value else {
            return "cannot be evaluated" + (failures.first.map { ": \($0.displayText)" } ?? "")
        }
        guard value.isBlank else { return nil }
        return "is empty" + (warning.map { ": \($0)" } ?? "")
    }

    /// The warning about a key that is used nevertheless; `nil` without a warning.
    var warning: String? {
        let all = (unset.isEmpty ? [] : [EvaluatedKey.notSet(unset)]) + doubts
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }

    /// The line about a key of a kind, such as `cache key`; `nil` if there is nothing to report.
    func note(_ kind: String) -> String? {
        if let problem { return "\(kind) '\(declared)' is skipped: it \(problem)" }
        return warning.map { "\(kind) '\(declared)' is '\(value ?? "")': \($0)" }
    }

    private static func displayName(of command: String?) -> String {
        command.map { "'\($0)'" } ?? "a command in it"
    }

    private static func notSet(_ names: [String]) -> String {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        return "\(list) \(names.count == 1 ? "is" : "are") not set before INSTALL"
    }
}

extension ShellSession {
    /// Expands cache keys as `evaluate` does, and finds unset variables and failed commands in the keys;
    /// returns `nil` if the shell does not run.
    func evaluateKeys(_ keys: [String]) async throws -> [EvaluatedKey]? {
        let scans = keys.map(KeyScan.init)
        let script = KeyScript.lines(scans, in: try outputDirectory())
        guard let records = try await records(of: script) else { return nil }
        let program = execution.pathInside(stateStore.script).string
        var result: [EvaluatedKey] = []
        for record in records {
            guard let kind = record.first.map(Unicode.Scalar.init) else { return nil }
            let text = String(decoding: record.dropFirst(), as: UTF8.self)
            if kind == "T" {
                guard result.count < keys.count else { return nil }
                result.append(EvaluatedKey(declared: keys[result.count]))
                continue
            }
            guard let last = result.indices.last else { return nil }
            switch kind {
            case "U": result[last].unset.append(text)
            case "V": result[last].value = text
            default:
                let number = Int(text.prefix { $0 != " " })
                let commands = scans[last].commands
                guard let number, number < commands.count else { return nil }
                let message = text.drop { $0 != " " }.dropFirst()
                result[last].addFailure(
                    kind,
                    of: number < 0 ? nil : commands[number],
                    KeyScript.withoutPosition(message, in: program)
                )
            }
        }
        for index in result.indices where scans[index].plainText == result[index].value {
            result[index].addConstantDoubt()
        }
        return result.count == keys.count ? result : nil
    }
}

extension EvaluatedKey {
    /// Adds a record of kind `F`, `H` or `E` about a command; `nil` is the shell itself.
    fileprivate mutating func addFailure(
        _ kind: Unicode.Scalar,
        of command: String?,
        _ text: String
    ) {
        // With `||`, the command itself handles a failure.
        if kind != "F", command?.contains("||") ?? false { return }
        if kind == "F" {
            // The status of a command is also the status of the key.
            guard command != nil || failures.isEmpty else { return }
            return failures.append(Failure(command: command, status: text))
        }
        let reason = ["error: ", "codebuild-hash-files: "].reduce(text) { text, start in
            text.hasPrefix(start) ? String(text.dropFirst(start.count)) : text
        }
        if let last = failures.indices.last, failures[last].command == command {
            if !reason.isBlank { failures[last].reason = failures[last].reason ?? reason }
        } else if kind == "H" {
            failures.append(Failure(command: command, reason: reason))
        } else {
            let name = EvaluatedKey.displayName(of: command)
            doubts.append("\(name) wrote to standard error\(text.isBlank ? "" : ": \(text)")")
        }
    }

    /// Adds the doubt about a key whose value is the text around its commands.
    fileprivate mutating func addConstantDoubt() {
        guard problem == nil, warning == nil else { return }
        doubts.append("no command in it prints anything, so every build has the same key")
    }
}

extension KeyScan {
    fileprivate var commands: [String] {
        parts.compactMap { part in
            if case .command(_, let source) = part { source } else { nil }
        }
    }

    /// The value of the key if its commands print nothing; `nil` without a command, or with a variable.
    fileprivate var plainText: String? {
        let texts = parts.compactMap { part in
            if case .text(let text) = part { text } else { nil }
        }
        let text = texts.joined().replacing("\\\"", with: "\"")
        return commands.isEmpty || text.contains("$") ? nil : text
    }
}

/// The shell lines that expand cache keys and report the results.
///
/// The lines write records that each end with a NUL byte:
/// - `T` begins a key.
/// - `U` names a variable that is not set.
/// - `F` has the number of a command and its exit status, if that is not 0.
/// - `H` has the number of a command and the error message of a call of `codebuild-hash-files` in it.
/// - `E` has the number of a command and the first line that it wrote to standard error.
/// - `V` has the value.
///
/// The number -1 means the expansion of the key itself.
enum KeyScript {
    /// The variable with the file to which `codebuild-hash-files` writes its error message.
    static let failureVariable = "CODEBUILD_HASH_FAILURE"

    /// Returns the lines that expand keys, with files for error messages in `directory`.
    ///
    /// A pipe hides the status of `codebuild-hash-files` and of other commands from the shell, so that
    /// only their messages show a failure.
    static func lines(_ scans: [KeyScan], in directory: FilePath) -> String {
        let file = { (name: String) in
            ShellText.alwaysQuoted(directory.appending(name).string)
        }
        return """
            exec 8>&2 9>&1
            export \(failureVariable)=\(file("hash-failure"))
            CODEBUILD_ERRORS=\(file("key-errors"))
            codebuild_read() {
            [ -s "$3" ] || return 0
            IFS= read -r CODEBUILD_READ <"$3"
            printf '%s%d %.1000s\\0' "$1" "$2" "$CODEBUILD_READ" >&9
            [ "$1" = H ] || cat "$3" >&8
            rm -f "$3"
            return 0
            }
            codebuild_report() {
            [ "$2" -eq 0 ] || printf 'F%d %d\\0' "$1" "$2" >&9
            codebuild_read H "$1" "$\(failureVariable)"
            codebuild_read E "$1" "$CODEBUILD_ERRORS$1"
            }

            """ + scans.map(lines).joined()
    }

    /// Returns the lines for one key.
    ///
    /// No subshell is the operand of `||`, where the shell ignores `set -e`. `eval` keeps a syntax error
    /// from ending the whole script.
    private static func lines(_ scan: KeyScan) -> String {
        var number = -1
        let text = scan.parts.map { part -> String in
            switch part {
            case .text(let text): return text
            case .command(let command, _):
                number += 1
                // The subshell keeps an `exit` in the command from skipping the report.
                return "$( (\(command)\n) 2>\"${CODEBUILD_ERRORS}\(number)\" 8>&- 9>&-\n"
                    + "codebuild_report \(number) \"$?\"\n)"
            }
        }
        let unset = scan.variables.map { name in
            "[ -n \"${\(name)+x}\" ] || printf 'U%s\\0' \(name) >&9\n"
        }
        return """
            printf 'T\\0' >&9
            (
            \(unset.joined())eval \(ShellText.alwaysQuoted("CODEBUILD_TEXT=\"\(text.joined())\""))
            CODEBUILD_STATUS=$?
            [ "$CODEBUILD_STATUS" -ne 0 ] || printf 'V%s\\0' "$CODEBUILD_TEXT" >&9
            exit "$CODEBUILD_STATUS"
            ) 2>"$CODEBUILD_ERRORS-1"
            codebuild_report -1 "$?"

            """
    }

    /// Returns a message of the shell without the path of its script and the line in it.
    static func withoutPosition(_ message: Substring, in script: String) -> String {
        guard message.hasPrefix(script + ": ") else { return String(message) }
        let parts = message.dropFirst(script.count + 2).split(separator: ": ")
        return parts.drop { part in
            part == "eval" || part == "command substitution" || part.allSatisfy(\.isNumber)
                || part.hasPrefix("line ") && part.dropFirst(5).allSatisfy(\.isNumber)
        }
        .joined(separator: ": ")
    }
}
