internal import ArgumentParser
internal import BuildspecAWS
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// The findings of ShellCheck in the commands of buildspecs, with their positions in the files.
struct ShellCheckFindings {
    private let program: ShellCheck

    /// Finds the program, which may not be installed.
    init(_ environment: [String: String]) throws {
        do {
            program = try ShellCheck(environment: environment)
        } catch {
            throw ValidationError("--shellcheck: \(error)")
        }
    }

    /// Checks the commands of a file; its directory or one above it can have a `.shellcheckrc`.
    func findings(
        in text: [UInt8],
        directory: FilePath,
        file: String
    ) async throws -> [Diagnostic] {
        let (commands, shell) = Buildspec.commands(in: text)
        guard let dialect = ShellCheck.dialect(of: shell) else {
            StandardStream.error.write(
                "\(file): ShellCheck does not support the shell '\((shell ?? "").printable)'; it does"
                    + " not check the commands\n"
            )
            return []
        }
        let output: [UInt8]
        do {
            output = try await program.check(
                commands.map(\.text),
                dialect: dialect,
                configuration: ShellCheckFindings.configuration(above: directory)
            )
        } catch let error as ShellCheck.Unusable {
            throw ValidationError("--shellcheck: \(file): \(error)")
        }
        guard let comments = JSONValue(output)?["comments"]?.array else {
            throw ValidationError(
                "--shellcheck: \(file): the output of 'shellcheck' is not the expected JSON"
            )
        }
        return comments.compactMap { ShellCheckFindings.finding($0, commands) }
    }

    private static func finding(_ comment: JSONValue, _ commands: [CommandText]) -> Diagnostic? {
        func number(_ name: String) -> Int? {
            if case .number(let digits)? = comment[name] { Int(digits) } else { nil }
        }
        guard let index = comment["file"]?.string.flatMap({ Int($0) }),
            commands.indices.contains(index), let code = number("code"), (1...9999).contains(code),
            let line = number("line"), let column = number("column"),
            let message = comment["message"]?.string
        else { return nil }
        let command = commands[index]
        let start = SourcePosition(line: line, column: column)
        let end = SourcePosition(
            line: number("endLine") ?? line,
            column: number("endColumn") ?? column
        )
        // A 'cd' at the end of a command fails the command without '|| exit'.
        if code == 2164, command.isEnd(end) { return nil }
        let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        // Features of other shells work on Amazon Linux images, where sh is bash.
        let isError = comment["level"]?.string == "error" && !(3000...3999).contains(code)
        return Diagnostic(
            isError ? .error : .warning,
            "SC" + String(repeating: "0", count: max(0, 4 - "\(code)".count)) + "\(code)",
            text.hasSuffix(".") ? String(text.dropLast()) : text,
            at: command.range(from: start, to: end)
        )
    }

    /// The nearest `.shellcheckrc`, as ShellCheck finds it for a script in the directory.
    private static func configuration(above directory: FilePath) -> [UInt8]? {
        var current = Host.realPath(directory) ?? directory
        while true {
            for name in [".shellcheckrc", "shellcheckrc"] {
                let file = current.appending(name)
                guard Host.exists(file), !Host.isDirectory(file) else { continue }
                if let bytes = try? Host.read(file) { return bytes }
            }
            guard current.removeLastComponent() else { return nil }
        }
    }
}

extension CommandText {
    /// Whether only blanks and semicolons follow a position of the text.
    fileprivate func isEnd(_ position: SourcePosition) -> Bool {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(position.line - 1) else { return true }
        let rest = lines[position.line - 1].unicodeScalars.dropFirst(position.column - 1)
        let blank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == ";" }
        return rest.allSatisfy(blank)
            && lines[position.line...].allSatisfy { $0.unicodeScalars.allSatisfy(blank) }
    }
}
