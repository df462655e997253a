/// The result of parsing a buildspec: the value, and all findings.
public struct ParseResult: Sendable, Equatable {
    /// The buildspec, or `nil` if the text has an error.
    public var buildspec: Buildspec?
    /// All findings, in the order of the text.
    public var diagnostics: [Diagnostic]
}

extension Buildspec {
    /// Parses a buildspec.
    ///
    /// This never throws: bad input gives diagnostics with at least one error and no value.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file: UTF-8, or UTF-16 with a byte order mark.
    ///   - options: How strictly to parse; the default is right for a single build.
    /// - Returns: The value and the findings.
    public static func parse(
        _ text: [UInt8],
        options: ParseOptions = ParseOptions()
    ) -> ParseResult {
        let parsed = ParsedText(text, options: options)
        let isUsable = !parsed.diagnostics.contains { $0.severity == .error }
        return ParseResult(
            buildspec: isUsable ? parsed.buildspec : nil,
            diagnostics: parsed.diagnostics.inTextOrder
        )
    }
}

extension Diagnostic {
    /// The finding as an error, for files that CodeBuild never reads, such as a cache policy.
    var strict: Diagnostic {
        var diagnostic = self
        diagnostic.severity = .error
        diagnostic.codeBuild = nil
        return diagnostic
    }
}

extension [Diagnostic] {
    /// The findings by position without duplicates; at the same position, errors before warnings.
    var inTextOrder: [Diagnostic] {
        let sorted = sorted {
            ($0.range.start, $1.severity, $0.name, $0.message)
                < ($1.range.start, $0.severity, $1.name, $1.message)
        }
        return sorted.reduce(into: []) { result, next in
            if result.last != next { result.append(next) }
        }
    }
}
