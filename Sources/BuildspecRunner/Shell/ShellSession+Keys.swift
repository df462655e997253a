internal import BuildspecModel
internal import SystemPackage

/// A cache key as the shell has expanded it.
struct EvaluatedKey: Sendable, Equatable {
    /// A command in it that ended with another status than 0.
    struct Failure: Sendable, Equatable {
        /// The command as the key has it, such as `$(cat version)`; `nil` if it cannot be told which.
        var command: String?
        /// Its exit status; `nil` where only a call of `codebuild-hash-files` in it failed.
        var status: String?
        /// What `codebuild-hash-files` said when it failed.
        var reason: String?

        /// What happened, in words.
        fileprivate var words: String {
            let command = command.map { "'\($0)'" } ?? "a command in it"
            let what = status.map { "\(command) ended with status \($0)" }
            guard let reason else { return what ?? "\(command) failed" }
            return (what ?? "codebuild-hash-files failed in \(command)") + ": \(reason)"
        }
    }

    /// The key as it is written.
    var declared: String
    /// What it comes to; `nil` when the shell could not expand it.
    var value: String?
    /// Variables in it that are not set.
    var unset: [String] = []
    /// Commands in it that failed.
    var failures: [Failure] = []

    /// Why it is no key that entries can be told apart by; `nil` if it is one.
    var problem: String? {
        guard failures.isEmpty, let value else {
            return "cannot be evaluated" + (failures.first.map { ": \($0.words)" } ?? "")
        }
        guard value.isBlank else { return nil }
        return unset.isEmpty ? "is empty" : "is empty: \(EvaluatedKey.notSet(unset))"
    }

    /// What the user should know of a key that is used all the same.
    var warning: String? { unset.isEmpty ? nil : EvaluatedKey.notSet(unset) }

    private static func notSet(_ names: [String]) -> String {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        return "\(list) \(names.count == 1 ? "is" : "are") not set before INSTALL"
    }
}

extension ShellSession {
    /// Expands cache keys as `evaluate` does, and finds out which variables in them are not set and which
    /// commands fail.
    ///
    /// - Parameter keys: the keys as they are written.
    /// - Returns: one value for each; `nil` when the shell cannot even read them.
    /// - Throws: `Errno`, or what starting a process throws.
    func evaluateKeys(_ keys: [String]) async throws -> [EvaluatedKey]? {
        let scans = keys.map(KeyScan.init)
        let failures = try room().appending("hash-failure").string
        guard let records = try await records(of: KeyScript.lines(scans, failures)) else {
            return nil
        }
        var result: [EvaluatedKey] = []
        for record in records {
            guard let kind = record.first else { return nil }
            let text = String(decoding: record.dropFirst(), as: UTF8.self)
            if kind == UInt8(ascii: "T") {
                guard result.count < keys.count else { return nil }
                result.append(EvaluatedKey(declared: keys[result.count]))
                continue
            }
            guard let last = result.indices.last else { return nil }
            switch kind {
            case UInt8(ascii: "U"): result[last].unset.append(text)
            case UInt8(ascii: "V"): result[last].value = text
            case UInt8(ascii: "S"):
                if result[last].failures.isEmpty {
                    result[last].failures.append(EvaluatedKey.Failure(command: nil, status: text))
                }
            case UInt8(ascii: "F"), UInt8(ascii: "H"):
                let words = text.split(separator: " ", maxSplits: 1).map(String.init)
                guard words.count == 2, let number = Int(words[0]) else { return nil }
                let commands = scans[last].commands
                guard commands.indices.contains(number) || number < 0 else { return nil }
                result[last].note(
                    number < 0 ? nil : commands[number],
                    words[1],
                    isOfHash: kind == UInt8(ascii: "H")
                )
            default: return nil
            }
        }
        return result.count == keys.count ? result : nil
    }
}

extension EvaluatedKey {
    /// Takes a command's status, or what `codebuild-hash-files` in it said.
    fileprivate mutating func note(_ command: String?, _ text: String, isOfHash: Bool) {
        guard isOfHash else { return failures.append(Failure(command: command, status: text)) }
        let reason = ["error: ", "codebuild-hash-files: "].reduce(text) { text, start in
            text.hasPrefix(start) ? String(text.dropFirst(start.count)) : text
        }
        if let last = failures.indices.last, failures[last].command == command {
            failures[last].reason = reason
        } else {
            failures.append(Failure(command: command, reason: reason))
        }
    }
}

extension KeyScan {
    /// The texts of its commands, in order.
    fileprivate var commands: [String] {
        parts.compactMap { part in
            if case .command(_, let source) = part { source } else { nil }
        }
    }
}

/// The part of a script that expands cache keys and tells how.
///
/// It writes records that each end with a NUL byte: `T` begins a key, `U` is a variable that is not
/// set, `F` a command by its number and its exit status, `H` a command by its number and what a call of
/// `codebuild-hash-files` in it said that failed, `V` the value, and `S` the status of an expansion that
/// failed otherwise.
enum KeyScript {
    /// The variable that says in which file `codebuild-hash-files` leaves why it failed.
    static let failures = "CODEBUILD_HASH_FAILURE"

    /// The lines for some keys.
    ///
    /// - Parameters:
    ///   - scans: the keys.
    ///   - failures: the path of a file for the failures of `codebuild-hash-files`.
    /// - Returns: the lines.
    static func lines(_ scans: [KeyScan], _ failures: String) -> String {
        "exec 9>&1\n" + CommandScript.export(KeyScript.failures, failures)
            + scans.map(lines).joined()
    }

    /// Tells of a failed call of `codebuild-hash-files`, which a pipe hides from the shell.
    private static func hashFailure(_ number: Int) -> String {
        let file = "\"$\(failures)\""
        return "if [ -s \(file) ]; then IFS= read -r CODEBUILD_READ <\(file)"
            + "; printf 'H%d %s\\0' \(number) \"$CODEBUILD_READ\" >&9; rm -f \(file); fi"
    }

    private static func lines(_ scan: KeyScan) -> String {
        var number = -1
        let text = scan.parts.map { part -> String in
            switch part {
            case .text(let text): return text
            case .command(let command, _):
                number += 1
                // In a subshell of its own, so that an `exit` does not leave out the report.
                let status = "(\(command)\n) 9>&- || printf 'F%d %d\\0' \(number) \"$?\" >&9\n"
                // Who writes `||` says what is taken in the place of a hash.
                let isHandled = command.contains("||")
                return "$( \(status)"
                    + (isHandled ? "rm -f \"$\(failures)\"" : hashFailure(number)) + "\n)"
            }
        }
        let unset = scan.variables.map { name in
            "[ -n \"${\(name)+x}\" ] || printf 'U%s\\0' \(name) >&9\n"
        }
        return """
            printf 'T\\0' >&9
            (
            \(unset.joined())CODEBUILD_TEXT="\(text.joined())" || exit
            \(hashFailure(-1))
            printf 'V%s\\0' "$CODEBUILD_TEXT" >&9
            ) || printf 'S%d\\0' "$?" >&9

            """
    }
}
