/// The text of a buildspec with its tree, its value and its findings.
struct ParsedText {
    private(set) var source = SourceText([])
    /// The tree; after a syntax error, the tree before the error.
    private(set) var root: Node?
    /// The value, also of a text with errors, except for a syntax error or an exceeded limit.
    private(set) var buildspec: Buildspec?
    /// All findings of parsing, not sorted.
    private(set) var diagnostics: [Diagnostic] = []
    private(set) var isComplete = false
    private var usedAnchors: Set<String> = []
    private var problem: SyntaxReport?

    init(_ bytes: [UInt8], options: ParseOptions) {
        guard bytes.count <= options.limits.bytes else {
            let message =
                "the file has \(bytes.count) bytes, which is more than the \(options.limits.bytes)"
                + " that a buildspec may have; is it the right file?"
            diagnostics = [Diagnostic(.tooLarge, message, at: .start)]
            return
        }
        source = SourceText(bytes)
        let outcome = Composer.compose(bytes, source: source, limits: options.limits)
        root = outcome.root
        isComplete = outcome.isComplete
        usedAnchors = outcome.usedAnchors
        diagnostics = outcome.diagnostics
        if let root, !(root.isNull && root.scalar?.text == "") {
            var reader = Reader(source: source, options: options)
            let value = reader.readDocument(root)
            if isComplete { buildspec = value }
            diagnostics += reader.diagnostics
        } else if isComplete {
            let message = "the buildspec is empty; begin with 'version: 0.2'"
            diagnostics.append(
                Diagnostic(
                    .emptyDocument,
                    message,
                    at: .start,
                    codeBuild: CodeBuildText.containerTags
                )
            )
        }
        guard let problem = outcome.problem else {
            if outcome.isOverLimit { diagnostics = outcome.diagnostics }
            return
        }
        let report = SyntaxReport(problem, bytes: bytes, source: source)
        self.problem = report
        diagnostics = report.reliable(diagnostics) + [report.diagnostic]
    }

    var commandSites: [CommandSite] { root.map { CommandSite.all(in: $0, source) } ?? [] }

    /// The findings of the lint rules; after a syntax error, the reliable ones only.
    var lintFindings: [Diagnostic] {
        guard isComplete || problem != nil else { return [] }
        let findings = LintRule.findings(
            in: self,
            env: buildspec?.env ?? EnvSection(),
            usedAnchors: usedAnchors
        )
        return problem?.reliable(findings) ?? findings
    }
}
