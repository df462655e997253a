internal import ArgumentParser
internal import BuildspecModel
internal import BuildspecRunner
internal import SystemPackage

/// `buildspec validate`.
struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check buildspecs: what CodeBuild refuses, and what it silently misreads.",
        discussion: """
            Errors are what CodeBuild refuses, warnings what it accepts but reads otherwise than it \
            looks. Each says what is wrong, what CodeBuild does with it, and what to write. No \
            command of the buildspec is run.

            With --shellcheck, ShellCheck also checks every command for the shell that runs it, and \
            its findings stand at their places in the buildspec, named by their codes such as SC2086.

            A warning ends with its name in brackets. Turn it off with --ignore, or in the file with \
            the comment '# buildspec: ignore NAME' on its line, on the line above, or at the top. \
            'buildspec explain NAME' says what it means.

            \(ExitStatus.help([.success, .buildspecInvalid, .usage]))
            """
    )

    @Argument(
        help: ArgumentHelp(
            "The files; '-' is standard input. (default: buildspec.yml)",
            valueName: "file"
        )
    )
    var files: [String] = []

    @Option(help: ArgumentHelp("How to print: text, json, sarif or github.", valueName: "format"))
    var format = FindingsFormat.text

    @Flag(help: "Let warnings fail a file too.")
    var strict = false

    @Flag(help: "Warn of what nobody knows CodeBuild's answer to, such as an unknown phase.")
    var lenient = false

    @Flag(help: "Check the commands with the program 'shellcheck' too, which must be installed.")
    var shellcheck = false

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp("Do not report these warnings; may be given again.", valueName: "name")
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
            return FileFindings(
                file: file,
                result: .unreadable("the file cannot be read: \(error)")
            )
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
