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
        /// The error message of `codebuild-hash-files`.
        var reason: String?

        /// The failure as text for a message.
        fileprivate var displayText: String {
            let command = command.map { "'\($0)'" } ?? "a command in it"
            let failure = status.map { "\(command) ended with status \($0)" }
            guard let reason else { return failure ?? "\(command) failed" }
            return (failure ?? "codebuild-hash-files failed in \(command)") + ": \(reason)"
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

    /// The reason why the key cannot be used; `nil` if it can.
    var problem: String? {
        guard failures.isEmpty, let value else {
            return "cannot be evaluated" + (failures.first.map { ": \($0.displayText)" } ?? "")
        }
        guard value.isBlank else { return nil }
        return unset.isEmpty ? "is empty" : "is empty: \(EvaluatedKey.notSet(unset))"
    }

    /// The warning about a key that is used nevertheless; `nil` without a warning.
    var warning: String? { unset.isEmpty ? nil : EvaluatedKey.notSet(unset) }

    private static func notSet(_ names: [String]) -> String {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        return "\(list) \(names.count == 1 ? "is" : "are") not set before INSTALL"
    }
}

extension ShellSession {
    /// Expands cache keys as `evaluate` does, and finds unset variables and failed commands in the keys.
    ///
    /// - Parameter keys: The keys as they are written.
    /// - Returns: One result for each key; `nil` if the shell cannot parse the keys.
    /// - Throws: `Errno`, or an error of the process start.
    func evaluateKeys(_ keys: [String]) async throws -> [EvaluatedKey]? {
        let scans = keys.map(KeyScan.init)
        let failures = try outputDirectory().appending("hash-failure").string
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
                let fields = text.split(separator: " ", maxSplits: 1).map(String.init)
                guard fields.count == 2, let number = Int(fields[0]) else { return nil }
                let commands = scans[last].commands
                guard commands.indices.contains(number) || number < 0 else { return nil }
                result[last].addFailure(
                    of: number < 0 ? nil : commands[number],
                    fields[1],
                    isHashFailure: kind == UInt8(ascii: "H")
                )
            default: return nil
            }
        }
        return result.count == keys.count ? result : nil
    }
}

extension EvaluatedKey {
    /// Adds the exit status of a command, or the error message of `codebuild-hash-files` in it.
    fileprivate mutating func addFailure(
        of command: String?,
        _ text: String,
        isHashFailure: Bool
    ) {
        guard isHashFailure else { return failures.append(Failure(command: command, status: text)) }
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
    /// The texts of the commands in the key, in order.
    fileprivate var commands: [String] {
        parts.compactMap { part in
            if case .command(_, let source) = part { source } else { nil }
        }
    }
}

/// The shell lines that expand cache keys and report the results.
///
/// The lines write records that each end with a NUL byte:
/// - `T` begins a key.
/// - `U` names a variable that is not set.
/// - `F` has the number of a command and its exit status.
/// - `H` has the number of a command and the error message of a call of `codebuild-hash-files` in it.
/// - `V` has the value.
/// - `S` has the status of an expansion that failed otherwise.
enum KeyScript {
    /// The variable with the file to which `codebuild-hash-files` writes its error message.
    static let failureVariable = "CODEBUILD_HASH_FAILURE"

    /// Returns the lines that expand keys.
    ///
    /// - Parameters:
    ///   - scans: The keys.
    ///   - file: The path of a file for the error message of `codebuild-hash-files`.
    /// - Returns: The lines.
    static func lines(_ scans: [KeyScan], _ file: String) -> String {
        "exec 9>&1\n" + CommandScript.export(failureVariable, file)
            + scans.map(lines).joined()
    }

    /// Returns a line that reports a failed call of `codebuild-hash-files`, because a pipe hides the
    /// status of the call from the shell.
    private static func hashFailure(_ number: Int) -> String {
        let file = "\"$\(failureVariable)\""
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
                // The subshell keeps an `exit` in the command from skipping the report.
                let status = "(\(command)\n) 9>&- || printf 'F%d %d\\0' \(number) \"$?\" >&9\n"
                // With `||`, the key itself handles a failed hash.
                let isHandled = command.contains("||")
                return "$( \(status)"
                    + (isHandled ? "rm -f \"$\(failureVariable)\"" : hashFailure(number)) + "\n)"
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
