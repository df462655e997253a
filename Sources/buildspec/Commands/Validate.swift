internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec validate`.
struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check buildspec files for what CodeBuild refuses or silently misreads.",
        discussion: """
            An error is something that CodeBuild refuses. A warning is something that CodeBuild \
            accepts, but reads differently than it looks. Each finding says what is wrong, what \
            CodeBuild does, and what to write. No command of the buildspec runs.

            With --shellcheck, ShellCheck also checks every command for the shell that runs it. Its \
            findings have a position in the buildspec and a code such as SC2086.

            A warning ends with its name in brackets. Turn it off with --ignore, or with the comment \
            '# buildspec: ignore NAME' on its line, on the line above, or at the top of the file. \
            'buildspec explain NAME' explains it.

            \(ExitStatus.help([.success, .buildspecInvalid, .usage]))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "Check these files; '-' is standard input. (default: buildspec.yml)",
            valueName: "file"
        )
    )
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Print in this format: text, json, sarif or github.",
            valueName: "format"
        )
    )
    var format = FindingsFormat.text

    @Flag(help: "Fail a file with warnings too.")
    var strict = false

    @Flag(
        help: """
            Warn instead of failing where CodeBuild's behaviour is not known, such as for an unknown \
            phase.
            """
    )
    var lenient = false

    @Flag(help: "Check the commands also with 'shellcheck', which must be installed.")
    var shellcheck = false

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp("Do not report this warning. Can be repeated.", valueName: "name")
    )
    var ignored: [String] = []

    func validate() throws {
        for name in ignored
        where FindingName(rawValue: name)?.severity != .warning && !FindingName.isShellCheck(name) {
            let reason =
                FindingName(rawValue: name) == nil
                ? "there is no warning '\(name)'; the names are in docs/buildspec-reference.md"
                : "'\(name)' is an error and cannot be ignored"
            throw ValidationError("--ignore: \(reason)")
        }
    }

    func run() async throws {
        let program = shellcheck ? try ShellCheckFindings(Host.environment().variables) : nil
        var results: [FileFindings] = []
        for file in files.isEmpty ? ["buildspec.yml"] : files {
            results.append(try await check(file, with: program))
        }
        StandardStream.output.write(format.print(results).hidingSigningKeys)
        guard results.allSatisfy(\.result.passes) else {
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }

    private func check(
        _ file: String,
        with program: ShellCheckFindings?
    ) async throws -> FileFindings {
        var options = ValidationOptions(ignored: Set(ignored), isStrict: strict)
        options.parsing.isLenient = lenient
        let text: [UInt8]
        do {
            text = file == "-" ? try Host.readStandardInput() : try Host.read(FilePath(file))
        } catch {
            return FileFindings(file: file, result: .unreadable("cannot read the file: \(error)"))
        }
        let name = file == "-" ? "standard input" : file
        let buildspec = Buildspec.parse(text, options: options.parsing).buildspec
        if let batch = buildspec?.batch, file != "-" {
            options.otherFindings += BatchFiles.missing(of: batch, in: FilePath(file))
        }
        if let program {
            options.otherFindings += try await program.findings(
                in: text,
                directory: file == "-"
                    ? Host.currentDirectory()
                    : Host.currentDirectory().pushing(FilePath(file)).removingLastComponent(),
                file: name
            )
        }
        return FileFindings(
            file: name,
            result: Buildspec.validate(text, options: options),
            isOnlyBatch: buildspec?.isOnlyBatch ?? false
        )
    }
}

extension FindingsFormat: ExpressibleByArgument {}
