/// What reading a buildspec gives: a value if there is one, and all findings.
public struct ParseResult: Sendable, Equatable {
    /// The buildspec, or `nil` when an error makes it unusable.
    public var buildspec: Buildspec?
    /// Everything found, in the order of the text.
    public var diagnostics: [Diagnostic]
}

extension Buildspec {
    /// Reads a buildspec.
    ///
    /// Reading never throws: bad input gives diagnostics with at least one error and no value.
    ///
    /// - Parameters:
    ///   - text: The bytes of the file: UTF-8, or UTF-16 with a byte order mark.
    ///   - options: How strictly to read; the default is what a single build needs.
    /// - Returns: The value and the findings.
    public static func parse(
        _ text: [UInt8],
        options: ParseOptions = ParseOptions()
    ) -> ParseResult {
        let reading = Reading(text, options: options)
        let isUsable = !reading.diagnostics.contains { $0.severity == .error }
        return ParseResult(
            buildspec: isUsable ? reading.buildspec : nil,
            diagnostics: reading.diagnostics.inTextOrder
        )
    }
}

extension Diagnostic {
    /// The finding as one of a file that CodeBuild never sees and that must mean what it says: an
    /// error.
    var strict: Diagnostic {
        var diagnostic = self
        diagnostic.severity = .error
        diagnostic.codeBuild = nil
        return diagnostic
    }
}

extension [Diagnostic] {
    /// The findings by position, errors before warnings at the same place, each once.
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
