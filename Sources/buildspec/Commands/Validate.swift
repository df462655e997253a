internal import ArgumentParser
internal import BuildspecModel
internal import SystemPackage

/// `buildspec validate`.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check buildspecs: what CodeBuild refuses, and what it silently misreads.",
        discussion: """
            Errors are what CodeBuild refuses, warnings what it accepts but reads otherwise than it \
            looks. Each says what is wrong, what CodeBuild does with it, and what to write. Nothing \
            is run.

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

    @Option(
        name: .customLong("ignore"),
        help: ArgumentHelp("Do not report these warnings; may be given again.", valueName: "name")
    )
    var ignored: [String] = []

    func validate() throws {
        for name in ignored where FindingName(rawValue: name)?.severity != .warning {
            let reason =
                FindingName(rawValue: name) == nil
                ? "there is no warning '\(name)'; the names are in docs/buildspec-reference.md"
                : "'\(name)' is an error and cannot be ignored"
            throw ValidationError("--ignore: \(reason)")
        }
    }

    func run() throws {
        let results = (files.isEmpty ? ["buildspec.yml"] : files).map(check)
        StandardStream.output.write(format.print(results).hidingSigningKeys)
        guard results.allSatisfy(\.result.passes) else {
            throw ExitStatus.buildspecInvalid.exitCode
        }
    }

    private func check(_ file: String) -> FileFindings {
        var options = ValidationOptions(ignored: Set(ignored), isStrict: strict)
        options.parsing.isLenient = lenient
        do {
            let text = file == "-" ? try Host.readStandardInput() : try Host.read(FilePath(file))
            return FileFindings(
                file: file == "-" ? "standard input" : file,
                result: Buildspec.validate(text, options: options)
            )
        } catch {
            return FileFindings(
                file: file,
                result: .unreadable("the file cannot be read: \(error)")
            )
        }
    }
}

extension FindingsFormat: ExpressibleByArgument {}
