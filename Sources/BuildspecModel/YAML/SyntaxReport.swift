/// A syntax error as a diagnostic, with the line from which other findings are unreliable.
struct SyntaxReport {
    let diagnostic: Diagnostic
    /// The first line that may have been misread because of the error.
    private let firstDoubtfulLine: Int

    init(_ problem: YAMLProblem, bytes: [UInt8], source: SourceText) {
        guard let position = problem.position else {
            let start = SourceText.position(ofByte: problem.byteOffset ?? 0, in: bytes)
            diagnostic = Diagnostic(
                .encoding,
                "\(problem.message); save the file as UTF-8 without control characters",
                at: SourceRange(at: start),
                codeBuild: "YAML_FILE_ERROR Message: \(problem.message)"
            )
            firstDoubtfulLine = start.line
            return
        }
        let context = SyntaxContext(problem: problem, position: position, source: source)
        let cause = SyntaxCause.find(context)
        let parser = problem.context.map { "\($0), \(problem.message)" } ?? problem.message
        let reported = source.clamped(cause?.position ?? position)
        let message = cause.map { "\($0.text) (YAML, line \(position.line): \(parser))" }
        diagnostic = Diagnostic(
            .syntax,
            message ?? parser,
            at: SourceRange(at: reported),
            codeBuild: CodeBuildText.syntax(problem.message, line: problem.zeroBasedLine)
        )
        // The context of a block can begin far above, but its lines up to here were read correctly.
        let doubtful = [position.line, reported.line, problem.scannerContextLine ?? .max]
        firstDoubtfulLine = doubtful.min() ?? position.line
    }

    /// Returns the findings before the first doubtful line that are not about something missing.
    func reliable(_ findings: [Diagnostic]) -> [Diagnostic] {
        findings.filter {
            $0.range.end.line < firstDoubtfulLine && !SyntaxReport.absences.contains($0.name)
                && $0 != diagnostic
        }
    }

    private static let absences: Set<String> = Set(
        [
            FindingName.missingKey, .noPhases, .phasesAtTop, .nullSection, .phaseWithoutCommands,
            .emptyDocument, .batchKind, .fallbackKeys, .batchDependency, .emptyCommand,
            .nullVariable, .wrongType, .anchorEaten,
            .bashSyntax, .sourceCommand,
        ].map(\.rawValue)
    )
}
