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
    /// - Parameter text: the bytes of the file: UTF-8, or UTF-16 with a byte order mark.
    /// - Returns: the value and the findings.
    public static func parse(_ text: [UInt8]) -> ParseResult {
        ParseResult(buildspec: nil, diagnostics: [])
    }
}
