/// A syntax error as a diagnostic, with the line from which other findings are unreliable.
struct SyntaxReport {
    /// The error, with libyaml's message.
    let diagnostic: Diagnostic
    /// The first line that may have been misread because of the error.
    private let firstDoubtfulLine: Int

    init(_ problem: YAMLProblem, bytes: [UInt8], source: SourceText) {
        guard let position = problem.position else {
            let start = SourceText.position(ofByte: problem.byteOffset ?? 0, in: bytes)
            diagnostic = SyntaxReport.unreadable(problem, at: start)
            firstDoubtfulLine = start.line
            return
        }
        let context = SyntaxContext(problem: problem, position: position, source: source)
        let cause = SyntaxCause.find(context)
        let parser = problem.context.map { "\($0), \(problem.message)" } ?? problem.message
        let reported = source.clamped(cause?.position ?? position)
        let message = cause.map { "\($0.text) (YAML, line \(position.line): \(parser))" }
        diagnostic = Diagnostic(
            .error,
            FindingName.syntax.rawValue,
            message ?? parser,
            at: SourceRange(start: reported, end: reported),
            codeBuild: CodeBuildText.syntax(problem.message, line: problem.zeroBasedLine)
        )
        // The context of a block can begin far above, but its lines up to the error were read
        // correctly.
        let doubtful = [position.line, reported.line, problem.scannerContextLine ?? .max]
        firstDoubtfulLine = doubtful.min() ?? position.line
    }

    private static func unreadable(
        _ problem: YAMLProblem,
        at position: SourcePosition
    ) -> Diagnostic {
        Diagnostic(
            .error,
            FindingName.encoding.rawValue,
            "\(problem.message); save the file as UTF-8 without control characters",
            at: SourceRange(start: position, end: position),
            codeBuild: "YAML_FILE_ERROR Message: \(problem.message)"
        )
    }

    /// Returns the findings that the error cannot have caused.
    ///
    /// These end before the first doubtful line, and are not about something missing.
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
