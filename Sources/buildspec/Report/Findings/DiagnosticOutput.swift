internal import BuildspecModel
internal import BuildspecRunner

/// The output of findings on standard error.
enum DiagnosticOutput {
    /// Prints findings with their lines of the file, without secrets.
    static func print(
        _ diagnostics: [Diagnostic],
        of name: String,
        text: [UInt8],
        hidingBy redactor: Redactor
    ) {
        guard !diagnostics.isEmpty else { return }
        let source = SourceText(text)
        for diagnostic in diagnostics {
            let text = diagnostic.rendered(file: name, source: source)
            StandardStream.error.write(redactor.redacting(text).hidingSigningKeys + "\n")
        }
    }

    /// Prints why a build cannot start, without the secrets of the request.
    static func print(_ error: SetupError, of file: BuildspecFile, isOfBuild: Bool = true) {
        let redactor = file.request.redactor
        let source = SourceText(file.text)
        for problem in error.problems {
            let message = problem.message.printableLines
            var text = "error: \(message)"
            if let range = problem.range {
                let diagnostic = Diagnostic(.error, "setup", message, at: range)
                text = diagnostic.rendered(file: file.name, source: source)
            }
            StandardStream.error.write(redactor.redacting(text).hidingSigningKeys + "\n")
        }
        guard isOfBuild else { return }
        StandardStream.error.write(
            "the build cannot start: \(error.phase.rawValue) failed, no command has run\n"
        )
    }

    /// Prints an error about a whole file.
    static func print(error message: String, of name: String) {
        StandardStream.error.write("\(name):1:1: error: \(message)\n")
    }
}
