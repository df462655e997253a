/// A syntax error as a diagnostic, and what it leaves certain of the text before it.
struct SyntaxReport {
    /// The error, with libyaml's own words first.
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
        let scene = SyntaxContext(problem: problem, position: position, source: source)
        let cause = SyntaxCause.find(scene)
        let parser = problem.context.map { "\($0), \(problem.problem)" } ?? problem.problem
        let place = source.clamped(cause?.position ?? position)
        let message = cause.map { "\($0.text) (YAML, line \(position.line): \(parser))" }
        diagnostic = Diagnostic(
            .error,
            FindingName.syntax.rawValue,
            message ?? parser,
            at: SourceRange(start: place, end: place),
            codeBuild: CodeBuildText.syntax(problem.problem, line: problem.zeroBasedLine)
        )
        // A block's context may begin far above; what was read of it before is not in doubt.
        let doubtful = [position.line, place.line, problem.scannerContextLine ?? .max]
        firstDoubtfulLine = doubtful.min() ?? position.line
    }

    private static func unreadable(
        _ problem: YAMLProblem,
        at position: SourcePosition
    ) -> Diagnostic {
        Diagnostic(
            .error,
            FindingName.encoding.rawValue,
            "\(problem.problem); save the file as UTF-8 without control characters",
            at: SourceRange(start: position, end: position),
            codeBuild: "YAML_FILE_ERROR Message: \(problem.problem)"
        )
    }

    /// The findings that the error cannot have caused: those that end before its first line, and
    /// that say what is there, not what is missing.
    func certain(_ findings: [Diagnostic]) -> [Diagnostic] {
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
