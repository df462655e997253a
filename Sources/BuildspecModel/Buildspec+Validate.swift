/// Options of a validation: how strict it is, and which warnings it leaves out.
public struct ValidationOptions: Sendable, Equatable {
    /// How strictly to parse; by default, a `batch` section is checked as if it will be started.
    public var parsing: ParseOptions
    /// Names of warnings to leave out.
    public var ignored: Set<String>
    /// Whether a warning fails the file like an error.
    public var isStrict: Bool
    /// Findings of other programs in the same text, such as ShellCheck.
    ///
    /// They are reported and turned off like the findings of `validate`.
    public var otherFindings: [Diagnostic] = []

    /// Creates options; the defaults report everything and fail a file only for errors.
    public init(
        parsing: ParseOptions = ParseOptions(startsBatch: true),
        ignored: Set<String> = [],
        isStrict: Bool = false
    ) {
        self.parsing = parsing
        self.ignored = ignored
        self.isStrict = isStrict
    }
}

/// The result of validating a buildspec.
public struct ValidationResult: Sendable {
    /// All findings that are not turned off, in the order of the text.
    public var diagnostics: [Diagnostic]
    /// The text, from which rendered findings show a line.
    public var source: SourceText
    /// Whether the file passes: no errors, and in strict mode no warnings.
    public var passes: Bool

    /// Returns the result for a file that cannot be read: one error, at the start of an empty text.
    public static func unreadable(_ message: String) -> ValidationResult {
        ValidationResult(
            diagnostics: [Diagnostic(.unreadable, message, at: .start)],
            source: SourceText([]),
            passes: false
        )
    }

    /// Returns the number of findings with a severity.
    public func count(_ severity: Diagnostic.Severity) -> Int {
        diagnostics.count { $0.severity == severity }
    }
}

extension Buildspec {
    /// Validates a buildspec: parses the text, and applies the rules about text that CodeBuild
    /// accepts but reads differently than it looks.
    ///
    /// This runs nothing and reads nothing outside the text. A warning is turned off by its name in
    /// `options`, or by a comment in the text, `# buildspec: ignore NAME`. A comment applies to its
    /// line after other text, to the next line if it is alone, and to the file above everything
    /// else. A comment that applies to the first line of a command applies to the whole command.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file.
    ///   - options: How strictly to check.
    /// - Returns: The findings and whether the file passes.
    public static func validate(
        _ text: [UInt8],
        options: ValidationOptions = ValidationOptions()
    ) -> ValidationResult {
        let parsed = ParsedText(text, options: options.parsing)
        var comments = IgnoreComments(in: parsed.source)
        comments.extend(over: parsed.commandSites.map(\.range))
        let all =
            parsed.diagnostics + parsed.lintFindings + comments.diagnostics
            + options.otherFindings
        let reported = all.inTextOrder.filter { finding in
            !comments.covers(finding)
                && !(finding.canBeIgnored && options.ignored.contains(finding.name))
        }
        let worst = reported.map(\.severity).max()
        return ValidationResult(
            diagnostics: reported,
            source: parsed.source,
            passes: worst == nil || worst == .warning && !options.isStrict
        )
    }
}
