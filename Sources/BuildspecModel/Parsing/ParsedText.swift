/// The text of a buildspec with its tree, its value and its findings.
struct ParsedText {
    /// The text by lines.
    private(set) var source = SourceText([])
    /// The tree; after a syntax error, the tree before the error.
    private(set) var root: Node?
    /// The value; present even if the text has errors, except for a syntax error or an exceeded
    /// limit.
    private(set) var buildspec: Buildspec?
    /// All findings of parsing, not sorted.
    private(set) var diagnostics: [Diagnostic] = []
    /// Whether the whole text was read.
    private(set) var isComplete = false
    private var usedAnchors: Set<String> = []
    private var problem: SyntaxReport?

    init(_ bytes: [UInt8], options: ParseOptions) {
        guard bytes.count <= options.limits.bytes else {
            diagnostics = [ParsedText.tooLarge(bytes.count, options.limits)]
            return
        }
        source = SourceText(bytes)
        let outcome = Composer.compose(bytes, source: source, limits: options.limits)
        root = outcome.root
        isComplete = outcome.isComplete
        usedAnchors = outcome.usedAnchors
        diagnostics = outcome.diagnostics
        if let root, !ParsedText.isEmpty(root) {
            read(root, options)
        } else if outcome.isComplete {
            diagnostics.append(ParsedText.emptyDocument)
        }
        guard let problem = outcome.problem else {
            if outcome.isOverLimit { diagnostics = outcome.diagnostics }
            return
        }
        let report = SyntaxReport(problem, bytes: bytes, source: source)
        self.problem = report
        diagnostics = report.reliable(diagnostics) + [report.diagnostic]
    }

    /// The commands with their positions in the text.
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

    /// Reads the value and its findings from the tree.
    private mutating func read(_ root: Node, _ options: ParseOptions) {
        var reader = Reader(source: source, options: options)
        let value = reader.readDocument(root)
        if isComplete { buildspec = value }
        diagnostics += reader.diagnostics
    }

    private static func isEmpty(_ root: Node) -> Bool {
        root.scalar.map { $0.isNull && $0.text.isEmpty } ?? false
    }

    private static let emptyDocument = Diagnostic(
        .error,
        FindingName.emptyDocument.rawValue,
        "the buildspec is empty; begin with 'version: 0.2'",
        at: SourceRange.start,
        codeBuild: CodeBuildText.containerTags
    )

    private static func tooLarge(_ size: Int, _ limits: YAMLLimits) -> Diagnostic {
        Diagnostic(
            .error,
            FindingName.tooLarge.rawValue,
            "the file has \(size) bytes, which is more than the \(limits.bytes) that a buildspec may"
                + " have; is it the right file?",
            at: SourceRange.start
        )
    }
}

extension SourceRange {
    /// The empty range before the first character.
    static let start = SourceRange(
        start: SourcePosition(line: 1, column: 1),
        end: SourcePosition(line: 1, column: 1)
    )
}
