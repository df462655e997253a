/// Turns the node tree into the model and says what is wrong on the way.
///
/// The sections' readers are extensions, a file each. They never stop at the first problem: what is
/// wrong becomes a diagnostic, and the value goes on without it.
struct Reader {
    /// The text, for looking behind the tree.
    let source: SourceText
    /// How strictly to read.
    let options: ParseOptions
    /// The version that the file declares.
    var version = Buildspec.Version.v02
    /// How many unknown keys may still be looked up; a file of nothing else must not take long.
    var suggestionsLeft = 200
    /// The mapping at the top, for saying where a key belongs.
    var root = Mapping()
    /// Everything found so far.
    var diagnostics: [Diagnostic] = []

    init(source: SourceText, options: ParseOptions) {
        self.source = source
        self.options = options
    }

    /// Adds a finding; `severity` is given where it is not the name's own.
    mutating func report(
        _ name: FindingName,
        _ message: String,
        at range: SourceRange,
        severity: Diagnostic.Severity? = nil,
        codeBuild: String? = nil
    ) {
        diagnostics.append(
            Diagnostic(
                severity ?? name.severity,
                name.rawValue,
                message,
                at: range,
                codeBuild: codeBuild
            )
        )
    }

    /// The severity of what nobody knows CodeBuild's answer to.
    var unknownSeverity: Diagnostic.Severity { options.isLenient ? .warning : .error }
}
