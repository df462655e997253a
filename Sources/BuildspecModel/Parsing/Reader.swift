/// Reads the model from the node tree, and reports problems.
///
/// Each section has an extension in a separate file. A reader does not stop at a problem: the problem
/// becomes a diagnostic, and the value is read without the wrong part.
struct Reader {
    let source: SourceText
    let options: ParseOptions
    /// The version that the file declares.
    var version = Buildspec.Version.v02
    /// How many more unknown keys get a suggestion, so that many of them do not take long.
    var suggestionsLeft = 200
    /// The top-level mapping, for messages about where a key belongs.
    var root = Mapping()
    var diagnostics: [Diagnostic] = []

    /// Adds a finding; `severity` overrides the severity of the name.
    mutating func report(
        _ name: FindingName,
        _ message: String,
        at range: SourceRange,
        severity: Diagnostic.Severity? = nil,
        codeBuild: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(name, message, at: range, severity: severity, codeBuild: codeBuild)
        )
    }

    /// The severity of input for which CodeBuild's behaviour is unknown.
    var unknownSeverity: Diagnostic.Severity { options.isLenient ? .warning : .error }
}
