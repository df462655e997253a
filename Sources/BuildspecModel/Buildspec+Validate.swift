/// How strictly a buildspec is checked, and what is left out.
public struct ValidationOptions: Sendable, Equatable {
    /// How strictly to read; by default a `batch` section is taken for one that will be started.
    public var parsing: ParseOptions
    /// Names of warnings that are not wanted.
    public var ignored: Set<String>
    /// Whether a warning fails the file as an error does.
    public var isStrict: Bool
    /// What others have found in the same text, such as a program that checks the commands; reported
    /// and turned off like the findings of `validate` itself.
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

/// What checking a buildspec gives.
public struct ValidationResult: Sendable {
    /// Everything found and not turned off, in the order of the text.
    public var diagnostics: [Diagnostic]
    /// The text, for showing lines of it.
    public var source: SourceText
    /// Whether the file passes: no errors, and in strict mode no warnings.
    public var passes: Bool

    /// The result for a file that cannot be read.
    ///
    /// - Parameter message: Why it cannot be read.
    /// - Returns: One error at the beginning of nothing.
    public static func unreadable(_ message: String) -> ValidationResult {
        let name = FindingName.unreadable.rawValue
        return ValidationResult(
            diagnostics: [Diagnostic(.error, name, message, at: .start)],
            source: SourceText([]),
            passes: false
        )
    }

    /// The number of findings of a severity.
    public func count(_ severity: Diagnostic.Severity) -> Int {
        diagnostics.count { $0.severity == severity }
    }
}

extension Buildspec {
    /// Checks a buildspec: everything that reading it finds, and everything that CodeBuild accepts
    /// but reads otherwise than it looks.
    ///
    /// Nothing is run and nothing outside the text is looked at. A warning is turned off by its name
    /// in `options`, or by a comment in the text, `# buildspec: ignore NAME`: behind something for
    /// its line, alone for the next line, above everything for the file. What holds for the line on
    /// which a command begins holds for the whole command.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file.
    ///   - options: How strictly to check.
    /// - Returns: The findings and whether the file passes.
    public static func validate(
        _ text: [UInt8],
        options: ValidationOptions = ValidationOptions()
    ) -> ValidationResult {
        let reading = Reading(text, options: options.parsing)
        var comments = IgnoreComments(in: reading.source)
        comments.extend(over: reading.commandSites.map(\.range))
        let all =
            reading.diagnostics + reading.lintFindings + comments.diagnostics
            + options.otherFindings
        let wanted = all.inTextOrder.filter { finding in
            !comments.covers(finding)
                && !(finding.canBeIgnored && options.ignored.contains(finding.name))
        }
        let worst = wanted.map(\.severity).max()
        return ValidationResult(
            diagnostics: wanted,
            source: reading.source,
            passes: worst == nil || worst == .warning && !options.isStrict
        )
    }
}
